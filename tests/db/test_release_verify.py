"""`medquant db release`: the verb, and the check of a frozen release against every kind of damage."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.errors import MedquantError
from db.release_verify import verify_release
from db.session import place_of

Damage = Callable[[Path], object]


@pytest.fixture
def release(medquant: Callable[..., Any], seeded_db: Engine, tmp_path: Path) -> Path:
    """Freeze the shipped corpus."""
    done = medquant(
        "db",
        "release",
        "2026.12",
        "--out",
        tmp_path / "r",
        "--date",
        "2026-12-01",
        "--db",
        place_of(seeded_db),
    )
    assert done.code == 0, done.err
    assert done.out == f"{tmp_path / 'r'}: release 2026.12, 27 files written\n"
    return tmp_path / "r"


def _append(path: Path, words: str) -> None:
    path.write_text(path.read_text("utf-8") + words, encoding="utf-8")


def _fact(folder: Path, key: str, value: object) -> None:
    told = json.loads((folder / "release.json").read_text("utf-8"))
    (folder / "release.json").write_text(json.dumps(told | {key: value}), encoding="utf-8")


def _append_new(folder: Path) -> None:
    (folder / "notes.txt").write_text("x")


DAMAGE: dict[str, tuple[Damage, str]] = {
    "a changed cell": (
        lambda f: (f / "records.csv").write_text(
            (f / "records.csv").read_text("utf-8").replace("2020", "2021")
        ),
        "records.csv was changed",
    ),
    "a file gone": (lambda f: (f / "searches.csv").unlink(), "searches.csv is missing"),
    "a file more": (_append_new, "notes.txt is not listed in SHA256SUMS"),
    "the list gone": (lambda f: (f / "SHA256SUMS").unlink(), "SHA256SUMS is missing"),
    "the description gone": (
        lambda f: (f / "ro-crate-metadata.json").unlink(),
        "ro-crate-metadata.json is missing",
    ),
    "a line of the list": (lambda f: _append(f / "SHA256SUMS", "hello\n"), "it is no checksum and name"),
    "a path out of the folder": (
        lambda f: _append(f / "SHA256SUMS", f"{'0' * 64}  ../../etc/passwd\n"),
        "../../etc/passwd is missing",
    ),
    "a link": (lambda f: (f / "link.csv").symlink_to("/etc/passwd"), "link.csv is a link"),
    "other row counts": (
        lambda f: _fact(f, "rows", {"records.csv": 1}),
        "records.csv has 432 rows, release.json says 1",
    ),
    "a schema of the future": (lambda f: _fact(f, "schema", "9999"), "its schema 9999 is not known"),
    "another name": (lambda f: _fact(f, "name", "2027.1"), "corpus.toml names another release"),
    "another hash": (lambda f: _fact(f, "corpus_sha256", "0" * 64), "release.json says 000000000000"),
    "a code nobody knows": (
        lambda f: (f / "studies.csv").write_text(
            (f / "studies.csv").read_text("utf-8").replace(",mri,", ",xyz,")
        ),
        "it cannot be loaded: studies.csv, row",
    ),
    "a broken csv": (lambda f: _append(f / "records.csv", '"open'), "it cannot be loaded: records.csv"),
}


def test_a_release_as_frozen_is_in_order(release: Path, medquant: Callable[..., Any]) -> None:
    done = medquant("db", "release", "--verify", release)
    assert (done.code, done.out) == (0, "release 2026.12: 27 files, 0 error(s)\n")
    told = json.loads(medquant("db", "release", "--verify", release, "--json").out)
    assert told == {"name": "2026.12", "files": 27, "problems": []}


def test_every_damage_is_found_and_named(release: Path, medquant: Callable[..., Any]) -> None:
    before = {path: path.read_bytes() for path in release.rglob("*") if path.is_file()}
    for what, (damage, told) in DAMAGE.items():
        damage(release)
        problems = verify_release(release).problems
        assert any(told in problem for problem in problems), (what, problems)
        for path in [p for p in release.rglob("*") if p.is_symlink() or (p.is_file() and p not in before)]:
            path.unlink()
        for path, content in before.items():
            path.write_bytes(content)
    assert verify_release(release).problems == ()
    DAMAGE["a changed cell"][0](release)
    done = medquant("db", "release", "--verify", release)
    assert done.code == 1
    assert "error: records.csv was changed: its SHA-256 is" in done.out


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"name": 7}', b"[" * 100_000])
def test_a_folder_whose_facts_cannot_be_read_is_no_release(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "release.json").write_bytes(content)
    with pytest.raises(MedquantError, match="is not what `medquant db release` writes"):
        verify_release(tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["db", "release"], "needs a name and a folder"),
        (["db", "release", "2026.1"], "needs a name and a folder"),
        (["db", "release", "2026.1", "--verify", "x"], "neither a NAME nor --out"),
        (["db", "release", "--verify", "no-such-folder"], "is no folder"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(medquant: Callable[..., Any], words: list[str], told: str) -> None:
    done = medquant(*words)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_the_date_comes_from_the_environment_where_none_is_given(
    medquant: Callable[..., Any], seeded_db: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    words = ("db", "release", "x", "--out", tmp_path / "r", "--db", place_of(seeded_db), "--json")
    told = json.loads(medquant(*words).out)
    assert told["release"] == "x"
    assert "date-released: 1970-01-02" in (tmp_path / "r" / "CITATION.cff").read_text("utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert "SOURCE_DATE_EPOCH is 'soon'" in medquant(*words).err
