"""Authors: the people whom two lists share, whatever order, initials and separators they print."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

Person = tuple[str, ...]
_SEPARATORS = re.compile(r"[;|\n]|\band\b|&", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]*")
_NO_NAMES = frozenset(
    {"al", "den", "der", "dr", "et", "iii", "jr", "md", "others", "phd", "prof", "sr", "van", "von"}
)
_ALIKE = 85
_SHORTEST, _LETTERS, _MOST = 2, 4, 60


@lru_cache(maxsize=200_000)
def people(authors: str) -> tuple[Person, ...]:
    """Return the people of a list of authors, each as the names that are written out, in plain small letters.

    Notes
    -----
    Given and family names are not told apart: `Wei Zhang`, `Zhang W.` and `Zhang, Wei` share `zhang`, and a guess
    which of the two is the family name would be wrong for half of the world.
    """
    if not authors:
        return ()
    if not authors.isascii():
        from anyascii import anyascii

        authors = anyascii(authors)
    shouted = authors.isupper()
    found: dict[Person, None] = {}
    for piece in _SEPARATORS.split(authors[:20_000]):
        for person in _split_at_commas(piece):
            if names := tuple(dict.fromkeys(_names(person, shouted))):
                found[names] = None
    return tuple(found)[:_MOST]


def _split_at_commas(piece: str) -> list[str]:
    """Return one person of `Doe, Jane`, and several of `Jane Doe, Richard Roe` and `Doe J, Roe R`."""
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    if len(parts) > 1 and all(" " in part for part in parts):
        return parts
    return parts if len(parts) > 3 else [piece]


def _names(person: str, shouted: bool) -> list[str]:
    names = []
    for word in _WORDS.findall(person):
        plain = word.replace("'", "").replace("-", "").lower()
        initials = word.isupper() and len(word) <= 3 and not shouted
        if len(plain) >= _SHORTEST and not initials and plain not in _NO_NAMES:
            names.append(plain)
    return names


def shared_people(a: tuple[Person, ...], b: tuple[Person, ...]) -> float | None:
    """Return the share of the shorter list whom the other has too, misprints allowed; None if one is empty."""
    if not a or not b:
        return None
    if a == b:
        return 1.0
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    there = _all_names(long)
    return sum(_is_among(person, place, long, there) for place, person in enumerate(short)) / len(short)


@lru_cache(maxsize=200_000)
def _all_names(people: tuple[Person, ...]) -> frozenset[str]:
    return frozenset(name for person in people for name in person)


def _is_among(person: Person, place: int, others: tuple[Person, ...], names: frozenset[str]) -> bool:
    if not names.isdisjoint(person) and any(_same_person(person, other) for other in others):
        return True
    # a misprinted name stands where it stood
    return _misprinted(person, others[place])


def _same_person(a: Person, b: Person) -> bool:
    """Whether all names of the one that says less are names of the other: a given name alone is no person."""
    return set(a) <= set(b) if len(a) <= len(b) else set(b) <= set(a)


def _misprinted(a: Person, b: Person) -> bool:
    if a[0][0] != b[0][0] and a[0][0] != b[-1][0]:
        return False  # misprints hardly ever begin a name
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    return all(name in long or any(_alike(name, other) for other in long) for name in short)


def _alike(name: str, other: str) -> bool:
    return min(len(name), len(other)) >= _LETTERS and fuzz.ratio(name, other) >= _ALIKE
