"""Dates on the command line, and the date that an output bears."""

import argparse
import datetime as dt
import os


def day(words: str) -> dt.date:
    """Return a day of the command line."""
    try:
        return dt.date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is not a date; allowed: YYYY-MM-DD") from None


def date_of_output(given: dt.date | None) -> dt.date:
    """Return the date that an output bears: what was given, else SOURCE_DATE_EPOCH, else today.

    Raises
    ------
    MedquantError
        If SOURCE_DATE_EPOCH is no number of seconds.
    """
    from db.errors import MedquantError, shown

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None:
        return given
    if epoch is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        raise MedquantError(
            f"SOURCE_DATE_EPOCH is {shown(epoch)}; allowed: seconds since 1970 as a whole number"
        ) from None
