"""One outcome: its pooled estimate in words, forest plots, sensitivity analyses, funnel plot."""

import math

from db.vocabulary import Direction, Measure, Origin
from reports.context import Block, Figure, Note, Paragraph, Section, strong, text
from reports.evidence import Evidence
from reports.figures import funnel
from reports.plates import Plates
from reports.sections.estimates import (
    bias_words,
    certainty_blocks,
    class_blocks,
    dominance,
    sensitivity_blocks,
    slope_blocks,
)
from reports.sections.forests import forest_figures
from reports.sections.settings import settings_blocks
from reports.sections.words import count, interval_words, p_words, pooled_words, signed
from review.effects import Effect
from review.pool import OutcomePool
from review.pooling.small_studies import FEWEST_EFFECTS


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
    blocks += forest_figures(evidence, pool, plates)
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
