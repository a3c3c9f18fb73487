"""The cache: made once, whole or not at all, one maker at a time."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from benchmark.cache import cache_folder, content_key, made_once
from db.errors import MedquantError


def _write(folder: Path) -> None:
    (folder / "value").write_text("made")


def test_equal_parts_have_one_key_whatever_their_order() -> None:
    assert content_key({"a": 1, "b": [1, 2]}) == content_key({"b": [1, 2], "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})


def test_what_is_made_is_made_once(tmp_path: Path) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> None:
        calls.append(folder)
        _write(folder)

    first, fresh = made_once(tmp_path, "things", {"seed": 0}, make)
    again, made_again = made_once(tmp_path, "things", {"seed": 0}, make)
    other, _ = made_once(tmp_path, "things", {"seed": 1}, make)
    assert (first, fresh, made_again, len(calls)) == (again, True, False, 2)
    assert other != first
    assert (first / "value").read_text() == "made"


def test_what_fails_in_the_making_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        _write(folder)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        made_once(tmp_path, "things", {}, fail)
    folder, fresh = made_once(tmp_path, "things", {}, _write)
    assert fresh
    assert sorted(path.name for path in folder.iterdir()) == ["parts.json", "value"]


def _slow_maker(root: Path, started: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "half").write_text("half")
        started.touch()
        time.sleep(60)

    made_once(root, "things", {}, make)


def test_a_killed_maker_is_followed_by_the_next(tmp_path: Path) -> None:
    started = tmp_path / "started"
    process = multiprocessing.get_context("fork").Process(target=_slow_maker, args=(tmp_path, started))
    process.start()
    while not started.exists():
        time.sleep(0.01)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    folder, fresh = made_once(tmp_path, "things", {}, _write)
    assert fresh
    assert not (folder / "half").exists()


def _counting_maker(root: Path, log: Path) -> None:
    def make(folder: Path) -> None:
        with log.open("a") as file:
            file.write("made\n")
        time.sleep(0.2)
        _write(folder)

    made_once(root, "things", {}, make)


def test_two_processes_that_want_the_same_make_it_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_counting_maker, args=(tmp_path, log)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert log.read_text() == "made\n"


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MedquantError, match="MEDQUANT_CACHE"):
        made_once(tmp_path / "file", "things", {}, _write)


def test_the_folder_is_named_by_flag_then_environment_then_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDQUANT_CACHE", str(tmp_path / "named"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache_folder(tmp_path) == tmp_path
    assert cache_folder() == tmp_path / "named"
    monkeypatch.delenv("MEDQUANT_CACHE")
    assert cache_folder() == tmp_path / "user" / "medquant"
