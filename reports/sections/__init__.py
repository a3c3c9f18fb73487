"""The sections of a page: each is a pure function from the evidence to a `Section`."""
