"""How long each stage of a run took, read off its progress."""

import time

from benchmark.arms import Progress


class Stopwatch:
    """A `Progress` that passes everything on and adds up the seconds between one stage's first word and the next's."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage = "beginning"
        self._since = time.monotonic()
        self._seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Pass a step on; the time until now belongs to the stage that was told last."""
        self._stop()
        self._stage = stage
        self._progress(stage, done, total)

    def _stop(self) -> None:
        now = time.monotonic()
        self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._since
        self._since = now

    def seconds(self) -> dict[str, float]:
        """Return the seconds of each stage until now, in the order in which the stages began."""
        self._stop()
        return {stage: round(seconds, 2) for stage, seconds in self._seconds.items()}
