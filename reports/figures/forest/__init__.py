"""The forest plot: data in, pages, words and a table out; `plot` is the door."""
