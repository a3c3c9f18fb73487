"""The web page on which a review is curated: desks over the same functions that the command line calls."""
