"""The route without variances: equal weights, and inference from the differences between studies alone."""

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput
from review.meta.inference import check_level, moved
from review.meta.result import PooledEstimate
from review.meta.robust import EXACTLY, cluster_robust
from review.meta.rows import read_rows
from review.meta.scaling import scale_alone

MODELS = {
    "row": "no variances: every row weighs the same (ordinary least squares)",
    "study": "no variances: every study weighs the same (mean of study means)",
}


def equal_weights(
    yi: ArrayLike,
    cluster: Sequence[Hashable] | NDArray[np.generic],
    *,
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    by: Literal["row", "study"] = "row",
) -> PooledEstimate:
    """Pool effects that come without variances, with CR2 standard errors by study.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    cluster
        The study of each row, shape (n,).
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    by
        "row" gives every row the same weight, "study" every study.

    Raises
    ------
    InvalidInput
        For unknown options, shapes that disagree, a row without a study, or no row left.

    Notes
    -----
    Sizes and latencies are reported without standard errors, and to invent them would weigh studies by a guess.
    Without sampling variances the scatter cannot be split into chance and heterogeneity, so neither tau2 nor I²
    nor a prediction interval is given. With one study there is no scatter between studies either, and no interval.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28, 169–181; Tipton (2015), Psychological Methods 20, 375–393.
    """
    if by not in MODELS:
        raise InvalidInput(f"by = {by!r} is unknown: choose one of {', '.join(MODELS)}")
    level = check_level(level)
    rows = read_rows(yi, None, labels=labels, cluster=cluster)
    assert rows.cluster is not None  # noqa: S101 - a cluster was given; for the type checker
    studies, sizes = rows.cluster, np.bincount(rows.cluster)
    y, centre, unit = scale_alone(rows.yi)
    if by == "study":
        y = np.bincount(studies, weights=y) / sizes
        studies, weights = np.arange(sizes.size), 1 / sizes[studies] / sizes.size
    else:
        weights = np.full(y.size, 1 / y.size)
    fit = cluster_robust(np.ones((y.size, 1)), y, np.ones(y.size), studies, terms=("intercept",), level=level)
    pooled = tuple(moved(c, unit, centre, level) for c in fit.coefficients)
    warnings = [told for told in fit.warnings if told != EXACTLY]
    if pooled[0].se == 0:
        warnings.append(
            "all effects are equal, so the standard error is 0: it says nothing about a new study"
        )
    return PooledEstimate(
        k=rows.yi.size,
        clusters=fit.clusters,
        model=MODELS[by],
        method="equal weights",
        test="CR2",
        level=level,
        coefficients=pooled,
        weights=tuple((100 * weights).tolist()),
        robust=pooled,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        rows=rows.labels,
        yi=tuple(rows.yi.tolist()),
        vi=None,
    )
