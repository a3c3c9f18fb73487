"""Places of the data: which part of which split a measured row speaks of, such as "paper/validation"."""


def part_of(place: str | None) -> str | None:
    """Return the part of the data, such as validation; None where no place is named."""
    return place.rpartition("/")[2] or None if place else None
