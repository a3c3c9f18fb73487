"""Where the columns of a forest plot stand: as wide as their words, the rest for the plot."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reports.figures import style
from reports.figures.forest.data import Forest, ForestRow
from reports.figures.forest.words import heading, interval_text, label_of, shown, weight_text
from reports.figures.measure import text_width

INDENT: Final = 8.0
NARROWEST: Final = (118.0, 90.0)
"""Width that the plot keeps at least, and what it makes do with where raw data crowds it."""
LABEL: Final = 70.0
"""Width that the names keep at least."""
NOTES: Final = 150.0
"""Width that heterogeneity lines get left of the plot where there is room."""
WIDEST_CELLS: Final = (120.0, 90.0, 70.0, 56.0, 44.0)
"""Raw data is cut at the first of these widths that leaves room for the names."""
RAW_GAP: Final = 8.0
ESTIMATE_GAP: Final = 7.0
HOLD: Final = 12.0
"""Space between words and plot."""


@dataclass(frozen=True)
class Columns:
    """Edges in points: width of the names, raw-data columns (left, right), the plot, right edges of the numbers."""

    label: float
    raw: tuple[tuple[float, float], ...]
    plot_left: float
    plot_right: float
    estimate: float
    interval: float
    weight: float | None

    @property
    def left_of_plot(self) -> float:
        """The width of everything left of the plot."""
        return self.plot_left - HOLD


def _widest(texts: Iterable[str], *, bold: bool = False) -> float:
    return max((text_width(text, style.SMALL, bold=bold) for text in texts), default=0.0)


def single_width(row: ForestRow) -> float:
    """Return the width of a study of one row on one line: name, then label."""
    name = text_width(row.study, style.SMALL, bold=True)
    return name + 5 + text_width(label_of(row), style.SMALL) if label_of(row) else name


def _names(forest: Forest) -> float:
    """Return the width that the names would like to have."""
    rows = forest.rows
    counts = Counter((row.subgroup, row.study) for row in rows)
    wanted = _widest(label_of(row) for row in rows) + INDENT
    wanted = max([wanted, *(single_width(row) for row in rows if counts[row.subgroup, row.study] == 1)])
    return max([wanted, *(min(text_width(s.label, style.SMALL, bold=True), NOTES) for s in forest.summaries)])


def _raw(forest: Forest, most: float) -> list[float]:
    """Return the widths of the raw-data columns, headings over several of them fitted in."""
    widths = []
    for i, column in enumerate(forest.columns):
        cells = [row.cells[i] for row in forest.rows if row.cells]
        totals = [s.cells[i] for s in forest.summaries if s.cells]
        needed = min(max(_widest(cells), _widest(totals, bold=True)), most)
        widths.append(max(needed, _widest([column.head], bold=True)) + RAW_GAP)
    for first, last, words in spans(forest):
        missing = text_width(words, style.SMALL, bold=True) + RAW_GAP - sum(widths[first : last + 1])
        for i in range(first, last + 1):
            widths[i] += max(missing, 0.0) / (last - first + 1)
    return widths


def spans(forest: Forest) -> list[tuple[int, int, str]]:
    """Return each heading over neighbouring columns with the first and last of them."""
    found: list[tuple[int, int, str]] = []
    for i, column in enumerate(forest.columns):
        if found and column.over and found[-1][2] == column.over and found[-1][1] == i - 1:
            found[-1] = (found[-1][0], i, column.over)
        elif column.over:
            found.append((i, i, column.over))
    return found


def columns(forest: Forest) -> Columns:
    """Return the columns: numbers as wide as they need, the names as they need within reason, the rest for the plot.

    Raises
    ------
    ValueError
        If the raw-data columns leave no room for names and plot.
    """
    estimate, interval = _estimates(forest)
    weights = [row.weight for row in forest.rows if row.weight is not None]
    texts = [weight_text(w) for w in (*weights, *(s.weight for s in forest.summaries))]
    weight = _widest([*texts, "Weight"], bold=True) + 9 if weights else 0.0
    wanted = _names(forest)
    raw: list[float] = []
    room = 0.0
    for most in WIDEST_CELLS:
        raw = _raw(forest, most)
        room = style.WIDTH - estimate - interval - weight - sum(raw) - 2 * HOLD - NARROWEST[0]
        if room >= min(wanted, NOTES):
            break
    if room < LABEL:
        room = min(room + NARROWEST[0] - NARROWEST[1], LABEL)
    if room < LABEL:
        raise ValueError(
            f"The {len(raw)} raw-data columns are {LABEL - room:.0f} points too wide for the page: leave some out."
        )
    if any(group.summary.heterogeneity for group in forest.subgroups):
        wanted = max(wanted, NOTES - sum(raw))
    label = min(max(wanted + 2, LABEL), room)
    edges, x = [], label
    for width in raw:
        edges.append((x + RAW_GAP, x + width))
        x += width
    right = style.WIDTH - 0.5
    at = right - weight
    return Columns(
        label,
        tuple(edges),
        x + HOLD,
        at - interval - estimate - HOLD,
        at - interval,
        at,
        right if weights else None,
    )


def _estimates(forest: Forest) -> tuple[float, float]:
    """Return the widths of the estimates and of their intervals."""
    rows, sums = forest.rows, forest.summaries
    estimate = _widest([shown(forest, x.yi) for x in rows])
    estimate = max(estimate, _widest([shown(forest, s.estimate) for s in sums], bold=True))
    spans_ = [
        interval_text(forest, row.ci_low, row.ci_high)
        for row in rows
        if row.ci_low is not None and row.ci_high is not None
    ]
    bold = [interval_text(forest, s.ci_low, s.ci_high) for s in sums]
    bold += [interval_text(forest, *s.prediction) for s in sums if s.prediction]
    interval = max(_widest(spans_), _widest(bold, bold=True))
    interval += ESTIMATE_GAP if interval else 0
    return estimate, max(interval, text_width(heading(forest), style.SMALL, bold=True) - estimate)
