"""From a matplotlib figure to an SVG element that can stand beside others on one page."""

import hashlib
import io
import re
from collections.abc import Mapping
from html import escape

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from reports.figures.style import PAPER, SENTINELS, styled

_REFERENCE = re.compile(r'(?:url\(#|<use [^>]*?xlink:href="#)([^")]+)')
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that XML cannot hold."""


@styled
def to_svg(fig: Figure, prefix: str | None = None) -> str:
    """Render a figure as one complete SVG element, the same bytes for the same figure.

    Parameters
    ----------
    fig
        The figure; it is drawn with text as outlines on a transparent ground.
    prefix
        Start of every id inside, so that several figures can stand in one page. By default it is derived
        from the content.
    """
    FigureCanvasSVG(fig)
    buffer = io.StringIO()
    fig.savefig(
        buffer,
        format="svg",
        transparent=True,
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<a xlink:href="#[^"]*") target="_blank"', r"\1", svg)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    if prefix is None:
        prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r'(?<= d=")[^"]*|translate\([^)]*\)', _rounded, _short_ids(svg, prefix))
    return re.sub(r"\n\s*", "\n", svg).strip()


def _rounded(match: re.Match[str]) -> str:
    """Round coordinates to a hundredth of a point, which no eye and no printer can see."""
    text = " ".join(match[0].split())
    return re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), text)


def _short_ids(svg: str, prefix: str) -> str:
    """Give every id that is referred to a short name of its own and drop the rest."""
    names: dict[str, str] = {}
    for match in _REFERENCE.finditer(svg):
        names.setdefault(match[1], f"{prefix}-{len(names)}")
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{names[m[1]]}"' if m[1] in names else "", svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names[m[1]]})", svg)
    return re.sub(r'(<use [^>]*?xlink:href="#)([^"]+)', lambda m: m[1] + names[m[2]], svg)


def themed(
    svg: str, title: str, description: str, *, identifier: str, link_labels: Mapping[str, str] | None = None
) -> str:
    """Return the SVG for an HTML page: the page's own colours, and words for those who do not see it.

    Ink, muted, grid, band and paper become `var(--fig-ink, #…)` and so on. A figure without links has the
    role `img`; one with links is a group, because an image must not hold anything to be focused.

    Parameters
    ----------
    svg
        What `to_svg` returned.
    title, description
        Name and alternative text.
    identifier
        Start of the ids of title and description; unique in the page.
    link_labels
        Spoken label of each link by its address; a link without a label speaks its address.

    Raises
    ------
    ValueError
        If the text holds no SVG element.
    """
    if not svg.startswith("<svg"):
        raise ValueError("themed() takes the SVG element that to_svg() returned, got other text.")
    for name, value in SENTINELS.items():
        svg = svg.replace(value, f"var(--fig-{name}, {value})")
    return _described(svg, title, description, identifier, link_labels or {})


def standalone(svg: str, title: str, description: str) -> str:
    """Return the SVG as a file of its own: on paper, in fixed colours that every viewer knows, with the same words.

    Parameters
    ----------
    svg
        What `to_svg` returned.
    title, description
        Name and alternative text.

    Raises
    ------
    ValueError
        If the text holds no SVG element.
    """
    if not svg.startswith("<svg"):
        raise ValueError("standalone() takes the SVG element that to_svg() returned, got other text.")
    told = _described(svg, title, description, "figure", {})
    ground = f'</desc><rect width="100%" height="100%" fill="{PAPER}"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{told.replace("</desc>", ground, 1)}\n'


def _described(svg: str, title: str, description: str, identifier: str, labels: Mapping[str, str]) -> str:
    title, description = (_UNPRINTABLE.sub(" ", words) for words in (title, description))
    linked = "<a " in svg
    if linked:
        svg = re.sub(
            r'<a xlink:href="([^"]*)"',
            lambda m: f'<a xlink:href="{m[1]}" aria-label="{escape(labels.get(m[1], m[1]))}"',
            svg,
        )
    head, rest = svg[4 : svg.index(">")], svg[svg.index(">") + 1 :]
    role = "group" if linked else "img"
    return (
        f'<svg role="{role}" aria-labelledby="{identifier}-title {identifier}-desc"{head}>'
        f'<title id="{identifier}-title">{escape(title)}</title>'
        f'<desc id="{identifier}-desc">{escape(description)}</desc>{rest}'
    )
