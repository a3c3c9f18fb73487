"""Checking a frozen release: nothing is missing, added or changed, and it can be loaded."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from db.corpus import read_corpus
from db.diff import FILES_BY_NAME
from db.diff_sides import MOST_BYTES, folder_state
from db.errors import MedquantError
from db.release import FACTS, read_facts
from db.release_crate import FILE as CRATE
from db.release_crate import SUMS
from db.release_crate_rules import crate_problems
from db.schema import known_schema, latest_schema

_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<name>[^\n]+)")
MOST_FILES = 1_000


@dataclass(frozen=True)
class Verified:
    """What a check found: the release's name, the number of files, and what is wrong, each as a sentence."""

    name: str
    files: int
    problems: tuple[str, ...]


def verify_release(folder: Path) -> Verified:
    """Check checksums, description, row counts and schema of a frozen release, and that it can be loaded.

    Raises
    ------
    MedquantError
        If the folder is no release at all.
    """
    if not folder.is_dir():
        raise MedquantError(f"{folder} is no folder; name the folder of a release")
    facts = read_facts(folder)
    paths, strange = _walk(folder)
    hashes = {name: _hash(path) for name, path in paths.items()}
    sizes = {name: path.stat().st_size for name, path in paths.items()}
    problems = [*strange, *_sums(paths.get(SUMS), hashes)]
    if CRATE in paths:
        told = crate_problems(paths[CRATE].read_bytes(), sizes, hashes)
        problems += [f"{CRATE}: {problem}" for problem in told]
    problems += _schema(str(facts["schema"]))
    problems += _content(folder, facts["rows"], str(facts["corpus_sha256"]), str(facts["name"]))
    return Verified(str(facts["name"]), len(paths), tuple(problems))


def _walk(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """Return the plain files of a folder by name, and what is none; links are not followed."""
    paths: dict[str, Path] = {}
    strange: list[str] = []
    for place, folders, names in os.walk(folder):
        for name in sorted([*folders, *names]):
            path = Path(place) / name
            told = path.relative_to(folder).as_posix()
            if path.is_symlink():
                strange.append(f"{told} is a link, which no release has")
            elif path.is_file() and path.stat().st_size > MOST_BYTES:
                strange.append(f"{told} is larger than {MOST_BYTES:,} bytes")
            elif path.is_file():
                paths[told] = path
        if len(paths) > MOST_FILES:
            raise MedquantError(f"{folder} holds more than {MOST_FILES:,} files; it is no release")
    return paths, strange


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(path: Path | None, hashes: Mapping[str, str]) -> Iterator[str]:
    if path is None:
        yield f"{SUMS} is missing"
        return
    listed: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        if (found := _LINE.fullmatch(line)) is None:
            yield f"{SUMS}, line {number}: it is no checksum and name"
        else:
            listed[found["name"]] = found["sha256"]
    for name in sorted({*listed, *hashes} - {SUMS}):
        if name not in hashes:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not listed in {SUMS}"
        elif listed[name] != hashes[name]:
            yield f"{name} was changed: its SHA-256 is {hashes[name][:12]}…, listed is {listed[name][:12]}…"


def _schema(schema: str) -> Iterator[str]:
    if not known_schema(schema):
        yield f"its schema {schema} is not known to this medquant (up to {latest_schema()}); upgrade medquant"


def _content(folder: Path, rows: Mapping[str, object], sha256: str, name: str) -> Iterator[str]:
    try:
        present = {file: len(source.rows) for file, source in folder_state(folder).files.items()}
        corpus = read_corpus(folder)
    except MedquantError as error:
        yield f"it cannot be loaded: {error}"
        return
    for file in sorted({*rows, *present} & FILES_BY_NAME.keys()):
        if present.get(file, 0) != rows.get(file, 0):
            yield f"{file} has {present.get(file, 0):,} rows, {FACTS} says {rows.get(file, 0)}"
    if corpus.sha256 != sha256:
        yield f"its corpus has the hash {corpus.sha256[:12]}…, {FACTS} says {sha256[:12]}…"
    if (corpus.about or {}).get("release") != name:
        yield f"corpus.toml names another release than {FACTS}"
