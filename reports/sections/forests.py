"""The forest plots of an outcome: reported contrasts, measured ones beside them, and the pooled estimate."""

from collections import defaultdict
from statistics import fmean

from db.vocabulary import Direction, Measure
from reports.context import Figure, text
from reports.evidence import Evidence, Row
from reports.figures.forest import plot as forest
from reports.figures.from_results.forest.rows import own_interval
from reports.plates import Plates
from review.effects import Effect
from review.measured import MeasuredSummary
from review.pool import OutcomePool

MOST_ROWS = 120
"""Above so many comparisons a forest shows one row a study, so that it can still be read."""


def forest_figures(evidence: Evidence, pool: OutcomePool, plates: Plates) -> list[Figure]:
    """Return the forest plot of an outcome, a figure a page; measured contrasts stand beside the reported ones."""
    log = pool.measure == Measure.LOG_RATIO
    rows = [forest_row(effect) for effect in pool.effects]
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
        forest_summary(pool),
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
        summary.case_id, label, summary.yi, summary.ci_low, summary.ci_high, cells=(baseline, quantized), measured=True
    )  # fmt: skip


def _level(rows: list[Row], name: str) -> str:
    values = [float(row[name]) for row in rows if row[name]]
    if not values:
        return ""
    unit = rows[0]["unit"]
    number = f"{fmean(values):.4g}"
    return {"percent": f"{number} %", "fraction": number, "ratio": number, "other": number}.get(
        unit, f"{number} {unit}"
    )


def forest_row(effect: Effect) -> forest.ForestRow:
    """Return a reported contrast as a row, with an interval where its variance is known."""
    low, high = (None, None) if effect.vi is None else own_interval(effect.yi, effect.vi)
    cells = (effect.baseline, effect.quantized)
    return forest.ForestRow(effect.source, effect.arm, effect.yi, low, high, cells=cells)


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


def forest_summary(pool: OutcomePool) -> forest.ForestSummary | None:
    """Return the pooled estimate of an outcome as the last row; None where nothing is pooled."""
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
