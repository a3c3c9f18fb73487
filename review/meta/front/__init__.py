"""The DataFrame front: a table and what is asked of it in, the fitted model and its companions out."""
