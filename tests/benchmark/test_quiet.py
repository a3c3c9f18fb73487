"""Quiet sends what is printed, even past Python, to a log file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.quiet import quiet


def test_prints_from_python_and_from_below_it_land_in_the_log_in_order(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.txt"
    print("before", flush=True)
    with quiet(log):
        print("from python", flush=True)
        os.write(1, b"from below\n")
        os.write(2, b"an error from below\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    print("after", flush=True)
    assert capfd.readouterr().out == "before\nafter\n"
    assert log.read_text() == "from python\nfrom below\nan error from below\nfrom a child\n"


def test_a_log_is_continued_not_overwritten(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("first\n")
    with quiet(log):
        os.write(1, b"second\n")
    assert log.read_text() == "first\nsecond\n"


def test_after_an_error_the_terminal_is_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), quiet(tmp_path / "log.txt"):
        raise ValueError("inside")
    os.write(1, b"heard\n")
    assert capfd.readouterr().out == "heard\n"


def test_a_log_that_cannot_be_opened_leaves_the_terminal_as_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FileNotFoundError), quiet(tmp_path / "nowhere" / "log.txt"):
        pass
    os.write(1, b"heard\n")
    assert capfd.readouterr().out == "heard\n"


def test_no_descriptor_stays_open() -> None:
    before = os.dup(1)
    os.close(before)
    for _ in range(5):
        with quiet():
            os.write(1, b"unheard\n")
    after = os.dup(1)
    os.close(after)
    assert after == before
