"""Effect sizes from raw counts and moments: arrays in, frozen effect sizes out; `formula` says what all share."""
