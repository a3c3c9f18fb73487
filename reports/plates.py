"""Plates: figures with their number, caption, alternative text and data table, in the order they are made."""

from typing import TYPE_CHECKING

from reports.context import Cell, Column, Figure, Table, Text
from reports.figures.render import to_svg

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

MOST_UPRIGHT_COLUMNS = 12


class Plates:
    """Numbers figures as they are added and keeps their data tables for the appendix."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.number = 0

    def add(
        self,
        name: str,
        drawing: "matplotlib.figure.Figure",
        *,
        title: str,
        caption: Text,
        alt: str,
        data: "pd.DataFrame | None" = None,
        data_of: str | None = None,
        link_labels: dict[str, str] | None = None,
    ) -> Figure:
        """Turn a drawing into a figure of the document.

        Parameters
        ----------
        name
            Short name; the anchor is `figure-NAME`, the data table's `data-NAME`.
        drawing
            The drawing.
        title, caption, alt
            The words.
        data
            The figure's data table; None where another figure's table (`data_of`, a name) holds it.
        data_of
            Name of the figure whose table holds the data.
        link_labels
            Spoken label of each link in the drawing.
        """
        self.number += 1
        if data is not None:
            self.tables.append(frame_table(f"data-{name}", f"Data of Figure {self.number}: {title}", data))
        return Figure(
            id=f"figure-{name}",
            number=self.number,
            title=title,
            caption=caption,
            alt=alt,
            svg=to_svg(drawing, prefix=name.replace("_", "-")),
            table_id=f"data-{data_of or name}",
            link_labels=tuple((link_labels or {}).items()),
            width="wide",
        )


def frame_table(identifier: str, caption: str, frame: "pd.DataFrame") -> Table:
    """Return a data frame as a table; numbers are aligned right and sort as numbers, truth values read yes and no.

    Parameters
    ----------
    identifier, caption
        Anchor and caption.
    frame
        The data; its index is not shown.
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    columns, numeric = [], []
    for name in frame.columns:
        is_number = bool(is_numeric_dtype(frame[name])) and not is_bool_dtype(frame[name])
        numeric.append(is_number)
        longest = max([len(str(name)), *(len(str(value)) for value in frame[name].head(200))])
        columns.append(
            Column(str(name), align="right" if is_number else "left", width=min(max(longest, 5), 40) / 10)
        )
    rows = tuple(
        tuple(
            number_cell(value) if is_number else plain_cell(value)
            for value, is_number in zip(row, numeric, strict=True)
        )
        for row in frame.itertuples(index=False, name=None)
    )
    return Table(
        identifier,
        caption,
        tuple(columns),
        rows,
        collapsed=True,
        landscape=len(columns) > MOST_UPRIGHT_COLUMNS,
    )


def number_cell(value: object, digits: int = 4) -> Cell:
    """Return a cell for a number, empty for a missing one."""
    import pandas as pd

    if value is None or value is pd.NA or value != value:
        return Cell("", sort=None)
    number = float(str(value))
    shown = f"{int(number):,}" if number == int(number) and abs(number) < 1e15 else f"{number:.{digits}g}"
    return Cell(shown.replace("-", "−"), sort=number)


def plain_cell(value: object) -> Cell:
    """Return a cell for a text or a yes and no, empty for a missing one."""
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    missing = value is None or value != value
    return Cell("" if missing else str(value))
