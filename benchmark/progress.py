"""Progress on the terminal: a bar with the time left, silent where nobody watches."""

import sys
from types import TracebackType
from typing import Any, TextIO


class Bar:
    """A `Progress` that shows the present stage; use it as a context, so that the bar goes away at the end."""

    def __init__(self, label: str = "", stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = stream
        self._stage = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        stream = self._stream or sys.stderr
        if not stream.isatty():
            return
        if stage != self._stage or self._bar is None:
            from tqdm import tqdm

            self.close()
            self._stage = stage
            self._bar = tqdm(
                desc=f"{self._label}{stage}",
                total=total or None,
                leave=False,
                file=stream,
                dynamic_ncols=True,
            )
        self._bar.total = total or None
        self._bar.n = done
        self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> "Bar":
        """Begin."""
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Take the bar away, whether all went well or not."""
        self.close()
