"""Freezing a release: complete, citable, the same bytes each time, never over another, never with errors."""

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.errors import MedquantError
from db.export import export_files
from db.load import LoadResult
from db.release import Wish, freeze
from db.release_crate import FILE as CRATE
from db.release_crate import SUMS
from db.release_crate_rules import crate_problems
from db.release_facts import Author, authors_of, renamed
from db.session import reading, writing

Load = Callable[..., LoadResult]
ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 21)
CORPUS = """release = "tiny"
title = "A \\"tiny\\" corpus"
licence = "CC BY 4.0"
citation = "The medquant founders. Release tiny, release tiny.2 is another; release tiny. 2026."
notice = "Made up."
"""


@pytest.fixture
def loaded(fresh_db: Engine, tiny_dir: Path, load: Load) -> Engine:
    """Load the tiny corpus with what it says of itself."""
    (tiny_dir / "corpus.toml").write_text(CORPUS, encoding="utf-8")
    (tiny_dir / "README.md").write_text("# Tiny\n\n## Limitations\n\n- small\n", encoding="utf-8")
    load(fresh_db, tiny_dir)
    return fresh_db


def frozen(engine: Engine, folder: Path, name: str = "2026.1", **wish: Any) -> dict[str, bytes]:
    with reading(engine) as connection:
        freeze(connection, folder, Wish(**{"name": name, "date": DAY, **wish}))
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def edit(engine: Engine, statement: str, reason: str = "read the full text") -> None:
    with writing(engine, actor="Ada", reason=reason) as connection:
        connection.execute(text(statement))


def graph(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    return {entity["@id"]: entity for entity in json.loads(files[CRATE])["@graph"]}


def test_a_release_holds_the_corpus_byte_for_byte_and_loads_again(
    loaded: Engine, tmp_path: Path, load: Load, fresh_db: Engine, medquant: Callable[..., Any]
) -> None:
    with reading(loaded) as connection:
        exported = export_files(connection)
    files = frozen(loaded, tmp_path / "r")
    assert {n: files[n] for n in exported if n != "corpus.toml"} == {
        n: c for n, c in exported.items() if n != "corpus.toml"
    }
    assert tomllib.loads(files["corpus.toml"].decode())["release"] == "2026.1"
    done = medquant("db", "load", tmp_path / "r", "--db", tmp_path / "again.db")
    assert "release 2026.1 (" in done.out
    assert medquant("db", "export", tmp_path / "out", "--db", tmp_path / "again.db").code == 0
    for path in (tmp_path / "out").rglob("*.*"):
        assert path.read_bytes() == files[str(path.relative_to(tmp_path / "out"))]


def test_freezing_twice_gives_the_same_bytes(loaded: Engine, tmp_path: Path) -> None:
    edit(loaded, "UPDATE comparisons SET n_test = 201 WHERE comparison_id = 's1-01'")
    wish = {"by": "Ada", "reason": "a test"}
    assert frozen(loaded, tmp_path / "a", **wish) == frozen(loaded, tmp_path / "b", **wish)


def test_a_corpus_as_loaded_is_frozen_alike_in_every_database(
    loaded: Engine, tmp_path: Path, tiny_dir: Path, medquant: Callable[..., Any]
) -> None:
    medquant("db", "load", tiny_dir, "--db", tmp_path / "other.db")
    medquant(
        "db",
        "release",
        "2026.1",
        "--date",
        DAY,
        "--by",
        "Ada",
        "--out",
        tmp_path / "b",
        "--db",
        tmp_path / "other.db",
    )
    other = {str(p.relative_to(tmp_path / "b")): p.read_bytes() for p in (tmp_path / "b").rglob("*.*")}
    ours = frozen(loaded, tmp_path / "a", by="Ada")
    assert {name: ours[name] for name in other} == other
    assert other["release.json"]


def test_every_file_is_in_the_list_of_checksums(loaded: Engine, tmp_path: Path) -> None:
    files = frozen(loaded, tmp_path / "r")
    listed = dict(reversed(line.split("  ")) for line in files.pop(SUMS).decode().splitlines())
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_the_description_keeps_the_rules_of_an_ro_crate(loaded: Engine, tmp_path: Path) -> None:
    files = frozen(loaded, tmp_path / "r", by="Ada", reason="a test")
    sizes = {name: len(content) for name, content in files.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert crate_problems(files[CRATE], sizes, hashes) == []
    entities = graph(files)
    root = entities["./"]
    assert entities[CRATE] == {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
                               "about": {"@id": "./"}}  # fmt: skip
    assert {part["@id"] for part in root["hasPart"]} == set(files) - {CRATE}
    assert root["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert entities["#author-1"] == {
        "@id": "#author-1",
        "@type": "Organization",
        "name": "The medquant founders",
    }
    assert root["datePublished"] == "2026-11-21"
    for name, content in files.items():
        if name == CRATE:
            continue
        entity = entities[name]
        assert (entity["@type"], entity["contentSize"]) == ("File", str(len(content)))
        assert entity["encodingFormat"] == ("text/csv" if name.endswith(".csv") else entity["encodingFormat"])
        assert name == SUMS or entity["sha256"] == hashes[name]


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "it has no root entity": lambda e: e["./"].update({"@type": "Thing"}),
    "does not say that it conforms": lambda e: e[CRATE].update(conformsTo={"@id": "https://example.org"}),
    "it is not about ./": lambda e: e[CRATE].update(about={"@id": "x"}),
    "root entity has no license": lambda e: e["./"].pop("license"),
    "no datePublished": lambda e: e["./"].update(datePublished="2026"),
    "which it does not describe": lambda e: e["./"].update(author=[{"@id": "#nobody"}]),
    "it does not list records.csv": lambda e: e["records.csv"].update({"@type": "Thing"}),
    "is no part of the root entity": lambda e: e["./"]["hasPart"].pop(),
    "it says 7": lambda e: e["records.csv"].update(contentSize="7"),
    "another SHA-256": lambda e: e["records.csv"].update(sha256="0" * 64),
    "has no encodingFormat text/csv": lambda e: e["records.csv"].pop("encodingFormat"),
}


@pytest.mark.parametrize("told", BREAKS)
def test_each_rule_of_the_description_is_missed_where_it_is_broken(
    loaded: Engine, tmp_path: Path, told: str
) -> None:
    files = frozen(loaded, tmp_path / "r")
    crate = json.loads(files[CRATE])
    BREAKS[told]({entity["@id"]: entity for entity in crate["@graph"]})
    sizes = {name: len(content) for name, content in files.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert any(told in problem for problem in crate_problems(json.dumps(crate).encode(), sizes, hashes))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": [1]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_description_is_one_problem(content: bytes) -> None:
    assert len(crate_problems(content, {}, {})) == 1


def test_the_changelog_tells_what_differs_from_the_loaded_release_and_why(
    loaded: Engine, tmp_path: Path
) -> None:
    edit(
        loaded, "UPDATE comparisons SET n_test = 201 WHERE comparison_id = 's1-01'", "the `table` says <201>"
    )
    log = frozen(loaded, tmp_path / "r", by="Ada", reason="first")["CHANGELOG.md"].decode()
    assert log.startswith("# Changelog of the evidence\n\n## 2026.1 - 2026-11-21\n\nFrozen by Ada: first\n")
    assert "Compared with release tiny:" in log
    assert "| comparisons | 0 | 0 | 1 |" in log
    assert "- `s1-01` n_test: `200` → `201`" in log
    assert r"Ada: the \`table\` says \<201\> (`comparisons s1-01`)" in log


def test_the_next_release_names_the_one_before_and_carries_its_changelog_on(
    loaded: Engine, tmp_path: Path
) -> None:
    edit(loaded, "UPDATE comparisons SET n_test = 201 WHERE comparison_id = 's1-01'", "first reason")
    frozen(loaded, tmp_path / "r1")
    edit(loaded, "UPDATE comparisons SET n_test = 202 WHERE comparison_id = 's1-01'", "second reason")
    files = frozen(loaded, tmp_path / "r2", "2026.2", since=tmp_path / "r1")
    new, old = files["CHANGELOG.md"].decode().split("\n## 2026.1 - ")
    assert "Compared with release 2026.1:" in new
    assert "`201` → `202`" in new
    assert "second reason" in new
    assert "first reason" not in new
    assert "first reason" in old
    assert json.loads(files["release.json"])["previous"] == "2026.1"


def test_the_citation_file_has_title_authors_version_date_and_licence(loaded: Engine, tmp_path: Path) -> None:
    authors = ("Curie, Marie <https://orcid.org/0000-0002-1825-0097>", 'The "Quoted" Body')
    files = frozen(loaded, tmp_path / "r", authors=authors)
    cff = files["CITATION.cff"].decode()
    for line in (
        "cff-version: 1.2.0",
        "type: dataset",
        r'title: "A \"tiny\" corpus"',
        '  - family-names: "Curie"\n    given-names: "Marie"\n    orcid: "https://orcid.org/0000-0002-1825-0097"',
        r'  - name: "The \"Quoted\" Body"',
        'version: "2026.1"',
        "date-released: 2026-11-21",
        "license: CC-BY-4.0",
    ):
        assert f"\n{line}\n" in f"\n{cff}"
    assert graph(files)["https://orcid.org/0000-0002-1825-0097"]["familyName"] == "Curie"


def test_the_projects_authors_are_those_of_its_citation_file() -> None:
    names = re.findall(r"^  - name: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert [Author(name) for name in names] == list(authors_of({"citation": f"{names[0]}. A title."}))


def test_the_corpus_is_renamed_where_it_names_the_release_before() -> None:
    about = renamed(tomllib.loads(CORPUS), "2026.1")
    assert about["citation"] == (
        "The medquant founders. Release tiny, release tiny.2 is another; release 2026.1. 2026."
    )
    assert list(about) == list(tomllib.loads(CORPUS))


def test_a_folder_that_holds_something_is_never_overwritten(loaded: Engine, tmp_path: Path) -> None:
    before = frozen(loaded, tmp_path / "r")
    with pytest.raises(MedquantError, match="never overwritten"):
        frozen(loaded, tmp_path / "r", "2026.2")
    assert {
        str(p.relative_to(tmp_path / "r")): p.read_bytes() for p in (tmp_path / "r").rglob("*") if p.is_file()
    } == before


def test_an_empty_folder_is_filled_and_a_file_is_refused(loaded: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert frozen(loaded, tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    with pytest.raises(MedquantError, match="is no folder"):
        frozen(loaded, tmp_path / "file")


def test_errors_of_the_check_stop_a_release_and_nothing_is_written(loaded: Engine, tmp_path: Path) -> None:
    edit(loaded, "UPDATE comparisons SET baseline_value = '191.5' WHERE comparison_id = 's1-01'")
    with pytest.raises(MedquantError, match=r"the database has \d+ error"):
        frozen(loaded, tmp_path / "new" / "r")
    assert not (tmp_path / "new").exists()


def test_what_fails_half_way_leaves_nothing_behind(
    loaded: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path) -> None:
        raise MedquantError("it broke")

    monkeypatch.setattr("db.release.read_corpus", fail)
    (tmp_path / "out").mkdir()
    with pytest.raises(MedquantError, match="it broke"):
        frozen(loaded, tmp_path / "out" / "r")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a b", "x" * 41, "2026.1\n"])
def test_a_name_that_is_no_safe_file_name_is_refused(loaded: Engine, tmp_path: Path, name: str) -> None:
    with pytest.raises(MedquantError, match="cannot name a release"):
        frozen(loaded, tmp_path / "r", name)


def test_a_name_that_is_taken_by_other_content_is_refused(loaded: Engine, tmp_path: Path) -> None:
    assert frozen(loaded, tmp_path / "same", "tiny")
    edit(loaded, "UPDATE comparisons SET n_test = 201 WHERE comparison_id = 's1-01'")
    with pytest.raises(MedquantError, match="release tiny of other content"):
        frozen(loaded, tmp_path / "r", "tiny")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('licence = "CC BY 4.0"', "names no licence"),
        ('licence = "CC BY 4.0"\n', "names no licence"),
        ("The medquant founders. ", "--author"),
    ],
)
def test_a_corpus_without_licence_or_known_author_is_refused(
    fresh_db: Engine, tiny_dir: Path, load: Load, tmp_path: Path, line: str, told: str
) -> None:
    (tiny_dir / "corpus.toml").write_text(CORPUS.replace(line, ""), encoding="utf-8")
    load(fresh_db, tiny_dir)
    with pytest.raises(MedquantError, match=told):
        frozen(fresh_db, tmp_path / "r")


@pytest.mark.parametrize(
    "author", ["", "A <x>", "A <https://orcid.org/1>", "A\nB", "<https://orcid.org/0000-0002-1825-0097>"]
)
def test_an_author_that_cannot_be_read_is_refused(author: str) -> None:
    with pytest.raises(MedquantError, match=r"is no (author|ORCID)"):
        authors_of({}, [author])


def test_a_database_without_a_corpus_has_no_release(fresh_db: Engine, tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="holds no corpus yet"):
        frozen(fresh_db, tmp_path / "r")


def test_since_takes_only_a_frozen_release(loaded: Engine, tmp_path: Path, tiny_dir: Path) -> None:
    with pytest.raises(MedquantError, match=r"release.json cannot be read: .*name the folder of a release"):
        frozen(loaded, tmp_path / "r", since=tiny_dir)
