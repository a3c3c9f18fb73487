"""What quantization changes: pooled estimates, trade-off plane, forest and funnel plots."""

import math
from collections import defaultdict

from db.vocabulary import Control, Measure, Origin
from reports.context import Block, Cell, Column, Note, Paragraph, Section, Table, link, text
from reports.evidence import Evidence
from reports.figures import bit_change, tradeoff
from reports.plates import Plates
from reports.sections.estimates import estimate_cells
from reports.sections.outcome import outcome_section
from reports.sections.plane import literature_points, measured_points
from reports.sections.words import count, effect_words, interval_words, listed
from review.pool import OutcomePool
from review.pooling.analysis import FEWEST_GROUPS
from review.pooling.certainty import margin
from review.pooling.classes import BIT_CLASSES, bit_class

SINGLE = "effects-single"


def effects(evidence: Evidence, title: str, plates: Plates) -> Section:
    """Return the section on effects, with one subsection an outcome that has a forest."""
    blocks: list[Block] = [
        Paragraph(
            text(
                "Shares and scores are compared by their difference in percentage points (quantized minus baseline), sizes, "
                "times, memory and energy by the ratio quantized to baseline. Only clean contrasts enter: precision is the "
                "only stated difference. Few studies print a variance and some print many rows. The main estimate "
                "therefore weighs every group of studies the same and takes its interval from the differences between groups "
                "(CR2 standard errors, Satterthwaite degrees of freedom); where at least five groups, and half of all, have "
                "variances, it is the multilevel model of correlated and hierarchical effects instead. Effects without a "
                "variance are drawn hollow. The prediction interval says where the mean of one more group is expected."
            )
        ),
        Paragraph(
            text(
                "Certainty is judged in the manner of GRADE, by rules that stand in one file of the program "
                "(review/pooling/certainty.toml). Clean contrasts start high; five domains can take levels off. The smallest "
                f"change that matters is set to {margin(Measure.DIFFERENCE):g} percentage point, or a ratio of "
                f"{math.exp(margin(Measure.LOG_RATIO)):.2g}."
            )
        ),
    ]
    blocks += [
        _pooled_table(evidence),
        _omitted(evidence),
        *_tradeoff(evidence, plates),
        *_bits(evidence, plates),
    ]
    subsections = [outcome_section(evidence, pool, plates) for pool in evidence.pools if not is_single(pool)]
    singles = [pool for pool in evidence.pools if is_single(pool)]
    if singles:
        subsections.append(Section(SINGLE, "Outcomes with one contrast", (_singles(singles),)))
    return Section("effects", title, tuple(blocks), tuple(subsections))


def is_single(pool: OutcomePool) -> bool:
    """Return whether an outcome has one contrast only, which needs a table row and no forest."""
    return len(pool.effects) + len(pool.measured) == 1


def _singles(pools: list[OutcomePool]) -> Table:
    rows = tuple(
        (
            Cell(pool.outcome.label),
            Cell(e.source, href=f"#study-{e.source}"),
            Cell(e.arm),
            Cell(e.baseline),
            Cell(e.quantized),
            Cell(effect_words(e.yi, pool.measure), sort=e.yi),
        )
        for pool in pools
        for e in pool.effects
    )
    columns = (
        Column("Outcome", width=1.2),
        Column("Study", width=1.6),
        Column("Arm", width=3),
        Column("Baseline", "right", 1),
        Column("Quantized", "right", 1),
        Column("Effect", "right", 0.9),
    )
    return Table(
        "single-contrasts", "Outcomes that one clean contrast reports; nothing is pooled", columns, rows
    )


def _bits(evidence: Evidence, plates: Plates) -> list[Block]:
    """Show every clean change of a score by the bit width of the weights."""
    labels = {code: info.label for code, info in evidence.codebook.outcomes.items()}
    found = [
        bit_change.BitChange(bit_class(e.weight_bits), e.source, labels[e.outcome], e.yi)
        for e in evidence.effects.effects
        if e.control == Control.CLEAN and e.measure == Measure.DIFFERENCE and e.origin == Origin.REPORTED
    ]
    if not found:
        return []
    scores = tuple(code for code, label in labels.items() if any(effect.outcome == label for effect in found))
    found += [
        bit_change.BitChange(bit_class(s.weight_bits), s.case_id, labels[s.outcome], s.yi, measured=True)
        for code in scores
        for s in evidence.measured.main(code)
    ]
    used = {effect.outcome for effect in found}
    data = bit_change.BitChanges(
        tuple(found),
        tuple(name for name in BIT_CLASSES if any(effect.bits == name for effect in found)),
        tuple(label for label in labels.values() if label in used),
    )
    figure = plates.add(
        "bit-change",
        bit_change.figure(data),
        title="Change of score by bit width of the weights",
        caption=text(
            "One point a clean contrast, a bar at the median of each class; the axis is linear within one percentage "
            "point and logarithmic beyond. Points of one study are not independent."
            + (" Hollow points were measured by our own runs; no bar counts them." if data.measured else "")
        ),
        alt=bit_change.alt_text(data),
        data=bit_change.table(data),
    )
    return [figure]


def _pooled_table(evidence: Evidence) -> Table:
    rows = []
    for pool in evidence.pools:
        counts = [Cell(str(n), sort=n) for n in (len(pool.effects), pool.studies, pool.groups)]
        c = pool.main.effect
        estimate = (
            estimate_cells(pool.main, pool.measure, none="not pooled")[0],
            Cell("" if c is None else interval_words(c.ci_low, c.ci_high, pool.measure)),
            Cell("" if pool.new_group is None else interval_words(*pool.new_group, pool.measure)),
        )
        unit = "points" if pool.measure == Measure.DIFFERENCE else "ratio"
        name = Cell(
            pool.outcome.label, href=f"#{SINGLE if is_single(pool) else f'effects-{pool.outcome.code}'}"
        )
        certain = Cell("" if pool.certainty is None else pool.certainty.level)
        rows.append((name, Cell(unit), *counts, *estimate, certain))
    columns = (
        Column("Outcome", width=1.5),
        Column("Effect", width=0.9),
        Column("Contrasts", "right", 0.9),
        Column("Studies", "right", 0.8),
        Column("Groups", "right", 0.8),
        Column("Estimate", "right", 1.2),
        Column("95 % CI", "right", 1.8),
        Column("New group", "right", 1.8),
        Column("Certainty", width=1),
    )
    return Table(
        "pooled", "Pooled effects of quantization, each study group weighing the same", columns, tuple(rows)
    )


def _omitted(evidence: Evidence) -> Paragraph:
    reasons: dict[str, int] = defaultdict(int)
    for item in evidence.effects.omitted:
        if item.control == Control.CLEAN and item.origin == Origin.REPORTED:
            reasons[item.why] += 1
    other = sum(e.control != Control.CLEAN and e.origin == Origin.REPORTED for e in evidence.effects.effects)
    words = listed([f"{n} because {why}" for why, n in reasons.items()]) or "none"
    return Paragraph(
        text(
            f"Left out of the main pools are {count(other, 'effect')} of contrasts that are not clean. Clean contrasts "
            f"without an effect size: {words}. “Groups” are studies that are independent of each other: studies of one "
            f"team or on the same data form one group. With fewer than {FEWEST_GROUPS} groups no pooled number is given. ",
            link("All comparisons", "#comparisons-section"),
            " stand at the end, each with its source.",
        )
    )


def _tradeoff(evidence: Evidence, plates: Plates) -> list[Block]:
    """Draw each size change against the accuracy-like change of the same arm of the same study."""
    points = literature_points(evidence)
    if not points:
        return [
            Note(
                text(
                    "No study reports size and accuracy of the same clean contrast, so there is no trade-off plane."
                )
            )
        ]
    measured = measured_points(evidence)
    data = tradeoff.Tradeoff((*points, *measured), accuracy_name="change of score, percentage points")
    hollow = " Hollow marks were measured by our own runs." if measured else ""
    figure = plates.add(
        "tradeoff",
        tradeoff.figure(data),
        title="Size change against accuracy change",
        caption=text(
            "One point an arm of a clean contrast for which the same study reports size and a score: accuracy, or the "
            "one that the label names. Where a study reports one size only, it stands for all its arms. Bounds such as "
            f"“at most” are drawn at the bound.{hollow}"
        ),
        alt=tradeoff.alt_text(data),
        data=tradeoff.table(data),
    )
    return [figure]
