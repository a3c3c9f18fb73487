"""What programs write into one cell of a table: guards against spreadsheets, lists, lines that ran in, citations."""

import re

_GUARD = re.compile(r'="([^"]*(?:""[^"]*)*)"')
_WORD = re.compile(
    r"\s*(?:'([^'\\]*(?:\\.[^'\\]*)*)'|\"([^\"\\]*(?:\\.[^\"\\]*)*)\"|(?:None|nan|null))\s*", re.DOTALL
)
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SPACES = {"n": "\n", "r": "\r", "t": "\t"}
_RUN_IN = re.compile(r"\s(?=[A-Z][A-Z0-9]\s{1,2}-(?:\s|$))")
_CITED = re.compile(r"\b\d{4}\b[^;:.]{0,20};([^;:().]{1,30})?(?:\(([^()]{1,40})\))?(?::([^.;]{1,60}))?\.")


def unwrapped(cell: str) -> str | None:
    """Return the text in `="text"`, by which exports keep spreadsheets from changing a number; None where it is none."""
    found = _GUARD.fullmatch(cell.strip())
    return found[1].replace('""', '"') if found else None


def listed(cell: str) -> list[str] | None:
    """Return the texts of a list as Python or JSON print it; None where the cell is no such list."""
    text = cell.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    found: list[str] = []
    at, end = 1, len(text) - 1
    while at < end:
        word = _WORD.match(text, at, end)
        if word is None or (word.end() < end and text[word.end()] != ","):
            return None
        if inner := word[1] or word[2]:
            found.append(_ESCAPED.sub(_letter, inner))
        at = word.end() + 1
    return found


def _letter(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _SPACES.get(found[3], found[3])


def run_in(cell: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a cell without the RIS lines that ran into it (Rayyan does so with those of Embase), and these by tag."""
    first, *others = _RUN_IN.split(cell)
    pairs = ((tag.strip(), value.strip(" -")) for tag, _, value in (part.partition("-") for part in others))
    return first.strip(), [(tag, value) for tag, value in pairs if value]


def cited(citation: str) -> dict[str, str]:
    """Return volume, issue and pages from a citation of PubMed ("J. 2020 Jan;12(3):45-50. doi: ...")."""
    found = _CITED.search(citation)
    if found is None:
        return {}
    parts = zip(("volume", "issue", "pages"), found.groups(), strict=True)
    return {name: value.strip() for name, value in parts if value and value.strip()}
