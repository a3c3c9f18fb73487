"""The desk of duplicates: sure groups, doubtful pairs, and their undoing."""
