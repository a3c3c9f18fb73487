"""Claims figure: what was published, what was measured of it, and the verdict, one row a claim.

Changes in percentage points, levels in percent and ratios each have a panel of their own; the axis of ratios is
logarithmic. Words stand on a canvas in points, marks on axes whose y is points as well, so that both are level.
"""

import math
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import style
from reports.figures.measure import text_width, wrap
from reports.figures.scale import linear_ticks, ratio_ticks, robust_limits
from reports.figures.words import counted, listed, ratio, signed

EMPTY: Final = "No published claim has been re-measured yet."
RATIO: Final = "ratio"
POINTS: Final = "percentage points"
TITLES: Final = {POINTS: "Change of a score, percentage points", RATIO: "Ratio, quantized to baseline"}
COLORS: Final = {
    "reproduced": style.GREEN,
    "not reproduced": style.VERMILLION,
    "inconclusive": style.AMBER,
    "not comparable": style.NEUTRAL,
}
LABEL: Final = 186.0
VERDICT: Final = 88.0
LINE: Final = 10.2
ROW: Final = 27.0
HEAD: Final = 20.0
AXIS: Final = 26.0
LEGEND: Final = 16.0
FLOOR: Final = 9.0


@dataclass(frozen=True)
class ClaimMark:
    """One claim.

    `unit` names the panel: "percentage points", "ratio", or the unit of a level; `published`, `measured`, its
    interval and the seeds are in that unit. `tolerance` are the ends of the range fixed beforehand, None where
    nothing is compared. `sign` and `word` are the verdict.
    """

    case: str
    label: str
    unit: str
    published: float
    measured: float
    ci_low: float | None
    ci_high: float | None
    seeds: tuple[float, ...]
    tolerance: tuple[float, float] | None
    sign: str
    word: str


@dataclass(frozen=True)
class Claims:
    """The claims in the order of their cases."""

    marks: tuple[ClaimMark, ...]

    @property
    def panels(self) -> tuple[tuple[str, tuple[ClaimMark, ...]], ...]:
        """The units with their claims: changes, then levels, then ratios."""
        order = {POINTS: 0, RATIO: 2}
        units = sorted(dict.fromkeys(m.unit for m in self.marks), key=lambda unit: order.get(unit, 1))
        return tuple((unit, tuple(m for m in self.marks if m.unit == unit)) for unit in units)


def table(data: Claims) -> pd.DataFrame:
    """Return the numbers of every row."""
    return pd.DataFrame(
        [
            (m.case, m.label, m.unit, m.published, m.measured, m.ci_low, m.ci_high,
             *(m.tolerance or (None, None)), len(m.seeds), min(m.seeds, default=None), max(m.seeds, default=None), m.word)
            for _, its in data.panels
            for m in its
        ],
        columns=["case", "claim", "unit", "published", "measured", "CI low", "CI high", "tolerated from",
                 "tolerated to", "seeds", "lowest seed", "highest seed", "verdict"],
    )  # fmt: skip


def _said(unit: str, value: float) -> str:
    return signed(value) if unit == POINTS else ratio(value) if unit == RATIO else f"{value:.2f}"


def alt_text(data: Claims) -> str:
    """Describe the figure from its numbers."""
    if not data.marks:
        return EMPTY
    words: dict[str, int] = {}
    for mark in data.marks:
        words[mark.word] = words.get(mark.word, 0) + 1
    verdicts = listed([f"{n} {word}" for word, n in words.items()])
    sentences = [f"Published against measured, {counted(len(data.marks), 'claim')}: {verdicts}"]
    for unit, its in data.panels:
        for m in its:
            interval = (
                ""
                if m.ci_low is None or m.ci_high is None
                else f" [{_said(unit, m.ci_low)}; {_said(unit, m.ci_high)}]"
            )
            sentences.append(
                f"{m.case}, {m.label}: published {_said(unit, m.published)}, measured {_said(unit, m.measured)}"
                f"{interval} {unit}, {counted(len(m.seeds), 'seed')}, {m.word}"
            )
    return ". ".join(sentences) + "."


def _scale(unit: str, value: float) -> float:
    return math.log(value) if unit == RATIO else value


def limits(unit: str, marks: tuple[ClaimMark, ...]) -> tuple[float, float]:
    """Return the limits of a panel's axis: published values and comparable claims are inside, a collapse is an arrow."""
    keep = [_scale(unit, m.published) for m in marks]
    null = [0.0] if unit in (POINTS, RATIO) else []
    compared = [m for m in marks if m.word != "not comparable"] or list(marks)
    wide = [
        _scale(unit, v)
        for m in compared
        for v in (m.measured, m.ci_low, m.ci_high, *m.seeds, *(m.tolerance or ()))
        if v is not None and (unit != RATIO or v > 0)
    ]
    return robust_limits(wide, [*keep, *null])


def _draw_panel(words: Axes, fig: Figure, unit: str, marks: tuple[ClaimMark, ...], top: float) -> float:
    """Draw one panel from `top` downwards and return where it ends."""
    heights = [_height(m) for m in marks]
    bottom = top - HEAD - sum(heights)
    width = style.WIDTH - LABEL - VERDICT - 16
    total = fig.get_size_inches()[1] * 72
    ax = style.place(fig, LABEL + 8, 0, width, total)
    low, high = limits(unit, marks)
    ax.set(xlim=(low, high), ylim=(0, total))
    ax.axis("off")
    title = TITLES.get(unit, f"Level, {unit}")
    words.text(0.5, top - 9, title, va="center_baseline", size=style.SMALL, weight="bold")
    words.text(
        style.WIDTH - VERDICT, top - 9, "Verdict", va="center_baseline", size=style.SMALL, weight="bold"
    )
    words.plot([0, style.WIDTH], [top - 16, top - 16], color=style.INK, linewidth=0.8)
    _axis(ax, unit, bottom, top - 17)
    y = top - HEAD
    for mark, height in zip(marks, heights, strict=True):
        _row(words, ax, mark, y - height / 2)
        y -= height
    return bottom - AXIS


def _axis(ax: Axes, unit: str, bottom: float, top: float) -> None:
    low, high = ax.get_xlim()
    if unit == RATIO:
        ticks = [(math.log(tick), f"{tick:g}") for tick in ratio_ticks(low, high, most=7)]
    else:
        ticks = [
            (t, "0" if t == 0 else (signed(t, 10) if unit == POINTS else f"{t:.10f}").rstrip("0").rstrip("."))
            for t in linear_ticks(low, high, most=7)
        ]
    for value, label in ticks:
        ax.plot([value, value], [bottom, top], color=style.GRID, linewidth=0.5, zorder=0)
        ax.text(value, bottom - 8, label, ha="center", va="center_baseline", size=style.SMALL)
    ax.plot([low, high], [bottom, bottom], color=style.MUTED, linewidth=0.7, zorder=3)
    if unit in (POINTS, RATIO) and low <= 0 <= high:
        ax.plot([0, 0], [bottom, top], color=style.INK, linewidth=0.8, zorder=1, gid="null")


def _height(mark: ClaimMark) -> float:
    return max(ROW, (1 + len(wrap(mark.label, LABEL - 4, style.SMALL))) * LINE + 5)


def _row(words: Axes, ax: Axes, mark: ClaimMark, y: float) -> None:
    lines = [mark.case, *wrap(mark.label, LABEL - 4, style.SMALL)]
    first = y + (len(lines) - 1) * LINE / 2
    for i, line in enumerate(lines):
        words.text(
            0.5,
            first - i * LINE,
            line,
            va="center_baseline",
            size=style.SMALL,
            weight="normal" if i else "bold",
        )
    words.text(
        style.WIDTH - VERDICT, y, mark.sign, va="center_baseline", weight="bold", size=style.TITLE,
        color=COLORS.get(mark.word, style.INK),
    )  # fmt: skip
    words.text(style.WIDTH - VERDICT + 12, y, mark.word, va="center_baseline", size=style.SMALL)
    _marks(ax, mark, y)


def _marks(ax: Axes, mark: ClaimMark, y: float) -> None:
    low, high = ax.get_xlim()

    def inside(value: float) -> float:
        return min(max(_scale(mark.unit, value), low), high)

    if mark.tolerance is not None:
        left, right = inside(mark.tolerance[0]), inside(mark.tolerance[1])
        ax.add_patch(
            Rectangle(
                (left, y - FLOOR), right - left, 2 * FLOOR, facecolor=style.GRID, edgecolor="none", zorder=0.5,
                gid="tolerance",
            )
        )  # fmt: skip
    if mark.ci_low is not None and mark.ci_high is not None:
        ends = [inside(mark.ci_low), inside(mark.ci_high)]
        ax.plot(ends, [y, y], color=style.INK, linewidth=1.0, solid_capstyle="butt", zorder=3, gid="interval")
        for end, edge, arrow in ((mark.ci_low, low, "<"), (mark.ci_high, high, ">")):
            if _scale(mark.unit, end) != inside(end):
                ax.plot(
                    edge, y, arrow, color=style.INK, markersize=4, markeredgewidth=0, clip_on=False, zorder=3
                )
    for value in (seed for seed in mark.seeds if inside(seed) == _scale(mark.unit, seed)):
        at = inside(value)
        ax.plot([at, at], [y - 8, y - 4.5], color=style.INK, linewidth=0.9, zorder=4, gid="seed")
    ax.plot(
        _scale(mark.unit, mark.published), y, "o", color=style.PAPER, markeredgecolor=style.BLUE, markersize=7.5,
        markeredgewidth=1.3, clip_on=False, zorder=5, gid="published",
    )  # fmt: skip
    at = inside(mark.measured)
    shape = "D" if at == _scale(mark.unit, mark.measured) else "<" if at == low else ">"
    ax.plot(
        at, y, shape, color=style.VERMILLION, markersize=4.4 if shape == "D" else 6.5, markeredgewidth=0,
        clip_on=False, zorder=6, gid="measured",
    )  # fmt: skip
    if shape != "D":
        left = shape == "<"
        ax.annotate(
            _said(mark.unit, mark.measured), (at, y), (6 if left else -6, 0), textcoords="offset points",
            ha="left" if left else "right", va="center_baseline", size=style.SMALL, zorder=6,
        )  # fmt: skip


def _legend(ax: Axes, y: float) -> None:
    x = 5.0
    ax.plot(x, y, "o", color=style.PAPER, markeredgecolor=style.BLUE, markersize=7, markeredgewidth=1.3)
    x = _word(ax, x + 8, y, "published")
    ax.plot([x - 5, x + 11], [y, y], color=style.INK, linewidth=1.0)
    ax.plot(x + 3, y, "D", color=style.VERMILLION, markersize=4.4, markeredgewidth=0)
    x = _word(ax, x + 15, y, "measured, mean of the seeds with 95 % CI")
    ax.plot([x, x], [y - 2, y + 2], color=style.INK, linewidth=0.9)
    x = _word(ax, x + 6, y, "one seed")
    ax.add_patch(Rectangle((x - 4, y - 4), 14, 8, facecolor=style.GRID, edgecolor="none"))
    _word(ax, x + 14, y, "within the tolerance fixed beforehand")


def _word(ax: Axes, x: float, y: float, words: str) -> float:
    ax.text(x, y, words, va="center_baseline", size=style.SMALL, color=style.MUTED)
    return x + text_width(words, style.SMALL) + 16


@style.styled
def figure(data: Claims) -> Figure:
    """Return the figure at print size."""
    if not data.marks:
        return style.empty_figure(EMPTY)
    panels = data.panels
    total = LEGEND + sum(HEAD + AXIS + sum(_height(m) for m in its) for _, its in panels)
    fig = style.new_figure(total)
    words = style.canvas(fig)
    y = total
    for unit, its in panels:
        y = _draw_panel(words, fig, unit, its, y)
    _legend(words, LEGEND / 2)
    return fig
