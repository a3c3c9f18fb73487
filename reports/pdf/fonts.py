"""The fonts of the PDF: which files, which characters they print, and how wide these are.

Only fonts that come with the project's own dependencies are used, so that every machine prints the same page:
Source Sans Pro for text, DejaVu Sans for what it lacks, DejaVu Sans Mono for code.
"""

import shutil
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

SANS: Final = tuple(
    f"SourceSansPro-{face}.ttf" for face in ("Regular", "It", "Semibold", "SemiboldIt", "Bold")
)
FALLBACK: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")

_EM: Final = 64
"""The size at which advances are measured; they are kept as fractions of it."""


def _sans_folder() -> Path:
    return Path(str(files("font_source_sans_pro") / "files"))


def _fallback_folder() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def copy_fonts(folder: Path) -> None:
    """Copy the font files of the page into `folder`.

    Notes: Typst reads whole folders, and both sources hold the same faces in other formats, too; a folder of
    our own makes the choice unambiguous.
    """
    for source, names in ((_sans_folder(), SANS), (_fallback_folder(), FALLBACK)):
        for name in names:
            shutil.copyfile(source / name, folder / name)


@cache
def _faces(heavy: bool) -> "tuple[FT2Font, ...]":
    from matplotlib.ft2font import FT2Font

    sans, fallback = ("Semibold", "DejaVuSans-Bold") if heavy else ("Regular", "DejaVuSans")
    paths = (
        _sans_folder() / f"SourceSansPro-{sans}.ttf",
        _fallback_folder() / f"{fallback}.ttf",
        _fallback_folder() / "DejaVuSans.ttf",
    )
    faces = tuple(FT2Font(str(path)) for path in paths)
    for face in faces:
        face.set_size(_EM, 72)
    return faces


@cache
def printable(character: str) -> bool:
    """Say whether the fonts of the page have a glyph for this character."""
    return any(face.get_char_index(ord(character)) != 0 for face in _faces(heavy=False))


@cache
def _advance(character: str, heavy: bool) -> float:
    from matplotlib.ft2font import LoadFlags

    for face in _faces(heavy):
        if face.get_char_index(ord(character)) != 0:
            return face.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / _EM
    return 1.0


def width(words: str, size: float, heavy: bool = False) -> float:
    """Return the width of a line of text in points, at `size` points, without kerning."""
    return size * sum(_advance(character, heavy) for character in words)
