"""Widths of words, so that text is laid out before it is drawn."""

from functools import lru_cache

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags

from reports.figures.style import FAMILY, TEXT, register_fonts


@lru_cache(maxsize=16384)
def text_width(text: str, size: float = TEXT, bold: bool = False) -> float:
    """Return the width in points of one line of text."""
    register_fonts()
    weight = "bold" if bold else "normal"
    paths = [
        fontManager.findfont(FontProperties(family=name, weight=weight)) for name in (FAMILY, "DejaVu Sans")
    ]
    font = get_font(paths)
    font.set_size(size, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width, _ = font.get_width_height()
    return float(width) / 64


def wrap(text: str, width: float, size: float = TEXT, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than `width` points.

    Breaks stand at spaces (a no-break space holds); a word that is wider than the line is broken where it must be.
    """
    return list(_wrapped(text, width, size, bold))


@lru_cache(maxsize=16384)
def _wrapped(text: str, width: float, size: float, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        trial = f"{line} {word}" if line else word
        if text_width(trial, size, bold) <= width:
            line = trial
            continue
        if line:
            lines.append(line)
        while text_width(word, size, bold) > width and len(word) > 1:
            cut = _longest_fit(word, width, size, bold)
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901 - the rest of the word goes to the next line
        line = word
    return (*lines, line) if line else (tuple(lines) or ("",))


def _longest_fit(word: str, width: float, size: float, bold: bool) -> int:
    cut = len(word)
    while cut > 1 and text_width(word[:cut], size, bold) > width:
        cut -= 1
    return cut


def elide(text: str, width: float, size: float = TEXT, bold: bool = False) -> str:
    """Shorten a text to `width` points with an ellipsis; a text that fits is returned as it is."""
    if text_width(text, size, bold) <= width:
        return text
    cut = len(text)
    while cut and text_width(text[:cut].rstrip() + "…", size, bold) > width:
        cut -= 1
    return text[:cut].rstrip() + "…"
