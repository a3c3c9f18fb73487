"""From the fits of all subsets to the GOSH plot, and the row that decides it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reports.figures.from_results.names import one_line
from reports.figures.gosh import Gosh
from review.meta.errors import InvalidInput

if TYPE_CHECKING:
    from review.meta.result import PooledEstimate
    from review.meta.sensitivity import gosh


def gosh_of(
    result: "gosh.Gosh",
    chosen: object = None,
    *,
    whole: "PooledEstimate | None" = None,
    measure: str = "effect",
    log: bool = False,
) -> Gosh:
    """Take a GOSH plot from the fits of the subsets.

    Parameters
    ----------
    result
        What `review.meta.sensitivity.gosh` returned.
    chosen
        Label of the study whose subsets get a colour of their own (those that hold any of its rows); None for none.
    whole
        The analysis of all rows, drawn as a cross.
    measure
        Name of the effect.
    log
        Whether estimates are log ratios, to be labelled as ratios.

    Raises
    ------
    InvalidInput
        When no row has the chosen label.
    """
    holds, name = None, ""
    if chosen is not None:
        places = [i for i, row in enumerate(result.rows) if str(row) == str(chosen)]
        if not places:
            raise InvalidInput(
                f"no pooled row is labelled {chosen!r}: choose one of {', '.join(map(str, result.rows))}"
            )
        name = one_line(chosen) if isinstance(result.rows[places[0]], str) else f"row {chosen}"
        holds = np.logical_or.reduce([_held(result, place) for place in places])
    return Gosh(
        result.estimate,
        result.I2,
        measure,
        result.k,
        holds=holds,
        chosen=name,
        whole=None if whole is None else (whole.coefficients[0].estimate, whole.I2 or 0.0),
        possible=2**result.k - 1,
        method=result.method,
        log=log,
    )


def _held(result: "gosh.Gosh", place: int) -> NDArray[np.bool_]:
    """Return which subsets hold the row at a place; labels need not be unique."""
    return np.unpackbits(result.members[:, place // 8, None], axis=1)[:, place % 8].astype(np.bool_)


def deciding_row(result: "gosh.Gosh") -> str | int:
    """Return the label of the row whose presence moves the mean estimate of the subsets most.

    Parameters
    ----------
    result
        What `review.meta.sensitivity.gosh` returned.
    """
    gaps = []
    for place in range(result.k):
        held = _held(result, place)
        gaps.append(
            abs(float(result.estimate[held].mean() - result.estimate[~held].mean()))
            if 0 < held.sum() < result.n
            else 0.0
        )
    return result.rows[int(np.argmax(gaps))]
