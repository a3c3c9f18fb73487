"""Regression of effects on their precision: the variants of Egger's test for funnel asymmetry."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.bias import words
from review.meta.bias.reading import enough, few_warning, one_of
from review.meta.bias.result import BiasResult
from review.meta.design import TIED
from review.meta.errors import InvalidInput
from review.meta.regression import meta_regression
from review.meta.result import Coefficient
from review.meta.rows import Rows, read_rows
from review.meta.tau2 import METHODS, Method
from review.meta.univariate import TESTS, Test

Vector = NDArray[np.float64]
RegressionModel = Literal["lm", "rma"]
Predictor = Literal["sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv"]
MODELS = ("lm", "rma")
PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")
VANISHING = ("sei", "vi", "ninv", "sqrtninv")
"""Predictors that are 0 for an endless sample."""


@dataclass(frozen=True, kw_only=True)
class RegressionTest(BiasResult):
    """A regression of effects on a measure of their precision.

    Parameters
    ----------
    model
        "lm" (weights 1 / vi, dispersion estimated) or "rma" (meta-regression with tau2).
    predictor
        "sei", "vi", "ni", "ninv", "sqrtni" or "sqrtninv".
    method
        Estimator of tau2; None for "lm".
    test
        What the errors rest on: "knha", "adhoc", "t" or "z"; "dispersion" for "lm" (t distribution, k − 2 df).
    level
        Confidence level in percent.
    slope
        Change of the effect per unit of the predictor: its test is the test for asymmetry.
    limit
        The effect where the predictor is 0, an endless sample; None for ni and sqrtni, which are not 0 there.
    tau2
        Residual between-row variance; None for "lm".
    robust
        The slope with its CR2 standard error and Satterthwaite df; None when not clustered.
    clusters
        Number of clusters; None when not clustered.
    """

    model: str
    predictor: str
    method: str | None
    test: str
    level: float
    slope: Coefficient
    limit: Coefficient | None
    tau2: float | None
    robust: Coefficient | None
    clusters: int | None

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.regression_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.regression_sentences(self)


def regression_test(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    ni: ArrayLike | None = None,
    model: RegressionModel = "rma",
    predictor: Predictor = "sei",
    method: Method = "REML",
    test: Test = "knha",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    cluster: Sequence[Hashable] | NDArray[np.generic] | None = None,
) -> RegressionTest:
    """Test whether effects depend on their precision.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances in squared units of yi, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    ni
        Sample sizes, shape (n,), > 0, for the predictors made of them; a missing one leaves the row out.
    model
        "rma" (meta-regression) or "lm" (weighted least squares with a dispersion factor, as Egger's own test).
    predictor
        "sei" (√vi), "vi", "ni", "ninv" (1 / ni), "sqrtni" or "sqrtninv" (1 / √ni).
    method
        Estimator of tau2 of "rma", see `review.meta.tau2`.
    test
        Standard errors of "rma": "knha", "adhoc", "t" or "z".
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    cluster
        n cluster labels; `robust` then holds the slope with a CR2 standard error and Satterthwaite df.

    Raises
    ------
    InvalidInput
        For fewer than 3 rows, a predictor that is the same in all rows, sample sizes that are missing altogether or not
        above 0, or what `review.meta.regression.meta_regression` refuses.

    Notes
    -----
    A dispersion factor on the weights 1 / vi is what Knapp and Hartung's factor is at tau2 = 0, so that "lm" is fitted as
    that meta-regression.

    References
    ----------
    Egger et al. (1997), BMJ 315, 629–634; Sterne and Egger (2005), in: Publication Bias in Meta-Analysis, 99–110; "ni":
    Macaskill, Walter and Irwig (2001), Statistics in Medicine 20, 641–654; "ninv": Peters et al. (2006), JAMA 295,
    676–680.
    """
    one_of(
        {
            "model": (model, MODELS),
            "predictor": (predictor, PREDICTORS),
            "method": (method, METHODS),
            "test": (test, TESTS),
        }
    )
    rows = read_rows(yi, vi, labels=labels)
    x = _predictor(rows, predictor, np.size(yi), ni)
    known = x[list(rows.kept)]
    known = known[np.isfinite(known)]
    enough(known.size, 3, "a regression test for funnel asymmetry")
    _refuse_constant(known, predictor)
    linear = model == "lm"
    fit = meta_regression(
        yi,
        vi,
        np.column_stack([np.ones(x.size), x]),
        terms=("intercept", predictor),
        method="FE" if linear else method,
        test="knha" if linear else test,
        level=level,
        labels=labels,
        cluster=cluster,
    )
    limit, slope = fit.coefficients
    warnings = [*few_warning(fit.k), *fit.warnings]
    if linear and slope.se == 0:
        warnings = [
            *few_warning(fit.k),
            "the line fits all effects exactly, so its standard errors are 0 and nothing can be tested",
        ]
    return RegressionTest(
        k=fit.k,
        rows=fit.rows,
        warnings=tuple(warnings),
        excluded_rows=fit.excluded_rows,
        model=model,
        predictor=predictor,
        method=None if linear else method,
        test="dispersion" if linear else test,
        level=fit.level,
        slope=slope,
        limit=limit if predictor in VANISHING else None,
        tau2=None if linear else fit.tau2,
        robust=fit.robust[1] if fit.robust else None,
        clusters=fit.clusters,
    )


def _predictor(rows: Rows, predictor: str, n: int, ni: ArrayLike | None) -> Vector:
    """Return the predictor of all n rows: NaN where the sample size is missing, 1 where the row is left out anyway."""
    kept = list(rows.kept)
    x = np.ones(n)
    if predictor in {"sei", "vi"}:
        assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
        x[kept] = rows.vi if predictor == "vi" else np.sqrt(rows.vi)
        return x
    if ni is None:
        raise InvalidInput(f"the predictor {predictor} needs sample sizes: give ni, or choose sei or vi")
    try:
        size = np.asarray(ni, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"ni holds something that is not a number ({error}): give sample sizes") from None
    if size.shape != (n,):
        raise InvalidInput(f"ni has shape {size.shape} but yi has {n} entries: give one sample size per row")
    size = size[kept]
    bad = [f"row {rows.labels[i]}: ni = {size[i]:g}" for i in np.flatnonzero(size <= 0).tolist()]
    if bad:
        raise InvalidInput(f"a sample size must be greater than 0, but {', '.join(bad[:10])}: correct it")
    size = np.where(np.isfinite(size), size, np.nan)
    x[kept] = {"ni": size, "ninv": 1 / size, "sqrtni": np.sqrt(size), "sqrtninv": 1 / np.sqrt(size)}[
        predictor
    ]
    return x


def _refuse_constant(x: Vector, predictor: str) -> None:
    shares = x / x.max()
    if float(np.linalg.norm(shares - shares.mean())) <= 2 * TIED * float(np.linalg.norm(shares)):
        raise InvalidInput(
            f"the predictor {predictor} is the same in all {x.size} rows, so that asymmetry cannot show: "
            "choose a predictor that differs, or report no test"
        )
