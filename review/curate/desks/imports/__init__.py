"""The desk of imports: files sent, looked at, taken in, and what could not be read."""
