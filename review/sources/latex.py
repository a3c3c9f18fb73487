"""LaTeX to plain words and back."""

import functools
import logging
import re

from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

_LATEX = re.compile(r"[\\{}$~%]|--|``|''|<<|>>|[!?]`|\"")
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}",
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "-": "-{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "@": r"\char64{}",
}  # fmt: skip
_BACK = {command: letter for letter, command in _ESCAPES.items() if command.startswith("\\text")}
_BACK[_ESCAPES["@"]] = "@"
_SPECIAL = re.compile("|".join(map(re.escape, sorted(_BACK, key=len, reverse=True))))
_HELD = re.compile(f"{_SPECIAL.pattern}|[\U000f0000-\U000ffffd]")
"""What is held: the escaped letters, and those that no text uses, should one use them all the same."""
_LONGEST = 30_000
"""Letters that are read as LaTeX; pylatexenc takes minutes for a million, and no abstract is longer."""
_FIRST_PRIVATE = 0xF0000
"""Letters that no text uses hold the place of escaped ones while the rest is read as LaTeX."""


@functools.cache
def _reader() -> LatexNodes2Text:
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces=False)


def plain_text(latex: str) -> str:
    """Return the words of a LaTeX text; where it cannot be read as LaTeX it stays as it is, without braces."""
    if not _LATEX.search(latex):
        return latex
    letters: list[str] = []

    def hold(found: re.Match[str]) -> str:
        letters.append(_BACK.get(found[0], found[0]))
        return chr(_FIRST_PRIVATE + len(letters) - 1)

    held = _HELD.sub(hold, latex) if len(latex) < 0xFFFD else latex
    try:
        if len(latex) > _LONGEST:
            raise ValueError
        text = str(_reader().latex_to_text(re.sub(r"(?<!\\)%", r"\\%", held)))
    except Exception:  # noqa: BLE001 - the text is a stranger's; what is no LaTeX is taken literally
        text = re.sub(r"(?<!\\)[{}]", "", held)
    return re.sub(
        "[\U000f0000-\U000ffffd]",
        lambda found: letters[i] if (i := ord(found[0]) - _FIRST_PRIVATE) < len(letters) else found[0],
        text,
    )


def latex_of(text: str) -> str:
    """Return a text as LaTeX that `plain_text` and BibTeX programs read back: letters stay, signs are escaped."""
    return re.sub(r"--+|''+|[\\{}$&%#_~^`\"<>@]", lambda found: "".join(_ESCAPES[c] for c in found[0]), text)
