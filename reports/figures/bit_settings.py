"""Bits and granularity on the same networks: every network a point, the mean of each setting with its interval."""

from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.words import counted, tick_label

LINEAR: Final = 1.0
"""Within one percentage point the axis is linear; beyond it is logarithmic, so that collapse and noise both show."""
TICKS: Final = (-100, -30, -10, -3, -1, -0.5, 0, 0.5, 1, 3, 10, 30)
GOLDEN: Final = 0.6180339887


@dataclass(frozen=True)
class BitSetting:
    """One setting: bits such as "W8A8", a granularity, the change of each network, and their mean with its interval."""

    bits: str
    granularity: str
    changes: tuple[float, ...]
    mean: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class BitSettings:
    """The settings in their order, the score in question, and the study group that tried them."""

    settings: tuple[BitSetting, ...]
    outcome: str
    group: str
    level: float = 95.0


def alt_text(data: BitSettings) -> str:
    """Describe the figure from its numbers."""
    told = [
        f"{s.bits} {s.granularity}: {counted(len(s.changes), 'network')}, mean {s.mean:.2f}, from {min(s.changes):.2f} to "
        f"{max(s.changes):.2f}"
        for s in data.settings
    ]
    return (
        f"Change of {data.outcome} in percentage points by bits and granularity inside {data.group}. "
        f"{'. '.join(told)}."
    )


@style.styled
def draw(data: BitSettings, ax: Axes) -> Axes:
    """Draw a point a network, and the mean of each setting with its confidence interval."""
    widths = tuple(dict.fromkeys(s.bits for s in data.settings))
    looks = style.looks(widths)
    ax.axhline(0, color=style.INK, linewidth=0.8, zorder=1)
    for place, s in enumerate(data.settings):
        look = looks[s.bits]
        x = [place - 0.12 + _aside(i) for i in range(len(s.changes))]
        ax.plot(
            x, s.changes, look.marker, color=look.color, markersize=4.4, alpha=0.85, markeredgecolor=style.PAPER,
            markeredgewidth=0.5, linestyle="none", zorder=3, gid="network",
            label=s.bits if s is next(one for one in data.settings if one.bits == s.bits) else None,
        )  # fmt: skip
        ax.vlines(place + 0.34, s.ci_low, s.ci_high, color=style.INK, linewidth=1.6, zorder=4)
        ax.plot(place + 0.34, s.mean, "D", color=style.INK, markersize=4.6, zorder=5, gid="mean")
    ax.plot([], [], "D", color=style.INK, markersize=4.6, label=f"mean with {data.level:g} % CI")
    ax.set_yscale("symlog", linthresh=LINEAR)
    values = [v for s in data.settings for v in (*s.changes, s.ci_low, s.ci_high)]
    low, high = min(min(values) * 1.25, -1.2), max(max(values) * 1.25, 0.3)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_yticks(ticks, [tick_label(tick) for tick in ticks])
    ax.set_ylim(low, high)
    ax.minorticks_off()
    ax.grid(axis="y")
    ax.set_xlim(-0.6, len(data.settings) - 0.4)
    ax.set_xticks(range(len(data.settings)), [f"{s.bits}\n{s.granularity}" for s in data.settings])
    ax.tick_params(axis="x", length=0, labelsize=style.TEXT)
    ax.set(xlabel="", ylabel=f"change of {data.outcome}, points")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(widths) + 1, title=None)
    return ax


def _aside(place: int) -> float:
    """Return a sideways shift that spreads neighbours evenly and is the same in every build."""
    return ((place * GOLDEN) % 1 - 0.5) * 0.55


@style.styled
def figure(data: BitSettings) -> Figure:
    """Return the figure at print size."""
    fig = style.new_figure(220.0)
    draw(data, style.place(fig, 48, 34, style.WIDTH - 54, 160))
    return fig
