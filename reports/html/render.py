"""A document as a self-contained HTML page: styles, scripts and fonts are inside, and nothing is fetched."""

import base64
import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.context import Cell, Document, Figure, Section, Table
from reports.html.fonts import font_faces

HERE = Path(__file__).parent
SCHEMES = frozenset({"http", "https", "mailto"})
NO_VALUE = "(none)"
MOST_ROWS, FIRST_ROWS = 400, 200
NEVER_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f\"`\\]")
SVG_START = re.compile(r"<svg\b[^>]*>")
SVG_LINK = re.compile(r"<a[\s>]")
SVG_POINTS = re.compile(r"\swidth=[\"'](\d+(?:\.\d+)?)pt[\"']")
FULL_WIDTH = "482"  # points: the width of a drawing that does not say its own
ROLE = re.compile(r"\srole=(\"[^\"]*\"|'[^']*')")


def render_html(document: Document, *, figure_svg: Callable[[Figure], str] | None = None) -> str:
    """Return the document as one HTML page that makes no request at all.

    Parameters
    ----------
    document
        What the page says.
    figure_svg
        Gives the SVG element to print for a figure, for instance with its colours replaced by the page's variables
        `--fig-ink`, `--fig-muted`, `--fig-grid`, `--fig-band` and `--fig-paper`. By default `figure.svg` as it stands.

    Raises
    ------
    ValueError
        If two places of the document carry the same id, because links could not tell them apart.

    """
    anchors = _anchors(document)
    environment = _environment()
    body = environment.get_template("body.html.j2").render(
        meta=document.meta,
        sections=document.sections,
        safe_href=lru_cache(maxsize=4096)(lambda href: safe_href(href, anchors)),
        drawing=lambda figure: drawing(figure, figure.svg if figure_svg is None else figure_svg(figure)),
    )
    style = (HERE / "page.css").read_text("utf-8")
    scripts = [(HERE / name).read_text("utf-8") for name in ("theme.js", "page.js")]
    fonts = font_faces(frozenset(body + style + "".join(scripts)))
    return environment.get_template("page.html.j2").render(
        meta=document.meta,
        policy=_policy(scripts),
        style=Markup(fonts + "\n" + style),  # noqa: S704 - our own files
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
        body=Markup(body),  # noqa: S704 - escaped by its own template
    )


def safe_href(href: str | None, anchors: frozenset[str]) -> str | None:
    """Return the address if a reader may be led there, else None, so that it is printed as plain text.

    Allowed are http, https and mailto addresses, and `#id` or `#id?Label=value` where the document has that id.
    """
    if not href:
        return None
    if href.startswith("#"):
        return href if href[1:].partition("?")[0] in anchors else None
    if NEVER_IN_ADDRESS.search(href):
        return None
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or (parts.scheme != "mailto" and not parts.hostname):
        return None
    return href


def drawing(figure: Figure, svg: str) -> Markup:
    """Return the figure's SVG with a role and a name; one with links is a group, because an image has no parts.

    Notes: links bear the `href` of SVG 2, since accessibility checkers take `xlink:href` for no link at all.
    """
    svg = svg[max(svg.find("<svg"), 0) :]
    start = SVG_START.match(svg)
    if start is None:
        message = f"Figure {figure.number} ({figure.id}) has no <svg> element: give one complete SVG."
        raise ValueError(message)
    tag, rest = start.group(), svg[start.end() :].replace("<a xlink:href=", "<a href=")
    linked = SVG_LINK.search(rest) is not None
    if linked or ROLE.search(tag) is None:
        tag = ROLE.sub("", tag)[:-1] + f' role="{"group" if linked else "img"}">'
    if "aria-label" not in tag:
        tag = tag[:-1] + f' aria-label="{escape(figure.alt)}">'
    return Markup(tag + rest)  # noqa: S704 - drawn by our own code


def points(svg: str) -> str:
    """Return the width of a drawing in points, by which the page scales its type."""
    start = SVG_START.match(svg)
    width = SVG_POINTS.search(start.group()) if start else None
    return width.group(1) if width else FULL_WIDTH


def sort_kind(table: Table, column: int) -> str:
    """Return how a column is ordered: by its cells' numbers, by their sort strings, or by their text."""
    keys = [row[column].sort for row in table.rows if row[column].sort is not None]
    if not keys:
        return "text"
    return "number" if all(not isinstance(key, str) for key in keys) else "string"


def row_limit(table: Table) -> int | None:
    """Return how many rows an interactive table shows at first, where more would make a browser slow."""
    return FIRST_ROWS if table.interactive and len(table.rows) > MOST_ROWS else None


def sort_key(cell: Cell) -> str | None:
    """Return the cell's key as JavaScript reads it; what is not a number comes after everything else."""
    if isinstance(cell.sort, float) and not math.isfinite(cell.sort):
        return None if math.isnan(cell.sort) else ("Infinity" if cell.sort > 0 else "-Infinity")
    return None if cell.sort is None else str(cell.sort)


def values(text: str) -> list[str]:
    """Return the values of a cell that `;` separates, without empty ones."""
    return [value for part in text.split(";") if (value := part.strip())]


def choices(table: Table, column: int) -> list[tuple[str, int]]:
    """Return the values that a reader can narrow a column to, each with its number of rows."""
    counts = Counter(
        value for row in table.rows for value in dict.fromkeys(values(row[column].text) or [NO_VALUE])
    )
    return sorted(counts.items(), key=lambda item: (item[0] == NO_VALUE, item[0].casefold()))


def _anchors(document: Document) -> frozenset[str]:
    """Return every id of the document."""
    counts = Counter(_ids(document.sections))
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        message = f"The document uses the id {twice[0]!r} {counts[twice[0]]} times: give each place an id of its own."
        raise ValueError(message)
    return frozenset(counts)


def _ids(sections: tuple[Section, ...]) -> Iterator[str]:
    for section in sections:
        yield section.id
        for block in section.blocks:
            if isinstance(block, Table | Figure):
                yield block.id
            if isinstance(block, Table):
                yield from block.row_ids
        yield from _ids(section.sections)


def _policy(scripts: list[str]) -> str:
    """Return a content security policy under which only these scripts run and nothing is loaded.

    Styles are allowed inline because drawings carry style attributes.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        points=points,
        row_limit=row_limit,
        sort_kind=sort_kind,
        sort_key=sort_key,
        choices=choices,
        values=values,
    )
    return environment
