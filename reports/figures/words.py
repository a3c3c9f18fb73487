"""Small phrases that alternative texts share."""

from collections.abc import Sequence


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun in the right number, such as `1 study` or `3 studies`."""
    if n == 1:
        return f"1 {noun}"
    if plural is None:
        plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{n:,} {plural}"


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: commas, and `and` before the last."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign, a true minus, and no negative zero."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        text = text[1:]
    return text.replace("-", "−")


def tick_label(value: float) -> str:
    """Return a difference at a tick: as few figures as it has, with its sign, a true minus, and a bare zero."""
    return f"{value:+g}".replace("-", "−") if value else "0"


def ratio(value: float) -> str:
    """Return a ratio with two significant figures at least and no exponent, such as 0.25, 0.031 or 12."""
    if value >= 99.95:
        return f"{value:,.0f}"
    if value >= 9.995:
        return f"{value:.1f}"
    if value >= 0.0995:
        return f"{value:.2f}"
    return f"{value:.2g}" if value >= 0.0001 else f"{value:.0e}"
