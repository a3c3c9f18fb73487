"""Figures as files: SVG, PNG or PDF, each whole or not at all, with title and description inside."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from db.errors import MedquantError, shown
from reports.figures.render import standalone, to_svg
from reports.figures.style import PAPER, styled

ENDINGS: Final = (".svg", ".png", ".pdf")
DPI: Final = 300
"""Dots per inch of a PNG: a figure of full width is 2,007 pixels wide."""


def ending(path: Path) -> str:
    """Return the ending of a file name in small letters, if a figure can be written to it.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    MedquantError
        For any ending but .svg, .png and .pdf.
    """
    found = path.suffix.lower()
    if found not in ENDINGS:
        has = f"ends in {shown(path.suffix)}" if path.suffix else "has no ending"
        raise MedquantError(
            f"{path} {has}, but a figure is written as .svg, .png or .pdf: name a file with one of these endings"
        )
    return found


def save_figure(figure: Figure, path: Path | str, *, title: str, description: str) -> Path:
    """Write one figure and return the file.

    Parameters
    ----------
    figure
        The figure, at print size.
    path
        File to write; its ending, .svg, .png or .pdf, says how.
    title, description
        Name and alternative text; an SVG has them as `<title>` and `<desc>`, the others as metadata.

    Raises
    ------
    MedquantError
        For another ending, or a place that cannot be written; a file that was there before stays as it was.
    """
    return save_figures([figure], path, title=title, description=description)[0]


@styled
def save_figures(
    figures: Sequence[Figure], path: Path | str, *, title: str, description: str
) -> tuple[Path, ...]:
    """Write the pages of one figure and return the files: one PDF, or one SVG or PNG a page (out.svg, out-2.svg, …).

    Parameters
    ----------
    figures
        The pages, at print size; at least one.
    path
        File to write the first page to; its ending, .svg, .png or .pdf, says how.
    title, description
        Name and alternative text of the whole figure.

    Raises
    ------
    MedquantError
        For another ending, or a place that cannot be written; a file that was there before stays as it was.
    ValueError
        If there is no page.

    Notes
    -----
    The ground is opaque, so that a viewer with a dark ground of its own shows dark words on paper. The same figure gives
    the same bytes: no date is written.
    """
    from db.export import replacing

    path = Path(path)
    form = ending(path)
    if not figures:
        raise ValueError("figures is empty; a figure has at least 1 page.")
    if form == ".pdf":
        with replacing(path) as temporary:
            _write_pdf(figures, temporary, title, description)
        return (path,)
    names = [path, *(path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, len(figures) + 1))]
    for number, (figure, name) in enumerate(zip(figures, names, strict=True), 1):
        page = f"{title}, page {number} of {len(figures)}" if len(figures) > 1 else title
        with replacing(name) as temporary:
            if form == ".svg":
                temporary.write_text(standalone(to_svg(figure), page, description), encoding="utf-8")
            else:
                about = {"Title": page, "Description": description, "Software": "medquant"}
                figure.savefig(temporary, format="png", dpi=DPI, facecolor=PAPER, metadata=about)
    return tuple(names)


def _write_pdf(figures: Sequence[Figure], file: Path, title: str, description: str) -> None:
    about = {"Title": title, "Subject": description, "Creator": "medquant", "CreationDate": None}
    with rc_context({"pdf.fonttype": 42}), PdfPages(file, metadata=about) as pages:
        for figure in figures:
            pages.savefig(figure, facecolor=PAPER)
