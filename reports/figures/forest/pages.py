"""Which rows of a forest plot stand on which page."""

from dataclasses import dataclass
from typing import Final

from reports.figures.forest.data import Forest, ForestRow, grouped
from reports.figures.forest.layout import Plan, chunks

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
    if rows_per_page < 1:
        raise ValueError(f"rows_per_page is {rows_per_page}; a page needs at least 1 row.")
    parts = chunks(Plan(forest), rows_per_page)
    return [ForestPage(forest, start, stop, i, len(parts)) for i, (start, stop) in enumerate(parts, 1)]
