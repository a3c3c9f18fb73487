"""Freezing a release: the corpus as files, with everything that others need to check, cite and load it."""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from db.about import ABOUT, about_bytes
from db.check import check_database
from db.codebook.codebook import SHIPPED as SHIPPED_CODEBOOK
from db.codebook.codebook import codebook_from_database
from db.corpus import corpus_hash, read_corpus
from db.diff import FILES_BY_NAME, State, compare
from db.diff_past import past_database
from db.diff_sides import files_state, folder_state
from db.errors import MedquantError
from db.export import export_files, write_files
from db.history import HistoryEntry, read_history
from db.load import LOADER
from db.models.tables import History, Release
from db.printed import Severity
from db.release_changelog import FILE as CHANGELOG
from db.release_changelog import changelog_bytes
from db.release_citation import FILE as CITATION
from db.release_citation import citation_bytes
from db.release_crate import FILE as CRATE
from db.release_crate import SUMS, crate_bytes
from db.release_facts import Facts, authors_of, known_licence, named_release, renamed
from db.schema import schema_of
from db.session import reading
from db.template import DICTIONARY, data_dictionary

FACTS = "release.json"
MOST_FACTS, MOST_LOG = 1_000_000, 10_000_000
"""Files of a release before that have more bytes are none that were written here."""
_HEXADECIMAL_AND_BLANKS = 66


@dataclass(frozen=True)
class Wish:
    """What the one who freezes a release asks for; `since` is the folder of the release before."""

    name: str
    date: dt.date
    authors: Sequence[str] = ()
    by: str | None = None
    reason: str | None = None
    since: Path | None = None


def freeze(connection: Connection, folder: Path, wish: Wish) -> dict[str, bytes]:
    """Write a release into a new folder, whole or not at all, and return its files.

    Parameters
    ----------
    connection
        One consistent read of the database, which is not changed.
    folder
        Where the release is written; it must not exist, or be empty.
    wish
        Name, date and what else was asked for.

    Raises
    ------
    MedquantError
        If the folder holds something, the database has errors or no corpus, the name is taken by a release with other
        content, or licence or authors are not known.
    """
    name = named_release(wish.name)
    refuse_filled(folder)
    files = release_files(connection, wish, name)
    with new_folder(folder) as temporary:
        write_files(temporary, files)
        read_corpus(temporary)  # what is frozen can be loaded
    return files


def release_files(connection: Connection, wish: Wish, name: str) -> dict[str, bytes]:
    """Return the files of a release, by name; see `freeze`."""
    loaded = connection.execute(select(Release.__table__).order_by(Release.id.desc()).limit(1)).first()
    if loaded is None:
        raise MedquantError(
            "the database holds no corpus yet; `medquant db load` with the same --db fills it"
        )
    _refuse_errors(connection)
    exported = export_files(connection)
    _refuse_taken(connection, name, corpus_hash(exported))
    about = renamed(loaded.about or {}, name)
    before, entries, former = _before(connection, wish.since, loaded)
    facts = Facts(
        name=name,
        date=wish.date,
        title=about.get("title", f"Evidence of {loaded.name}"),
        licence=known_licence(about),
        authors=authors_of(about, wish.authors),
        about=about,
        schema=schema_of(connection) or "",
        previous=before.name.removeprefix("release "),
        by=wish.by,
        reason=wish.reason,
    )
    files = _corpus(connection, exported) | {ABOUT: about_bytes(about)}
    after = files_state(name, files)
    rows = {file: len(source.rows) for file, source in after.files.items()}
    counts = [(what, rows.get(f"{what}.csv", 0)) for what in ("records", "studies", "comparisons")]
    files |= {
        CITATION: citation_bytes(facts),
        CHANGELOG: changelog_bytes(facts, compare(before, after), entries, counts, former),
        FACTS: _facts_bytes(connection, facts, files, rows),
    }
    names = [*files, CRATE]
    files[CRATE] = crate_bytes(
        facts, files, sum(_HEXADECIMAL_AND_BLANKS + len(n.encode()) + 1 for n in names)
    )
    return files | {SUMS: sums_bytes(files)}


def _corpus(connection: Connection, exported: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the corpus with its codebook, even where that is the shipped one: it may change with medquant."""
    book = {name: (SHIPPED_CODEBOOK / Path(name).name).read_bytes() for name in FILES_BY_NAME if "/" in name}
    return {
        **book,
        **exported,
        DICTIONARY: data_dictionary(codebook_from_database(connection)).encode(),
    }


def _refuse_errors(connection: Connection) -> None:
    errors = [finding for finding in check_database(connection) if finding.severity == Severity.ERROR]
    if errors:
        first = errors[0]
        raise MedquantError(
            f"the database has {len(errors)} error(s), the first is {first.code} at {first.where}: {first.problem}; "
            f"{first.remedy} (`medquant db check` lists all), then freeze"
        )


def _refuse_taken(connection: Connection, name: str, content: str) -> None:
    taken = connection.scalars(select(Release.sha256).where(Release.name == name)).all()
    if taken and content not in taken:
        raise MedquantError(
            f"the database was loaded with a release {name} of other content; give this one another name"
        )


def _before(connection: Connection, since: Path | None, loaded: Any) -> tuple[State, list[HistoryEntry], str]:  # noqa: ANN401
    """Return the release before, the changes of the history since then, and its changelog."""
    if since is None:
        with tempfile.TemporaryDirectory(prefix="medquant") as temporary:
            past = past_database(connection, loaded.history_id, Path(temporary) / "past.db")
            with reading(past) as earlier:
                state = files_state(f"release {loaded.name}", export_files(earlier))
        return state, read_history(connection, after=loaded.history_id, measured=False), ""
    stated = read_facts(since)
    log = since / CHANGELOG
    former = log.read_text("utf-8", errors="replace") if _is_log(log) else ""
    state = folder_state(since)
    last = connection.scalar(select(func.max(History.id)).where(History.at <= str(stated["history_until"])))
    entries = read_history(connection, after=last or 0, measured=False)
    return State(f"release {stated['name']}", state.files), entries, former


def _is_log(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MOST_LOG


def read_facts(folder: Path) -> dict[str, Any]:
    """Return what a folder's `release.json` says.

    Raises
    ------
    MedquantError
        If there is none, or it is none of ours.
    """
    path = folder / FACTS
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_FACTS else b""
        told = json.loads(content)
    except OSError as error:
        raise MedquantError(
            f"{path} cannot be read: {error.strerror or error}; name the folder of a release that "
            "`medquant db release` froze"
        ) from None
    except (ValueError, RecursionError):
        told = None
    kinds = {
        "name": str,
        "date": str,
        "schema": str,
        "corpus_sha256": str,
        "history_until": str,
        "rows": dict,
    }
    if not isinstance(told, dict) or any(not isinstance(told.get(key), kind) for key, kind in kinds.items()):
        raise MedquantError(f"{path} is not what `medquant db release` writes; restore it or freeze anew")
    return told


def _facts_bytes(
    connection: Connection, facts: Facts, corpus: Mapping[str, bytes], rows: Mapping[str, int]
) -> bytes:
    told = {
        "name": facts.name,
        "date": facts.date.isoformat(),
        "previous": facts.previous,
        "schema": facts.schema,
        "medquant": facts.tool,
        "corpus_sha256": corpus_hash(
            {name: content for name, content in corpus.items() if name != DICTIONARY}
        ),
        "history_until": _edited_until(connection),
        "rows": dict(sorted(rows.items())),
    }
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def _edited_until(connection: Connection) -> str:
    """Return when the last change was made; loads do not count, so that a corpus as loaded is frozen alike everywhere."""
    edits = History.reason.is_(None) | ~History.reason.startswith(f"{LOADER}:")
    return connection.scalar(select(func.max(History.at)).where(edits)) or ""


def sums_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return the list of checksums, as `sha256sum -c` reads it."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def refuse_filled(folder: Path) -> None:
    """Raise `MedquantError` unless a folder is empty or not there."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise MedquantError(f"{folder} is no folder; name a new one for the release")
    if folder.is_dir() and any(folder.iterdir()):
        raise MedquantError(
            f"{folder} holds files already, and a release is never overwritten; name a new folder"
        )


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary neighbour of a folder, which takes its place only when the block succeeds.

    Raises
    ------
    MedquantError
        If the place cannot be written.
    """
    temporary: Path | None = None
    try:
        target = folder.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        yield temporary
        temporary.chmod(0o755)
        temporary.replace(target)
    except OSError as error:
        raise MedquantError(
            f"{folder} cannot be written: {error.strerror or error}; name another place or free some space"
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
