"""How levels of risk and concern look in every figure: a colour, a symbol and a hatch each, so that none hangs on colour alone."""

from dataclasses import dataclass
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from reports.figures import style
from reports.figures.measure import text_width

Level = Literal["low", "unclear", "high", "open", "none"]
RADIUS: Final = 5.4


@dataclass(frozen=True)
class LevelLook:
    """Symbol, colour of the ground, hatch of a bar, and words of a level."""

    symbol: str
    color: str
    hatch: str
    words: str


LOOKS: Final[dict[Level, LevelLook]] = {
    "low": LevelLook("+", style.GREEN, "", "low"),
    "unclear": LevelLook("?", style.AMBER, "//", "unclear"),
    "high": LevelLook("−", style.VERMILLION, "xx", "high"),
    "open": LevelLook("≠", style.PURPLE, "--", "appraisers differ"),
    "none": LevelLook("", style.GRID, "", "not judged"),
}


def draw_light(page: Axes, x: float, y: float, level: Level) -> None:
    """Draw one level as a disc with its symbol; what is not judged is an empty ring.

    Parameters
    ----------
    page
        Axes whose units are points.
    x, y
        Centre of the disc.
    level
        The level.
    """
    look = LOOKS[level]
    judged = level != "none"
    page.add_patch(
        Circle(
            (x, y),
            RADIUS,
            facecolor=look.color if judged else "none",
            edgecolor=look.color if judged else style.MUTED,
            linewidth=0.6,
            linestyle="-" if judged else ":",
        )
    )
    if look.symbol:
        page.text(
            x,
            y,
            look.symbol,
            ha="center",
            va="center_baseline",
            size=style.TITLE,
            weight="bold",
            color=style.ON_HUE,
        )


def draw_key(page: Axes, left: float, y: float, levels: set[Level]) -> None:
    """Draw the key of the levels that occur, in one line."""
    for level, look in LOOKS.items():
        if level not in levels:
            continue
        draw_light(page, left + RADIUS + 0.6, y, level)
        page.text(left + 2 * RADIUS + 4, y, look.words, va="center_baseline", size=style.SMALL)
        left += 2 * RADIUS + 4 + text_width(look.words, style.SMALL) + 14
