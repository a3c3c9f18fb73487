"""Models for dependent effects: estimates within studies, correlated sampling errors, crossed random factors."""
