"""What is asked of a result before its rows are left out or added, and the fits that come of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from review.meta.errors import InvalidInput
from review.meta.inference import coefficient
from review.meta.plain import Plain
from review.meta.result import PooledEstimate
from review.meta.rows import ExcludedRow
from review.meta.scaling import Scaled, scale
from review.meta.sensitivity.subsets import Mask, SubsetFits, blocks, fit_subsets, joined

if TYPE_CHECKING:
    import pandas as pd

TESTED = ("estimate", "se", "statistic", "df", "p", "ci_low", "ci_high")


@dataclass(frozen=True, kw_only=True)
class Refit:
    """The pooled effect of some of the rows.

    Parameters
    ----------
    k
        Number of rows pooled.
    estimate
        The pooled effect, in units of yi.
    se
        Its standard error.
    statistic
        Estimate / se; NaN where se is 0.
    df
        Degrees of freedom of the t distribution; None for the normal one.
    p
        Two-sided p-value.
    ci_low
        Lower confidence limit.
    ci_high
        Upper confidence limit.
    tau2
        Between-row variance, in squared units of yi; 0 for a single row.
    I2
        Percent of the total variance that lies between rows.
    H2
        Total over sampling variance.
    Q
        Cochran's statistic; 0 for a single row.
    Q_df
        Its degrees of freedom.
    Q_p
        Its p-value; 1 for a single row.
    """

    k: int
    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float
    ci_low: float
    ci_high: float
    tau2: float
    I2: float
    H2: float
    Q: float
    Q_df: int
    Q_p: float


@dataclass(frozen=True, kw_only=True)
class Refits(Plain):
    """A series of refits, each made as the analysis of all rows was.

    Parameters
    ----------
    method
        Estimator of tau2.
    test
        "knha", "adhoc", "t" or "z"; a single row has its own variance and the normal distribution.
    level
        Confidence level, in percent.
    all_rows
        The pooled effect of all rows.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    method: str
    test: str
    level: float
    all_rows: Refit
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]


def frame(refits: Sequence[Refit], first: str) -> "pd.DataFrame":
    """Return one line per refit.

    Parameters
    ----------
    refits
        The refits.
    first
        The field that names them.
    """
    import pandas as pd

    table = pd.DataFrame([asdict(refit) for refit in refits]).astype({"df": "float64"})
    return table[[first, *(column for column in table.columns if column != first)]]


def independent_rows(result: PooledEstimate, what: str, least: int = 1) -> Scaled:
    """Return the rows of a pooled effect, scaled, where they can be taken out one by one.

    Parameters
    ----------
    result
        A random-effects or equal-effects analysis.
    what
        Name of the analysis that asks, for the message.
    least
        Rows that it needs.

    Raises
    ------
    InvalidInput
        Without variances, or with too few rows.
    """
    if not isinstance(result, PooledEstimate):
        raise InvalidInput(
            f"{what} takes the result of random_effects, not a {type(result).__name__}: rows of a multilevel model or a "
            "meta-regression do not stand alone"
        )
    if result.vi is None:
        raise InvalidInput(
            f"{what} needs sampling variances, but this result has none ({result.method}): pool rows that have "
            "variances with random_effects"
        )
    if result.k < least:
        raise InvalidInput(f"{what} needs at least {least} rows, but {result.k} was pooled: add rows")
    return scale(np.array(result.yi), np.array(result.vi), result.rows)


def clustered_warning(result: PooledEstimate) -> list[str]:
    """Return what to say where rows belong together but are treated one by one.

    Parameters
    ----------
    result
        The analysis of all rows.
    """
    if result.clusters is None or result.clusters == result.k:
        return []
    told_apart = (
        f"the {result.k} rows belong to {result.clusters} clusters but are treated one by one here, with the model's own "
        "standard errors: rows of the same cluster support each other, so leave out whole clusters as well"
    )
    return [told_apart]


def refit(result: PooledEstimate, scaled: Scaled, inside: Mask) -> SubsetFits:
    """Fit subsets of the rows as all rows were.

    Parameters
    ----------
    result
        The analysis of all rows.
    scaled
        Its rows, as `independent_rows` gives them.
    inside
        Which rows each subset holds, shape (n, k).
    """
    n, k = inside.shape
    return joined([fit_subsets(result.method, scaled.y, scaled.v, inside[part]) for part in blocks(n, k)])


def test_factor(test: str, scatter: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the test multiplies the usual variance of the pooled effect with.

    Parameters
    ----------
    test
        "knha", "adhoc", "t" or "z".
    scatter
        Knapp–Hartung factors; NaN for a single row, whose factor is 1.
    """
    known = np.where(np.isnan(scatter), 1.0, scatter)
    if test == "knha":
        return known
    return np.maximum(known, 1.0) if test == "adhoc" else np.ones_like(known)


def told(fits: SubsetFits, scaled: Scaled, test: str, level: float) -> list[dict[str, Any]]:
    """Return the fields of `Refit` for each subset, in the units of the effects.

    Parameters
    ----------
    fits
        The fits.
    scaled
        The rows they were made of.
    test
        "knha", "adhoc", "t" or "z".
    level
        In percent.
    """
    se = fits.se * np.sqrt(test_factor(test, fits.scatter))
    found = []
    for i, k in enumerate(fits.size.tolist()):
        df = None if test == "z" or k == 1 else k - 1
        mean = scaled.centre + scaled.unit * float(fits.mean[i])
        c = coefficient("intercept", mean, scaled.unit * float(se[i]), df, level)
        line = {name: getattr(c, name) for name in TESTED}
        found.append(
            {
                "k": k,
                **line,
                "tau2": float(fits.tau2[i]) * scaled.unit**2,
                "I2": float(fits.i2[i]),
                "H2": float(fits.h2[i]),
                "Q": float(fits.q[i]),
                "Q_df": k - 1,
                "Q_p": float(fits.q_p[i]),
            }
        )
    return found


def special_warnings(refits: Sequence[Refit], names: Sequence[str], test: str) -> list[str]:
    """Return what to say of refits of a single row, or of equal effects.

    Parameters
    ----------
    refits
        The refits.
    names
        What each is called.
    test
        "knha", "adhoc", "t" or "z".
    """
    single = [name for name, r in zip(names, refits, strict=True) if r.k == 1]
    exact = [name for name, r in zip(names, refits, strict=True) if r.k > 1 and r.se == 0]
    warnings = []
    if single:
        warnings.append(
            f"{', '.join(single)} one row is left: its own variance gives the interval (normal distribution), and τ², Q "
            "and I² are 0 because nothing can differ"
        )
    if exact and test == "knha":
        warnings.append(
            f"{', '.join(exact)} all effects are equal, so the Knapp–Hartung standard error is 0, has no test and says "
            "nothing about precision: use the test adhoc or z"
        )
    return warnings
