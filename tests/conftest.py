"""What the tests of all packages share: databases, a writable corpus, and the command line in this process."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

import medquant as front_door
from db.corpus import SHIPPED, read_corpus
from db.load import load_corpus
from db.schema import upgrade_schema
from db.session import open_database


@dataclass(frozen=True)
class Outcome:
    """What a command line gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Medquant = Callable[..., Outcome]


@pytest.fixture
def medquant(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Medquant:
    """Run `medquant` in this process with the words given; no address or name comes from the environment."""
    monkeypatch.delenv("MEDQUANT_DB", raising=False)
    monkeypatch.setenv("MEDQUANT_ACTOR", "tester")

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        try:
            code = front_door.main([str(word) for word in words])
        except SystemExit as leaving:  # argparse: help, or wrong usage
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture(scope="session")
def _empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "medquant.db"
    upgrade_schema(open_database(str(path), create=True))
    return path


@pytest.fixture(scope="session")
def _loaded_file(tmp_path_factory: pytest.TempPathFactory, _empty_file: Path) -> Path:
    path = Path(shutil.copy(_empty_file, tmp_path_factory.mktemp("loaded") / "medquant.db"))
    load_corpus(open_database(str(path)), read_corpus(SHIPPED), actor="loader")
    return path


@pytest.fixture
def fresh_db(tmp_path: Path, _empty_file: Path) -> Engine:
    """Open an empty database of the newest schema, a file of its own."""
    return open_database(str(shutil.copy(_empty_file, tmp_path / "fresh.db")))


@pytest.fixture
def seeded_db(tmp_path: Path, _loaded_file: Path) -> Engine:
    """Open a database with the shipped corpus, a file of its own."""
    return open_database(str(shutil.copy(_loaded_file, tmp_path / "seeded.db")))


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    """Make a writable copy of the shipped corpus."""
    target = tmp_path / "corpus"
    target.mkdir()
    for source in SHIPPED.iterdir():
        (target / source.name).write_bytes(source.read_bytes())
    return target
