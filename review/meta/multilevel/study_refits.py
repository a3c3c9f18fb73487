"""A fit of some of the studies, and series of such fits."""

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from review.meta.multilevel.study_models import Fitted
from review.meta.plain import Plain
from review.meta.result import Coefficient
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


class Told(Plain):
    """Conversion of frozen results to plain values and JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers, strings and None; what is not finite becomes None."""
        plain: dict[str, Any] = _labels_as_text(super().to_dict())
        return plain


@dataclass(frozen=True, kw_only=True)
class StudyRefit(Told):
    """A fit of some of the studies.

    Parameters
    ----------
    name
        The study that was left out or added, or another name of the fit.
    k
        Number of rows used.
    clusters
        Number of studies among them.
    coefficients
        As the model's own test gives them (CR2 where there are no variances); empty where nothing could be fitted.
    robust
        With CR2 standard errors and Satterthwaite df; empty where there are too few clusters.
    sigma2
        Variance components, outer level first, in squared units of yi; None with equal weights, or where nothing could
        be fitted.
    why_not
        Why nothing could be fitted; None where it could.
    warnings
        What the fit warns of.
    """

    name: Hashable
    k: int
    clusters: int
    coefficients: tuple[Coefficient, ...]
    robust: tuple[Coefficient, ...]
    sigma2: tuple[float, ...] | None
    why_not: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def inference(self) -> tuple[Coefficient, ...]:
        """Return the robust coefficients where there are any, else the model's."""
        return self.robust or self.coefficients


@dataclass(frozen=True, kw_only=True)
class StudySeries(Told):
    """A series of refits, each made as the fit of all studies was.

    Parameters
    ----------
    model
        The model in words.
    method
        Estimator of the variance components.
    test
        What the coefficients rest on; the robust ones rest on CR2 with Satterthwaite df.
    level
        Confidence level, in percent.
    sigma2_levels
        What the variance components lie between; empty with equal weights.
    all_studies
        The fit of all studies.
    refits
        The series.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the analysis had left out, and why.
    """

    model: str
    method: str
    test: str
    level: float
    sigma2_levels: tuple[str, ...]
    all_studies: StudyRefit
    refits: tuple[StudyRefit, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per refit and coefficient."""
        import pandas as pd

        lines: list[dict[str, Any]] = []
        for r in self.refits:
            head: dict[str, Any] = {"name": r.name, "k": r.k, "clusters": r.clusters}
            parts = dict(zip((f"sigma2_{s}" for s in self.sigma2_levels), r.sigma2 or (), strict=False))
            kinds = {self.test: r.coefficients, "CR2": r.robust}  # without variances both are the same
            lines += [
                {**head, "inference": kind, **asdict(c), **parts}
                for kind, found in kinds.items()
                for c in found
            ]
            if r.why_not is not None:
                lines.append({**head, "why_not": r.why_not})
        return pd.DataFrame(lines)


def told(name: Hashable, fit: Fitted) -> StudyRefit:
    """Return what a series keeps of a fit.

    Parameters
    ----------
    name
        What the refit is called.
    fit
        A fit.
    """
    return StudyRefit(
        name=name,
        k=fit.k,
        clusters=fit.clusters,
        coefficients=fit.coefficients,
        robust=fit.robust,
        sigma2=fit.sigma2,
        warnings=fit.warnings,
    )


def levels_of(fit: Fitted) -> tuple[str, ...]:
    """Return what the variance components of a fit lie between.

    Parameters
    ----------
    fit
        A fit.
    """
    if fit.sigma2 is None:
        return ()
    return getattr(fit, "sigma2_levels", ("study", "within"))


def _labels_as_text(value: Any) -> Any:  # noqa: ANN401 - any plain value goes in, the same kind comes out
    if isinstance(value, dict):
        return {key: _labels_as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_labels_as_text(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
