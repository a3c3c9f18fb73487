"""The grid of studies, the page of a study, and the page of a record."""
