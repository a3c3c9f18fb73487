"""SQL that has to be written by hand: history triggers and views, one file a dialect."""
