"""Which record to screen next, how much has been found by now, and how far that is worth its work."""
