"""Classes as text, one base-36 digit an image: how labels and predictions are stored."""

from collections.abc import Iterable

from db.errors import DataError, shown

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def digits_of(classes: Iterable[int]) -> str:
    """Return class numbers (0 to 35) as one digit each."""
    return "".join(DIGITS[number] for number in classes)


def classes_of(digits: str, *, n: int, classes: int) -> list[int]:
    """Return the class number of each image.

    Parameters
    ----------
    digits
        One base-36 digit an image.
    n
        Number of images.
    classes
        Number of classes; a digit is smaller.

    Raises
    ------
    DataError
        If there are more or fewer digits than images, or one names no class.
    """
    if len(digits) != n:
        raise DataError(f"there are {len(digits):,} digits; allowed: one for each of the {n:,} images")
    allowed = DIGITS[:classes]
    if strangers := sorted(set(digits) - set(allowed)):
        raise DataError(
            f"{shown(strangers[0])} names no class; allowed: the {classes} digits {allowed or '(none)'}"
        )
    return [allowed.index(digit) for digit in digits]
