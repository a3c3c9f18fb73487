"""The PDF form of the page: tagged (PDF/UA-1), set by Typst."""
