"""Titles: one spelling for all, and the words in them that make a work another work."""

import html
import re
from dataclasses import dataclass

_TAGS = re.compile(r"<[^<>]{0,40}>")
_SPLIT = re.compile(r"[^a-z0-9]+")
_REMARK = re.compile(
    r"\s*[(\[][^()\[\]]*\b(?:repository|readme|tutorial|blog|thesis|copy|page|post|article|version|abstract|title|"
    r"record|preprint|excerpt|file|card|dataset|code|journal|project)\b[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]]\s*$",
    re.IGNORECASE,
)
_COMPANION = re.compile(
    r"\b(?:repository|readme|tutorial|blog|post|code|project|card|dataset|news)\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_LEAD = re.compile(
    r"^\s*(?:invited (?:paper|talk)|poster|original (?:article|research)|full paper)\s*:\s*", re.IGNORECASE
)
_NOT_SHOWN = re.compile(
    r"^\s*[\[(][^\])]*\b(?:title|address)\b[^\])]*\bnot\b[^\])]*[\])]|^\s*[\[(]\s*(?:no title|untitled)\b[^\])]*[\])]"
    r"|\(title[^()]*not[^()]*shown[^()]*\)",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^(?:abstract|readme|optimizations?|editorial|introduction|preface|foreword|index|contents|untitled|no title|"
    r"letter to the editor|in this issue|book review|abstract on an author page)$",
    re.IGNORECASE,
)
NOTICES = {
    "correction": re.compile(
        r"^(?:author |publisher )?(?:correction|corrigendum|erratum|errata|corrigenda|addendum)\b"
    ),
    "retraction": re.compile(r"^(?:retract(?:ed|ion)|withdrawn|expression of concern|removal notice)\b"),
    "reply": re.compile(
        r"^(?:(?:author(?:s|'s)? )?(?:reply|response|comment|commentary|letter|re)\b(?: to| on)?\b)|\breply$"
    ),
    "protocol": re.compile(r"\b(?:study protocol|trial protocol|protocol for an?|protocol of an?)\b"),
    "supplement": re.compile(
        r"^(?:supplementary|supplemental|supporting) (?:material|information|data|file)"
    ),
}
_MAY_BE_NOTICE = re.compile(
    r"^(?:auth|publ|corr|err|add|retr|with|expr|remo|re|resp|comm|lett|supp)|protocol|reply$"
)
_BRACKETS_FIRST = re.compile(r"\[[^\[\]]*\]\s*\w")
_TRANSLATED = re.compile(r"\s*\[([^\[\]]+)\]\.?\s*")  # so PubMed prints a translated title
_SUBTITLE = re.compile(r":|\s[-–—]\s")
_PART = re.compile(
    r"\b(?:part|volume|vol|chapter|phase|paper|study|episode|section)\s+(?:(\d{1,3})|([ivx]{1,5})|([a-d]))\b"
)
_ROMAN_END = re.compile(r"\b(i{1,3}|iv|vi{0,3}|ix)$")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_SMALL = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "based",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "its",
        "of",
        "on",
        "or",
        "the",
        "to",
        "toward",
        "towards",
        "using",
        "via",
        "with",
        "within",
    )
)


@dataclass(frozen=True)
class Title:
    """A title made comparable.

    Parameters
    ----------
    text
        Plain small letters and digits, words one space apart.
    described
        Whether it is a description that someone gave because no title was shown.
    stripped
        Whether a remark at its end was left out (`(repository README)`).
    companion
        Whether that remark says that it is something beside the paper: code, a README, a post.
    notice, part
        What makes it another work: a correction, a retraction, a reply …; the number of its part.
    words, telling, numbers
        All words; those that are not small, each once; the numbers in it (`3D` and `3-D` have the same).
    usable
        Whether it can say anything of sameness by itself.
    """

    text: str
    main: str
    described: bool
    stripped: bool
    companion: bool
    notice: str
    part: str
    words: tuple[str, ...]
    telling: tuple[str, ...]
    numbers: frozenset[str]
    usable: bool


def read_title(printed: str) -> Title:
    """Make a title comparable; accents, marks, tags, entities and remarks of the database in brackets are left out."""
    shown = body = printed[:2_000].strip()
    described = False
    if "[" in shown or "(" in shown:
        described = bool(_NOT_SHOWN.search(shown) or _BRACKETS_FIRST.match(shown))
        body = _NOT_SHOWN.sub(" ", shown) if described else shown
        if translated := _TRANSLATED.fullmatch(body):
            body = translated.group(1)
    cut = _REMARK.sub("", body) if body.endswith((")", "]")) else body
    stripped = cut != body and bool(cut.strip())
    left = _LEAD.sub("", cut if stripped else body)
    head = _SUBTITLE.split(left, maxsplit=1)[0]
    text = _plain(left)
    words = tuple(text.split())
    return Title(
        text=text,
        main=text if head == left else _plain(head),
        described=described,
        stripped=stripped,
        companion=stripped and bool(_COMPANION.search(body)),
        notice=_notice(text),
        part=_part(text),
        words=words,
        telling=tuple(dict.fromkeys(word for word in words if word not in _SMALL)),
        numbers=frozenset(_DIGITS.findall(text)),
        usable=bool(text) and not described and not _GENERIC.match(text),
    )


def _notice(text: str) -> str:
    if not _MAY_BE_NOTICE.search(text):
        return ""
    return next((name for name, pattern in NOTICES.items() if pattern.search(text)), "")


def _plain(words: str) -> str:
    if "&" in words:
        words = html.unescape(words).replace("&", " and ")
    if "<" in words:
        words = _TAGS.sub("", words)
    if not words.isascii():
        from anyascii import anyascii

        words = anyascii(words)
    return " ".join(_SPLIT.sub(" ", words.lower().replace("'", "")).split())


def _part(text: str) -> str:
    if found := _PART.search(text):
        digit, roman, letter = found.groups()
        return digit.lstrip("0") if digit else str(_ROMAN.get(roman, roman)) if roman else letter
    if found := _ROMAN_END.search(text):
        return str(_ROMAN[found.group(1)])
    return ""
