"""The words of a project that screening marks in a title: a data file, and where they stand in a text."""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from db.errors import DataError, MedquantError, one_of, shown

SHIPPED = Path(__file__).with_name("keywords.toml")
LARGEST_FILE = 65_536
MOST_WORDS = 500
LONGEST_WORD = 60
SIDES = ("for", "against")


@dataclass(frozen=True)
class Mark:
    """A keyword in a text: the characters from `start` to before `end`, and whether it speaks for inclusion."""

    start: int
    end: int
    speaks_for: bool
    words: str


@dataclass(frozen=True)
class Keywords:
    """The words that speak for a record and those that speak against it."""

    speak_for: tuple[str, ...] = ()
    speak_against: tuple[str, ...] = ()

    @cached_property
    def _patterns(self) -> tuple[tuple[bool, re.Pattern[str] | None], ...]:
        return (True, _pattern(self.speak_for)), (False, _pattern(self.speak_against))

    def marks(self, text: str) -> tuple[Mark, ...]:
        """Return where the words stand, from the left."""
        found = [
            Mark(match.start(), match.end(), side, match.group())
            for side, pattern in self._patterns
            if pattern is not None
            for match in pattern.finditer(text)
        ]
        return tuple(sorted(found, key=lambda mark: (mark.start, mark.end)))

    def score(self, text: str) -> int:
        """Return how many different words speak for a text, less those that speak against it."""
        said = {(mark.speaks_for, mark.words.casefold()) for mark in self.marks(text)}
        return sum(1 if speaks_for else -1 for speaks_for, _ in said)


def read_keywords(path: Path | None = None) -> Keywords:
    """Read the words of a project; without a file, those that ship.

    Raises
    ------
    MedquantError, DataError
        If the file cannot be read, or holds what it should not.
    """
    file = path or SHIPPED
    try:
        with file.open("rb") as source:
            content = source.read(LARGEST_FILE + 1)
    except OSError as error:
        raise MedquantError(
            f"{file} cannot be read: {error.strerror or error}; name a file of keywords"
        ) from None
    if len(content) > LARGEST_FILE:
        raise MedquantError(f"{file} is larger than {LARGEST_FILE:,} bytes; keywords need less")
    try:
        given = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            f'it is no TOML ({error}); allowed: for = ["word", …] and against = […]', file=str(file)
        ) from None
    if strangers := sorted(set(given) - set(SIDES)):
        raise DataError(f"{shown(strangers[0])} is not known; {one_of(SIDES)}", file=str(file))
    return Keywords(*(_words(given.get(side, []), side, file) for side in SIDES))


def _words(given: object, side: str, file: Path) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > MOST_WORDS:
        raise DataError(f"allowed: a list of at most {MOST_WORDS} words", file=str(file), column=side)
    for word in given:
        plain = (
            isinstance(word, str) and word.strip(" *") and len(word) <= LONGEST_WORD and word.isprintable()
        )
        if not plain or "*" in word[:-1]:
            raise DataError(
                f"{shown(str(word))} is no keyword; allowed: printable text of up to {LONGEST_WORD} characters, a star "
                "only at its end",
                file=str(file),
                column=side,
            )
    return tuple(word.strip() for word in given)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    # longer words first, so that "mixed precision" is marked rather than a part of it
    ordered = sorted(words, key=len, reverse=True)
    parts = [re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in ordered]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
