"""Forest plots from nothing but a result: `model` for a pooled effect, `refits` for leave-one-out and cumulative ones."""
