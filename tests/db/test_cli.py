"""The command line of `medquant db`: help everywhere, the database after every verb, light until it works."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.cli import build
from db.session import place_of, writing
from medquant import PACKAGES

Medquant = Callable[..., Any]
HEAVY = ["sqlalchemy", "pandas", "numpy", "matplotlib", "alembic", "tensorflow", "scipy", "tqdm", "jinja2"]
VERBS = [
    "init", "upgrade", "load", "check", "export", "history", "status", "template", "acknowledge", "release", "diff",
]  # fmt: skip
ARGUMENTS: dict[str, list[str]] = {
    "export": ["out"], "template": ["out"], "acknowledge": ["as_printed", "*", "--reason", "because"],
    "release": ["2026.12", "--out", "frozen"], "diff": ["now"],
}  # fmt: skip


def _verbs() -> dict[str, argparse.ArgumentParser]:
    parser = argparse.ArgumentParser()
    build(parser)
    (verbs,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(verbs.choices)


def test_the_verbs_are_these() -> None:
    assert sorted(_verbs()) == sorted(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_names_the_database(medquant: Medquant, verb: str) -> None:
    done = medquant("db", verb, "--help")
    assert done.code == 0
    assert "--db URL" in done.out
    assert f"usage: medquant db {verb}" in done.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_the_database_after_it(
    seeded_db: Engine, medquant: Medquant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if verb == "acknowledge":  # the two shipped warnings are accepted already: take one back
        with writing(seeded_db, actor="a", reason="b") as connection:
            connection.execute(text("DELETE FROM acknowledgements"))
    done = medquant("db", verb, *ARGUMENTS.get(verb, []), "--db", place_of(seeded_db))
    assert (done.code, done.err) == (0, "")
    assert not (tmp_path / "medquant.db").exists()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["db", "--help"], ["db"], *(["db", verb, "--help"] for verb in VERBS)], ids=" ".join)  # fmt: skip
def test_nothing_heavy_is_imported_before_a_verb_works(words: list[str]) -> None:
    script = (
        "import sys, medquant\n"
        "try:\n    code = medquant.main(sys.argv[1:])\nexcept SystemExit as leaving:\n    code = leaving.code\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'imported: {heavy}' if heavy else code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_usage_is_exit_code_2(medquant: Medquant) -> None:
    assert medquant("db", "dance").code == 2
    assert medquant("db", "export").code == 2
    assert medquant("db", "acknowledge", "a", "b").code == 2  # a reason is needed


def test_the_front_door_knows_the_package() -> None:
    assert PACKAGES["db"][0] == "db.cli"


def test_init_makes_the_tables_once(medquant: Medquant, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    assert "made new" in medquant("db", "init", "--db", path).out
    assert "is up to date" in medquant("db", "init", "--db", path).out


def test_load_tells_what_it_did(medquant: Medquant, tiny_dir: Path, tmp_path: Path) -> None:
    first = medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db")
    assert first.out.startswith(f"{tmp_path / 'x.db'}: release tiny (")
    assert " inserted, 0 updated, 0 deleted\n" in first.out
    again = medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db")
    assert "rows: 0 inserted, 0 updated, 0 deleted\n" in again.out


def test_history_shows_the_life_of_a_row_for_people_and_programs(
    seeded_db: Engine, medquant: Medquant
) -> None:
    path = place_of(seeded_db)
    assert (
        medquant("db", "history", "--db", path).out
        == "no changes since the load (--all shows what the load wrote)\n"
    )
    with writing(seeded_db, actor="Ada", reason="misread") as connection:
        connection.execute(text("UPDATE records SET title = 'New', year = NULL WHERE record_id = 'r001'"))
    said = medquant("db", "history", "records", "r001", "--db", path).out
    assert "change 2  Ada: update records r001" in said
    assert "    year: 2025 -> (empty)" in said
    assert "    because: misread" in said
    insertion, change = json.loads(medquant("db", "history", "records", "r001", "--json", "--db", path).out)
    assert (insertion["action"], insertion["change"]) == ("insert", 1)
    assert list(change) == ["id", "change", "at", "actor", "reason", "action", "table", "key", "fields"]
    assert change["fields"]["year"] == {"old": 2025, "new": None}
    assert (
        len(json.loads(medquant("db", "history", "--all", "--limit", "5", "--json", "--db", path).out)) == 5
    )


def test_history_of_a_table_that_has_none(seeded_db: Engine, medquant: Medquant) -> None:
    done = medquant("db", "history", "recipes", "--db", place_of(seeded_db))
    assert done.code == 1
    assert done.err.startswith(
        "medquant: 'recipes' has no history; allowed: acknowledgements, adjudication_lookups"
    )


def test_output_into_a_closed_pipe_is_no_error(seeded_db: Engine) -> None:
    words = ["db", "history", "--all", "--limit", "0", "--db", place_of(seeded_db)]
    with subprocess.Popen(
        [sys.executable, "-m", "medquant", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 0
