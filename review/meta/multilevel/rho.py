"""How much a fit depends on the correlation of sampling errors that was assumed within studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from review.meta.errors import InvalidInput
from review.meta.multilevel import assumption_words as words
from review.meta.multilevel.inputs import LEVELS
from review.meta.multilevel.model import Method, Test, fit_multilevel
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.study_refits import StudyRefit, Told, told
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd

RHOS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9)


@dataclass(frozen=True, kw_only=True)
class RhoGrid(Told):
    """The same model at several correlations of sampling errors.

    Parameters
    ----------
    base
        The model that was varied, in words.
    method
        Estimator of the variance components.
    test
        What `coefficients` of the fits rest on; the robust ones rest on CR2.
    level
        Confidence level, in percent.
    rhos
        The correlations.
    sigma2_levels
        What the variance components lie between.
    fits
        One per correlation, named after it.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    base: str
    method: str
    test: str
    level: float
    rhos: tuple[float, ...]
    sigma2_levels: tuple[str, ...]
    fits: tuple[StudyRefit, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per correlation and coefficient, with model-based and CR2 inference."""
        import pandas as pd

        lines: list[dict[str, Any]] = []
        for rho, r in zip(self.rhos, self.fits, strict=True):
            parts = dict(zip((f"sigma2_{s}" for s in self.sigma2_levels), r.sigma2 or (), strict=True))
            for kind, found in ((self.test, r.coefficients), ("CR2", r.robust)):
                lines += [{"rho": rho, "inference": kind, **vars(c), **parts} for c in found]
        return pd.DataFrame(lines).astype({"df": "float64"})

    def __str__(self) -> str:
        return words.rho_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.rho_report(self)


def rho_grid(fit: MultilevelFit, rhos: Sequence[float] = RHOS) -> RhoGrid:
    """Fit the same model at each correlation of sampling errors within studies.

    Parameters
    ----------
    fit
        What `fit_multilevel` gave, with or without a rho of its own.
    rhos
        Correlations, 0 ≤ rho < 1.

    Raises
    ------
    InvalidInput
        For a fit whose covariance of sampling errors was given, no correlation, or one out of its range.

    References
    ----------
    Pustejovsky and Tipton (2022), Prevention Science 23, 425–438.
    """
    if not isinstance(fit, MultilevelFit):
        raise InvalidInput(
            f"a {type(fit).__name__} has no sampling errors to correlate: give the result of fit_multilevel"
        )
    if fit.known_covariance is not None:
        raise InvalidInput("the covariance of sampling errors was given, so that there is no rho to vary")
    grid = tuple(float(rho) for rho in rhos)
    if not grid:
        raise InvalidInput("no correlation was given: name at least one, 0 or more and less than 1")
    fits = tuple(told(f"{rho:g}", _at(fit, rho)) for rho in grid)
    warnings = dict.fromkeys(text for r in fits for text in r.warnings)
    return RhoGrid(
        base=fit.model,
        method=fit.method,
        test=fit.test,
        level=fit.level,
        rhos=grid,
        sigma2_levels=fit.sigma2_levels,
        fits=fits,
        warnings=tuple(warnings),
        excluded_rows=fit.excluded_rows,
    )


def _at(fit: MultilevelFit, rho: float) -> MultilevelFit:
    return fit_multilevel(
        fit.yi,
        fit.vi,
        study=fit.studies,
        estimate=fit.estimates,
        crossed=fit.crossed,
        rho=rho,
        levels=tuple(level for level in fit.sigma2_levels if level in LEVELS),
        design=fit.design,
        terms=fit.terms,
        method=cast("Method", fit.method),
        test=cast("Test", fit.test),
        level=fit.level,
        labels=fit.rows,
        cluster=fit.cluster,
    )
