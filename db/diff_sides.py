"""The sides of a comparison: a folder of a release, the database now, or the database as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, select

from db.codebook.codebook import SHIPPED as SHIPPED_CODEBOOK
from db.corpus import read_corpus
from db.csvfile import CsvFile, parse_csv, read_csv
from db.diff import FILES_BY_NAME, State
from db.diff_past import is_moment, last_change, past_database
from db.errors import MedquantError, shown
from db.export import export_files
from db.load import load_corpus
from db.models.tables import Release
from db.schema import open_current, upgrade_schema
from db.session import open_database, reading

NOW = "now"
MOST_BYTES = 500_000_000
"""A file of a folder that is larger than this is not read."""
ALLOWED = (
    f"allowed: the folder of a release, {NOW}, a date such as 2026-11-20 or 2026-11-20T12:30Z, or the name of a release "
    "that the database was loaded with"
)


def read_state(words: str, db: str | None) -> State:
    """Return one side of a comparison.

    Parameters
    ----------
    words
        A folder, `now`, a date or moment, or the name of a loaded release.
    db
        The database, as in `db.session.database_url`; a folder needs none.

    Raises
    ------
    MedquantError
        If the words name nothing, or what they name cannot be read.
    """
    if is_folder(words):
        return folder_state(Path(words))
    with _recorded(words, db) as engine, reading(engine) as connection:
        return database_state(connection, words)


@contextmanager
def opened(words: str, db: str | None) -> Iterator[Engine]:
    """Give a database with one side of a comparison; a folder, or a state of the past, is loaded into a temporary one."""
    if not is_folder(words):
        with _recorded(words, db) as engine:
            yield engine
        return
    with loaded(Path(words)) as engine:
        yield engine


@contextmanager
def loaded(folder: Path) -> Iterator[Engine]:
    """Give a temporary database with the corpus of a folder."""
    corpus = read_corpus(folder)
    with TemporaryDirectory(prefix="medquant") as temporary:
        engine = open_database(str(Path(temporary) / "release.db"), create=True)
        upgrade_schema(engine)
        load_corpus(engine, corpus, actor="comparison")
        yield engine


def is_folder(words: str) -> bool:
    """Return whether words name a folder; `now` and a date never do (write ./now for such a folder)."""
    return words not in ("", NOW) and not is_moment(words) and "\0" not in words and Path(words).is_dir()


@contextmanager
def _recorded(words: str, db: str | None) -> Iterator[Engine]:
    """Give a database with what the history recorded: the database itself, or a temporary one of an earlier state."""
    if words != NOW and not is_moment(words) and "/" in words:
        raise MedquantError(f"{shown(words)} is no folder; {ALLOWED}")
    engine = open_current(db)
    if words == NOW:
        yield engine
        return
    with TemporaryDirectory(prefix="medquant") as temporary:
        with reading(engine) as connection:
            past = past_database(connection, _last_of(connection, words), Path(temporary) / "past.db")
        yield past


def _last_of(connection: Connection, words: str) -> int:
    if is_moment(words):
        return last_change(connection, words)
    known = connection.execute(select(Release.name, Release.history_id).order_by(Release.id)).all()
    ends = dict(known)
    if words not in ends:
        names = f" ({', '.join(dict.fromkeys(ends))})" if ends else ""
        raise MedquantError(f"{shown(words)} is nothing to compare; {ALLOWED}{names}")
    return ends[words]


def database_state(connection: Connection, name: str) -> State:
    """Return the evidence of a database, its codebook included."""
    return files_state(name, export_files(connection))


def files_state(name: str, files: dict[str, bytes]) -> State:
    """Return the evidence of exported files; the shipped codebook stands in where they have none."""
    read = {file: parse_csv(file, content) for file, content in files.items() if file in FILES_BY_NAME}
    return State(name, _shipped_codebook() | read)


def folder_state(folder: Path) -> State:
    """Return the evidence of a folder; a file of another version of medquant may have other columns.

    Raises
    ------
    MedquantError, DataError
        If the folder is no corpus, or a file is too large or no clean CSV.
    """
    files: dict[str, CsvFile] = {}
    for name in FILES_BY_NAME:
        path = folder / name
        if not path.is_file():
            continue
        if path.stat().st_size > MOST_BYTES:
            raise MedquantError(f"{path} is larger than {MOST_BYTES:,} bytes; it is no file of a corpus")
        files[name] = read_csv(path)
    if not any("/" not in name for name in files):
        raise MedquantError(
            f"{folder} holds no file of a corpus, such as records.csv; name the folder of a release"
        )
    return State(str(folder), _shipped_codebook() | files)


def _shipped_codebook() -> dict[str, CsvFile]:
    return {
        name: read_csv(SHIPPED_CODEBOOK / file.name)
        for name, file in FILES_BY_NAME.items()
        if name.startswith("codebook/")
    }
