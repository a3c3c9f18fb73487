"""The statistics of pooling: arrays in, frozen results out; no session, no file, no plot."""
