"""GOSH plot: the pooled estimate of many subsets of rows against their I², with the distribution of both.

Subsets that hold one chosen study have a colour of their own: where its cloud lies apart, that study alone decides. Where
the clouds are large, hexagons count the subsets: the darker the more, and coloured by the share that holds the study.
Reference: Olkin, Dahabreh, Trikalinos (2012), GOSH – a graphical display of study heterogeneity, Research Synthesis
Methods 3, 214–223.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from reports.figures import style
from reports.figures.effect_scale import put_axis, said, widened
from reports.figures.measure import elide
from reports.figures.words import counted

Numbers = NDArray[np.float64]
HEIGHT: Final = 330.0
SIDE: Final = 54.0
GAP: Final = 5.0
MOST_DOTS: Final = 1500
BINS: Final = 60
COLUMNS: Final = 64
FAINTEST: Final = 0.22
MANY: Final = 10**9
NAME_WIDTH: Final = 130.0
SPIKE: Final = 2.5
COLORS: Final = {False: style.BLUE, True: style.VERMILLION}
SHAPES: Final = {False: "o", True: "D"}


@dataclass(frozen=True, eq=False)
class Gosh:
    """The pooled estimate and I² (percent) of every subset, and which subsets hold the chosen study.

    `whole` is the estimate and I² of all rows together; `possible` is the number of subsets that there are, where not
    all of them were fitted; `k` is the number of rows.
    """

    estimates: Numbers
    I2: Numbers
    measure: str
    k: int
    holds: NDArray[np.bool_] | None = None
    chosen: str = ""
    whole: tuple[float, float] | None = None
    possible: int | None = None
    method: str = ""
    log: bool = False
    unit: str = field(default="I², percent", init=False)

    def __post_init__(self) -> None:
        """Refuse numbers that do not belong together, or have no place."""
        n = self.estimates.size
        if (
            self.I2.shape != (n,)
            or self.estimates.shape != (n,)
            or (self.holds is not None and self.holds.shape != (n,))
        ):
            raise ValueError(
                f"{n} estimates, {self.I2.size} values of I² and "
                f"{'no' if self.holds is None else self.holds.size} marks do not belong together: give one of each per subset"
            )
        bad = int((~(np.isfinite(self.estimates) & np.isfinite(self.I2))).sum())
        if bad:
            raise ValueError(f"{bad} of {n} subsets have no finite estimate and I²: leave them out")


def groups(data: Gosh) -> list[tuple[str, NDArray[np.bool_], bool]]:
    """Return the subsets without and with the chosen study, or all of them; the last says whether they hold it."""
    if data.holds is None:
        return [("all subsets", np.ones(data.estimates.size, dtype=bool), False)]
    both = [(f"without {data.chosen}", ~data.holds, False), (f"with {data.chosen}", data.holds, True)]
    return [group for group in both if group[1].any()]


def table(data: Gosh) -> pd.DataFrame:
    """Return the number of subsets of each group with the quartiles of estimate and I²."""
    rows = []
    for label, inside, _ in groups(data):
        if inside.any():
            spread = [
                np.quantile(values[inside], (0, 0.25, 0.5, 0.75, 1)) for values in (data.estimates, data.I2)
            ]
            rows.append((label, int(inside.sum()), *np.concatenate(spread).tolist()))
    parts = ("lowest", "lower quartile", "median", "upper quartile", "highest")
    names = [f"{what}, {part}" for what in ("estimate", "I²") for part in parts]
    return pd.DataFrame(rows, columns=["subsets", "number", *names])


def alt_text(data: Gosh) -> str:
    """Describe the figure from its numbers."""
    n = data.estimates.size
    if not n:
        return f"No subset to show in a GOSH plot of {data.measure}."
    of = ""
    if data.possible is not None and data.possible != n:
        of = f" of {data.possible:,}" if data.possible < MANY else " at random"
    fitted = f" fitted by {data.method}" if data.method else ""
    sentences = [
        f"GOSH plot of {data.measure}: {counted(n, 'subset')}{of} of {counted(data.k, 'row')}{fitted}"
    ]
    for label, inside, _ in groups(data):
        low, middle, high = np.quantile(data.estimates[inside], (0, 0.5, 1)).tolist()
        i_low, i_middle, i_high = np.quantile(data.I2[inside], (0, 0.5, 1)).tolist()
        sentences.append(
            f"{label[0].upper()}{label[1:]}, {int(inside.sum()):,}: estimate {said(low, log=data.log)} to "
            f"{said(high, log=data.log)}, median {said(middle, log=data.log)}; I² {i_low:.0f} to {i_high:.0f} %, "
            f"median {i_middle:.0f} %"
        )
    if data.whole is not None:
        sentences.append(f"All rows together: {said(data.whole[0], log=data.log)}, I² {data.whole[1]:.0f} %")
    return ". ".join(sentences) + "."


def limits(data: Gosh) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the limits of estimate and I²: every subset is inside."""
    ends = [float(data.estimates.min()), float(data.estimates.max())]
    if data.whole is not None:
        ends.append(data.whole[0])
    x = widened(min(ends), max(ends), 0.04)
    return x, (-3.0, 103.0)


@style.styled
def draw(data: Gosh, ax: Axes) -> Axes:
    """Draw every subset as a dot, or as one of many in a hexagon."""
    x, y = limits(data)
    ax.set(xlim=x, ylim=y)
    if data.estimates.size <= MOST_DOTS:
        across = 5.0 if data.estimates.size <= 100 else 3.2
        for label, inside, held in groups(data):
            ax.plot(
                data.estimates[inside], data.I2[inside], SHAPES[held], color=COLORS[held], alpha=0.55,
                markersize=across * (0.9 if held else 1), markeredgewidth=0, zorder=3, gid=label, clip_on=False,
            )  # fmt: skip
    else:
        _cloud(data, ax)
    if data.whole is not None:
        ax.plot(
            *data.whole, "P", color=style.INK, markeredgecolor=style.PAPER, markersize=8, markeredgewidth=0.9, zorder=6,
            gid="whole", clip_on=False,
        )  # fmt: skip
    put_axis(ax, "x", data.measure, log=data.log)
    ax.set_yticks([0, 25, 50, 75, 100])
    ax.set_ylabel(data.unit)
    return ax


def hexagons(data: Gosh, ax: Axes) -> tuple[Numbers, Numbers, PolyCollection]:
    """Draw the hexagons that hold a subset and return how many each holds and the share with the chosen study.

    Parameters
    ----------
    data
        The subsets.
    ax
        Axes whose limits are set.
    """
    width, height = ax.get_window_extent().size
    rows = max(8, round(COLUMNS * height / width / math.sqrt(3)))
    held = np.zeros(data.estimates.size) if data.holds is None else data.holds.astype(np.float64)
    options: dict[str, Any] = {
        "gridsize": (COLUMNS, rows), "extent": (*ax.get_xlim(), *ax.get_ylim()), "mincnt": 1, "linewidths": 0,
    }  # fmt: skip
    shares = ax.hexbin(data.estimates, data.I2, C=held, reduce_C_function=np.mean, **options)
    shares.remove()
    cells = ax.hexbin(data.estimates, data.I2, **options, zorder=3, gid="subsets")
    return (
        np.asarray(cells.get_array(), dtype=np.float64),
        np.asarray(shares.get_array(), dtype=np.float64),
        cells,
    )


def _cloud(data: Gosh, ax: Axes) -> None:
    """Draw hexagons whose depth follows the number of subsets and whose hue follows the share with the chosen study."""
    x, y = ax.get_xlim(), ax.get_ylim()
    count, share, cells = hexagons(data, ax)
    depth = np.log1p(count) / math.log1p(count.max())
    cold, warm = (np.array(to_rgb(COLORS[held])) for held in (False, True))
    colors = np.column_stack([cold + share[:, None] * (warm - cold), FAINTEST + (1 - FAINTEST) * depth])
    cells.set_array(None)
    cells.set_facecolor([tuple(color) for color in colors])
    cells.set_edgecolor("none")
    ax.set(xlim=x, ylim=y)


def histograms(data: Gosh) -> list[tuple[str, bool, tuple[Numbers, Numbers], tuple[Numbers, Numbers]]]:
    """Return name and kind of each group with the counts and edges of its bins of estimate and of I²."""
    x, y = limits(data)
    found = []
    for label, inside, held in groups(data):
        along = np.histogram(data.estimates[inside], bins=BINS, range=x)
        up = np.histogram(data.I2[inside], bins=BINS, range=y)
        found.append(
            (label, held, (along[0].astype(np.float64), along[1]), (up[0].astype(np.float64), up[1]))
        )
    return found


def _margins(data: Gosh, top: Axes, right: Axes) -> None:
    """Draw the histograms of estimate and I² on their sides."""
    x, y = limits(data)
    bins = histograms(data)
    sides: tuple[Literal["vertical"], Literal["horizontal"]] = ("vertical", "horizontal")
    for label, held, along, up in bins:
        for ax, (count, edges), turn in ((top, along, sides[0]), (right, up, sides[1])):
            for fill, alpha in ((True, 0.22), (False, 1.0)):
                ax.stairs(
                    count, edges, orientation=turn, fill=fill, color=COLORS[held], alpha=alpha, linewidth=0 if fill else 0.9,
                    linestyle=(0, (3, 1)) if held else "-", gid=None if fill else label,
                )  # fmt: skip
    top.set(xlim=x, ylim=(0, _highest([along for _, _, along, _ in bins])))
    most = _highest([up for _, _, _, up in bins])
    others = _highest([(up[0][2:], up[1]) for _, _, _, up in bins])
    cut = 0 < SPIKE * others < most
    right.set(ylim=y, xlim=(0, 1.3 * others if cut else most))
    if cut:  # many subsets without heterogeneity would flatten all others
        share = float((data.I2 <= 0).mean())
        right.text(
            1,
            0.045,
            f"{100 * share:.0f} % at 0",
            ha="right",
            va="bottom",
            size=style.SMALL,
            transform=right.transAxes,
        )
    for ax in (top, right):
        ax.axis("off")


def _highest(bins: list[tuple[Numbers, Numbers]]) -> float:
    return max(float(count.max()) for count, _ in bins)


def _legend(data: Gosh, ax: Axes) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=COLORS[held],
            marker=SHAPES[held],
            markersize=5,
            markeredgewidth=0,
            linestyle="none",
            label=f"{elide(label, NAME_WIDTH, style.SMALL)} ({int(inside.sum()):,})",
        )
        for label, inside, held in groups(data)
    ]
    if data.whole is not None:
        handles.append(
            Line2D(
                [],
                [],
                color=style.INK,
                marker="P",
                markersize=7,
                markeredgewidth=0,
                linestyle="none",
                label="all rows",
            )
        )
    ax.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 0), ncols=3, borderaxespad=0, handletextpad=0.1
    )


@style.styled
def figure(data: Gosh) -> Figure:
    """Return the figure at print size."""
    if not data.estimates.size:
        return style.empty_figure(alt_text(data))
    fig = style.new_figure(HEIGHT)
    left, bottom, head = 48.0, 36.0, 16.0
    width = style.WIDTH - left - SIDE - GAP - 4
    height = HEIGHT - bottom - SIDE - GAP - head
    ax = style.place(fig, left, bottom, width, height)
    draw(data, ax)
    top = style.place(fig, left, bottom + height + GAP, width, SIDE)
    right = style.place(fig, left + width + GAP, bottom, SIDE, height)
    _margins(data, top, right)
    words = style.place(fig, left, HEIGHT - head, width, head)
    words.axis("off")
    _legend(data, words)
    return fig
