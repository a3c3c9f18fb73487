"""The DOI and the PubMed number of a RIS record, which each database keeps under a tag of its own."""

import re

from review.sources.outline import Block

_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.|www\.)?doi\.org/)?(10\.\d{4,9}/[^\s;]{1,500})", re.IGNORECASE)
_PMID = re.compile(r"PMID:\s*(\d{1,9})|(\d{1,8})", re.IGNORECASE)
_IN_CENTRAL = re.compile(r"\bPUBMED (\d{1,9})\b")
_PUBMED = re.compile(r"pubmed|medline", re.IGNORECASE)
_SCOPUS = re.compile(r"scopus", re.IGNORECASE)
_NUMBERS = ("accession_number", "custom5", "custom2")
"""Where a PubMed number stands; a number alone is one only where the record names its database."""
_OVID_MEDLINE = re.compile(r"ovid (?:medline|pubmed)|medline.{0,20}<", re.IGNORECASE)
_OVID_KEY = re.compile(r"\d{7,8}")
"""Managers of references count their records in the same tag; so many records has none."""
NO_PAGE = re.compile(r"\d{1,6}\s?p(?:p|ages)?\.?", re.IGNORECASE)
"""How many pages there are, where the first of them should stand."""


def unknown_values(parsed: dict[str, object], tag: str) -> list[str]:
    """Take what a tag holds that rispy does not know.

    Parameters
    ----------
    parsed
        What rispy made of a record; the tag goes out of it.
    tag
        Its two letters.
    """
    unknown = parsed.get("unknown_tag")
    values = unknown.pop(tag, []) if isinstance(unknown, dict) else []
    return [str(value) for value in values if value]


def identify(block: Block, parsed: dict[str, object], draft: dict[str, str | list[str]]) -> None:
    """Set the DOI and the PubMed number of a draft where other tags than their own hold them."""
    if not draft["doi"]:
        found = map(_DOI.fullmatch, block.values("L3", "L1", "L2", "LK"))
        draft["doi"] = next((match[1] for match in found if match), "")
    base = " ".join(block.values("DB", "DP"))
    for name in _NUMBERS:
        match = _PMID.fullmatch(_text(parsed, name))
        if match is None or not (match[1] or _numbered_by(name, base)):
            continue
        draft["pmid"] = match[1] or match[2]
        parsed.pop(name, None)
        return
    if central := _IN_CENTRAL.search(_text(parsed, "custom3")):
        draft["pmid"] = central[1]
    elif _OVID_MEDLINE.search(base) and _OVID_KEY.fullmatch(str(draft["key"])):
        draft["pmid"] = draft["key"]


def _numbered_by(name: str, base: str) -> bool:
    return bool((_SCOPUS if name == "custom2" else _PUBMED).search(base))


def _text(parsed: dict[str, object], name: str) -> str:
    value = parsed.get(name, "")
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
