"""What quantization changes: pooled estimates, trade-off plane, forest and funnel plots."""

import math
from collections import defaultdict

from db.vocabulary import Control, Direction, Measure, Origin
from reports.context import Block, Bullets, Cell, Column, Figure, Note, Paragraph, Section, Table, text
from reports.evidence import Evidence
from reports.figures import bit_change, forest, funnel, tradeoff
from reports.plates import Plates
from reports.sections.words import count, effect_words, interval_words, listed, pooled_words, signed
from review.effects import Effect
from review.pool import BIT_CLASSES, FEWEST_GROUPS, OutcomePool, bit_class

ACCURACY_LIKE = ("accuracy", "dice", "auc", "iou", "f1", "sensitivity", "precision")
SINGLE = "effects-single"
MOST_ROWS = 120
"""Above so many comparisons a forest shows one row a study, so that it can still be read."""
FUNNEL_NEEDS = 10
"""With fewer effects a funnel plot cannot tell asymmetry from chance (Sterne et al., BMJ 2011;343:d4002)."""


def effects(evidence: Evidence, title: str, plates: Plates) -> Section:
    """Return the section on effects, with one subsection an outcome that has a forest."""
    blocks: list[Block] = [
        Paragraph(
            text(
                "Shares and scores are compared by their difference in percentage points (quantized minus baseline), sizes, "
                "times, memory and energy by the ratio quantized to baseline. Only clean contrasts enter: precision is the "
                "only stated difference. Few studies print a variance and some print many rows, so the main estimate "
                "weighs every group of studies the same and takes its interval from the differences between groups "
                "(CR2 standard errors, Satterthwaite degrees of freedom). Effects without a variance are drawn hollow."
            )
        )
    ]
    blocks += [
        _pooled_table(evidence),
        _omitted(evidence),
        *_tradeoff(evidence, plates),
        *_bits(evidence, plates),
    ]
    subsections = [_outcome(pool, plates) for pool in evidence.pools if not _single(pool)]
    singles = [pool for pool in evidence.pools if _single(pool)]
    if singles:
        subsections.append(Section(SINGLE, "Outcomes with one contrast", (_singles(singles),)))
    return Section("effects", title, tuple(blocks), tuple(subsections))


def _single(pool: OutcomePool) -> bool:
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
        ),
        alt=bit_change.alt_text(data),
        data=bit_change.table(data),
    )
    return [figure]


def _pooled_table(evidence: Evidence) -> Table:
    rows = []
    for pool in evidence.pools:
        r = pool.main.result
        counts = [Cell(str(n), sort=n) for n in (len(pool.effects), pool.studies, pool.groups)]
        if r is None:
            estimate = [Cell("not pooled"), Cell(pool.main.too_few or ""), Cell("")]
        else:
            c = r.coefficients[0]
            estimate = [
                Cell(effect_words(c.estimate, pool.measure), sort=c.estimate),
                Cell(interval_words(c.ci_low, c.ci_high, pool.measure)),
                Cell("" if c.df is None else f"{c.df:.1f}", sort=c.df),
            ]
        unit = "percentage points" if pool.measure == Measure.DIFFERENCE else "ratio"
        name = Cell(
            pool.outcome.label, href=f"#{SINGLE if _single(pool) else f'effects-{pool.outcome.code}'}"
        )
        rows.append((name, Cell(unit), *counts, *estimate))
    columns = (
        Column("Outcome", width=1.5),
        Column("Effect", width=1.5),
        Column("Contrasts", "right", 0.9),
        Column("Studies", "right", 0.8),
        Column("Groups", "right", 0.8),
        Column("Estimate", "right", 1),
        Column("95 % CI", "right", 2.2),
        Column("df", "right", 0.6),
    )
    return Table(
        "pooled", "Pooled effects of quantization, each study group weighing the same", columns, tuple(rows)
    )


def _omitted(evidence: Evidence) -> Paragraph:
    reasons: dict[str, int] = defaultdict(int)
    for item in evidence.effects.omitted:
        if item.control == Control.CLEAN:
            reasons[item.why] += 1
    other = sum(e.control != Control.CLEAN and e.origin == Origin.REPORTED for e in evidence.effects.effects)
    words = listed([f"{n} because {why}" for why, n in reasons.items()]) or "none"
    return Paragraph(
        text(
            f"Left out of the main pools are {count(other, 'effect')} of contrasts that are not clean. Clean contrasts "
            f"without an effect size: {words}. “Groups” are studies that are independent of each other: studies of one "
            f"team or on the same data form one group. With fewer than {FEWEST_GROUPS} groups no pooled number is given."
        )
    )


def _tradeoff(evidence: Evidence, plates: Plates) -> list[Block]:
    """Pair each size change with the accuracy-like change of the same arm of the same study."""
    sizes: dict[tuple[str, str], Effect] = {}
    for effect in evidence.effects.effects:
        if effect.outcome == "size" and effect.control == Control.CLEAN:
            sizes.setdefault((effect.source, effect.arm), effect)
    by_study: dict[str, list[Effect]] = defaultdict(list)
    for (source, _), effect in sizes.items():
        by_study[source].append(effect)
    points: list[tradeoff.TradeoffPoint] = []
    seen: set[tuple[str, str]] = set()
    for effect in evidence.effects.effects:
        if effect.outcome not in ACCURACY_LIKE or effect.control != Control.CLEAN:
            continue
        its = by_study.get(effect.source, [])
        size = sizes.get((effect.source, effect.arm)) or (its[0] if len(its) == 1 else None)
        if size is None or (effect.source, effect.arm) in seen:
            continue
        seen.add((effect.source, effect.arm))
        points.append(
            tradeoff.TradeoffPoint(
                effect.source,
                effect.source if effect.source not in {p.study for p in points} else "",
                " + ".join(evidence.codebook.label("technique", code) for code in effect.technique)
                or "unspecified",
                math.exp(size.yi),
                effect.yi,
                effect.origin == Origin.MEASURED,
            )
        )
    if not points:
        return [
            Note(
                text(
                    "No study reports size and accuracy of the same clean contrast, so there is no trade-off plane."
                )
            )
        ]
    data = tradeoff.Tradeoff(tuple(points))
    figure = plates.add(
        "tradeoff",
        tradeoff.figure(data),
        title="Size change against accuracy change",
        caption=text(
            "One point an arm of a clean contrast for which the same study reports size and accuracy, Dice, AUC or a "
            "similar score; where a study reports one size only, it stands for all its arms."
        ),
        alt=tradeoff.alt_text(data),
        data=tradeoff.table(data),
    )
    return [figure]


def _outcome(pool: OutcomePool, plates: Plates) -> Section:
    blocks: list[Block] = []
    if pool.main.result is not None:
        blocks.append(Paragraph(text(_told(pool))))
        blocks += [
            Note(text(f"{warning[0].upper()}{warning[1:]}."), "warning")
            for warning in pool.main.result.warnings
        ]
    blocks += _forests(pool, plates)
    if pool.sensitivity:
        blocks.append(_sensitivity(pool))
    with_se = [e for e in pool.effects if e.vi is not None]
    if len(with_se) >= FUNNEL_NEEDS:
        blocks.append(_funnel(pool, with_se, plates))
    else:
        told = f"No funnel plot: {count(len(with_se), 'effect')} with a standard error, at least {FUNNEL_NEEDS} are needed."
        blocks.append(Paragraph(text(told)))
    return Section(f"effects-{pool.outcome.code}", pool.outcome.label, tuple(blocks))


def _told(pool: OutcomePool) -> str:
    result = pool.main.result
    assert result is not None  # noqa: S101 - the caller asks
    c = result.coefficients[0]
    better = {
        Direction.HIGHER: " (higher is better)",
        Direction.LOWER: " (lower is better)",
        Direction.NEITHER: "",
    }
    p = "p < 0.001" if c.p < 0.001 else f"p = {c.p:.3f}"
    df = "" if c.df is None else f"t({c.df:.1f}) = {signed(c.statistic)}, "
    return (
        f"{pool.outcome.label}{better[pool.outcome.better]}: {pooled_words(result, pool.measure)}, {df}{p}, from "
        f"{count(len(pool.effects), 'clean contrast')} of {count(pool.studies, 'study', 'studies')} in "
        f"{count(pool.groups, 'group')}. Every group weighs the same; the interval rests on the differences between "
        "groups (CR2, Satterthwaite degrees of freedom), because hardly any variance is printed."
    )


def _forests(pool: OutcomePool, plates: Plates) -> list[Figure]:
    log = pool.measure == Measure.LOG_RATIO
    rows = [_forest_row(effect) for effect in (*pool.effects, *pool.measured)]
    merged = len(rows) > MOST_ROWS
    if merged:
        rows = _one_row_a_study(rows)
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
        footer=("Hollow squares: no standard error is known.",)
        if any(r.ci_low is None for r in rows)
        else (),
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
                title=f"Forest plot: {pool.outcome.label.lower() if not pool.outcome.label.isupper() else pool.outcome.label}{of}",
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


def _forest_row(effect: Effect) -> forest.ForestRow:
    half = None if effect.vi is None else 1.959964 * math.sqrt(effect.vi)
    return forest.ForestRow(
        effect.source,
        effect.arm,
        effect.baseline,
        effect.quantized,
        effect.yi,
        None if half is None else effect.yi - half,
        None if half is None else effect.yi + half,
        None,
        effect.origin == Origin.MEASURED,
    )


def _one_row_a_study(rows: list[forest.ForestRow]) -> list[forest.ForestRow]:
    by_study: dict[tuple[str, bool], list[forest.ForestRow]] = defaultdict(list)
    for row in rows:
        by_study[row.study, row.measured].append(row)
    return [
        forest.ForestRow(
            study, f"mean of {len(its)}", "", "", sum(r.yi for r in its) / len(its), measured=measured
        )
        if len(its) > 1
        else its[0]
        for (study, measured), its in by_study.items()
    ]


def _forest_summary(pool: OutcomePool) -> forest.ForestSummary | None:
    result = pool.main.result
    if result is None:
        return None
    c = result.coefficients[0]
    model = f"Each of {pool.groups} study groups weighs the same; CR2 interval"
    footer = (f"{model}, {c.df:.1f} df." if c.df is not None else f"{model}.",)
    return forest.ForestSummary("Mean of study groups", c.estimate, c.ci_low, c.ci_high, footer=footer)


def _sensitivity(pool: OutcomePool) -> Table:
    rows = []
    for analysis in (pool.main, *pool.sensitivity):
        r = analysis.result
        if r is None:
            cells = [Cell(""), Cell(analysis.too_few or ""), Cell("")]
        else:
            c = r.coefficients[0]
            cells = [
                Cell(effect_words(c.estimate, pool.measure), sort=c.estimate),
                Cell(interval_words(c.ci_low, c.ci_high, pool.measure)),
                Cell("" if c.df is None else f"{c.df:.1f}", sort=c.df),
            ]
        rows.append(
            (
                Cell(analysis.name),
                Cell(analysis.why),
                Cell(str(r.k) if r else "", sort=r.k if r else None),
                *cells,
            )
        )
    columns = (
        Column("Analysis", width=2),
        Column("What it tells", width=3.4),
        Column("Rows", "right", 0.6),
        Column("Estimate", "right", 0.9),
        Column("95 % CI", "right", 1.9),
        Column("df", "right", 0.5),
    )
    caption = f"{pool.outcome.label}: main estimate and sensitivity analyses"
    return Table(f"sensitivity-{pool.outcome.code}", caption, columns, tuple(rows))


def _funnel(pool: OutcomePool, effects: list[Effect], plates: Plates) -> Figure:
    points = tuple(
        funnel.FunnelPoint(e.source, e.yi, math.sqrt(e.vi or 0.0), measured=e.origin == Origin.MEASURED)
        for e in effects
    )
    pooled = pool.main.result.coefficients[0].estimate if pool.main.result else None
    data = funnel.Funnel(points, pool.outcome.label, log=pool.measure == Measure.LOG_RATIO, pooled=pooled)
    return plates.add(
        f"funnel-{pool.outcome.code}",
        funnel.figure(data),
        title=f"Funnel plot: {pool.outcome.label}",
        caption=text("Contours mark two-sided p of .10, .05 and .01 around no change."),
        alt=funnel.alt_text(data),
        data=funnel.table(data),
    )


def claims(evidence: Evidence, title: str) -> Section:
    """Return the section on claims and their verdicts; it says so where nothing was measured yet."""
    done = evidence.runs.get("done", 0)
    states = listed([f"{n} {state}" for state, n in evidence.runs.items()])
    measured = [e for e in evidence.effects.effects if e.origin == Origin.MEASURED]
    if not done or not measured:
        told = "No claim has been re-measured yet: the database holds no finished run"
        return Section(
            "claims",
            title,
            (Note(text(f"{told}{f' ({states})' if states else ''}. Verdicts need measured comparisons.")),),
        )
    items = tuple(
        text(f"{e.outcome} of {e.arm}: {effect_words(e.yi, e.measure)} (run {e.source})") for e in measured
    )
    return Section(
        "claims",
        title,
        (Paragraph(text(f"Measured comparisons of {count(done, 'finished run')}:")), Bullets(items)),
    )
