"""Quiet: what a library prints, from Python or from C++, goes to a log file instead of the terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

STANDARD = (1, 2)
"""The file descriptors of standard output and standard error."""


@contextmanager
def quiet(log: Path | None = None) -> Iterator[None]:
    """Send everything that is printed inside to a file.

    Parameters
    ----------
    log
        The file that it is appended to; None throws it away.

    Notes
    -----
    TensorFlow and the TensorFlow Lite converter print from C++, past `sys.stdout`: only the file descriptors of
    the process see it. They belong to the whole process, so that other threads are silenced too; what they print
    lands in the log.
    """
    for printing in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):  # no stream, a closed one, a broken pipe
            printing.flush()
    with (log or Path(os.devnull)).open("a", buffering=1, encoding="utf-8") as stream:
        kept = [os.dup(number) for number in STANDARD]
        try:
            for number in STANDARD:
                os.dup2(stream.fileno(), number)
            with redirect_stdout(stream), redirect_stderr(stream):
                yield
        finally:
            for number, copy in zip(STANDARD, kept, strict=True):
                os.dup2(copy, number)
                os.close(copy)
