"""Egger's regression where effects depend on each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput
from review.meta.multilevel import assumption_words as words
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.study_models import Fitted, refit_design, studies_of
from review.meta.multilevel.study_refits import Told, levels_of
from review.meta.result import Coefficient
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Predictor = Literal["se", "variance", "sqrt_inverse_n", "inverse_n"]

PREDICTORS = {
    "se": ("the standard error", "a standard error of 0"),
    "variance": ("the sampling variance", "a sampling variance of 0"),
    "sqrt_inverse_n": ("the root of the inverse sample size", "an infinite sample"),
    "inverse_n": ("the inverse sample size", "an infinite sample"),
}


@dataclass(frozen=True, kw_only=True)
class EggerMultilevel(Told):
    """A test whether small studies tell another effect, in a model for dependent effects.

    Parameters
    ----------
    predictor
        What stands for the size of a study, in words.
    model
        The model with that moderator, in words.
    method
        Estimator of the variance components.
    test
        What `model_slope` rests on.
    inference
        What `slope`, `limit` and `others` rest on: "CR2", or the model's test where too few clusters are independent.
    level
        Confidence level, in percent.
    k
        Number of rows used.
    clusters
        Number of studies among them.
    slope
        Coefficient of the predictor: the test of small-study effects.
    limit
        Expected effect where the predictor is 0 (very large studies); None without an intercept, or with other
        moderators, where there is not one such effect.
    at_limit
        What the predictor is there, in words.
    others
        The other coefficients.
    model_slope
        The slope with the model's own standard error; None where there are no variances.
    sigma2
        Variance components of the model with the predictor; None with equal weights.
    sigma2_levels
        What they lie between.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    predictor: str
    model: str
    method: str
    test: str
    inference: str
    level: float
    k: int
    clusters: int
    slope: Coefficient
    limit: Coefficient | None
    at_limit: str
    others: tuple[Coefficient, ...]
    model_slope: Coefficient | None
    sigma2: tuple[float, ...] | None
    sigma2_levels: tuple[str, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient."""
        import pandas as pd

        lines: list[dict[str, Any]] = [
            {"inference": self.inference, **vars(c)} for c in (self.slope, *self.others)
        ]
        if self.model_slope is not None and self.inference == "CR2":
            lines.append({"inference": self.test, **vars(self.model_slope)})
        return pd.DataFrame(lines).astype({"df": "float64"})

    def __str__(self) -> str:
        return words.egger_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.egger_report(self)


def egger_multilevel(
    fit: Fitted, predictor: Predictor = "se", *, sizes: ArrayLike | None = None
) -> EggerMultilevel:
    """Add a measure of study size to the model as a moderator, and test its slope with CR2 standard errors.

    Parameters
    ----------
    fit
        What `fit_multilevel`, `random_intercept` or `equal_weight_regression` gave; its moderators stay in.
    predictor
        "se", "variance", or, where these hang together with the effect (standardised differences, log ratios) or do not
        exist, "sqrt_inverse_n" or "inverse_n".
    sizes
        Sample size of each row of the fit, shape (k,), > 0, for the predictors that rest on it.

    Raises
    ------
    InvalidInput
        Without variances or sizes where the predictor needs them, when the predictor is the same in all rows or a
        combination of the moderators, or with too few rows.

    Notes
    -----
    The slope is tested by t with Satterthwaite df: it holds its level when effects of one study depend on each other in
    another way than the model says. Where all rows hang together (a crossed factor that joins all studies) there is no
    such test: the model's own stands in, and a warning says so. Variance components are estimated anew.

    References
    ----------
    Egger, Davey Smith, Schneider and Minder (1997), BMJ 315, 629–634; Rodgers and Pustejovsky (2021), Psychological Methods
    26, 141–160.
    """
    studies_of(fit)
    if predictor not in PREDICTORS:
        raise InvalidInput(f"predictor = {predictor!r} is unknown: choose one of {', '.join(PREDICTORS)}")
    column = _column(fit, predictor, sizes)
    terms = tuple(c.term for c in fit.coefficients)
    if predictor in terms:
        raise InvalidInput(f"{predictor} is in the model already: test its coefficient there")
    largest = float(column.max())
    if float(np.ptp(column)) <= 1e-12 * largest:
        what = PREDICTORS[predictor][0]
        raise InvalidInput(
            f"{what} is the same in all {fit.k} rows: large and small studies cannot be told apart"
        )
    found = refit_design(fit, np.column_stack((np.array(fit.design), column)), (*terms, predictor))
    slope, others = (found.robust or found.coefficients)[-1], (found.robust or found.coefficients)[:-1]
    alone = fit.p == 1 and set(np.array(fit.design)[:, 0].tolist()) == {1.0}
    return EggerMultilevel(
        predictor=PREDICTORS[predictor][0],
        model=found.model,
        method=found.method,
        test=found.test,
        inference="CR2" if found.robust else found.test,
        level=found.level,
        k=found.k,
        clusters=found.clusters,
        slope=slope,
        limit=others[0] if alone else None,
        at_limit=PREDICTORS[predictor][1],
        others=others,
        model_slope=found.coefficients[-1] if isinstance(found, MultilevelFit) else None,
        sigma2=found.sigma2,
        sigma2_levels=levels_of(found),
        warnings=found.warnings,
        excluded_rows=fit.excluded_rows,
    )


def _column(fit: Fitted, predictor: Predictor, sizes: ArrayLike | None) -> Array:
    if predictor in {"se", "variance"}:
        if fit.vi is None:
            raise InvalidInput(
                f"the predictor {predictor} needs sampling variances, but this fit has none: take sqrt_inverse_n and give "
                "the sample sizes"
            )
        variances: Array = np.array(fit.vi, dtype=np.float64)
        return np.sqrt(variances) if predictor == "se" else variances
    if sizes is None:
        raise InvalidInput(f"the predictor {predictor} needs sizes: give the sample size of each row")
    n = np.asarray(sizes, dtype=np.float64)
    if n.shape != (fit.k,) or not (np.isfinite(n) & (n > 0)).all():
        raise InvalidInput(
            f"sizes have shape {n.shape} but must hold {fit.k} finite numbers greater than 0, one per row of the fit"
        )
    return 1 / n if predictor == "inverse_n" else 1 / np.sqrt(n)
