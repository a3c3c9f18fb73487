"""A forest plot from nothing but a result: the rows, the estimates and the words all come from its numbers."""

from collections.abc import Sequence

from reports.figures.forest.data import Forest, ForestRow
from reports.figures.from_results.forest import words
from reports.figures.from_results.forest.groups import (
    Groups,
    group_footer,
    group_remarks,
    members,
    rows_of_groups,
    subgroup_parts,
)
from reports.figures.from_results.forest.rows import Drawn, RawData, digits_for, one_each, rows_of, totals
from reports.figures.from_results.forest.summaries import Pooled, summaries
from reports.figures.from_results.names import name_of
from review.meta.multilevel.result import MultilevelFit
from review.meta.no_variance_result import NoVarianceEstimate
from review.meta.result import PooledEstimate


def forest_of(
    result: Pooled | Groups,
    *,
    measure: str = "Effect",
    estimate_head: str = "",
    labels: Sequence[str] | None = None,
    studies: Sequence[str] | None = None,
    columns: Sequence[RawData] = (),
    log: bool = False,
    favours: tuple[str, str] = ("", ""),
    subgroups: Groups | None = None,
    groups: Sequence[str] | None = None,
    beside: Sequence[ForestRow] = (),
    null: float = 0.0,
    axis: tuple[float, float] | None = None,
    digits: int | None = None,
) -> Forest:
    """Return the forest plot of a pooled effect, of a multilevel model, or of subgroups alone.

    Parameters
    ----------
    result
        What `random_effects`, `equal_weights`, `fit_multilevel`, `equal_weight_regression`, `random_intercept`,
        `separate_groups` or `common_groups` returned.
    measure, estimate_head
        What the effect is called under the axis, and over its column ("Ratio" or "Effect" when empty).
    labels
        What to call the k rows of the result, in its order; None takes their labels.
    studies
        k names of studies, under which their rows stand together; None takes those of a model that has them, else each row
        stands alone.
    columns
        Raw data, k cells each.
    log
        Whether the effects are log ratios, to be printed as ratios.
    favours
        Words below the axis, left and right of the null, such as ("favours vaccine", "favours control").
    subgroups
        The same rows pooled by group: gives headings, diamonds and the test for differences.
    groups
        k names of groups, for headings only; not together with `subgroups`.
    beside
        Further rows that are shown and not pooled: without standard error, or measured. Each needs a cell per column.
    null
        Where the solid line stands, on the scale of the analysis.
    axis
        Limits of the axis on the scale of the analysis; what lies outside becomes an arrow.
    digits
        Decimals of differences; None takes as many as the intervals need.

    Raises
    ------
    ValueError
        If a sequence does not have one entry per row, `subgroups` pooled other rows than `result`, or the model has moderators.

    Notes
    -----
    Intervals of single rows rest on their own variance and the normal distribution. Rows of a result without variances
    are hollow and weightless. Cells and labels of subgroups that stand alone follow their rows, group by group.
    """
    whole = result if isinstance(result, Pooled) else None
    fits = result if not isinstance(result, Pooled) else subgroups
    drawn = _drawn(result)
    if groups is not None and fits is not None:
        raise ValueError("groups names subgroups, and the result has them already: give one of the two.")
    one_each(groups, drawn.k, "groups")
    member = members(drawn, fits) if fits is not None else [str(x) for x in groups or [""] * drawn.k]
    if studies is None and isinstance(result, MultilevelFit | NoVarianceEstimate):
        studies = [str(x) for x in result.studies]
    rows = rows_of(drawn, labels=labels, studies=studies, groups=member, columns=columns)
    parts = subgroup_parts(fits, member, drawn, columns, shares=whole is not None) if fits is not None else ()
    overall = summaries(whole, totals(columns, range(drawn.k))) if whole is not None else ()
    return Forest(
        (*rows, *beside),
        overall[0] if overall else None,
        words.axis_measure(measure, log=log),
        estimate_head or ("Ratio" if log else "Effect"),
        log=log,
        null=null,
        favours_low=favours[0],
        favours_high=favours[1],
        interval=f"{drawn.level:g} % CI",
        footer=_footer(whole, fits, drawn),
        axis=axis,
        columns=tuple(c.column for c in columns),
        subgroups=parts,
        also=overall[1:],
        between="" if fits is None else words.between(fits.between),
        head="Study" if studies is None else "Study and effect",
        noun="effect",
        digits=digits_for(rows, (*overall, *(part.summary for part in parts))) if digits is None else digits,
    )


def _drawn(result: Pooled | Groups) -> Drawn:
    """Return the rows of a result with the weights that a reader takes them for."""
    if isinstance(result, MultilevelFit):
        weights = result.row_sum_weights if words.contributions(result) else result.weights
        return Drawn(tuple(map(name_of, result.rows)), result.yi, result.vi, weights, result.level)
    if isinstance(result, PooledEstimate | NoVarianceEstimate):
        weighed = None if result.vi is None else result.weights
        return Drawn(tuple(map(name_of, result.rows)), result.yi, result.vi, weighed, result.level)
    return rows_of_groups(result)


def _footer(whole: Pooled | None, fits: Groups | None, drawn: Drawn) -> tuple[str, ...]:
    """Return the sentences below the models' own: on subgroups, on single rows, on what must be known, each once."""
    found = list(group_footer(whole, fits)) if fits is not None else []
    if drawn.vi is not None:
        found.append(
            f"Intervals of single rows: {drawn.level:g} %, normal distribution, from their own variances."
        )
    if whole is not None:
        found += words.remarks(whole.excluded_rows, whole.warnings)
    if fits is not None:
        found += group_remarks(fits, alone=whole is None)
    return tuple(dict.fromkeys(found))
