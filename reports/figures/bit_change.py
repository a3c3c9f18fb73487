"""Change by bit width: what the scores of clean contrasts lose at 16, 8 and fewer bits of the weights."""

from dataclasses import dataclass
from statistics import median
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.words import counted

EMPTY: Final = "No clean contrast with a change of score to show."
LINEAR: Final = 1.0
"""Within one percentage point the axis is linear; beyond it is logarithmic, so that collapse and noise both show."""
TICKS: Final = (-80, -30, -10, -3, -1, 0, 1, 3, 10, 30)
GOLDEN: Final = 0.6180339887


@dataclass(frozen=True)
class BitChange:
    """One effect: the class of its bit width, the study, the score, the change in percentage points.

    `measured` effects come from our own runs and stand beside the reported ones.
    """

    bits: str
    study: str
    outcome: str
    change: float
    measured: bool = False


@dataclass(frozen=True)
class BitChanges:
    """The effects and the order of the bit-width classes and of the scores."""

    effects: tuple[BitChange, ...]
    classes: tuple[str, ...]
    outcomes: tuple[str, ...]

    @property
    def reported(self) -> tuple[BitChange, ...]:
        """The effects that studies report: these alone are counted and summed up."""
        return tuple(effect for effect in self.effects if not effect.measured)

    @property
    def measured(self) -> tuple[BitChange, ...]:
        """The effects of our own runs."""
        return tuple(effect for effect in self.effects if effect.measured)


def table(data: BitChanges) -> pd.DataFrame:
    """Return the spread of the changes in each class and score, with studies counted."""
    rows = []
    for bits in data.classes:
        for outcome in data.outcomes:
            for origin, effects in (("reported", data.reported), ("measured", data.measured)):
                its = [e for e in effects if (e.bits, e.outcome) == (bits, outcome)]
                if its:
                    values = [e.change for e in its]
                    sources = len({e.study for e in its})
                    spread = (min(values), median(values), max(values))
                    rows.append((bits, outcome, origin, len(its), sources, *spread))
    columns = [
        "bits of the weights", "score", "origin", "contrasts", "studies or cases", "lowest", "median", "highest"
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def alt_text(data: BitChanges) -> str:
    """Describe the figure from its numbers."""
    if not data.effects:
        return EMPTY
    sentences = []
    for bits in data.classes:
        values = [e.change for e in data.reported if e.bits == bits]
        if values:
            sentences.append(
                f"{bits}: {counted(len(values), 'contrast')}, median change {median(values):.2f}, "
                f"from {min(values):.2f} to {max(values):.2f} percentage points"
            )
    for bits in data.classes:
        values = [e.change for e in data.measured if e.bits == bits]
        if values:
            sentences.append(
                f"Measured, {bits}: {counted(len(values), 'contrast')}, from {min(values):.2f} to {max(values):.2f}"
            )
    return "Change of score by bit width of the weights. " + ". ".join(sentences) + "."


@style.styled
def draw(data: BitChanges, ax: Axes) -> Axes:
    """Draw a point an effect, spread sideways within its class, and a bar at the median of each class."""
    import seaborn as sns

    looks = style.looks(data.outcomes)
    frame = pd.DataFrame(
        [
            (data.classes.index(bits) + _aside(place), effect.change, effect.outcome)
            for bits in data.classes
            for place, effect in enumerate(
                sorted((e for e in data.reported if e.bits == bits), key=lambda e: e.change)
            )
        ],
        columns=["class", "change", "score"],
    )
    sns.scatterplot(
        data=frame,
        x="class",
        y="change",
        hue="score",
        style="score",
        hue_order=list(data.outcomes),
        style_order=list(data.outcomes),
        palette={outcome: looks[outcome].color for outcome in data.outcomes},
        markers={outcome: looks[outcome].marker for outcome in data.outcomes},
        s=20,
        alpha=0.85,
        edgecolor=style.PAPER,
        linewidth=0.5,
        ax=ax,
        zorder=3,
    )
    ax.axhline(0, color=style.INK, linewidth=0.8, zorder=1)
    _draw_measured(data, ax)
    for place, bits in enumerate(data.classes):
        values = [e.change for e in data.reported if e.bits == bits]
        if values:
            ax.hlines(median(values), place - 0.38, place + 0.38, color=style.INK, linewidth=2, zorder=4)
    ax.set_yscale("symlog", linthresh=LINEAR)
    changes = [effect.change for effect in data.effects]
    low, high = min(0.0, *changes), max(0.0, *changes)
    low, high = min(low * 1.25, -1.2), max(high * 1.25, 1.2)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_yticks(ticks, [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in ticks])
    ax.set_ylim(low, high)
    ax.minorticks_off()
    ax.grid(axis="y")
    ax.set_xlim(-0.5, len(data.classes) - 0.5)
    labels = [
        f"{bits}\n{counted(sum(e.bits == bits for e in data.reported), 'contrast')}{_also(data, bits)}"
        for bits in data.classes
    ]
    ax.set_xticks(range(len(data.classes)), labels)
    ax.tick_params(axis="x", length=0, labelsize=style.TEXT)
    ax.set(xlabel="", ylabel="change of score, percentage points")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(data.outcomes) + bool(data.measured), title=None
    )
    return ax


def _also(data: BitChanges, bits: str) -> str:
    n = sum(e.bits == bits for e in data.measured)
    return f" + {n} measured" if n else ""


def _draw_measured(data: BitChanges, ax: Axes) -> None:
    """Draw measured effects hollow and larger, so that no reader takes them for reported ones."""
    looks = style.looks(data.outcomes)
    for place, bits in enumerate(data.classes):
        its = sorted((e for e in data.measured if e.bits == bits), key=lambda e: e.change)
        for number, effect in enumerate(its):
            look = looks[effect.outcome]
            ax.plot(
                place + _aside(number), effect.change, look.marker, color=style.PAPER, markeredgecolor=look.color,
                markeredgewidth=1.4, markersize=6.4, zorder=4, gid="measured",
            )  # fmt: skip
    if data.measured:
        ax.plot(
            [], [], "o", color=style.PAPER, markeredgecolor=style.INK, markeredgewidth=1.4, markersize=6,
            label="hollow: measured",
        )  # fmt: skip


def _aside(place: int) -> float:
    """Return a sideways shift that spreads neighbours evenly and is the same in every build."""
    return ((place * GOLDEN) % 1 - 0.5) * 0.7


@style.styled
def figure(data: BitChanges) -> Figure:
    """Return the figure at print size."""
    if not data.effects:
        return style.empty_figure(EMPTY)
    fig = style.new_figure(250.0)
    draw(data, style.place(fig, 48, 34, style.WIDTH - 54, 190))
    return fig
