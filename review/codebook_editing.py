"""Adding codes to the open vocabularies of the codebook."""

import re
from difflib import get_close_matches
from typing import Final

from sqlalchemy import Connection, func, insert, select

from db.errors import DataError, MedquantError, one_of, shown
from db.files import table_of
from db.models.tables import Term

LONGEST: Final = {"code": 60, "label": 200, "definition": 1_000}
CLOSED: Final = {
    "answer": "it has the answers to a yes-or-no variable",
    "unit": "the program reckons with each of its units",
}
"""Vocabularies that cannot be added to, and why."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_]*")


def add_code(
    connection: Connection, vocabulary: str, code: str, *, label: str, definition: str | None = None
) -> None:
    """Add a code at the end of a vocabulary.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`.
    vocabulary
        A vocabulary that the codebook has.
    code
        Small letters, digits and _.
    label
        Its name for people.
    definition
        What it means.

    Raises
    ------
    MedquantError
        If there is no such vocabulary, or it is closed.
    DataError
        If the code, its name or its definition cannot be stored, or the vocabulary has such a code or name already.
    """
    table = table_of(Term)
    known = dict(
        connection.execute(select(table.c.code, table.c.label).where(table.c.vocabulary == vocabulary)).all()
    )
    if not known:
        raise MedquantError(f"{shown(vocabulary)} is no vocabulary; {_hint(connection, vocabulary)}")
    if vocabulary in CLOSED:
        raise MedquantError(f"{vocabulary} is closed, since {CLOSED[vocabulary]}; no code can be added")
    label, definition = label.strip(), (definition or "").strip() or None
    for name, text in (("code", code), ("label", label), ("definition", definition)):
        _check_text(name, text)
    if not _CODE.fullmatch(code):
        raise DataError(
            f"{shown(code)} is no code; allowed: small letters, digits and _, such as float_16", column="code"
        )
    if code in known:
        raise DataError(f"{vocabulary} has {code} already: {known[code]}", column="code")
    twin = next((one for one, name in known.items() if name.casefold() == label.casefold()), None)
    if twin is not None:
        raise DataError(f"{vocabulary} calls {twin} {shown(label)} already; use that code", column="label")
    connection.execute(
        insert(table).values(
            vocabulary=vocabulary,
            code=code,
            label=label,
            definition=definition,
            position=(connection.scalar(select(func.max(table.c.position))) or 0) + 1,
        )
    )


def _check_text(name: str, text: str | None) -> None:
    if text is None:
        return
    if not text:
        raise DataError(f"the {name} is empty; write what people read", column=name)
    if not text.isprintable() or len(text) > LONGEST[name]:
        raise DataError(
            f"the {name} {shown(text)} cannot be stored; allowed: 1 to {LONGEST[name]} printable characters on one line",
            column=name,
        )


def _hint(connection: Connection, given: str) -> str:
    known = sorted(set(connection.scalars(select(Term.vocabulary))))
    close = get_close_matches(given, known, n=3)
    return f"did you mean {', '.join(close)}?" if close else one_of(known)
