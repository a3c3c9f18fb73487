"""Where the words of a forest plot stand: columns, lines, and how many rows a page holds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.figures import style
from reports.figures.forest import Forest, ForestRow, shown
from reports.figures.measure import text_width, wrap

PAGE: Final = 640.0
LINE: Final = 10.2
STUDY_GAP: Final = 3.0
HEAD: Final = 24.0
AXIS: Final = 46.0
LEGEND: Final = 14.0
INDENT: Final = 8.0
NARROWEST: Final = 118.0
RAW: Final = 56.0
NONE: Final = "–"


@dataclass(frozen=True)
class Columns:
    """Edges in points: widths of the label, right edges of the number columns, and the plot between them."""

    label: float
    baseline: float
    quantized: float
    plot_left: float
    plot_right: float
    estimate: float
    interval: float
    weight: float | None


@dataclass(frozen=True)
class Line:
    """One line of text at the left; the first line of a row carries the row."""

    text: str
    indent: float
    bold: bool = False
    row: ForestRow | None = None
    lead: str = ""
    gap: float = 0.0


def interval_text(forest: Forest, low: float, high: float) -> str:
    """Return an interval as printed in its column."""
    return f"[{shown(forest, low)}; {shown(forest, high)}]"


def weight_text(row: ForestRow) -> str:
    """Return the weight as printed in its column; a row without one has a dash."""
    return NONE if row.weight is None else f"{row.weight:.1f} %"


def columns(forest: Forest) -> Columns:
    """Return the columns: numbers as wide as they need, the label as it needs within reason, the rest for the plot."""
    size = style.SMALL

    def widest(texts: Sequence[str], head: str) -> float:
        return max([text_width(head, size, bold=True), *(text_width(text, size) for text in texts)])

    rows, s = forest.rows, forest.summary
    bold = [shown(forest, s.estimate)] if s else []
    estimate = max(
        widest([shown(forest, row.yi) for row in rows], ""),
        *[text_width(t, size, bold=True) for t in [*bold, ""]],
    )
    spans = [
        interval_text(forest, row.ci_low, row.ci_high)
        for row in rows
        if row.ci_low is not None and row.ci_high is not None
    ]
    if s:
        spans.append(interval_text(forest, s.ci_low, s.ci_high))
        if s.pi_low is not None and s.pi_high is not None:
            spans.append(interval_text(forest, s.pi_low, s.pi_high))
    interval = max([text_width(text, size, bold=True) for text in spans], default=0.0) + (5 if spans else 0)
    head = text_width(heading(forest), size, bold=True)
    interval = max(interval, head - estimate)
    weights = any(row.weight is not None for row in rows)
    weight = widest([weight_text(row) for row in rows], "Weight") + 9 if weights else 0.0
    baseline = min(widest([row.baseline for row in rows], "Baseline"), RAW) + 8
    quantized = min(widest([row.quantized for row in rows], "Quantized"), RAW) + 8
    fixed = baseline + quantized + estimate + interval + weight + 24
    room = style.WIDTH - fixed - NARROWEST
    wanted = max([text_width(row.label, size) + INDENT for row in rows], default=0.0)
    counts = Counter(row.study for row in rows)
    wanted = max([wanted, *(single_width(row) for row in rows if counts[row.study] == 1)])
    if s:
        wanted = max(wanted, min(text_width(s.label, size, bold=True), 150.0))
    label = min(max(wanted + 2, 70.0), room)
    right = style.WIDTH - 0.5
    interval_edge = right - weight
    estimate_edge = interval_edge - interval
    plot_left = label + baseline + quantized + 12
    plot_right = estimate_edge - estimate - 12
    return Columns(
        label,
        label + baseline,
        label + baseline + quantized,
        plot_left,
        plot_right,
        estimate_edge,
        interval_edge,
        right if weights else None,
    )


def heading(forest: Forest) -> str:
    """Return the heading over estimates and intervals."""
    has = forest.summary is not None or any(not row.hollow for row in forest.rows)
    return f"{forest.estimate_head} [{forest.interval}]" if has else forest.estimate_head


def label_of(row: ForestRow) -> str:
    """Return what is written at a row: its label, and that it was measured."""
    return f"{row.label} (measured)" if row.measured else row.label


def single_width(row: ForestRow) -> float:
    """Return the width of a study of one row on one line: name, then label."""
    return text_width(row.study, style.SMALL, bold=True) + 5 + text_width(label_of(row), style.SMALL)


def lines(
    rows: Sequence[ForestRow], alone: frozenset[str], width: float, *, continued: bool = False
) -> list[Line]:
    """Return the lines of these rows: a study of one row on its own line, others under their study's name."""
    result: list[Line] = []
    before: str | None = None
    for i, row in enumerate(rows):
        brief = row.study in alone and single_width(row) <= width
        plain = brief and bool(result) and bool(result[-1].lead)
        gap = STUDY_GAP if result and row.study != before and not plain else 0.0
        if brief:
            lead = text_width(row.study, style.SMALL, bold=True) + 5
            result.append(Line(label_of(row), lead, row=row, lead=row.study, gap=gap))
        else:
            if row.study != before:
                name = f"{row.study} (continued)" if continued and i == 0 else row.study
                parts = wrap(name, width, style.SMALL, bold=True)
                result += [
                    Line(text, 0.0, bold=True, gap=gap if k == 0 else 0.0) for k, text in enumerate(parts)
                ]
            parts = wrap(label_of(row), width - INDENT, style.SMALL)
            result += [Line(text, INDENT, row=row if k == 0 else None) for k, text in enumerate(parts)]
        before = row.study
    return result


def height(found: Sequence[Line]) -> float:
    """Return the height of lines in points."""
    return sum(LINE + line.gap for line in found)


def alone(forest: Forest) -> frozenset[str]:
    """Return the studies that have one row."""
    counts = Counter(row.study for row in forest.rows)
    return frozenset(study for study, n in counts.items() if n == 1)


def footer_lines(forest: Forest) -> list[str]:
    """Return the lines below the axis of the last page, broken to the width of the figure."""
    words = [*(forest.summary.footer if forest.summary else ()), *forest.footer]
    return [line for text in words for line in wrap(text, style.WIDTH - 4, style.SMALL)]


def summary_height(forest: Forest) -> float:
    """Return the height of diamond, prediction bar and footer."""
    s = forest.summary
    rows = (
        0
        if s is None
        else len(summary_label(forest)) + (1 if s.pi_low is not None and s.pi_high is not None else 0)
    )
    return rows * (LINE + 2) + (6 if rows else 0) + len(footer_lines(forest)) * LINE + 4


def summary_label(forest: Forest) -> list[str]:
    """Return the name of the pooled estimate, broken to the label column."""
    s = forest.summary
    return [] if s is None else wrap(s.label, columns(forest).label, style.SMALL, bold=True)


def chunks(forest: Forest, rows: tuple[ForestRow, ...], most: int) -> list[tuple[ForestRow, ...]]:
    """Split the rows for pages: as few as possible, about equally long, room for the summary on the last."""
    if not rows:
        return []
    width, single = columns(forest).label, alone(forest)
    room = PAGE - HEAD - AXIS - LEGEND

    def fill(cap: int) -> list[tuple[ForestRow, ...]]:
        parts: list[tuple[ForestRow, ...]] = []
        part: list[ForestRow] = []
        for row in rows:
            if part and (
                len(part) >= cap or height(lines([*part, row], single, width, continued=True)) > room
            ):
                parts.append(tuple(part))
                part = []
            part.append(row)
        return [*parts, tuple(part)]

    parts = fill(most)
    even = fill(-(-len(rows) // len(parts)))
    if len(even) == len(parts):
        parts = even
    last = parts[-1]
    if len(last) > 1 and height(lines(last, single, width, continued=True)) + summary_height(forest) > room:
        cut = len(last) // 2
        parts[-1:] = [last[:cut], last[cut:]]
    return parts
