"""Forest plot: every effect with its raw data, grouped, and what the model makes of them.

Rows without a standard error are hollow and have no weight: they are shown, never given an invented precision.
This file is the door: data in `forest_data`, numbers and words in `forest_words`, columns and lines in
`forest_columns` and `forest_layout`, the axis in `forest_limits`, marks and pages in `forest_marks` and `forest_draw`.
"""

from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure

from reports.figures import forest_words, style
from reports.figures.forest_data import (
    Forest,
    ForestRow,
    ForestSubgroup,
    ForestSummary,
    RawColumn,
    grouped,
)
from reports.figures.forest_limits import limits
from reports.figures.forest_words import shown, table

__all__ = [
    "ROWS_PER_PAGE",
    "Forest",
    "ForestPage",
    "ForestRow",
    "ForestSubgroup",
    "ForestSummary",
    "RawColumn",
    "alt_text",
    "figure",
    "figures",
    "grouped",
    "limits",
    "pages",
    "shown",
    "table",
]

ROWS_PER_PAGE: Final = 40


@dataclass(frozen=True)
class ForestPage:
    """One page of a forest plot: the rows `start` to `stop` in their drawn order; the last page has the summary."""

    forest: Forest
    start: int
    stop: int
    number: int
    of: int

    @property
    def rows(self) -> tuple[ForestRow, ...]:
        """The rows on this page."""
        return grouped(self.forest.rows)[self.start : self.stop]

    @property
    def last(self) -> bool:
        """Whether this is the last page."""
        return self.number == self.of


def pages(forest: Forest, rows_per_page: int = ROWS_PER_PAGE) -> list[ForestPage]:
    """Split a forest plot into pages of about equal length that fit the paper.

    Every row stands on exactly one page, a page never has more than `rows_per_page` rows, and neither the summary
    nor a subgroup's estimate ever stands alone. Where a study or a subgroup runs over the edge, its name is said again.

    Raises
    ------
    ValueError
        If `rows_per_page` is below 1, or the raw-data columns leave no room for the plot.
    """
    from reports.figures.forest_layout import Plan, chunks

    if rows_per_page < 1:
        raise ValueError(f"rows_per_page is {rows_per_page}; a page needs at least 1 row.")
    parts = chunks(Plan(forest), rows_per_page)
    return [ForestPage(forest, start, stop, i, len(parts)) for i, (start, stop) in enumerate(parts, 1)]


def alt_text(forest: Forest) -> str:
    """Describe the figure from its numbers."""
    return forest_words.alt_text(forest, limits(forest) if forest.rows else (0.0, 0.0))


@style.styled
def figure(page: ForestPage) -> Figure:
    """Return one page at print size."""
    from reports.figures.forest_draw import draw
    from reports.figures.forest_layout import Plan

    words = f"page {page.number} of {page.of}" if page.of > 1 else ""
    return draw(Plan(page.forest), page.start, page.stop, words)


@style.styled
def figures(forest: Forest, rows_per_page: int = ROWS_PER_PAGE) -> list[Figure]:
    """Return every page at print size; a forest without rows is one figure that says so."""
    if not forest.rows:
        return [style.empty_figure(alt_text(forest))]
    return [figure(page) for page in pages(forest, rows_per_page)]
