"""Windows: how measured grey values become the 256 greys of an image."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError, one_of

Values = NDArray[np.float64]
PERCENTILES = (0.5, 99.5)


def linear(values: Values, center: float, width: float) -> Values:
    """Return values in 0..1 by the VOI LUT function LINEAR.

    Parameters
    ----------
    values
        Grey values after the modality's rescaling, any shape.
    center, width
        Window Center (0028,1050) and Window Width (0028,1051), in the values' unit; width is at least 1.

    Raises
    ------
    MedquantError
        If the width is less than 1.

    Reference
    ---------
    DICOM PS3.3 C.11.2.1.2.1: y = (x − (c − 0.5)) / (w − 1) + 0.5 between c − 0.5 ± (w − 1) / 2, and 0 and 1 outside.
    """
    if width < 1:
        raise MedquantError(f"the window width is {width:g}; for the function LINEAR it must be at least 1")
    low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    inside = (values - (center - 0.5)) / max(width - 1, 1e-300) + 0.5
    return np.where(values <= low, 0.0, np.where(values > high, 1.0, inside))


def linear_exact(values: Values, center: float, width: float) -> Values:
    """Return values in 0..1 by the VOI LUT function LINEAR_EXACT.

    Raises
    ------
    MedquantError
        If the width is not positive.

    Reference
    ---------
    DICOM PS3.3 C.11.2.1.3.2: y = (x − c) / w + 0.5 between c ± w / 2, and 0 and 1 outside.
    """
    _positive(width)
    return np.clip((values - center) / width + 0.5, 0.0, 1.0)


def sigmoid(values: Values, center: float, width: float) -> Values:
    """Return values in 0..1 by the VOI LUT function SIGMOID.

    Raises
    ------
    MedquantError
        If the width is not positive.

    Reference
    ---------
    DICOM PS3.3 C.11.2.1.3.1: y = 1 / (1 + exp(−4 (x − c) / w)).
    """
    _positive(width)
    return 1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -700.0, 700.0)))


FUNCTIONS: dict[str, Callable[[Values, float, float], Values]] = {
    "LINEAR": linear,
    "LINEAR_EXACT": linear_exact,
    "SIGMOID": sigmoid,
}


def windowed(values: Values, center: float, width: float, function: str = "LINEAR") -> Values:
    """Return values in 0..1 through a window, by the name of its VOI LUT Function (0028,1056).

    Raises
    ------
    MedquantError
        If there is no such function, the window is not finite or its width is too small.
    """
    if function not in FUNCTIONS:
        raise MedquantError(f"the VOI LUT function {function!r} is not known; {one_of(list(FUNCTIONS))}")
    if not (np.isfinite(center) and np.isfinite(width)):
        raise MedquantError(f"the window with center {center:g} and width {width:g} is not finite")
    return FUNCTIONS[function](values, center, width)


def stretched(values: Values, within: NDArray[np.bool_] | None = None) -> Values:
    """Return values in 0..1 between their 0.5th and 99.5th percentile, where nobody recorded a window.

    Parameters
    ----------
    values
        Grey values, any shape; what is not finite becomes 0.
    within
        Which values the percentiles are taken of (such as those that are no padding), of the same shape.

    Raises
    ------
    MedquantError
        If no value is finite.
    """
    finite = np.isfinite(values)
    counted = values[finite if within is None else finite & within]
    if counted.size == 0:
        raise MedquantError("there is no finite grey value")
    low, high = (float(end) for end in np.percentile(counted, PERCENTILES))
    if high <= low:  # nearly all values are one: show what differs, or black
        low, high = float(counted.min()), float(counted.max())
    if high <= low:
        return np.zeros(values.shape)
    return np.clip((np.where(finite, values, low) - low) / (high - low), 0.0, 1.0)


def eight_bit(values: Values) -> NDArray[np.uint8]:
    """Return values in 0..1 as the nearest of the 256 greys."""
    return np.rint(values * 255.0).astype(np.uint8)


def _positive(width: float) -> None:
    if width <= 0:
        raise MedquantError(f"the window width is {width:g}; it must be positive")
