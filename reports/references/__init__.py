"""References: the style and the methods' literature as data files, and the renderer."""
