"""A matrix edited elsewhere, looked at and taken over cell by cell."""
