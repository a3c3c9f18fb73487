"""Forest plot: every effect with its raw data, grouped, and what the model makes of them.

Rows without a standard error are hollow and have no weight: they are shown, never given an invented precision.
This file is the door: data in `data`, numbers and words in `words`, columns and lines in `columns` and `layout`, the
axis in `limits`, pages in `pages`, marks and drawing in `marks` and `draw`.
"""

from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.forest import words
from reports.figures.forest.data import (
    Forest,
    ForestRow,
    ForestSubgroup,
    ForestSummary,
    RawColumn,
    grouped,
)
from reports.figures.forest.draw import draw
from reports.figures.forest.layout import Plan
from reports.figures.forest.limits import limits
from reports.figures.forest.pages import ROWS_PER_PAGE, ForestPage, pages
from reports.figures.forest.words import shown, table

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


def alt_text(forest: Forest) -> str:
    """Describe the figure from its numbers."""
    return words.alt_text(forest, limits(forest) if forest.rows else (0.0, 0.0))


@style.styled
def figure(page: ForestPage) -> Figure:
    """Return one page at print size."""
    number = f"page {page.number} of {page.of}" if page.of > 1 else ""
    return draw(Plan(page.forest), page.start, page.stop, number)


@style.styled
def figures(forest: Forest, rows_per_page: int = ROWS_PER_PAGE) -> list[Figure]:
    """Return every page at print size; a forest without rows is one figure that says so."""
    if not forest.rows:
        return [style.empty_figure(alt_text(forest))]
    return [figure(page) for page in pages(forest, rows_per_page)]
