"""The tables and sentences beside a pooled estimate: certainty, classes, bit width, sensitivity, bias."""

from db.codebook.codebook import Codebook
from db.vocabulary import Measure
from reports.context import Block, Bullets, Cell, Column, Paragraph, Table, Text, strong, text
from reports.sections.words import (
    count,
    effect_words,
    interval_words,
    limits_words,
    listed,
    p_words,
    pooled_words,
    unbroken,
)
from review.pool import OutcomePool
from review.pooling.analysis import Analysis
from review.pooling.bits import BitSlope
from review.pooling.certainty import Certainty
from review.pooling.subgroups import Subgroup, Subgroups

CLASSES = {
    "technique": "Technique",
    "bits": "Weight bits",
    "granularity": "Granularity",
    "dataset": "Data set",
    "architecture": "Network",
    "execution": "Execution",
}
ALWAYS_SHOWN = ("technique", "bits")
"""Ways of grouping whose classes stand on the page even where few can be pooled; others only where two can."""
LEVELS_OFF = ("no level off", "one level off", "two levels off")


def estimate_cells(analysis: Analysis, measure: Measure, none: str = "too few groups") -> list[Cell]:
    """Return estimate, interval and degrees of freedom as cells; `none` stands where nothing could be pooled."""
    c = analysis.effect
    if c is None:
        return [Cell(none, note=analysis.too_few), Cell(""), Cell("")]
    return [
        Cell(effect_words(c.estimate, measure), sort=c.estimate),
        Cell(unbroken(interval_words(c.ci_low, c.ci_high, measure))),
        Cell("" if c.df is None else f"{c.df:.1f}", sort=c.df),
    ]


def dominance(pool: OutcomePool) -> str:
    """Return in words which group gives most contrasts, and the estimate without it; "" where none dominates."""
    if pool.largest_group is None or pool.main.effect is None:
        return ""
    most = sum(e.group == pool.largest_group for e in pool.effects)
    told = f"One group dominates: {pool.largest_group} gives {most} of the {len(pool.effects)} contrasts."
    rest = next((a for a in pool.sensitivity if a.name == f"without {pool.largest_group}"), None)
    if rest is None or rest.effect is None:
        return f"{told} Without it there are too few groups to pool."
    return f"{told} Without it: {pooled_words(rest.effect, pool.level, pool.measure)}."


def certainty_blocks(found: Certainty | None) -> list[Block]:
    """Return the certainty of an estimate and what each domain says of it."""
    if found is None:
        return []
    items: list[Text] = [
        text(strong(f"{d.name.capitalize()}: {LEVELS_OFF[min(d.down, 2)]}."), f" {_sentence(d.reason)}")
        for d in found.domains
    ]
    return [Paragraph(text("Certainty of this estimate: ", strong(found.level), ".")), Bullets(tuple(items))]


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def class_blocks(pool: OutcomePool, codebook: Codebook) -> list[Block]:
    """Return the classes of an outcome's contrasts with their estimates, and the tests between classes."""
    chosen = [
        found
        for found in pool.subgroups
        if (found.by in ALWAYS_SHOWN and len(found.classes) > 1) or sum(one.told for one in found.pooled) > 1
    ]
    if not chosen:
        return []
    rows = tuple(
        (
            Cell(CLASSES[found.by]),
            Cell(_class_name(one, found, codebook)),
            Cell(str(one.effects), sort=one.effects),
            Cell(str(one.groups), sort=one.groups),
            *estimate_cells(one.pooled, pool.measure)[:2],
            Cell("" if one.new_group is None else unbroken(interval_words(*one.new_group, pool.measure))),
        )
        for found in chosen
        for one in found.classes
    )
    columns = (
        Column("By", width=1.1),
        Column("Class", width=1.9),
        Column("Contrasts", "right", 0.9),
        Column("Groups", "right", 0.8),
        Column("Estimate", "right", 1.2),
        Column(f"{pool.level:g} % CI", "right", 1.7),
        Column("New group", "right", 1.7),
    )
    table = Table(
        f"classes-{pool.outcome.code}",
        f"{pool.outcome.label} by {listed([CLASSES[f.by].lower() for f in chosen])}",
        columns,
        rows,
    )
    return [table, Paragraph(text(" ".join(_test_words(found, codebook) for found in chosen)))]


def _class_name(one: Subgroup, found: Subgroups, codebook: Codebook) -> str:
    return codebook.label("technique", one.name) if found.by == "technique" else one.name


def _test_words(found: Subgroups, codebook: Codebook) -> str:
    name = CLASSES[found.by]
    if found.test is None:
        told = [one for one in found.pooled if one.told]
        alone = (
            f"only {_class_name(told[0], found, codebook)} has enough study groups" if told else found.no_test
        )
        reason = alone if len(told) < 2 else found.no_test
        return f"{name}: the classes cannot be compared, since {reason}."
    t = found.test
    few = " These degrees of freedom are too few to rely on." if found.warnings else ""
    return (
        f"{name}: the classes that could be pooled {'differ' if t.p < 0.05 else 'do not differ more than chance allows'} "
        f"(CR2, HTZ, F({t.df}, {t.df_denominator:.1f}) = {t.statistic:.2f}, {p_words(t.p)}).{few}"
    )


def slope_blocks(pool: OutcomePool) -> list[Block]:
    """Return what each halving of the bit width adds, or why that cannot be told."""
    told = [slope for slope in pool.bit_slopes if slope.per_halving is not None]
    if not told:
        slope = pool.bit_slopes[0]
        return [Paragraph(text(f"No regression on {slope.moderator}: {slope.too_few}."))]
    return [
        Paragraph(
            text(
                "Regression on the bit width, each study group weighing the same, arms of one stated width "
                "(CR2 by study group):"
            )
        ),
        Bullets(tuple(_slope_words(slope, pool) for slope in pool.bit_slopes)),
    ]


def _slope_words(slope: BitSlope, pool: OutcomePool) -> Text:
    name = strong(f"{slope.moderator.capitalize()}, {slope.among}:")
    c, at = slope.per_halving, slope.at_eight
    if c is None or at is None:
        return text(name, f" no number, {slope.too_few}.")
    does = "adds" if pool.measure == Measure.DIFFERENCE else "multiplies by"
    few = " The degrees of freedom are too few to rely on." if c.df is not None and c.df < 4 else ""
    return text(
        name,
        f" each halving {does} {effect_words(c.estimate, pool.measure)} ({limits_words(c, pool.level, pool.measure)}, "
        f"{c.df:.1f} df), from {effect_words(at.estimate, pool.measure)} at 8 bits; "
        f"{count(slope.effects, 'contrast')} of {count(slope.groups, 'group')}.{few}",
    )


def sensitivity_blocks(pool: OutcomePool) -> list[Block]:
    """Return the estimate under other choices, and without each group."""
    rows = tuple(
        (
            Cell(a.name),
            Cell(a.why),
            Cell(str(a.result.k) if a.result else "", sort=a.result.k if a.result else None),
            *estimate_cells(a, pool.measure),
        )
        for a in (pool.main, *pool.sensitivity)
    )
    columns = (
        Column("Analysis", width=2),
        Column("What it tells", width=3.4),
        Column("Rows", "right", 0.6),
        Column("Estimate", "right", 0.9),
        Column(f"{pool.level:g} % CI", "right", 1.9),
        Column("df", "right", 0.5),
    )
    caption = f"{pool.outcome.label}: main estimate and sensitivity analyses"
    table = Table(f"sensitivity-{pool.outcome.code}", caption, columns, rows)
    return [table, Paragraph(text(_left_out(pool) + _sharing(pool)))]


def _left_out(pool: OutcomePool) -> str:
    found = sorted(
        ((a.effect.estimate, a.name) for a in pool.leave_one_out if a.effect is not None),
    )
    if not found:
        return "There are too few groups to leave one out."
    (low, least), (high, most) = found[0], found[-1]
    return (
        f"Without one group at a time the estimate lies between {effect_words(low, pool.measure)} (without {least}) and "
        f"{effect_words(high, pool.measure)} (without {most})."
    )


def _sharing(pool: OutcomePool) -> str:
    shared = pool.shared_data
    told = ""
    if shared.sure:
        told += f" Studies of one team count as one group: {listed(list(shared.sure))}."
    if shared.possible:
        told += f" Studies that may share data count as one group too: {listed(list(shared.possible))}."
    if shared.datasets:
        told += f" These groups name a data set in common: {listed(list(shared.datasets))}."
    return told


def bias_words(pool: OutcomePool) -> str:
    """Return what can be said of small studies and selective publication."""
    tested = pool.small_studies
    if tested.slope is None:
        return f"Small-study effects cannot be tested: {tested.too_few}."
    c = tested.slope
    return (
        f"Small-study effects: Egger's regression with CR2 by group has the slope {c.estimate:.2f} "
        f"({pool.level:g} % CI {c.ci_low:.2f} to {c.ci_high:.2f}, {p_words(c.p)}), over "
        f"{count(tested.effects, 'effect')} of {count(tested.groups, 'group')}."
        + (" Its degrees of freedom are too few to rely on." if tested.warnings else "")
    )
