"""Numbers in words: how counts, changes and intervals read in a sentence."""

import math

from db.vocabulary import Measure
from review.meta.result import Coefficient

MINUS = "−"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return "1 study", "93 studies"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """Return a share as whole percent."""
    return f"{100 * part / whole:.0f} %" if whole else "none"


def signed(value: float, digits: int = 2) -> str:
    """Return a number with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", MINUS)


def effect_words(value: float, measure: Measure) -> str:
    """Return an effect for people: percentage points, or a ratio."""
    if measure == Measure.DIFFERENCE:
        return f"{'+' if value > 0 else ''}{signed(value)}"
    return f"{math.exp(value):.2f}"


def interval_words(low: float, high: float, measure: Measure) -> str:
    """Return the limits of an interval for people."""
    return f"{effect_words(low, measure)} to {effect_words(high, measure)}"


def pooled_words(effect: Coefficient, level: float, measure: Measure) -> str:
    """Return an estimate with its unit and its interval."""
    unit = " percentage points" if measure == Measure.DIFFERENCE else " times the baseline"
    return f"{effect_words(effect.estimate, measure)}{unit} ({limits_words(effect, level, measure)})"


def limits_words(effect: Coefficient, level: float, measure: Measure) -> str:
    """Return the confidence interval of an estimate, with its level."""
    return f"{level:g} % CI {interval_words(effect.ci_low, effect.ci_high, measure)}"


def unbroken(words: str) -> str:
    """Return words that no line break may part, for a narrow column."""
    return words.replace(" ", "\u00a0")


def p_words(p: float) -> str:
    """Return a p-value as it is told: "p = 0.046", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(items: list[str]) -> str:
    """Return "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
