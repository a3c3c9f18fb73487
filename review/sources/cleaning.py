"""One cell or tag made plain: serial numbers without their labels, pages, markup in words, names with a null in them."""

import re
from collections.abc import Iterable

_LONGEST = 2_000
"""Letters of a cell of numbers that are looked at; a longer one is something else and stays as it is."""
_NUMBER = re.compile(
    r"(?<![\w-])(?:(?P<issn>\d{4}-?\d{3}[\dXx])|(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx])(?![\w-])",
    re.ASCII,
)
_LABEL = re.compile(
    r"(?:e|p|l)?-?(?:issns?|isbns?)(?:-?(?:l|10|13))?|electronic|print(?:ed)?|linking|online|web|cd-rom"
    r"|cloth|paper(?:back)?|pbk|hardcover|hardback|hbk|softcover|e-?book|pdf|epub|set|and",
    re.IGNORECASE,
)
_MARK = re.compile(r"[\s,;:/|.()\[\]{}'\"=]+")
_DASHES = r"\s?[-\u2010-\u2015\u2212]{1,3}\s?"
_PAGE = r"[A-Za-z]{0,4}\d{1,9}[A-Za-z]{0,2}\d{0,6}|[ivxlcdmIVXLCDM]{1,9}"
_PAGES = re.compile(rf"(?:pp?(?:\.\s?|\s)|pages?\s)?({_PAGE})(?:{_DASHES}({_PAGE}))?", re.ASCII)
_NO_PAGES = frozenset({
    "no-specified", "no specified", "no pagination specified", "no pagination", "no page specified", "not specified", "null",
})  # fmt: skip
_INLINE = "i|b|u|em|strong|sup|sub|sc|small|big|tt|span|italic|bold|inf"
_BLOCK = "p|br|div|h[1-6]|ul|ol|li|sec|title"
_ATTRIBUTES = r"""\s[a-z:-]{1,30}\s?=\s?["'][^<>]{0,200}"""
_TAG = re.compile(
    rf"<(?:/|jats:|/jats:)?(?:(?:{_INLINE})|(?P<block>{_BLOCK}))(?:{_ATTRIBUTES})?\s?/?>", re.IGNORECASE
)
_RAISED = re.compile(r"<sup>([0-9+-]{1,9})</sup>", re.IGNORECASE)
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def serial_numbers(text: str) -> list[str]:
    """Return the ISSNs and ISBNs of a cell that holds nothing else but what they are called, or the cell as it is."""
    if len(text) > _LONGEST:
        return [text]
    found = dict.fromkeys(map(_plain_number, _NUMBER.finditer(text)))
    rest = _MARK.sub(" ", _NUMBER.sub(" ", text)).split()
    return list(found) if found and all(map(_LABEL.fullmatch, rest)) else [text] if text else []


def _plain_number(found: re.Match[str]) -> str:
    number = found[0].upper()
    return number if found["issn"] is None or "-" in number else f"{number[:4]}-{number[4:]}"


def pages_of(text: str) -> str:
    """Return pages as first-last, one page once, and none where the cell says that there are none."""
    if text.casefold() in _NO_PAGES:
        return ""
    found = _PAGES.fullmatch(text)
    if found is None:
        return text
    first, last = found[1], found[2]
    return first if last is None or last == first else f"{first}-{last}"


def without_markup(text: str) -> str:
    """Return words without the tags of web pages; what would make new tags by that is no markup and stays."""
    if "<" not in text:
        return text
    raised = _RAISED.sub(lambda found: found[1].translate(_SUPERSCRIPT), text)
    plain = " ".join(_TAG.sub(lambda found: " " if found["block"] else "", raised).split())
    return text if _TAG.search(plain) else plain


def without_null(name: str) -> str:
    """Return a name without the "null" that some programs write for a first name that they do not know."""
    while len(name) < _LONGEST and name.endswith("null") and name[:-4].rstrip().endswith(","):
        name = name[:-4].rstrip(", ")
    return name


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """Return words once each, small and large letters alike, in their order."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.casefold(), word)
    return tuple(first.values())
