"""Writing cells of the variable matrix, each with where it stands and whether it was looked for again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from db.cells import parse_cell
from db.codebook.codebook import ON_STUDY, Codebook, check_url
from db.errors import DataError, MedquantError, shown
from db.files import table_of
from db.models.tables import StudyValue
from db.printed import Finding
from db.vocabulary import Verification
from review.verified import NONE, said_with, undone

Provenance = Mapping[str, str]
PROVENANCE = ("as_printed", "locator", "source_url")
_UNREAD = (None, Verification.UNVERIFIED)


def check_text(text: str) -> None:
    """Raise `DataError` for what an exported file could not hold, so that an export can be loaded again."""
    if text.encode(errors="replace").decode() != text:
        raise DataError(f"{shown(text)} holds a byte that is not UTF-8; type it in UTF-8")
    if "\r" in text:
        raise DataError(f"{shown(text)} holds a carriage return; use a plain line end")


def cells_of(values: Mapping[str, str], codebook: Codebook) -> dict[str, str]:
    """Return those of a study's values that are cells of the matrix."""
    return {
        name: text for name, text in values.items() if name in codebook.variables and name not in ON_STUDY
    }


def set_cells(
    connection: Connection, study: str, cells: Mapping[str, str], provenance: Provenance
) -> list[Finding]:
    """Write cells of the matrix; return which of them somebody had verified before they changed."""
    table = table_of(StudyValue)
    own: dict[str, Any] = {name: provenance[name] for name in PROVENANCE if provenance.get(name)}
    if own and not cells:
        raise MedquantError(
            f"{', '.join(own)} would say where a variable of the matrix stands, but none is set; "
            "leave it out, or set a variable such as modality"
        )
    for text in own.values():
        check_text(text)
    if "source_url" in own:
        check_url(own["source_url"])
    if given := provenance.get("verification"):
        said = {"verification": parse_cell(table.c.verification, given, Codebook({}, {}, {}))}
        own |= said | said_with(connection, said)
    told = []
    for variable, value in cells.items():
        here = (table.c.study_id == study) & (table.c.variable == variable)
        was = connection.execute(select(table).where(here)).first()
        if not value:
            connection.execute(delete(table).where(here))
        elif was is None:
            connection.execute(insert(table).values(study_id=study, variable=variable, value=value, **own))
        else:
            stale = not given and was.value != value and was.verification not in _UNREAD
            if stale:
                place = f"study_values {study}|{variable}"
                told.append(undone(place, was.verification, was.verified_by, was.verified_on))
            kept = NONE if stale else {}
            connection.execute(update(table).where(here).values({"value": value, **kept, **own}))
    return told
