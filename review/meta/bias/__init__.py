"""Small-study effects and publication bias: tests, and what the pooled effect would be without them."""
