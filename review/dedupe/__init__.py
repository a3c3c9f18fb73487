"""Which records are one work: plain records in, groups and explained doubts out; no database, no file but its rules."""
