"""Words and signs before a value that say how exact it is."""

import re

from db.vocabulary import Bound

_WORDS = {
    Bound.AT_MOST: (
        "<=", "=<", "≤", "<", "no more than", "not more than", "less than", "fewer than", "smaller than",
        "lower than", "at most", "up to", "as much as", "under", "below", "within", "maximum", "max.", "max",
    ),
    Bound.AT_LEAST: (
        ">=", "=>", "≥", ">", "no less than", "not less than", "more than", "greater than", "larger than",
        "higher than", "at least", "over", "above", "exceeding", "minimum", "min.",
    ),
    Bound.ABOUT: (
        "~", "∼", "≈", "≃", "about", "approximately", "approx.", "approx", "around", "roughly", "circa", "ca.",
        "c.", "nearly", "almost", "some",
    ),
}  # fmt: skip
_BY_LENGTH = sorted(
    ((word, bound) for bound, words in _WORDS.items() for word in words), key=lambda p: -len(p[0])
)
_ANYWHERE = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(word)}(?=[\s\d.+−-]|$)" if word[0].isalpha() else re.escape(word)
        for word, _ in _BY_LENGTH
    ),
    re.IGNORECASE,
)  # fmt: skip
_OF = dict(_BY_LENGTH)


def take_bound(text: str) -> tuple[Bound, str]:
    """Return the bound that stands at the beginning, and the rest; `exact` where none stands there."""
    found = _ANYWHERE.match(text)
    if found is None:
        return Bound.EXACT, text
    return _OF[found[0].lower()], text[found.end() :].strip()


def find_bound(text: str, end: int) -> Bound:
    """Return the last bound before a place in a text: `a drop of less than 1 %` is at most 1 %."""
    found = [
        hit
        for hit in _ANYWHERE.finditer(text, 0, end)
        if text[hit.end() : end].strip() in ("", "a factor of", "by")
    ]
    return _OF[found[-1][0].lower()] if found else Bound.EXACT
