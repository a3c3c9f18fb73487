"""The PDF of a document: tagged for assistive technology (PDF/UA-1), the same bytes for the same input."""

import json
import tempfile
import warnings
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reports.context import Document
from reports.pdf.blocks import DocumentError
from reports.pdf.fonts import copy_fonts
from reports.pdf.layout import Drawn, Layout

if TYPE_CHECKING:
    from typst import Fonts

_TEMPLATES: Final = ("page.typ", "blocks.typ")
_TRIES: Final = 12
"""How often a nearly empty page is looked for and mended."""
_MANY_CELLS: Final = 20_000
"""Tables with more cells than this are laid out once only: each look takes as long as making the PDF."""


class PdfError(RuntimeError):
    """The PDF could not be made; the message says why."""


def _midnight(date: str) -> int | None:
    """Return the midnight (UTC) that begins an ISO date, in seconds; None for any other text."""
    try:
        day = datetime.fromisoformat(date.strip())
    except ValueError:
        return None
    return int(day.replace(tzinfo=day.tzinfo or UTC).timestamp())


def _write(layout: Layout, folder: Path) -> None:
    words = json.dumps(layout.data(), ensure_ascii=False)
    (folder / "document.json").write_text(words, encoding="utf-8")


def _mend(layout: Layout, folder: Path, fonts: "Fonts") -> None:
    """Lay out, look where pages are left nearly empty, mend the first such place, and look again."""
    import typst

    for _ in range(_TRIES if layout.cells <= _MANY_CELLS else 0):
        found = typst.query(
            folder / "page.typ",
            "<mark>",
            field="value",
            root=folder,
            font_paths=fonts,
            ignore_system_fonts=True,
        )
        marks = json.loads(found)
        before = {mark["before"]: mark for mark in marks if "before" in mark}
        figures = [
            Drawn(
                figure=mark["figure"],
                page=mark["page"],
                drawing=mark["drawing"],
                caption=mark["caption"],
                words_page=before[mark["figure"]]["page"],
                words_end=before[mark["figure"]]["end"],
            )
            for mark in marks
            if mark.get("figure") in before
        ]
        ends = {mark["run"]: mark["end"] for mark in marks if "run" in mark}
        if not (layout.fill_gaps(figures) or layout.fill_ends(ends)):
            return
        _write(layout, folder)


def render_pdf(document: Document, *, timestamp: int | None = None) -> bytes:
    """Return the document as a PDF/UA-1 file.

    Parameters
    ----------
    document
        What to print.
    timestamp
        Creation time in seconds since 1970 (UTC). Without it, the document's own date is taken, and only where
        that is no ISO date, the clock.

    Raises
    ------
    PdfError
        If the document is incomplete or contradicts itself (a figure without alternative text, an anchor twice),
        or Typst refuses it (a drawing that is no SVG), or the folder for temporary files cannot be written.

    Notes
    -----
    The words of the document reach Typst as JSON and are shown as text values, so that nothing in them can
    act as markup. No font of the machine and no package from the network takes part.
    """
    import typst

    moment = _midnight(document.meta.date) if timestamp is None else timestamp
    try:
        layout = Layout(document)
        with tempfile.TemporaryDirectory(prefix="medquant-pdf-") as name:
            folder = Path(name)
            for template in _TEMPLATES:
                (folder / template).write_bytes((files("reports.pdf") / template).read_bytes())
            for number, drawing in enumerate(layout.drawings, start=1):
                (folder / f"{number}.svg").write_text(drawing, encoding="utf-8")
            _write(layout, folder)
            copy_fonts(folder)
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
            _mend(layout, folder, fonts)
            pdf, remarks = typst.compile_with_warnings(
                folder / "page.typ",
                root=folder,
                font_paths=fonts,
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=moment,
            )
    except DocumentError as error:
        raise PdfError(f"The PDF could not be made: {error}.") from error
    except OSError as error:
        raise PdfError(
            f"The PDF could not be made in {tempfile.gettempdir()}: {error.strerror or error}; free some space there."
        ) from error
    except RuntimeError as error:  # typst.TypstError is one; a failing query is a plain RuntimeError
        words = str(getattr(error, "message", error)).removeprefix("failed to compile document: ")
        hints = "".join(f" ({hint})" for hint in getattr(error, "hints", ()))
        raise PdfError(f"The PDF could not be made: {words}{hints}.") from error
    for remark in remarks:
        warnings.warn(f"While making the PDF: {remark.message}", stacklevel=2)
    return pdf
