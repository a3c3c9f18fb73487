"""Long work with words: what is done, for how long, and about how long it will still take."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.element import Element

SHOW_AFTER = 0.4
"""Seconds before anything is said: short work needs no words."""


class Pace:
    """How fast this machine does each kind of work, learnt from the last time.

    Parameters
    ----------
    first
        Units a second of each kind before anything is known.
    """

    def __init__(self, **first: float) -> None:
        self._rates = dict(first)

    def expected(self, kind: str, amount: float) -> float:
        """Return about how many seconds a work takes."""
        return amount / self._rates[kind]

    def learn(self, kind: str, amount: float, seconds: float) -> None:
        """Note how long a work took; what was over at once teaches nothing."""
        if seconds > SHOW_AFTER and amount > 0:
            self._rates[kind] = amount / seconds


def time_left(passed: float, expected: float) -> str:
    """Return in words how long a work will still take."""
    left = expected - passed
    if left <= 0:
        return "longer than expected, but still at work" if passed > 5 else ""
    return f"about {left / 60:.0f} min left" if left >= 90 else f"about {max(1, round(left))} s left"


@contextmanager
def waiting(
    place: Element, words: Callable[[], str] | str, pace: Pace, kind: str, amount: float
) -> Iterator[None]:
    """Say in a place what is being done, until the block ends.

    Parameters
    ----------
    place
        Where the words stand; it is empty afterwards.
    words
        What is done.
    pace, kind, amount
        Tell how long it takes.
    """
    begun = time.monotonic()
    place.clear()
    with place:
        said = ui.label().classes("notice").props("role=status")
        said.set_visibility(False)

        def tell() -> None:
            passed = time.monotonic() - begun
            if passed < SHOW_AFTER:
                return
            said.set_visibility(True)
            told = words if isinstance(words, str) else words()
            parts = [f"{told}, {passed:.0f} s so far", time_left(passed, pace.expected(kind, amount))]
            said.text = "; ".join(part for part in parts if part) + "."

        timer = ui.timer(0.5, tell)
    try:
        yield
        pace.learn(kind, amount, time.monotonic() - begun)
    finally:
        timer.cancel()
        place.clear()
