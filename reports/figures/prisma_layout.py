"""The drawing of the PRISMA 2020 flow diagram: columns of boxes, rows of stages, arrows between them."""

from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from reports.figures import style
from reports.figures.measure import text_width, wrap
from reports.figures.prisma_flow import HEADS, FlowBox, PrismaFlow, boxes, count_words

STRIP: Final = 17.0
GUTTER: Final = 15.0
ROW_GAP: Final = 15.0
PAD: Final = 6.0
LINE: Final = 9.8
HEAD: Final = 26.0
PHASES: Final = (("Identification", 0, 0), ("Screening", 1, 3), ("Included", 4, 5))
PLACES: Final = {
    "previous": (0, "previous"),
    "identified": (0, "main"),
    "removed": (0, "side"),
    "other.identified": (0, "other"),
    "screened": (1, "main"),
    "excluded": (1, "side"),
    "sought": (2, "main"),
    "not_retrieved": (2, "side"),
    "other.sought": (2, "other"),
    "other.not_retrieved": (2, "otherside"),
    "assessed": (3, "main"),
    "reports_excluded": (3, "side"),
    "other.assessed": (3, "other"),
    "other.excluded": (3, "otherside"),
    "included": (4, "main"),
    "total": (5, "main"),
}
SHARES: Final = {"previous": 0.8, "main": 1.0, "side": 1.06, "other": 0.9, "otherside": 0.9}


@dataclass(frozen=True)
class _Line:
    text: str
    indent: float = 0.0
    bold: bool = False
    href: str | None = None


@dataclass(frozen=True)
class Placed:
    """A box with its place in points and its lines of text."""

    name: str
    box: FlowBox
    x: float
    y: float
    width: float
    height: float
    lines: tuple[_Line, ...]

    @property
    def middle(self) -> float:
        """Height of the middle."""
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        """Place of the middle from the left."""
        return self.x + self.width / 2


def _tied(n: int | None) -> str:
    """Return the words of a count with no-break spaces, so that `n = 5` stays on one line."""
    return count_words(n).replace(" ", "\u00a0")


def _lines(name: str, box: FlowBox, width: float) -> list[_Line]:
    inner = width - 2 * PAD
    lines = [
        _Line(text, bold=True)
        for text in wrap(f"{HEADS[name]} ({_tied(box.n)})", inner, style.SMALL, bold=True)
    ]
    for item in box.items:
        lines += [
            _Line(text, 0.0 if i == 0 else 7.0, href=item.href)
            for i, text in enumerate(wrap(f"{item.label} ({_tied(item.n)})", inner - 7, style.SMALL))
        ]
    return lines


def _columns(data: PrismaFlow) -> dict[str, tuple[float, float]]:
    names = ["previous"] if data.previous else []
    names += ["main", "side"]
    names += ["other", "otherside"] if data.other else []
    gutter = GUTTER if len(names) < 4 else 10.0
    room = style.WIDTH - STRIP - 10 - gutter * (len(names) - 1) - 1
    total = sum(SHARES[name] for name in names)
    columns, x = {}, STRIP + 10
    for name in names:
        width = room * SHARES[name] / total
        columns[name] = (x, width)
        x += width + gutter
    return columns


def layout(data: PrismaFlow) -> tuple[list[Placed], float]:
    """Return the boxes with their places, and the height of the figure."""
    columns = _columns(data)
    texts = {name: _lines(name, box, columns[PLACES[name][1]][1]) for name, box in boxes(data).items()}
    heights = {name: len(lines) * LINE + 2 * PAD for name, lines in texts.items()}
    rows: dict[int, float] = {}
    for name, height in heights.items():
        rows[PLACES[name][0]] = max(rows.get(PLACES[name][0], 0.0), height)
    for phase, first, last in PHASES:
        own = [row for row in rows if first <= row <= last]
        if len(own) == 1:
            rows[own[0]] = max(rows[own[0]], text_width(phase, style.SMALL, bold=True) + 8)
    total = HEAD + sum(rows.values()) + ROW_GAP * (len(rows) - 1) + 2
    placed, top = [], total - HEAD
    for row in sorted(rows):
        for name, box in boxes(data).items():
            if PLACES[name][0] == row:
                x, width = columns[PLACES[name][1]]
                # the main box shares the middle of its row, so that the arrow to its neighbour is level
                y = top - (rows[row] + heights[name]) / 2
                placed.append(Placed(name, box, x, y, width, heights[name], tuple(texts[name])))
        top -= rows[row] + ROW_GAP
    return placed, total


def _box(ax: Axes, p: Placed) -> None:
    done = p.box.n is not None
    ax.add_patch(
        FancyBboxPatch(
            (p.x, p.y),
            p.width,
            p.height,
            boxstyle="round,pad=0,rounding_size=2.5",
            facecolor=style.PAPER if done else "none",
            edgecolor=style.BLUE if done and p.name in ("included", "total") else style.MUTED,
            linewidth=1.2 if p.name in ("included", "total") else 0.7,
            linestyle="-" if done else (0, (3, 2.2)),
        )
    )
    for i, line in enumerate(p.lines):
        ax.text(
            p.x + PAD + line.indent,
            p.y + p.height - PAD - LINE * (i + 0.5),
            line.text,
            va="center_baseline",
            size=style.SMALL,
            weight="bold" if line.bold else "normal",
            color=style.INK if done else style.MUTED,
        )


def _link(ax: Axes, p: Placed) -> None:
    """Lay clear sheets over the box and over its linked lines: they catch the click, not the letters."""
    sheets = [(p.box.href, p.y, p.height)] if p.box.href else []
    hrefs = dict.fromkeys(line.href for line in p.lines if line.href)
    for href in hrefs:
        own = [i for i, line in enumerate(p.lines) if line.href == href]
        sheets.append((href, p.y + p.height - PAD - LINE * (own[-1] + 1), LINE * len(own)))
    for href, y, height in sheets:
        sheet = Rectangle(
            (p.x, y), p.width, height, facecolor=style.PAPER, edgecolor="none", alpha=0.0, zorder=10
        )
        sheet.set_url(href)
        ax.add_patch(sheet)


def _arrow(ax: Axes, points: list[tuple[float, float]], *, dashed: bool) -> None:
    ax.plot(
        [x for x, _ in points[:-1]] + [points[-1][0]],
        [y for _, y in points],
        color=style.MUTED,
        linewidth=0.9,
        linestyle=(0, (3, 2.2)) if dashed else "-",
        zorder=1,
        solid_capstyle="butt",
    )
    (x0, y0), (x1, y1) = points[-2:]
    marker = "v" if y0 - y1 > abs(x1 - x0) else ">" if x1 > x0 else "<"
    shift = {"v": (0, 1.8), ">": (-1.8, 0), "<": (1.8, 0)}[marker]
    ax.plot(
        x1 + shift[0], y1 + shift[1], marker, color=style.MUTED, markersize=4.2, markeredgewidth=0, zorder=2
    )


DOWN: Final = (
    ("identified", "screened"),
    ("screened", "sought"),
    ("sought", "assessed"),
    ("assessed", "included"),
    ("included", "total"),
    ("other.identified", "other.sought"),
    ("other.sought", "other.assessed"),
)
ACROSS: Final = (
    ("identified", "removed"),
    ("screened", "excluded"),
    ("sought", "not_retrieved"),
    ("assessed", "reports_excluded"),
    ("other.sought", "other.not_retrieved"),
    ("other.assessed", "other.excluded"),
)


def _arrows(ax: Axes, by_name: dict[str, Placed]) -> None:
    for one, two in DOWN:
        if one in by_name and two in by_name:
            a, b = by_name[one], by_name[two]
            _arrow(
                ax, [(a.centre, a.y), (a.centre, b.y + b.height)], dashed=a.box.n is None or b.box.n is None
            )
    for one, two in ACROSS:
        if one in by_name and two in by_name:
            a, b = by_name[one], by_name[two]
            _arrow(
                ax, [(a.x + a.width, a.middle), (b.x, b.middle)], dashed=a.box.n is None or b.box.n is None
            )
    if "previous" in by_name and "total" in by_name:
        a, b = by_name["previous"], by_name["total"]
        _arrow(ax, [(a.centre, a.y), (a.centre, b.middle), (b.x, b.middle)], dashed=False)
    if "other.assessed" in by_name:
        a, b = by_name["other.assessed"], by_name["included"]
        _arrow(ax, [(a.centre, a.y), (a.centre, b.middle), (b.x + b.width, b.middle)], dashed=a.box.n is None)


def _bands(ax: Axes, placed: list[Placed], data: PrismaFlow, total: float) -> None:
    for name, first, last in PHASES:
        own = [p for p in placed if first <= PLACES[p.name][0] <= last]
        low, high = min(p.y for p in own), max(p.y + p.height for p in own)
        short = max(text_width(name, style.SMALL, bold=True) + 6 - (high - low), 0.0) / 2
        low, high = low - short, high + short
        ax.add_patch(
            FancyBboxPatch(
                (0.5, low),
                STRIP - 1,
                high - low,
                boxstyle="round,pad=0,rounding_size=2.5",
                facecolor=style.BAND,
                edgecolor=style.GRID,
                linewidth=0.6,
            )
        )
        ax.text(
            STRIP / 2,
            (low + high) / 2,
            name,
            rotation=90,
            rotation_mode="anchor",
            ha="center",
            va="center_baseline",
            weight="bold",
            size=style.SMALL,
        )
    columns = _columns(data)
    heads = [("main", "side", "Identification of new studies via databases and registers")]
    if data.previous:
        heads.append(("previous", "previous", "Previous studies"))
    if data.other:
        heads.append(("other", "otherside", "Identification of new studies via other methods"))
    for first_column, last_column, words in heads:
        x = columns[first_column][0]
        right = columns[last_column][0] + columns[last_column][1]
        ax.add_patch(
            Rectangle(
                (x, total - 19), right - x, 18, facecolor=style.BAND, edgecolor=style.GRID, linewidth=0.6
            )
        )
        lines = wrap(words, right - x - 4, style.SMALL, bold=True)
        ax.text(
            (x + right) / 2,
            total - 10,
            "\n".join(lines),
            ha="center",
            va="center",
            weight="bold",
            size=style.SMALL,
            linespacing=0.95,
        )


def draw(data: PrismaFlow) -> Figure:
    """Return the figure; call it inside `style.context`."""
    placed, total = layout(data)
    fig = style.new_figure(total)
    ax = style.canvas(fig)
    _bands(ax, placed, data, total)
    by_name = {p.name: p for p in placed}
    _arrows(ax, by_name)
    for p in placed:
        _box(ax, p)
        _link(ax, p)
    return fig
