"""Which line of words stands where in a forest plot, and how many rows a page holds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from reports.figures import style
from reports.figures.forest.columns import INDENT, Columns, columns, single_width, spans
from reports.figures.forest.data import Forest, ForestRow, ForestSummary, grouped
from reports.figures.forest.marks import legend_rows
from reports.figures.forest.words import label_of
from reports.figures.measure import text_width, wrap

PAGE: Final = 640.0
LINE: Final = 10.2
POOLED_LINE: Final = 12.2
STUDY_GAP: Final = 3.0
POOLED_GAP: Final = 1.5
SUBGROUP_GAP: Final = 6.0
HEAD: Final = 24.0
AXIS: Final = 46.0
LEGEND: Final = 14.0
RULE: Final = 6.0
PREDICTION: Final = "Prediction interval"


@dataclass(frozen=True)
class Line:
    """One line of words at the left; the first line of a row or of a pooled estimate carries it.

    `gap` is space above; `band` marks the heading of a subgroup, `note` words of second rank.
    """

    text: str
    indent: float = 0.0
    bold: bool = False
    row: ForestRow | None = None
    summary: ForestSummary | None = None
    prediction: ForestSummary | None = None
    overall: bool = False
    lead: str = ""
    gap: float = 0.0
    band: bool = False
    note: bool = False

    @property
    def height(self) -> float:
        """Height in points without the gap."""
        return POOLED_LINE if self.summary or self.prediction else LINE


class Plan:
    """The layout of one forest: its rows in order, its columns, and the lines of each row."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self.rows: Final = grouped(forest.rows)
        self.at: Final[Columns] = columns(forest)
        counts = Counter((row.subgroup, row.study) for row in forest.rows)
        self._alone = frozenset(key for key, n in counts.items() if n == 1)
        self._closing = {group.name: group.summary for group in forest.subgroups}
        self._plain = not any(row.label for row in forest.rows)

    @property
    def head(self) -> float:
        """Height of the headings."""
        return HEAD + (LINE if spans(self.forest) else 0.0)

    @property
    def axis(self) -> float:
        """Height of the axis with its words."""
        return AXIS if self.forest.favours_low or self.forest.favours_high else AXIS - 12

    @cached_property
    def legend(self) -> float:
        """Height of the key to the marks."""
        return LEGEND + LINE * (len(legend_rows(self.forest)) - 1)

    @property
    def room(self) -> float:
        """Height that a page has for lines."""
        return PAGE - self.head - self.axis - self.legend

    @cached_property
    def overall(self) -> list[Line]:
        """The lines of the overall estimates."""
        return [line for s in self.forest.overall for line in self._pooled(s, overall=True)]

    @cached_property
    def footer(self) -> list[str]:
        """The lines below the axis of the last page, broken to the width of the figure."""
        texts = [text for s in self.forest.overall for text in (s.heterogeneity, *s.footer)]
        if self.forest.between:
            texts.insert(1 if texts else 0, self.forest.between)
        texts += self.forest.footer
        return [line for text in texts if text for line in wrap(text, style.WIDTH - 4, style.SMALL)]

    @cached_property
    def tail(self) -> float:
        """Height of the overall estimates and the footer."""
        return height(self.overall) + (RULE if self.overall else 0.0) + len(self.footer) * LINE + 4

    def lines(self, start: int, stop: int) -> list[Line]:
        """Return the lines of the rows `start` to `stop` as they stand on a page that begins with the first."""
        return [line for i in range(start, stop) for line in self.of_row(i, first=i == start)]

    def of_row(self, i: int, *, first: bool) -> list[Line]:
        """Return the lines of one row: headings before it where they change, a subgroup's estimate after its last."""
        row, before = self.rows[i], self.rows[i - 1] if i else None
        same_group = before is not None and before.subgroup == row.subgroup
        same_study = same_group and before is not None and before.study == row.study
        found: list[Line] = []
        if row.subgroup and (first or not same_group):
            name = f"{row.subgroup} (continued)" if same_group else row.subgroup
            parts = wrap(name, self.at.left_of_plot, style.SMALL, bold=True)
            gap = 0.0 if first else SUBGROUP_GAP
            found += [
                Line(text, bold=True, band=True, gap=gap if k == 0 else 0.0) for k, text in enumerate(parts)
            ]
        gap = 0.0 if first or found or same_study else STUDY_GAP
        brief = self._brief(row)
        if brief and before is not None and self._brief(before):
            gap = 0.0
        found += self._short(row, gap) if brief else self._long(row, gap, first=first, same_study=same_study)
        last = i + 1 == len(self.rows) or self.rows[i + 1].subgroup != row.subgroup
        if last and row.subgroup in self._closing:
            found += self._pooled(self._closing[row.subgroup])
        return found

    def _brief(self, row: ForestRow) -> bool:
        return (row.subgroup, row.study) in self._alone and single_width(row) <= self.at.label

    def _short(self, row: ForestRow, gap: float) -> list[Line]:
        if self._plain and not row.measured:
            return [Line(row.study, row=row, gap=gap)]
        lead = text_width(row.study, style.SMALL, bold=True) + 5
        return [Line(label_of(row), lead, row=row, lead=row.study, gap=gap)]

    def _long(self, row: ForestRow, gap: float, *, first: bool, same_study: bool) -> list[Line]:
        found: list[Line] = []
        name = f"{row.study} (continued)" if same_study else row.study
        label = label_of(row)
        if not label and not same_study:
            parts = wrap(row.study, self.at.label, style.SMALL)
            return [
                Line(text, row=row if k == 0 else None, gap=gap if k == 0 else 0.0)
                for k, text in enumerate(parts)
            ]
        if first or not same_study:
            parts = wrap(name, self.at.label, style.SMALL, bold=True)
            found = [Line(text, bold=True, gap=gap if k == 0 else 0.0) for k, text in enumerate(parts)]
        parts = wrap(label, self.at.label - INDENT, style.SMALL)
        return found + [Line(text, INDENT, row=row if k == 0 else None) for k, text in enumerate(parts)]

    def _pooled(self, s: ForestSummary, *, overall: bool = False) -> list[Line]:
        parts = wrap(s.label, self.at.label if s.cells else self.at.left_of_plot, style.SMALL, bold=True)
        found = [
            Line(
                text,
                bold=True,
                summary=s if k == 0 else None,
                overall=overall,
                gap=0.0 if overall or k else POOLED_GAP,
            )
            for k, text in enumerate(parts)
        ]
        if s.prediction:
            found.append(Line(PREDICTION, bold=True, prediction=s, overall=overall))
        if s.heterogeneity and not overall:
            parts = wrap(s.heterogeneity, self.at.left_of_plot, style.SMALL)
            found += [Line(text, note=True) for text in parts]
        return found


def height(found: Sequence[Line]) -> float:
    """Return the height of lines in points."""
    return sum(line.height + line.gap for line in found)


def chunks(plan: Plan, most: int) -> list[tuple[int, int]]:
    """Split the rows for pages: as few as possible, about equally long, room for the summary on the last."""
    n = len(plan.rows)
    if not n:
        return []

    def fill(cap: int) -> list[tuple[int, int]]:
        parts, start, used = [], 0, 0.0
        for i in range(n):
            more = height(plan.of_row(i, first=i == start))
            if i > start and (i - start >= cap or used + more > plan.room):
                parts.append((start, i))
                start, used = i, 0.0
                more = height(plan.of_row(i, first=True))
            used += more
        return [*parts, (start, n)]

    parts = fill(most)
    even = fill(-(-n // len(parts)))
    if len(even) == len(parts):
        parts = even
    start, stop = parts[-1]
    if stop - start > 1 and height(plan.lines(start, stop)) + plan.tail > plan.room:
        cuts = range((start + stop + 1) // 2, stop)
        fits = (cut for cut in cuts if height(plan.lines(cut, stop)) + plan.tail <= plan.room)
        cut = next(fits, stop - 1)
        parts[-1:] = [(start, cut), (cut, stop)]
    return parts
