"""The page as one self-contained HTML file."""
