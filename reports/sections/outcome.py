"""One outcome: its pooled estimate in words, forest plots, sensitivity analyses, funnel plot."""

import math
from collections import defaultdict
from statistics import fmean

from db.vocabulary import Direction, Measure, Origin
from reports.context import Block, Figure, Note, Paragraph, Section, strong, text
from reports.evidence import Evidence, Row
from reports.figures import forest, funnel
from reports.plates import Plates
from reports.sections.estimates import (
    bias_words,
    certainty_blocks,
    class_blocks,
    dominance,
    sensitivity_blocks,
    slope_blocks,
)
from reports.sections.settings import settings_blocks
from reports.sections.words import count, interval_words, p_words, pooled_words, signed
from review.effects import Effect
from review.measured import MeasuredSummary
from review.pool import OutcomePool
from review.pooling.small_studies import FEWEST_EFFECTS

MOST_ROWS = 120
"""Above so many comparisons a forest shows one row a study, so that it can still be read."""


def outcome_section(evidence: Evidence, pool: OutcomePool, plates: Plates) -> Section:
    """Return the subsection of an outcome that has two contrasts or more."""
    blocks: list[Block] = []
    if pool.main.result is not None:
        blocks += [
            Paragraph(text(strong(_result(pool)), f" {_expected(pool)}")),
            Paragraph(text(_basis(pool))),
        ]
        blocks += [
            Note(text(f"{warning[0].upper()}{warning[1:]}."), "warning")
            for warning in pool.main.result.warnings
        ]
        if told := dominance(pool):
            blocks.append(Note(text(told)))
        blocks += certainty_blocks(pool.certainty)
    else:
        blocks.append(Paragraph(text(f"Not pooled: {pool.main.too_few}.")))
    blocks += _forests(evidence, pool, plates)
    if pool.main.result is not None:
        blocks += class_blocks(pool, evidence.codebook)
        blocks += slope_blocks(pool)
    blocks += settings_blocks(pool, plates)
    if pool.main.result is not None:
        blocks += sensitivity_blocks(pool)
    with_se = [e for e in pool.effects if e.vi is not None]
    if len(with_se) >= FEWEST_EFFECTS:
        blocks.append(_funnel(pool, with_se, plates))
    blocks.append(Paragraph(text(bias_words(pool))))
    return Section(f"effects-{pool.outcome.code}", pool.outcome.label, tuple(blocks))


def _result(pool: OutcomePool) -> str:
    c = pool.main.effect
    assert c is not None  # noqa: S101 - the caller asks
    better = {
        Direction.HIGHER: " (higher is better)",
        Direction.LOWER: " (lower is better)",
        Direction.NEITHER: "",
    }
    return (
        f"{pool.outcome.label}{better[pool.outcome.better]}: {pooled_words(c, pool.level, pool.measure)}, "
        f"{p_words(c.p)}."
    )


def _expected(pool: OutcomePool) -> str:
    if pool.new_group is None:
        return ""
    return (
        f"The mean of one more group of studies is expected within {interval_words(*pool.new_group, pool.measure)} "
        f"({pool.level:g} % prediction interval; {pool.new_group_rule})."
    )


def _basis(pool: OutcomePool) -> str:
    c = pool.main.effect
    assert c is not None  # noqa: S101 - the caller asks
    model = (
        "The model is that of correlated and hierarchical effects (REML), the interval CR2 by group"
        if pool.main.clustered
        else "Every group weighs the same, and the interval rests on the differences between groups (CR2)"
    )
    known = sum(e.vi is not None for e in pool.effects)
    test = "" if c.df is None else f": t({c.df:.1f}) = {signed(c.statistic)}"
    return (
        f"It rests on {count(len(pool.effects), 'clean contrast')} of {count(pool.studies, 'study', 'studies')} in "
        f"{count(pool.groups, 'group')}; a sampling variance is known for {known or 'none'} of them. {model}{test}."
    )


def _forests(evidence: Evidence, pool: OutcomePool, plates: Plates) -> list[Figure]:
    log = pool.measure == Measure.LOG_RATIO
    rows = [_forest_row(effect) for effect in pool.effects]
    merged = len(rows) > MOST_ROWS
    if merged:
        rows = _one_row_a_study(rows)
    measured = evidence.measured.main(pool.outcome.code)
    rows += [_measured_row(evidence, summary) for summary in measured]
    lower_is_better = pool.outcome.better == Direction.LOWER
    sides = (
        ("favours quantized", "favours baseline")
        if lower_is_better
        else ("favours baseline", "favours quantized")
    )
    data = forest.Forest(
        tuple(rows),
        _forest_summary(pool),
        pool.outcome.label,
        "Ratio" if log else "Points",
        log=log,
        favours_low=sides[0],
        favours_high=sides[1],
        footer=_row_intervals(pool, measured),
        columns=(forest.RawColumn("Baseline"), forest.RawColumn("Quantized")),
    )
    parts = forest.pages(data)
    note = " One row a study: the mean of its contrasts." if merged else ""
    figures = []
    for part in parts:
        of = f", part {part.number} of {part.of}" if part.of > 1 else ""
        first = part.number == 1
        name = f"forest-{pool.outcome.code}" + ("" if first else f"-{part.number}")
        figures.append(
            plates.add(
                name,
                forest.figure(part),
                title=f"Forest plot: {pool.outcome.label}{of}",
                caption=text(
                    f"{'Ratio quantized to baseline' if log else 'Difference in percentage points'} of clean contrasts.{note}"
                ),
                alt=forest.alt_text(data)
                if first
                else f"Continues Figure {plates.number - part.number + 2}. {forest.alt_text(data)}",
                data=forest.table(data) if first else None,
                data_of=None if first else f"forest-{pool.outcome.code}",
            )
        )
    return figures


def _row_intervals(pool: OutcomePool, measured: list[MeasuredSummary]) -> tuple[str, ...]:
    """Say what the intervals of single rows rest on."""
    sources = dict.fromkeys(e.variance_from for e in pool.effects if e.vi is not None)
    if any(summary.ci_low is not None for summary in measured):
        sources["images and seeds of our own runs"] = None
    words = [f"Intervals of single rows rest on: {'; '.join(sources)}."] if sources else []
    if measured:
        words.append("Measured rows are means over the seeds of a case and are not in the pooled estimate.")
    return tuple(words)


def _measured_row(evidence: Evidence, summary: MeasuredSummary) -> forest.ForestRow:
    """Return a measured contrast as a row of its own kind, with the mean levels of its arms."""
    wanted = set(summary.comparison_ids)
    rows = [row for row in evidence.comparisons if row["comparison_id"] in wanted]
    baseline, quantized = (_level(rows, name) for name in ("baseline_value", "quantized_value"))
    label = f"{summary.arm_key} against {summary.baseline_key}"
    return forest.ForestRow(
        summary.case_id,
        label,
        summary.yi,
        summary.ci_low,
        summary.ci_high,
        cells=(baseline, quantized),
        measured=True,
    )


def _level(rows: list[Row], name: str) -> str:
    values = [float(row[name]) for row in rows if row[name]]
    if not values:
        return ""
    unit = rows[0]["unit"]
    number = f"{fmean(values):.4g}"
    return {"percent": f"{number} %", "fraction": number, "ratio": number, "other": number}.get(
        unit, f"{number} {unit}"
    )


def _forest_row(effect: Effect) -> forest.ForestRow:
    half = None if effect.vi is None else 1.959964 * math.sqrt(effect.vi)
    return forest.ForestRow(
        effect.source,
        effect.arm,
        effect.yi,
        None if half is None else effect.yi - half,
        None if half is None else effect.yi + half,
        cells=(effect.baseline, effect.quantized),
    )


def _one_row_a_study(rows: list[forest.ForestRow]) -> list[forest.ForestRow]:
    by_study: dict[str, list[forest.ForestRow]] = defaultdict(list)
    for row in rows:
        by_study[row.study].append(row)
    return [
        forest.ForestRow(study, f"mean of {len(its)}", sum(r.yi for r in its) / len(its))
        if len(its) > 1
        else its[0]
        for study, its in by_study.items()
    ]


def _forest_summary(pool: OutcomePool) -> forest.ForestSummary | None:
    c = pool.main.effect
    if c is None:
        return None
    weights = (
        "Multilevel model" if pool.main.clustered else f"Each of {pool.groups} study groups weighs the same"
    )
    model = f"{weights}; CR2 interval"
    footer = (f"{model}, {c.df:.1f} df." if c.df is not None else f"{model}.",)
    low, high = pool.new_group or (None, None)
    return forest.ForestSummary("Mean of study groups", c.estimate, c.ci_low, c.ci_high, low, high, footer)


def _funnel(pool: OutcomePool, effects: list[Effect], plates: Plates) -> Figure:
    points = tuple(
        funnel.FunnelPoint(e.source, e.yi, math.sqrt(e.vi or 0.0), measured=e.origin == Origin.MEASURED)
        for e in effects
    )
    pooled = pool.main.effect.estimate if pool.main.effect else None
    data = funnel.Funnel(points, pool.outcome.label, log=pool.measure == Measure.LOG_RATIO, pooled=pooled)
    return plates.add(
        f"funnel-{pool.outcome.code}",
        funnel.figure(data),
        title=f"Funnel plot: {pool.outcome.label}",
        caption=text("Contours mark two-sided p of .10, .05 and .01 around no change."),
        alt=funnel.alt_text(data),
        data=funnel.table(data),
    )
