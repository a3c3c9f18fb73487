"""Leave-one-out and cumulative forest plots: one row per refit, from the result alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.figures.forest.data import Forest
from reports.figures.from_results.forest import words
from reports.figures.from_results.forest.rows import digits_for, one_each
from reports.figures.from_results.forest.series import Series, series_of, series_rows

if TYPE_CHECKING:
    from review.meta.multilevel.sensitivity import CumulativeByStudy, LeaveOneStudyOut
    from review.meta.sensitivity.cumulative import Cumulative
    from review.meta.sensitivity.leave_one_out import LeaveOneOut


def leave_one_out_forest(
    result: "LeaveOneOut | LeaveOneStudyOut",
    *,
    measure: str = "Pooled effect",
    labels: Sequence[str] | None = None,
    log: bool = False,
    favours: tuple[str, str] = ("", ""),
    null: float = 0.0,
    axis: tuple[float, float] | None = None,
) -> Forest:
    """Return the pooled effect without each row or study in turn, that of all as the diamond.

    Parameters
    ----------
    result
        What `leave_one_out` or `leave_one_study_out` returned.
    measure
        What the effect is called under the axis.
    labels
        What to call the refits, in their order; None takes the labels of rows or studies.
    log
        Whether the effects are log ratios, to be printed as ratios.
    favours
        Words below the axis, left and right of the null.
    null
        Where the solid line stands, on the scale of the analysis.
    axis
        Limits of the axis on the scale of the analysis.

    Raises
    ------
    ValueError
        If `labels` does not have one entry per refit, or the model has moderators.
    """
    one_each(labels, len(result.refits), "labels")
    series = series_of(result, labels)
    told = f"Each row is the pooled effect of all {series.unit} but the one named."
    return _forest(series, "Left out", told, measure, log=log, favours=favours, null=null, axis=axis)


def cumulative_forest(
    result: "Cumulative | CumulativeByStudy",
    *,
    measure: str = "Pooled effect",
    labels: Sequence[str] | None = None,
    log: bool = False,
    favours: tuple[str, str] = ("", ""),
    null: float = 0.0,
    axis: tuple[float, float] | None = None,
) -> Forest:
    """Return the pooled effect as rows or studies come in, that of all as the diamond.

    Parameters
    ----------
    result
        What `cumulative` or `cumulative_by_study` returned.
    measure
        What the effect is called under the axis.
    labels
        What to call the refits, in their order; None takes the labels of rows or studies.
    log
        Whether the effects are log ratios, to be printed as ratios.
    favours
        Words below the axis, left and right of the null.
    null
        Where the solid line stands, on the scale of the analysis.
    axis
        Limits of the axis on the scale of the analysis.

    Raises
    ------
    ValueError
        If `labels` does not have one entry per refit, or the model has moderators.
    """
    one_each(labels, len(result.refits), "labels")
    series = series_of(result, labels)
    told = f"Each row is the pooled effect of all {series.unit} down to it; their order: {result.ordered_by}."
    return _forest(series, "Added", told, measure, log=log, favours=favours, null=null, axis=axis)


def _forest(
    series: Series,
    head: str,
    told: str,
    measure: str,
    *,
    log: bool,
    favours: tuple[str, str],
    null: float,
    axis: tuple[float, float] | None,
) -> Forest:
    rows = series_rows(series)
    return Forest(
        rows,
        series.whole,
        words.axis_measure(measure, log=log),
        "Ratio" if log else "Effect",
        log=log,
        null=null,
        favours_low=favours[0],
        favours_high=favours[1],
        interval=f"{series.level:g} % CI",
        footer=(told, *series.remarks),
        axis=axis,
        columns=series.columns,
        head=head,
        noun="pooled effect",
        digits=digits_for(rows, () if series.whole is None else (series.whole,)),
    )
