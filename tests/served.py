"""A server of the curation page in a process of its own, for the tests that visit it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from sqlalchemy import Engine

from db.session import open_database
from tests.slow_network import SlowNetwork

if TYPE_CHECKING:
    from playwright.sync_api import Page

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
DELAY = float(os.environ.get("MEDQUANT_TEST_DELAY", "0"))
"""Seconds that everything between a browser and a server takes each way; what a test takes for granted shows then."""


class Served:
    """A running `medquant review serve` on a database: a file of its own, or whatever `--db` takes."""

    def __init__(self, file: Path | str, *words: str) -> None:
        self.file, self.words = file, words
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start the server and wait until it says that it is open."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "medquant", "review", "serve", "--db", str(self.file)),
                *("--port", "0", "--no-browser", *self.words),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": ""},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.match(r"(http://\S+)/ is open", line)
        if found is None:
            self.process.kill()
            pytest.fail(f"the server did not open: {line}{self.process.communicate()[1]}")
        self.url = found[1]
        if DELAY:
            self.url = SlowNetwork(self.url, DELAY).url

    @property
    def engine(self) -> Engine:
        """The database, as another program sees it."""
        return open_database(str(self.file))

    def stop(self) -> str:
        """Stop the server as Ctrl-C does; return what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.communicate()[1]

    def kill(self) -> None:
        """Take the server away in the middle of whatever it does."""
        self.process.kill()
        self.process.communicate()


Serve = Callable[..., Served]
"""Start a server: words of its command line, and `prepare`, a function of the engine, before."""
Come = Callable[..., "Page"]
"""Let a person come: the server, a path, a name, and options of the browser."""
Check = Callable[["Page"], None]
"""Look at a page."""


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own: the browser's driver keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
