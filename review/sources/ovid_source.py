"""The line of Ovid that holds a journal with its volume, issue, pages and date in one."""

import re

_LONGEST = 1_000
_PLACE = re.compile(
    r"\.\s?(?P<volume>\d{1,6}[A-Za-z]?)?\s?(?:\((?!pp |no pagination)(?P<issue>[^():]{1,60})\))?"
    r"(?:\s?:\s?(?P<pages>[A-Za-z]{0,3}\d[\w.+-]{0,30}(?:, ?\d[\w-]{0,20}){0,3})|\s\((?:pp (?P<paged>[^()]{1,40})|no pagination)\))?"
    r",\s(?=[^:;]{0,40}\b(?:19|20)\d\d\b)"
)
_EVENT = re.compile(r"\. Conference: ")
_EDITORS = re.compile(r"\[[^\[\]]{0,60}Editors?\b[^\[\]]{0,60}\]\.?\s")


def ovid_source(line: str) -> dict[str, str]:
    """Return the fields that an SO line holds, none where it has another shape.

    Parameters
    ----------
    line
        Such as "Made Journal. 12(3):45-50, January 2020."
    """
    line = line[:_LONGEST]
    for found in _PLACE.finditer(line):
        pages = found["pages"] or found["paged"] or ""
        if found["volume"] or pages:
            venue = _EVENT.split(_EDITORS.split(line[: found.start()])[-1])[0]
            parts = {
                "venue": venue.strip(),
                "volume": found["volume"] or "",
                "issue": found["issue"] or "",
                "pages": pages,
            }
            return {name: text for name, text in parts.items() if text}
    return {}
