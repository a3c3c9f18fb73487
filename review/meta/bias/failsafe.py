"""Fail-safe N: how many unseen null results would undo a finding."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from review.meta.bias import words
from review.meta.bias.reading import one_of, probability
from review.meta.bias.result import BiasResult
from review.meta.errors import InvalidInput
from review.meta.rows import Rows, read_rows
from review.meta.scaling import scale

Kind = Literal["Rosenthal", "Orwin", "Rosenberg"]
KINDS = ("Rosenthal", "Orwin", "Rosenberg")
ROUNDING = 1e-12  # a number this near to a whole one, relatively, is that


@dataclass(frozen=True, kw_only=True)
class FailSafeN(BiasResult):
    """The number of null results that would undo a finding.

    Parameters
    ----------
    kind
        "Rosenthal", "Orwin" or "Rosenberg".
    n
        That number; 0 where there is nothing to undo.
    alpha
        Significance level aimed at; None for Orwin.
    p
        p-value of the rows as they are: one-sided for Rosenthal, two-sided for Rosenberg, None for Orwin.
    mean
        Mean effect of the rows as they are; None for Rosenthal.
    target
        Mean effect aimed at, with the sign of the mean; None but for Orwin.
    weighted
        Whether the mean has weights 1 / vi.
    """

    kind: str
    n: int
    alpha: float | None
    p: float | None
    mean: float | None
    target: float | None
    weighted: bool

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.failsafe_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.failsafe_sentences(self)


def fail_safe_n(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    kind: Kind = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
    weighted: bool = False,
    labels: Sequence[object] | None = None,
) -> FailSafeN:
    """Return how many results of mean 0 would have to be added to undo a finding.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; None for Orwin's unweighted number.
    kind
        "Rosenthal" (combined significance by Stouffer's method), "Orwin" (mean effect) or "Rosenberg" (significance of
        the mean with weights 1 / vi).
    alpha
        Significance level that the finding must lose, 0 … 1: one-sided for Rosenthal, two-sided for Rosenberg.
    target
        Orwin: the mean effect that would no longer matter, not 0, its sign is that of the mean; None takes half the mean.
    weighted
        Orwin: whether the mean has weights 1 / vi.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For unknown options, no variances where they are needed, or a target of 0, which no number of results reaches.

    References
    ----------
    Rosenthal (1979), Psychological Bulletin 86, 638–641; Orwin (1983), Journal of Educational Statistics 8, 157–159;
    Rosenberg (2005), Evolution 59, 464–468.
    """
    one_of({"kind": (kind, KINDS)})
    probability("alpha", alpha)
    weighing = kind == "Rosenberg" or (kind == "Orwin" and weighted)
    if vi is None and (kind == "Rosenthal" or weighing):
        raise InvalidInput(f"fail-safe N by {kind} needs variances: give vi, or choose Orwin unweighted")
    rows = read_rows(yi, vi if kind == "Rosenthal" or weighing else None, labels=labels)
    if kind == "Orwin":
        return _orwin(rows, target, weighted)
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    scaled = scale(rows.yi, rows.vi, rows.labels, centred=False)
    if kind == "Rosenthal":
        z = float((scaled.y / np.sqrt(scaled.v)).sum()) / math.sqrt(rows.yi.size)
        beyond, mean = -float(ndtri(alpha)), None
        p = float(ndtr(-abs(z)))
    else:
        w = 1 / scaled.v
        z = float(w @ scaled.y) / math.sqrt(float(w.sum()))
        beyond, mean = -float(ndtri(alpha / 2)), scaled.unit * float(w @ scaled.y) / float(w.sum())
        p = 2 * float(ndtr(-abs(z)))
    significant = abs(z) > beyond
    n = _upwards(rows.yi.size * ((z / beyond) ** 2 - 1)) if significant and beyond > 0 else 0
    return _result(rows, kind, n, alpha=alpha, p=p, mean=mean, weighted=kind == "Rosenberg")


def _orwin(rows: Rows, target: float | None, weighted: bool) -> FailSafeN:
    y, w = rows.yi, np.ones(rows.yi.size)
    if rows.vi is not None:
        scaled = scale(rows.yi, rows.vi, rows.labels)
        w = 1 / scaled.v
    share = w / w.sum()
    mean = float(share @ y)
    if target is not None and not (math.isfinite(target) and target != 0):
        raise InvalidInput(
            f"target = {target:g} is reached by no number of null results: give the smallest effect that matters"
        )
    aimed = abs(mean) / 2 if target is None else abs(target)
    n = 0
    warnings = []
    if mean == 0:
        warnings.append("the mean effect is 0 already")
    elif abs(mean) > aimed:
        n = _upwards(y.size * ((abs(mean) - aimed) / aimed))
    if target is None:
        warnings.append(
            "no target was given, so that half the mean effect stands in for what would not matter"
        )
    return _result(
        rows,
        "Orwin",
        n,
        mean=mean,
        target=math.copysign(aimed, mean),
        weighted=weighted,
        warnings=tuple(warnings),
    )


def _upwards(x: float) -> int:
    nearest = round(x)
    return nearest if abs(x - nearest) <= ROUNDING * max(1.0, abs(x)) else math.ceil(x)


def _result(
    rows: Rows,
    kind: str,
    n: int,
    *,
    alpha: float | None = None,
    p: float | None = None,
    mean: float | None = None,
    target: float | None = None,
    weighted: bool,
    warnings: tuple[str, ...] = (),
) -> FailSafeN:
    return FailSafeN(
        k=rows.yi.size,
        rows=rows.labels,
        warnings=warnings,
        excluded_rows=rows.excluded,
        kind=kind,
        n=n,
        alpha=alpha,
        p=p,
        mean=mean,
        target=target,
        weighted=weighted,
    )
