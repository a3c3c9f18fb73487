"""The authors in one cell of a table, taken apart as far as that is safe."""

import re

from review.sources.cells import listed

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th"})
_MORE = frozenset({"...", "\N{HORIZONTAL ELLIPSIS}", "et al", "et al."})
_GLUED = re.compile(r"[^\W\d_][a-zß-öø-ÿ][A-ZÀ-ÖØ-Þ][^\W\d_]")
_GLUED_STARTS = frozenset({"Mc", "Mac", "De", "Di", "Du", "Da", "La", "Le", "Van", "Von", "Fitz"})
_LONGEST_INITIALS = 4


def names_in(cell: str, *, by_commas: bool = False) -> list[str]:
    """Return the names in a cell; one that cannot be taken apart safely stays whole.

    Parameters
    ----------
    cell
        As the file prints it.
    by_commas
        Whether the program is known to write "Doe J, Roe K": then some strange names among them keep no list whole.
    """
    if (found := listed(cell)) is not None:
        return found
    if ";" in cell:
        sections = cell.split(";")
        return [n for s in sections for n in _apart(s, loosely=True)] if by_commas else sections
    sections = [cell] if by_commas else cell.split(" and ")
    return [name for section in sections for name in _apart(section, loosely=by_commas)]


def cut_short(names: list[str]) -> bool:
    """Tell whether the list itself ends in dots or words that stand for further names."""
    return len(names) > 1 and names[-1].strip().casefold() in _MORE


def glued(name: str) -> bool:
    """Tell whether two names seem to stand in one without anything between them ("Jane DoeKim Roe")."""
    for found in _GLUED.finditer(name):
        begin = found.start() + 2
        if re.split(r"\W", name[max(0, begin - 20) : begin])[-1] not in _GLUED_STARTS:
            return True
    return False


def _apart(section: str, *, loosely: bool) -> list[str]:
    """Take a list apart at its commas, where those separate names and not the parts of one."""
    parts = [part.strip() for part in section.split(",") if part.strip()]
    said = parts[:-1] if cut_short(parts) else parts
    if len(said) < 2:
        return [section]
    longest = _LONGEST_INITIALS - section.isupper()
    behind = sum(_initials_last(part, longest) for part in said)
    before = sum(_is_initials(part.split()[0], longest) and " " in part for part in said)
    wanted = (len(said) + 1) // 2 if loosely else len(said)
    if max(behind, before) < wanted:
        return [section]
    last = parts[-1]
    if last.endswith(".") and not any(part.endswith(".") for part in parts[:-1]) and _undotted(last):
        parts[-1] = last.removesuffix(".")
    return parts


def _undotted(name: str) -> bool:
    return "." not in name[:-1]


def _initials_last(name: str, longest: int) -> bool:
    words = name.split()
    if len(words) > 2 and words[-1].rstrip(".").casefold() in _SUFFIXES:
        words.pop()
    return len(words) > 1 and _is_initials(words[-1], longest)


def _is_initials(word: str, longest: int) -> bool:
    letters = [part for part in re.split(r"[.\-]", word) if part]
    if not letters or not "".join(letters).isalpha():
        return False
    if "." in word.removesuffix("."):
        return all(part[0].isupper() and len(part) <= 2 for part in letters)
    return word.isupper() and sum(map(len, letters)) <= longest
