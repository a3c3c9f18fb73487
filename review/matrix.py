"""The variable matrix: studies × variables, as a table, as CSV and as a workbook with its data dictionary."""

import io
import re
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from db.cells import render_cell
from db.codebook.codebook import ON_STUDY, codebook_from_database
from db.csvfile import csv_bytes
from db.models.base import SEPARATOR
from db.models.tables import Study, StudyValue
from db.template import allowed_for
from review.sources.table import guarded

if TYPE_CHECKING:
    import pandas as pd

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def study_matrix(connection: Connection) -> "pd.DataFrame":
    """Return the matrix with one row a study (index: study_id) and one column a variable, in codebook order.

    Cells are texts as recorded; several codes are separated by semicolons, and what was not stated is "".
    """
    import pandas as pd

    codebook = codebook_from_database(connection)
    studies = {
        row["study_id"]: {name: render_cell(value) for name, value in row.items() if name in ON_STUDY}
        for row in connection.execute(
            select(Study.__table__).order_by(Study.position, Study.study_id)
        ).mappings()
    }
    for study, variable, value in connection.execute(
        select(StudyValue.study_id, StudyValue.variable, StudyValue.value)
    ):
        studies[study][variable] = value
    columns = list(codebook.variables) or ["study_id"]  # an empty database has no codebook yet
    rows = [[cells.get(name, "") for name in columns] for cells in studies.values()]
    return pd.DataFrame(rows, columns=columns, dtype=str).set_index("study_id", drop=True)


def several(cell: str) -> tuple[str, ...]:
    """Return the codes of a cell; a cell without a value has none."""
    return tuple(cell.split(SEPARATOR)) if cell else ()


def matrix_csv(connection: Connection) -> bytes:
    """Return the matrix as CSV in the form of `studies.csv`; what a spreadsheet would take for a formula is guarded."""
    frame = study_matrix(connection).reset_index(names="study_id")
    rows = ([guarded(str(cell)) for cell in row] for row in frame.values.tolist())
    return csv_bytes(list(frame.columns), (dict(zip(frame.columns, row, strict=True)) for row in rows))


def matrix_xlsx(connection: Connection) -> bytes:
    """Return the matrix as a workbook: the sheet `matrix`, and the sheet `dictionary` that explains each column.

    Every cell is stored as text, so that a title that begins with "=" is no formula.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    codebook = codebook_from_database(connection)
    frame = study_matrix(connection).reset_index(names="study_id")
    book = Workbook(write_only=True)
    sheets = {
        "matrix": [list(frame.columns), *frame.values.tolist()],
        "dictionary": [
            ["variable", "label", "definition", "type", "several values", "allowed", "source"],
            *(
                [v.code, v.label, v.definition, v.type.value, "yes" if v.multi else "no", allowed_for(v, codebook), v.source or ""]
                for v in codebook.variables.values()
            ),
        ],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "B2"
        for number, row in enumerate(rows):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=None)
                cell.value = _storable(str(value))
                cell.data_type = "s"
                cell.font = Font(bold=number == 0)
                cell.alignment = Alignment(vertical="top", wrap_text=name == "dictionary")
                cells.append(cell)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _storable(value: str) -> str:
    """Leave out characters that XML, and so a workbook, cannot hold."""
    return NOT_XML.sub("", value)
