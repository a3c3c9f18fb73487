"""What the statistics refuse, and how they say it."""


class InvalidInput(ValueError):  # noqa: N818 - it says what it is
    """Input that cannot be pooled; the message names the row, the value and what is allowed."""
