"""Images: folders, phantoms, caches, splits and what leaks between them."""
