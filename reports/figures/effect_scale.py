"""Effects in words and on axes, whatever their scale: differences and log ratios from 1e-16 to 1e16."""

import math
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from reports.figures.measure import elide
from reports.figures.scale import ratio_ticks
from reports.figures.style import TEXT, styled
from reports.figures.words import ratio, signed

Side = Literal["x", "y"]
WIDEST_LOG: Final = 250.0
"""Natural logarithms beyond this are not printed as ratios: no reader can take them in, and soon no double."""
NARROW_LOG: Final = 1e-6
_RAISED: Final = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


def said(value: float, *, log: bool = False) -> str:
    """Return an effect as a sentence gives it: two decimals with sign, a ratio, or three figures with an exponent.

    Parameters
    ----------
    value
        Finite effect; a natural logarithm where `log`.
    log
        Whether it is told as the ratio that it is the logarithm of.
    """
    if log and abs(value) <= WIDEST_LOG:
        return ratio(math.exp(value)) if 1e-4 <= math.exp(value) < 1e6 else f"{math.exp(value):.3g}"
    size = abs(value)
    if size == 0 or 0.1 <= size < 1e5:
        return signed(value)
    if 1e-4 <= size < 0.1:
        return signed(value, 1 - math.floor(math.log10(size)))
    return f"{value:+.2e}".replace("-", "−")


def plain(value: float) -> str:
    """Return a number without sign for what cannot be negative, such as a standard error: three figures.

    Parameters
    ----------
    value
        Finite number.
    """
    return f"{value:.3g}".replace("-", "−")


def widened(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """Return limits with a margin; where both are the same number, with that number in the middle.

    Parameters
    ----------
    low, high
        Finite, low ≤ high.
    share
        Margin at each end, as a share of the span.

    Notes
    -----
    A span below rounding (1e-9 of the numbers themselves) counts as none: no axis could tell its ticks apart.
    """
    size = max(abs(low), abs(high))
    if high - low <= 1e-9 * size or high == low:
        half = 0.5 * size or 0.5
        middle = low / 2 + high / 2
        return middle - half, middle + half
    margin = share * (high - low)
    return low - margin, high + margin


def ticks(low: float, high: float, most: int = 6) -> tuple[list[float], list[str], str]:
    """Return round numbers between two limits, their labels, and what the labels leave out ("× 10⁻⁸", "+ 1e+06" or "").

    Parameters
    ----------
    low, high
        Limits of the axis, low < high.
    most
        Number of steps at most.
    """
    found = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    inside = [float(tick) for tick in found if low - slack <= tick <= high + slack]
    writer = ScalarFormatter(useMathText=False)
    writer.set_powerlimits((-3, 5))
    writer.create_dummy_axis()
    assert writer.axis is not None  # noqa: S101 - just made; for the type checker
    writer.axis.set_view_interval(low, high)
    labels = writer.format_ticks(inside)
    return inside, [label.strip() for label in labels], _left_out(writer.get_offset())


def _left_out(offset: str) -> str:
    """Turn matplotlib's "1e−8", "+1e6" or "1e-8+5" into words of an axis."""
    if not offset:
        return ""
    at = max(offset.rfind("+"), offset.rfind("−", 1) if offset[0] not in "−+" else 0)
    power, shift = (offset[:at], offset[at:]) if at > 0 and offset[at - 1] != "e" else (offset, "")
    if power[0] in "+−-":
        power, shift = "", offset
    words = []
    if power:
        words.append(f"× 10{power.removeprefix('1e').translate(_RAISED)}")
    if shift:
        words.append(f"{shift[0].replace('-', '−')} {shift[1:]}")
    return ", ".join(words)


def _log_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]] | None:
    """Return ticks at round ratios, or None where the axis is so wide or narrow that ratios tell nothing."""
    if max(abs(low), abs(high)) > WIDEST_LOG or high - low < NARROW_LOG:
        return None
    ratios = ratio_ticks(low, high, most)
    if len(ratios) >= 3 or high - low > 3:
        return [math.log(r) for r in ratios], [f"{r:g}" for r in ratios]
    at, labels, left_out = ticks(math.exp(low), math.exp(high), most)
    return None if left_out else ([math.log(r) for r in at], labels)


@styled
def put_axis(ax: Axes, side: Side, name: str, *, log: bool = False, most: int = 6) -> None:
    """Write ticks and name on one axis of axes whose limits are set.

    Parameters
    ----------
    ax
        The axes.
    side
        "x" or "y".
    name
        What the axis shows; a power of ten that the ticks leave out is added.
    log
        Whether the axis is in natural logarithms, labelled with the ratios.
    most
        Number of steps at most.
    """
    low, high = sorted(ax.get_xlim() if side == "x" else ax.get_ylim())
    found = _log_ticks(low, high, most) if log else None
    if found is None:
        at, labels, left_out = ticks(low, high, most)
        extra = ", ".join(part for part in ("natural logarithm" if log else "", left_out) if part)
        name = f"{name} ({extra})" if extra else name
    else:
        at, labels = found
    frame = ax.get_window_extent()
    if side == "x":
        ax.set_xticks(at, labels)
        ax.set_xlabel(elide(name, frame.width, TEXT))
    else:
        ax.set_yticks(at, labels)
        ax.set_ylabel(elide(name, frame.height, TEXT))
    ax.minorticks_off()
