"""The note of a study on its extractors: `technique: B ptq / D unspecified -> ptq (why) | framework: …`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from db.errors import DataError, shown

_HARD = "\u00a0"
"""A space that parts nothing: it stands in a name of several words, and before a sign that would part a note."""
_NAME = re.compile(rf"[^\W\d_][\w.'{_HARD}-]*")
_PART = re.compile(rf"(?P<reviewer>{_NAME.pattern}) (?P<value>\S.*)")
_BETWEEN, _ARROW, _VALUES = " | ", " -> ", " / "
_SIGNS = tuple(sign.strip() + " " for sign in (_BETWEEN, _ARROW, _VALUES))
_OPEN = "?"
"""Stands for the value where extractors gave theirs and nobody agreed on one."""


@dataclass(frozen=True)
class Note:
    """What each extractor coded, what was kept, and why.

    `kept` is "" where nothing was agreed on yet, or where the note is only a remark, which has no values either.
    """

    values: Mapping[str, str]
    kept: str
    reason: str


def read_notes(text: str) -> dict[str, Note]:
    """Return the notes by variable; a remark without values keeps its words as the reason."""
    found: dict[str, Note] = {}
    for segment in text.split(_BETWEEN) if text else []:
        variable, colon, words = segment.partition(": ")
        if not colon:
            continue
        said, arrow, rest = words.partition(_ARROW)
        parts = [_PART.fullmatch(part) for part in said.split(_VALUES)]
        if not arrow or not all(parts):
            earlier = found.get(variable)
            if earlier is None:
                found[variable] = Note({}, "", words)
            continue
        kept, _, reason = rest.partition(" (")
        found[variable] = Note(
            {_soft(part["reviewer"]): _soft(part["value"]) for part in parts if part},
            "" if kept == _OPEN else _soft(kept),
            reason.removesuffix(")"),
        )
    return found


def with_note(text: str, variable: str, note: Note) -> str:
    """Return the text with the variable's note put in place of its values, or at the end; remarks stay.

    Raises
    ------
    DataError
        If a name or a value holds one of the signs that part a note.
    """
    parts = []
    for reviewer, value in note.values.items():
        name = reviewer.replace(" ", _HARD)
        if not _NAME.fullmatch(name):
            raise DataError(
                f"{shown(reviewer)} names no extractor; allowed: a letter, then letters, digits, spaces and . - '"
            )
        parts.append(f"{name} {_hard(value)}")
    kept = _hard(note.kept).replace(" (", f"{_HARD}(") if note.kept else _OPEN
    if _BETWEEN in note.reason or "\n" in note.reason:
        raise DataError(f"{shown(note.reason)} holds ' | ' or a line end, which part notes; leave it out")
    written = f"{variable}: {_VALUES.join(parts)}{_ARROW}{kept} ({note.reason})"
    segments = text.split(_BETWEEN) if text else []
    for number, segment in enumerate(segments):
        if segment.startswith(f"{variable}: ") and _ARROW in segment:
            segments[number] = written
            return _BETWEEN.join(segments)
    return _BETWEEN.join([*segments, written])


def _hard(value: str) -> str:
    """Return a value as a note holds it, where no sign in it parts the note."""
    if not value.strip() or "\n" in value:
        raise DataError(f"{shown(value)} cannot stand in a note; allowed: words without line ends")
    for sign in _SIGNS:
        value = value.replace(f" {sign}", f"{_HARD}{sign}")
    return value


def _soft(text: str) -> str:
    return text.replace(_HARD, " ")
