"""Questions to a fitted meta-regression: combinations of coefficients, expected effects, and which of two models."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from review.meta.errors import InvalidInput
from review.meta.inference import coefficient, critical_value, joint_test
from review.meta.plain import Told
from review.meta.regression_result import RegressionEstimate
from review.meta.regression_words import joint
from review.meta.result import Coefficient, JointTest, PooledEstimate, PredictionInterval
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    import pandas as pd

Matrix = NDArray[np.float64]
Rule = Literal["k-p-1", "metafor"]


@dataclass(frozen=True)
class Contrasts(Told):
    """Combinations of coefficients, each tested against 0, and all together.

    Parameters
    ----------
    contrasts
        One coefficient per combination.
    together
        Their joint test; None when they depend on each other or have no error.
    """

    contrasts: tuple[Coefficient, ...]
    together: JointTest | None

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per combination."""
        import pandas as pd

        return pd.DataFrame([asdict(c) for c in self.contrasts]).astype({"df": "float64"})

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        told = [f"{c.term}: {number(c.estimate)} (SE {number(c.se)}, {p_value(c.p)})" for c in self.contrasts]
        return [*told, f"together: {joint(self.together)}"]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return f"Combinations of coefficients were tested against 0: {'; '.join(self.lines())}."


@dataclass(frozen=True)
class Expected:
    """The mean effect at one set of moderators, and where the effect of a new study there is expected.

    Parameters
    ----------
    mean
        Estimate, standard error and confidence interval of the mean.
    prediction_interval
        None where tau2 is 0 by assumption, or the df rule leaves no degrees of freedom.
    """

    mean: Coefficient
    prediction_interval: PredictionInterval | None


@dataclass(frozen=True)
class LikelihoodRatio(Told):
    """How much likelier the effects are under the fuller of two models.

    Parameters
    ----------
    statistic
        Twice the difference of the log-likelihoods, ≥ 0.
    df
        Number of coefficients that the smaller model lacks.
    p
        From χ²(df).
    method
        "ML": what both fits rest on.
    """

    statistic: float
    df: int
    p: float
    method: str

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per test."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"likelihood-ratio test ({self.method}): χ²({self.df}) = {number(self.statistic)}, {p_value(self.p)}"
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return f"The models were compared by a {self.lines()[0]}."


def contrasts(
    result: RegressionEstimate, combinations: ArrayLike, names: Sequence[str] | None = None
) -> Contrasts:
    """Estimate and test linear combinations of the coefficients.

    Parameters
    ----------
    result
        A meta-regression; its test and level are used.
    combinations
        Weights of the coefficients, shape (m, p), or (p,) for one.
    names
        m names; None numbers them from 1.

    Raises
    ------
    InvalidInput
        When shapes disagree.
    """
    weights = _rows(combinations, result, "combinations")
    if names is None:
        names = [f"contrast {i + 1}" for i in range(len(weights))]
    if len(names) != len(weights):
        raise InvalidInput(f"{len(names)} names for {len(weights)} contrasts: give one each")
    beta, covariance = _beta(result), np.array(result.covariance)
    each = weights @ covariance @ weights.T
    values = weights @ beta
    tested = tuple(
        coefficient(name, float(values[i]), float(np.sqrt(max(0.0, each[i, i]))), result.df, result.level)
        for i, name in enumerate(names)
    )
    return Contrasts(tested, joint_test(tuple(names), values, each, result.df))


def expected_effects(
    result: RegressionEstimate,
    moderators: ArrayLike,
    names: Sequence[str] | None = None,
    *,
    prediction: Rule = "k-p-1",
) -> tuple[Expected, ...]:
    """Return the mean effect and the prediction interval at given moderators.

    Parameters
    ----------
    result
        A meta-regression; its test and level are used.
    moderators
        Rows of a design matrix, the column of ones included, shape (m, p), or (p,) for one.
    names
        m names; None numbers them from 1.
    prediction
        Df of the prediction interval: "k-p-1" (Riley's rule with moderators), or "metafor", which follows the test:
        k − p df, or the normal distribution for "z".

    Raises
    ------
    InvalidInput
        When shapes disagree, or the rule is unknown.

    References
    ----------
    Riley, Higgins and Deeks (2011), BMJ 342, d549.
    """
    if prediction not in {"k-p-1", "metafor"}:
        raise InvalidInput(f"prediction = {prediction!r} is unknown: choose one of k-p-1, metafor")
    means = contrasts(result, moderators, names).contrasts
    rule, df = (
        ("k-p-1", result.k - result.p - 1)
        if prediction == "k-p-1"
        else ("normal", None)
        if result.df is None
        else ("k-p", result.df)
    )
    if result.method == "FE" or df == 0:
        return tuple(Expected(mean, None) for mean in means)
    critical = critical_value(result.level, df)
    found = []
    for mean in means:
        half = critical * float(np.hypot(np.sqrt(result.tau2), mean.se))
        found.append(Expected(mean, PredictionInterval(mean.estimate - half, mean.estimate + half, rule, df)))
    return tuple(found)


def likelihood_ratio(
    full: RegressionEstimate, reduced: RegressionEstimate | PooledEstimate
) -> LikelihoodRatio:
    """Test whether a model with more moderators fits better than one with fewer.

    Parameters
    ----------
    full
        The model with more moderators, by "ML".
    reduced
        The same rows with fewer moderators or none, by "ML".

    Raises
    ------
    InvalidInput
        When a fit is not by ML (restricted likelihoods of two designs cannot be compared), when the rows differ, or
        when the smaller design is no part of the larger.
    """
    if full.method != "ML" or reduced.method != "ML":
        raise InvalidInput(
            f"a likelihood-ratio test of moderators needs two fits by ML, and these are by {full.method} and "
            f"{reduced.method}: fit both anew with method ML"
        )
    if (full.yi, full.vi) != (reduced.yi, reduced.vi) or reduced.fit is None:
        raise InvalidInput(
            f"the two models rest on different rows ({full.k} and {reduced.k}): fit the smaller one to the rows of the "
            "larger one"
        )
    x = np.array(full.design)
    z = np.array(reduced.design) if isinstance(reduced, RegressionEstimate) else np.ones((full.k, 1))
    basis = np.linalg.qr(x / np.abs(x).max(axis=0))[0]
    z = z / np.abs(z).max(axis=0)
    df = x.shape[1] - z.shape[1]
    if df < 1 or float(np.abs(z - basis @ (basis.T @ z)).max()) > 1e-8:
        raise InvalidInput(
            "the smaller model is no special case of the larger one: leave terms out, and add none"
        )
    ratio = max(0.0, 2 * (full.fit.log_likelihood_ml - reduced.fit.log_likelihood_ml))
    return LikelihoodRatio(ratio, df, float(chdtrc(df, ratio)), "ML")


def _beta(result: RegressionEstimate) -> Matrix:
    return np.array([c.estimate for c in result.coefficients])


def _rows(values: ArrayLike, result: RegressionEstimate, what: str) -> Matrix:
    rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if rows.ndim != 2 or rows.shape[1] != result.p or not np.isfinite(rows).all():
        raise InvalidInput(
            f"{what} has shape {rows.shape} but must hold rows of {result.p} finite numbers: {', '.join(result.terms)}"
        )
    return rows
