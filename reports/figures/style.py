"""The one look of all figures: colours, type, and page-sized canvases measured in points.

Lengths are points (1/72 inch) throughout, so that a size in the code is the size on paper: a figure of full
width is 170 mm = 481.9 pt wide and is never scaled, which keeps the smallest type at 7 pt.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from importlib.resources import files
from typing import Final, ParamSpec, TypeVar

from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager

P = ParamSpec("P")
R = TypeVar("R")

INK: Final = "#1b1f24"
MUTED: Final = "#59626d"
GRID: Final = "#d3d8de"
BAND: Final = "#f2f4f6"
PAPER: Final = "#fefefe"
SENTINELS: Final = {"ink": INK, "muted": MUTED, "grid": GRID, "band": BAND, "paper": PAPER}
"""Colours that a page may replace by its own (dark mode); each value occurs in no other role."""

BLUE: Final = "#0072b2"
VERMILLION: Final = "#d55e00"
GREEN: Final = "#009068"
SKY: Final = "#2e8fcb"
PURPLE: Final = "#c0659a"
AMBER: Final = "#b77b00"
VIOLET: Final = "#8367b0"
BROWN: Final = "#a9713f"
NEUTRAL: Final = "#7d858e"
ON_HUE: Final = "#ffffff"
HUES: Final = (BLUE, VERMILLION, GREEN, PURPLE, AMBER, SKY, VIOLET)
"""Okabe-Ito hues, moved in lightness until each has a contrast of 3:1 on white and on the dark page."""

MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X")
HATCHES: Final = ("", "////", "", "----", "", "\\\\\\\\", "xxxx")
SILENT: Final = frozenset({"not stated", "not specified", "not reported", "not_reported", "unspecified", ""})
"""Labels that mean "the text seen does not say": always grey, always last."""

WIDTH: Final = 170 / 25.4 * 72
SMALL: Final = 7.2
TEXT: Final = 8.0
TITLE: Final = 9.0
LEADING: Final = 1.25

FAMILY: Final = "medquant sans"
_FACES = (("Regular", "normal", 400), ("It", "italic", 400), ("Semibold", "normal", 700))

RC: Final[dict[str, object]] = {
    "font.family": [FAMILY, "DejaVu Sans"],
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "figure.dpi": 72,
    "savefig.facecolor": "none",
    "savefig.edgecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "legend.handlelength": 1.2,
    "legend.handleheight": 0.9,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.4,
    "lines.linewidth": 1.0,
    "patch.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "svg.fonttype": "path",
    "svg.hashsalt": "medquant",
}


@cache
def register_fonts() -> None:
    """Make Source Sans Pro known to matplotlib, under a family name that no installed font can shadow.

    The semibold face stands for bold: it is enough to lead the eye and keeps the page calm.
    """
    folder = files("font_source_sans_pro") / "files"
    for face, slant, weight in _FACES:
        entry = FontEntry(
            str(folder / f"SourceSansPro-{face}.ttf"),
            0,
            FAMILY,
            slant,
            "normal",
            weight,
            "normal",
            "scalable",
        )
        fontManager.ttflist.append(entry)


@contextmanager
def context() -> Iterator[None]:
    """Set the project's look on top of matplotlib's defaults, whatever the reader's own settings are."""
    register_fonts()
    with mpl_style.context(["default", RC]):
        yield


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function inside `context`."""

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with context():
            return function(*args, **kwargs)

    return inside


@dataclass(frozen=True)
class Look:
    """How one category is drawn: colour, marker and hatch, so that no category hangs on colour alone."""

    color: str
    marker: str
    hatch: str


def looks(labels: Sequence[str]) -> dict[str, Look]:
    """Give each label its look, by its place in `labels`; labels of silence are grey.

    The same sequence gives the same looks in every figure. Beyond seven categories hues come again with
    another marker and hatch.
    """
    spoken = [label for label in labels if label not in SILENT]
    result = {}
    for place, label in enumerate(spoken):
        turn = place // len(HUES)
        shape = (place + 3 * turn) % len(MARKERS)
        result[label] = Look(HUES[place % len(HUES)], MARKERS[shape], HATCHES[shape])
    for label in labels:
        if label in SILENT:
            result[label] = Look(NEUTRAL, "h", "")
    return result


def silent_last(labels: Sequence[str]) -> list[str]:
    """Return the labels in their order, those of silence moved to the end."""
    return sorted(labels, key=lambda label: label in SILENT)


@styled
def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty transparent figure of this size in points, independent of pyplot."""
    return Figure(figsize=(width / 72, height / 72), dpi=72)


@styled
def canvas(fig: Figure) -> Axes:
    """Return bare axes over the whole figure whose units are points, origin bottom left."""
    width, height = fig.get_size_inches() * 72
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    return ax


@styled
def place(fig: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at this place of the figure, in points."""
    total_width, total_height = fig.get_size_inches() * 72
    return fig.add_axes(
        (left / total_width, bottom / total_height, width / total_width, height / total_height)
    )


@styled
def empty_figure(message: str) -> Figure:
    """Return a small figure that says in words that there is nothing to draw."""
    fig = new_figure(48)
    ax = canvas(fig)
    ax.text(WIDTH / 2, 24, message, ha="center", va="center", color=MUTED, style="italic")
    return fig
