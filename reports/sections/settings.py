"""Bits and granularity inside the one study group that varies both on the same networks."""

from db.vocabulary import Measure
from reports.context import Block, Cell, Column, Figure, Paragraph, Table, text
from reports.figures import bit_settings
from reports.plates import Plates
from reports.sections.words import count, effect_words, interval_words, listed, p_words, unbroken
from review.pool import OutcomePool
from review.pooling.within import Precision, Within


def settings_blocks(pool: OutcomePool, plates: Plates) -> list[Block]:
    """Return figure, table and tests of the settings that one study group tried; nothing where none did."""
    within = pool.within
    if within is None:
        return []
    blocks: list[Block] = [
        Paragraph(
            text(
                f"Inside one study group, {within.group}, {count(within.networks, 'network')} were quantized in "
                f"{len(within.settings)} settings, so that each is its own control. These intervals (CR2 by network) speak "
                f"of more networks in the same hands, not of other groups. {_range(pool, within)}"
            )
        )
    ]
    title = f"{pool.outcome.label} by bits and granularity inside {within.group}"
    if pool.measure == Measure.DIFFERENCE:
        figure = _figure(pool, within, plates, title)
        blocks += [figure, _table(pool, within, f"Data of Figure {figure.number}: {title}")]
    else:
        blocks.append(_table(pool, within, title))
    told = [
        f"{t.terms[0]} (F({t.df}, {t.df_denominator:.1f}) = {t.statistic:.1f}, {p_words(t.p)})"
        for t in within.tests
    ]
    if told:
        blocks.append(Paragraph(text(f"Joint tests (CR2, HTZ) that these do not matter: {listed(told)}.")))
    return blocks


def _range(pool: OutcomePool, within: Within) -> str:
    """Say how far the means of the settings of each width reach."""
    told = []
    for bits in dict.fromkeys(s.bits for s in within.settings):
        means = sorted(s.mean.estimate for s in within.settings if s.bits == bits)
        ends = [effect_words(mean, pool.measure) for mean in (means[-1], means[0])]
        told.append(
            f"with {bits} from {ends[0]} to {ends[1]}" if len(means) > 1 else f"with {bits} {ends[0]}"
        )
    return f"The mean change is {listed(told)}."


def _figure(pool: OutcomePool, within: Within, plates: Plates, title: str) -> Figure:
    data = bit_settings.BitSettings(
        tuple(
            bit_settings.BitSetting(
                s.bits, s.granularity, s.changes, s.mean.estimate, s.mean.ci_low, s.mean.ci_high
            )
            for s in within.settings
        ),
        pool.outcome.label,
        within.group,
        pool.level,
    )
    return plates.add(
        f"settings-{pool.outcome.code}",
        bit_settings.figure(data),
        title=title,
        caption=text(
            "One point a network on a data set; W8A8 means 8 bits for weights and activations. The axis is linear within "
            "one percentage point and logarithmic beyond."
        ),
        alt=bit_settings.alt_text(data),
    )


def _table(pool: OutcomePool, within: Within, caption: str) -> Table:
    differences = {c.term: c for c in within.differences}
    widest = within.settings[0].bits
    rows = []
    for s in within.settings:
        c = differences.get(f"{s.bits} − {widest}, {s.granularity}")
        rows.append(
            (
                Cell(s.bits),
                Cell(s.granularity),
                Cell(str(s.networks), sort=s.networks),
                *_mean_cells(s, pool.measure),
                Cell(
                    "" if c is None else effect_words(c.estimate, pool.measure),
                    sort=None if c is None else c.estimate,
                ),
                Cell("" if c is None else unbroken(interval_words(c.ci_low, c.ci_high, pool.measure))),
            )
        )
    columns = (
        Column("Bits", width=0.8),
        Column("Granularity", width=1.3),
        Column("Networks", "right", 0.9),
        Column("Mean", "right", 0.9),
        Column(f"{pool.level:g} % CI", "right", 1.7),
        Column(f"Against {widest}", "right", 1.2),
        Column(f"{pool.level:g} % CI", "right", 1.7),
    )
    return Table(
        f"data-settings-{pool.outcome.code}",
        caption,
        columns,
        tuple(rows),
    )


def _mean_cells(s: Precision, measure: Measure) -> tuple[Cell, Cell]:
    mean = s.mean
    return (
        Cell(effect_words(mean.estimate, measure), sort=mean.estimate),
        Cell(unbroken(interval_words(mean.ci_low, mean.ci_high, measure))),
    )
