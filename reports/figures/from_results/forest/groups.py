"""Subgroups of a forest plot, made from what pooled them: which row belongs where, diamonds, words."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reports.figures.forest.data import ForestSubgroup, ForestSummary
from reports.figures.from_results.forest import words
from reports.figures.from_results.forest.rows import Drawn, RawData, totals
from reports.figures.from_results.forest.summaries import Pooled, summaries
from reports.figures.from_results.names import name_of
from review.meta import regression_words
from review.meta.result import PooledEstimate
from review.meta.subgroup_result import CommonGroups, SeparateGroups

UNGROUPED: Final = "No subgroup"
Groups = SeparateGroups | CommonGroups


def rows_of_groups(fits: Groups) -> Drawn:
    """Return the rows of subgroups that come without a model of all rows, group by group.

    Parameters
    ----------
    fits
        The subgroups.
    """
    if isinstance(fits, SeparateGroups):
        pooled = fits.pooled
        return Drawn(
            tuple(name_of(x) for p in pooled for x in p.rows),
            tuple(x for p in pooled for x in p.yi),
            tuple(x for p in pooled for x in p.vi or ()),
            tuple(x for p in pooled for x in p.weights),
            pooled[0].level,
        )
    m = fits.model
    return Drawn(tuple(map(name_of, m.rows)), m.yi, m.vi, m.weights, m.level)


def members(drawn: Drawn, fits: Groups) -> list[str]:
    """Return the group of each row, found by its label and effect; rows that no group has are said to have none.

    Parameters
    ----------
    drawn
        The rows.
    fits
        The subgroups.

    Raises
    ------
    ValueError
        If the subgroups have rows that are not among those drawn.
    """
    waiting: dict[tuple[str, float], list[str]] = defaultdict(list)
    for name, label, y in _grouped_rows(fits):
        waiting[label, y].append(name)
    found = []
    for label, y in zip(drawn.names, drawn.yi, strict=True):
        names = waiting[label, y]
        found.append(names.pop(0) if names else UNGROUPED)
    lost = [label for (label, _), names in waiting.items() if names]
    if lost:
        raise ValueError(
            f"subgroups pooled rows that the result has not ({', '.join(lost[:5])}): fit both to the same rows with the "
            "same labels."
        )
    return found


def _grouped_rows(fits: Groups) -> list[tuple[str, str, float]]:
    """Return the group, label and effect of each row of subgroups."""
    if isinstance(fits, SeparateGroups):
        return [
            (name, name_of(label), y)
            for name, p in zip(fits.groups, fits.pooled, strict=True)
            for label, y in zip(p.rows, p.yi, strict=True)
        ]
    m = fits.model
    return [
        (fits.groups[line.index(max(line))], name_of(label), y)
        for line, label, y in zip(m.design, m.rows, m.yi, strict=True)
    ]


def subgroup_parts(
    fits: Groups, member: Sequence[str], drawn: Drawn, columns: Sequence[RawData], *, shares: bool
) -> tuple[ForestSubgroup, ...]:
    """Return each subgroup with its diamond, its totals and its share of the weight.

    Parameters
    ----------
    fits
        The subgroups.
    member
        The group of each row.
    drawn
        The rows.
    columns
        Raw data.
    shares
        Whether the weights are of one model of all rows, of which a subgroup has a share.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(member):
        places[name].append(i)
    found = []
    for name, s in zip(fits.groups, _diamonds(fits), strict=True):
        its = places[name]
        weight = math.fsum(drawn.weights[i] for i in its) if drawn.weights is not None and shares else None
        found.append(ForestSubgroup(name, replace(s, weight=weight, cells=totals(columns, its))))
    return tuple(found)


def _diamonds(fits: Groups) -> list[ForestSummary]:
    if isinstance(fits, SeparateGroups):
        return [summaries(p)[0] for p in fits.pooled]
    means = fits.model.robust or fits.model.coefficients
    return [ForestSummary("Mean of the subgroup", c.estimate, c.ci_low, c.ci_high) for c in means]


def group_footer(whole: Pooled | None, fits: Groups) -> tuple[str, ...]:
    """Return the sentences that name the model of the subgroups.

    Parameters
    ----------
    whole
        The model of all rows; None without one.
    fits
        The subgroups.
    """
    if isinstance(fits, SeparateGroups):
        # a group of one row is handed back without a model
        p = max(fits.pooled, key=lambda one: one.k)
        if isinstance(whole, PooledEstimate) and (whole.method, whole.test) == (p.method, p.test):
            return ("Subgroups: the same model" + ("." if p.method == "FE" else ", each with its own τ²."),)
        own = words.model(p.model, p.method, p.test, limits=p.tau2_ci is not None)
        return (f"Subgroups, each on its own: {own[0].lower()}{own[1:]}",)
    m = fits.model
    explained = (
        "" if fits.R2 is None or math.isnan(fits.R2) else f"; the groups explain {fits.R2:.1f} % of τ²"
    )
    within = words.heterogeneity(m, "Heterogeneity within subgroups")
    test = "CR2" if m.robust else regression_words.TESTS[m.test]
    how = words.model("one model of all subgroups with a common τ²", m.method, test)
    return (f"{within}{explained}.", how)


def group_remarks(fits: Groups, *, alone: bool) -> tuple[str, ...]:
    """Return what a reader must know of the subgroups.

    Parameters
    ----------
    fits
        The subgroups.
    alone
        Whether no model of all rows tells which rows were left out.
    """
    if isinstance(fits, CommonGroups):
        return words.remarks(fits.model.excluded_rows if alone else (), fits.model.warnings)
    found = list(words.remarks(fits.excluded_rows if alone else (), fits.warnings))
    for name, p in zip(fits.groups, fits.pooled, strict=True):
        found += [f"Note on {name}: {text}." for text in p.warnings]
    return tuple(found)
