"""A series of refits, of rows or of studies, in the one form that their forest plots need."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reports.figures.forest.data import ForestRow, ForestSummary, RawColumn
from reports.figures.from_results.forest import words
from reports.figures.from_results.forest.rows import unique
from reports.figures.from_results.names import name_of
from review.meta import wording
from review.meta.multilevel.study_refits import StudyRefit, StudySeries

if TYPE_CHECKING:
    from review.meta.sensitivity.refits import Refit, Refits

LEVELS: Final = {
    "study": "σ² studies",
    "estimate": "σ² within",
    "within": "σ² within",
    "crossed": "σ² crossed",
}


@dataclass(frozen=True)
class Step:
    """One refit: its name, its estimate with limits (NaN where unknown), and its cells."""

    name: str
    estimate: float
    ci_low: float
    ci_high: float
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """The refits of an analysis.

    Parameters
    ----------
    unit
        What is left out or added: "rows", "studies" or "clusters".
    steps
        The refits that could be made.
    whole
        The estimate of all; None where there is none.
    columns
        Heads of the cells.
    level
        Confidence level, in percent.
    remarks
        What was left out, could not be fitted, or must be known.
    """

    unit: str
    steps: tuple[Step, ...]
    whole: ForestSummary | None
    columns: tuple[RawColumn, ...]
    level: float
    remarks: tuple[str, ...]


def series_of(result: "Refits | StudySeries", labels: Sequence[str] | None) -> Series:
    """Return the series of a result, its steps called by these labels or by their own.

    Parameters
    ----------
    result
        Refits of rows or of studies.
    labels
        One per refit; None takes the labels of rows or studies.

    Raises
    ------
    ValueError
        If the refits have more than one coefficient.
    """
    if isinstance(result, StudySeries):
        return _of_studies(result, labels)
    refits: Sequence[Any] = getattr(result, "refits")  # noqa: B009 - both kinds have them, their base has not
    own = [name_of(r.omitted if hasattr(r, "omitted") else r.added) for r in refits]
    names = own if labels is None else list(labels)
    steps = tuple(
        Step(unique(names, i), r.estimate, r.ci_low, r.ci_high, _row_cells(r)) for i, r in enumerate(refits)
    )
    whole = result.all_rows
    model = "equal-effects model" if result.method == "FE" else "random-effects model"
    summary = ForestSummary(
        "One row, not pooled" if whole.k == 1 else f"All {whole.k} rows",
        whole.estimate,
        whole.ci_low,
        whole.ci_high,
        footer=(words.model(model, result.method, result.test),),
        heterogeneity=words.heterogeneity_of(whole),
        cells=_row_cells(whole),
    )
    columns = (RawColumn("p"), RawColumn("τ²"), RawColumn("I²"))
    remarks = words.remarks(result.excluded_rows, result.warnings)
    return Series("rows", steps, summary, columns, result.level, remarks)


def series_rows(series: Series) -> tuple[ForestRow, ...]:
    """Return one row of the figure per step, hollow where its limits are unknown.

    Parameters
    ----------
    series
        The series.
    """
    found = []
    for step in series.steps:
        known = not math.isnan(step.ci_low)
        low, high = (step.ci_low, step.ci_high) if known else (None, None)
        found.append(ForestRow(step.name, "", step.estimate, low, high, cells=step.cells))
    return tuple(found)


def _row_cells(r: "Refit") -> tuple[str, ...]:
    return _p(r.p), words.figure(r.tau2), f"{r.I2:.1f} %"


def _p(p: float) -> str:
    return "" if math.isnan(p) else wording.p_value(p).removeprefix("p ").removeprefix("= ")


def _of_studies(result: StudySeries, labels: Sequence[str] | None) -> Series:
    several = max(len(r.coefficients) for r in (result.all_studies, *result.refits))
    if several > 1:
        raise ValueError(
            f"The fits have {several} coefficients, so there is no one pooled effect for a forest plot: fit the model "
            "without moderators."
        )
    names = [str(r.name) for r in result.refits] if labels is None else list(labels)
    steps = tuple(
        Step(unique(names, i), c.estimate, c.ci_low, c.ci_high, _study_cells(r, result))
        for i, r in enumerate(result.refits)
        for c in r.inference[:1]
    )
    unit = str(getattr(result, "unit", "studies"))
    return Series(
        unit,
        steps,
        _all_studies(result, unit),
        (RawColumn("Rows"), RawColumn("p"), *(RawColumn(LEVELS.get(x, x)) for x in result.sigma2_levels)),
        result.level,
        words.remarks(result.excluded_rows, result.warnings),
    )


def _study_cells(r: StudyRefit, result: StudySeries) -> tuple[str, ...]:
    parts = [words.figure(x) for x in r.sigma2 or ()] or [""] * len(result.sigma2_levels)
    return str(r.k), _p(r.inference[0].p), *parts


def _all_studies(result: StudySeries, unit: str) -> ForestSummary | None:
    whole = result.all_studies
    if not whole.inference:
        return None
    c = whole.inference[0]
    method = f"; variance components by {result.method}" if whole.sigma2 is not None else ""
    footer = f"{result.model[0].upper()}{result.model[1:]}{method}; {wording.TESTS['CR2'] if whole.robust else result.test}."
    label = f"All {whole.clusters} studies" if unit == "studies" else "All rows"
    return ForestSummary(
        label, c.estimate, c.ci_low, c.ci_high, footer=(footer,), cells=_study_cells(whole, result)
    )
