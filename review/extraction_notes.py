"""The note of a study on its extractors: `technique: B ptq / D unspecified -> ptq (why) | framework: …`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from db.errors import DataError, shown

_NAME = re.compile(r"[A-Za-z][\w.-]*")
_PART = re.compile(r"(?P<reviewer>[A-Z][\w.-]*) (?P<value>\S.*)")
_BETWEEN, _ARROW, _VALUES = " | ", " -> ", " / "


@dataclass(frozen=True)
class Note:
    """What each extractor coded, what was kept, and why; `kept` is "" where the note is only a remark."""

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
            {part["reviewer"]: part["value"] for part in parts if part}, kept, reason.removesuffix(")")
        )
    return found


def with_note(text: str, variable: str, note: Note) -> str:
    """Return the text with the variable's note put in place of its values, or at the end; remarks stay.

    Raises
    ------
    DataError
        If a name or a value holds one of the signs that part a note.
    """
    for reviewer, value in note.values.items():
        if not _NAME.fullmatch(reviewer) or not reviewer[0].isupper():
            raise DataError(
                f"{shown(reviewer)} names no extractor; allowed: one word that begins with a capital"
            )
        _check(value)
    _check(note.kept)
    if " (" in note.kept:
        raise DataError(
            f"{shown(note.kept)} holds a bracket, behind which a note's reason begins; leave it out"
        )
    if _BETWEEN in note.reason or "\n" in note.reason:
        raise DataError(f"{shown(note.reason)} holds ' | ' or a line end, which part notes; leave it out")
    values = _VALUES.join(f"{reviewer} {value}" for reviewer, value in note.values.items())
    written = f"{variable}: {values}{_ARROW}{note.kept} ({note.reason})"
    segments = text.split(_BETWEEN) if text else []
    for number, segment in enumerate(segments):
        if segment.startswith(f"{variable}: ") and _ARROW in segment:
            segments[number] = written
            return _BETWEEN.join(segments)
    return _BETWEEN.join([*segments, written])


def _check(value: str) -> None:
    if not value.strip() or any(sign in value for sign in (_BETWEEN, _ARROW, _VALUES, "\n")):
        raise DataError(
            f"{shown(value)} cannot stand in a note; allowed: words without ' | ', ' -> ', ' / ' and line ends"
        )
