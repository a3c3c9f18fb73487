"""Permutation tests, which ask how often rearranged rows show as much as the observed ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta import remarks
from review.meta.batch import BatchFit, fit_many
from review.meta.design import Design, check_span, read_design
from review.meta.errors import InvalidInput
from review.meta.plain import Told
from review.meta.rows import ExcludedRow, read_rows
from review.meta.scaling import scale
from review.meta.univariate import TESTS, Test
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    import pandas as pd

Matrix = NDArray[np.float64]
PermutationMethod = Literal["REML", "DL", "FE"]
PERMUTATION_METHODS = ("REML", "DL", "FE")

FEW_ENOUGH = 10_000
MOST = 5_000_000
NORMAL_EQUATIONS = 1e8  # they bear half the span of variances that an orthogonal fit bears
TIE = 1e-8  # statistics that differ by less are taken for equal


@dataclass(frozen=True)
class PermutationTest(Told):
    """P-values from rearranged rows.

    Parameters
    ----------
    terms
        The coefficients tested.
    statistics
        Their observed statistics.
    p
        Shares of rearrangements whose statistic is as large, in absolute value, or larger; the observed one counts.
    moderators
        The same for the joint test of all moderators; None for the mean alone.
    rearrangements
        How many were looked at.
    exact
        Whether these were all that there are.
    how
        "signs" of the effects were flipped (the mean alone), or "rows" shuffled against their moderators.
    method
        Estimator of tau2, anew in each.
    test
        The standard errors in the statistics.
    seed
        Of the random rearrangements; None when exact.
    k
        Number of rows.
    excluded_rows
        Rows left out, and why.
    warnings
        What a reader must know before using the numbers.
    """

    terms: tuple[str, ...]
    statistics: tuple[float, ...]
    p: tuple[float, ...]
    moderators: float | None
    rearrangements: int
    exact: bool
    how: str
    method: str
    test: str
    seed: int | None
    k: int
    excluded_rows: tuple[ExcludedRow, ...]
    warnings: tuple[str, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient."""
        import pandas as pd

        return pd.DataFrame({"term": self.terms, "statistic": self.statistics, "p": self.p})

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        together = [] if self.moderators is None else [f"moderators together: {p_value(self.moderators)}"]
        tested = zip(self.terms, self.statistics, self.p, strict=True)
        return [
            f"{self._how()}; {self.k} rows; estimator: {self.method}; test: {self.test}",
            *(f"{term}: statistic {number(found)}, {p_value(p)}" for term, found, p in tested),
            *together,
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        tested = zip(self.terms, self.p, strict=True)
        found = "; ".join(f"{term}: {p_value(p)}" for term, p in tested)
        return f"P-values rest on the {self._how()}: {found}.{remarks.sentences(self.excluded_rows, self.warnings)}"

    def _how(self) -> str:
        drawn = "exact" if self.exact else f"random, seed {self.seed}"
        what = (
            "flipped signs of the effects"
            if self.how == "signs"
            else "rows shuffled against their moderators"
        )
        return f"permutation test ({drawn}; {self.rearrangements:,} rearrangements, {what})"


def permutation_test(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike | None = None,
    *,
    terms: Sequence[str] | None = None,
    method: PermutationMethod = "REML",
    test: Test = "knha",
    exact: bool | None = None,
    iterations: int = 1000,
    seed: int = 0,
    labels: Sequence[object] | None = None,
) -> PermutationTest:
    """Test the pooled effect by flipping signs, or moderators by shuffling rows.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    design
        Design matrix with a column of ones, shape (n, p); None for the mean alone.
    terms
        p names of its columns.
    method
        "REML", "DL" or "FE".
    test
        "knha", "adhoc", "t" or "z": the standard errors in the statistics.
    exact
        Whether to look at all rearrangements; None does so up to 10,000 of them.
    iterations
        How many random rearrangements otherwise, the observed one among them.
    seed
        Of the random numbers.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For fewer than 2 rows, a design without a column of ones or without moderators, unknown options, more than
        5,000,000 exact rearrangements, or what `meta_regression` refuses.

    Notes
    -----
    Signs may be flipped where effects are symmetric about 0 if the mean is 0; rows may be shuffled where they can be
    exchanged if moderators do nothing. Effect and variance of a row stay together.

    References
    ----------
    Higgins and Thompson (2004), Statistics in Medicine 23, 1663–1682; Follmann and Proschan (1999), Biometrics 55,
    732–737; Good (2009), Permutation, Parametric, and Bootstrap Tests of Hypotheses.
    """
    _check(method, test, iterations)
    rows = read_rows(yi, vi, labels=labels, design=design, terms=terms)
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    k = rows.yi.size
    if k < 2:
        raise InvalidInput(f"k = {k}: a permutation test needs at least 2 rows")
    x = (
        read_design(np.ones((k, 1)), ("intercept",))
        if rows.design is None
        else read_design(rows.design, rows.terms)
    )
    check_span(rows.vi, rows.labels, NORMAL_EQUATIONS)
    how = "signs" if x.matrix.shape[1] == 1 else "rows"
    if x.intercept is None:
        raise InvalidInput(
            "rows can be shuffled in a model with an intercept only: give the design a column of ones"
        )
    if np.ptp(rows.yi) == 0:
        raise InvalidInput(
            f"all {k} effects are equal: no rearrangement differs from another, use random_effects"
        )
    total = 2**k if how == "signs" else math.factorial(k)
    every = total <= FEW_ENOUGH if exact is None else exact
    if every and total > MOST:
        raise InvalidInput(
            f"{k} rows have {float(total):.2g} rearrangements, more than {MOST:,}: use exact=False with iterations"
        )
    scaled = scale(rows.yi, rows.vi, rows.labels, centred=how == "rows")
    found = _rearranged(how, scaled.y, scaled.v, k, iterations=None if every else iterations, seed=seed)
    each, joint = _statistics(fit_many(method, *found, x.basis), x, test, scaled.centre / scaled.unit)
    observed = np.abs(each[0])
    p = (np.abs(each) >= observed - TIE * np.maximum(1, observed)).mean(axis=0)
    together = None if joint is None else float((joint >= joint[0] - TIE * max(1.0, joint[0])).mean())
    coarse = f"{each.shape[0]} rearrangements cannot give a p-value below 0.05"
    warnings = (coarse,) if every and each.shape[0] <= 20 * (1 + (how == "signs")) else ()
    return PermutationTest(
        x.terms,
        tuple(each[0].tolist()),
        tuple(p.tolist()),
        together,
        each.shape[0],
        every,
        how,
        method,
        test,
        None if every else seed,
        k,
        rows.excluded,
        warnings,
    )


def _check(method: str, test: str, iterations: int) -> None:
    for name, given, allowed in (("method", method, PERMUTATION_METHODS), ("test", test, TESTS)):
        if given not in allowed:
            raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(allowed)}")
    if iterations < 2:
        raise InvalidInput(f"iterations = {iterations} compares the effects with nothing: give at least 100")


def _rearranged(
    how: str, y: Matrix, v: Matrix, k: int, *, iterations: int | None, seed: int
) -> tuple[Matrix, Matrix]:
    """Return effects and variances of all rearrangements, the observed one first."""
    random = np.random.default_rng(seed)
    if how == "signs":
        if iterations is None:
            flips = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
        else:
            flips = random.integers(0, 2, (iterations, k))
            flips[0] = 0
        return y * (1 - 2 * flips), np.broadcast_to(v, flips.shape)
    if iterations is None:
        order = np.array(list(permutations(range(k))), dtype=np.intp)
    else:
        order = random.permuted(np.tile(np.arange(k), (iterations, 1)), axis=1)
        order[0] = np.arange(k)
    return y[order], v[order]


def _statistics(fit: BatchFit, x: Design, test: Test, centre: float) -> tuple[Matrix, Matrix | None]:
    """Return each coefficient over its standard error, and the joint statistic of the moderators."""
    factor = {
        "knha": fit.scatter,
        "adhoc": np.maximum(1.0, fit.scatter),
        "t": np.ones_like(fit.scatter),
        "z": np.ones_like(fit.scatter),
    }[test]
    # a sample that is fitted exactly has no scatter: its statistic is as large as can be
    factor = np.maximum(factor, np.finfo(float).tiny)
    size = np.linalg.norm(x.back, axis=1)
    back = x.back / size[:, None]
    estimates = fit.estimates @ back.T
    estimates[:, x.intercept] += centre / size[x.intercept]
    covariance = factor[:, None, None] * (back @ fit.covariance @ back.T)
    each = estimates / np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    others = [j for j in range(len(x.terms)) if j != x.intercept]
    if not others:
        return each, None
    b, block = estimates[:, others], covariance[:, others][:, :, others]
    return each, np.einsum("na,na->n", b, np.linalg.solve(block, b[:, :, None])[:, :, 0])
