"""A search's export comes in as one change: search, hits, records and decisions; and records go out and come back."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from db.export import export_files, write_files
from db.models.tables import Identified, Record, Screening, Search
from db.session import open_database, place_of, reading
from review.sources.reading import read_bytes

MESSY = Path(__file__).parent / "sources"
# Medquant and Outcome of tests/conftest.py: test files import nothing from each other
Run = Callable[..., Any]
SEARCH = (
    "--source",
    "A made-up base",
    "--query",
    "int8 AND xray",
    "--date",
    "2026-11-01",
    "--by",
    "Ada",
    "--reason",
    "first",
)


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


def rows(engine: Engine, model: Any, after: int) -> list[dict[str, Any]]:
    """Return the rows behind the first `after` of a table."""
    table = model.__table__
    with reading(engine) as connection:
        found = connection.execute(select(table).order_by(table.c.position)).mappings().all()
    return [dict(row) for row in found[after:]]


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def test_an_import_is_a_search_its_hits_and_their_records_in_one_change(
    review: Run, seeded_db: Engine
) -> None:
    done = review("import", MESSY / "cochrane.ris", MESSY / "ovid.ris", *SEARCH)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("6 record(s), 0 decision(s) imported, change 2\n")
    (search,) = rows(seeded_db, Search, 457)
    assert (search["query_id"], search["reviewer"], search["query"]) == ("q458", "Ada", "int8 AND xray")
    assert (search["corpus"], str(search["date"]), search["results_returned"]) == (
        "A made-up base",
        "2026-11-01",
        7,
    )
    records, hits = rows(seeded_db, Record, 432), rows(seeded_db, Identified, 656)
    assert [row["record_id"] for row in records] == [f"r{n}" for n in range(433, 439)]
    assert [row["record_id"] for row in hits] == [row["record_id"] for row in records]
    assert records[0]["authors"] == "Thi Lan Nguyen;Chidi Okafor"
    assert (records[0]["doi"], records[0]["url"]) == (
        "10.5555/made.2024.1",
        "https://example.org/a?x=1%3By=2",
    )
    assert {(hit["theme"], hit["source"], hit["query"]) for hit in hits} == {
        ("Ada", "A made-up base", "int8 AND xray")
    }
    with reading(seeded_db) as connection:
        written = connection.execute(
            text("SELECT actor, reason, count(*) FROM history WHERE change = 2 GROUP BY 1, 2")
        )
        assert written.all() == [
            ("Ada", "first", 13 + 8)
        ]  # 1 search, 6 hits, 6 records; 8 pieces that could not be read


def test_what_could_not_be_read_is_said_with_file_line_and_reason(review: Run) -> None:
    out = review("import", MESSY / "cochrane.ris", *SEARCH).out
    assert "cochrane.ris  RIS         5     4     1" in out
    assert "cochrane.ris, line 41: lost: Nobody, At All, 2020: there is neither a title nor" in out
    assert "read, but the database has no column for it:" in out


def test_a_preview_shows_the_same_and_writes_nothing(review: Run, seeded_db: Engine) -> None:
    before = exported(seeded_db)
    shown = review("import", MESSY / "cochrane.ris", *SEARCH, "--preview")
    assert shown.code == 0
    assert "r433    2024  Low-bit inference for chest radiographs" in shown.out
    assert shown.out.endswith("4 record(s), 0 decision(s) would be imported; nothing was written\n")
    told = json.loads(review("import", MESSY / "cochrane.ris", *SEARCH, "--preview", "--json").out)
    assert (told["written"], told["preview"], told["change"]) == (False, True, None)
    assert [f["blocks"] - f["records"] - f["lost"] for f in told["files"]] == [0]
    assert exported(seeded_db) == before


def test_undo_takes_the_whole_import_back_and_its_numbers_are_not_given_again(
    review: Run, seeded_db: Engine
) -> None:
    before = exported(seeded_db)
    review("import", MESSY / "asreview.ris", *SEARCH)
    assert review("undo", 2, "--reason", "wrong file").code == 0
    assert exported(seeded_db) == before
    again = json.loads(review("import", MESSY / "asreview.ris", *SEARCH, "--json").out)
    assert (again["written"], again["search"]["query_id"], again["records"][0]["record_id"]) == (
        True,
        "q459",
        "r437",
    )


def test_the_same_file_is_refused_twice_under_any_name(review: Run, tmp_path: Path) -> None:
    review("import", MESSY / "ovid.ris", *SEARCH)
    other = tmp_path / "renamed.ris"
    other.write_bytes((MESSY / "ovid.ris").read_bytes())
    refused = review("import", other, *SEARCH)
    assert (refused.code, refused.out) == (1, "")
    assert "renamed.ris was imported before, by Ada (query: int8 AND xray)" in refused.err
    twice = review("import", MESSY / "pubmed.nbib", MESSY / "pubmed.nbib", *SEARCH)
    assert "the same file" in twice.err


def test_one_unreadable_file_keeps_all_files_of_the_command_out(
    review: Run, seeded_db: Engine, tmp_path: Path
) -> None:
    before = exported(seeded_db)
    refused = review("import", MESSY / "ovid.ris", tmp_path / "none.ris", *SEARCH)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("medquant: there is no file")
    assert exported(seeded_db) == before


def test_a_file_without_a_record_writes_nothing_and_exits_with_1(
    review: Run, seeded_db: Engine, tmp_path: Path
) -> None:
    before = exported(seeded_db)
    (tmp_path / "header.ris").write_text("Provider: nobody\nContent: nothing\n")
    done = review("import", tmp_path / "header.ris", *SEARCH)
    assert done.code == 1
    assert "no record could be read; nothing was written" in done.out
    assert exported(seeded_db) == before


def test_labels_become_decisions_of_those_who_made_them(review: Run, seeded_db: Engine) -> None:
    count = len(rows(seeded_db, Screening, 0))
    review("import", MESSY / "asreview.ris", *SEARCH, "--labels-by", "Cleo")
    made = [
        (r["record_id"], r["reviewer"], r["decision"], r["note"]) for r in rows(seeded_db, Screening, count)
    ]
    assert made == [
        ("r433", "Cleo", "include", None), ("r434", "Cleo", "exclude", None), ("r436", "Ada", "include", None),
        ("r436", "Ben", "exclude", "not a medical image"),
    ]  # fmt: skip


def test_a_label_in_the_name_of_the_consensus_is_told_and_left_out(
    review: Run, seeded_db: Engine, tmp_path: Path
) -> None:
    count = len(rows(seeded_db, Screening, 0))
    note = 'RAYYAN-INCLUSION: {"adjudicated"=>"Included"}'
    (tmp_path / "a.ris").write_text(f"TY  - JOUR\nTI  - T\nN1  - {note}\nER  - \n")
    out = review("import", tmp_path / "a.ris", *SEARCH).out
    assert "adjudicated is the name of the consensus, not of a reviewer" in out
    assert rows(seeded_db, Screening, count) == []


def test_what_nobody_says_of_a_search_is_called_not_stated(review: Run) -> None:
    told = json.loads(review("import", MESSY / "ovid.ris", "--reason", "r", "--preview", "--json").out)
    assert (told["search"]["corpus"], told["search"]["query"]) == (
        "Made-up Ovid base",
        "not stated (file ovid.ris)",
    )
    told = json.loads(review("import", MESSY / "pubmed.nbib", "--reason", "r", "--preview", "--json").out)
    assert (told["search"]["corpus"], told["search"]["reviewer"]) == ("PubMed", "tester")


def test_a_record_with_a_known_identifier_is_pointed_out_not_merged(review: Run, tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - T\nUR  - https://arxiv.org/abs/2501.17343v1\nER  - \n")
    told = json.loads(review("import", tmp_path / "a.ris", *SEARCH, "--json").out)
    (record,) = told["records"]
    assert (record["record_id"], record["arxiv_id"], record["same_as"]) == ("r433", "2501.17343", "r001")


def test_a_record_without_a_title_is_described_in_brackets(review: Run) -> None:
    told = json.loads(review("import", MESSY / "pubmed.nbib", *SEARCH, "--json").out)
    assert [row["title"] for row in told["records"]][2] == "[no title: 39000003]"


def test_an_imported_corpus_exports_and_loads_again(
    review: Run, medquant: Run, seeded_db: Engine, tmp_path: Path
) -> None:
    for file in ("cochrane.ris", "messy.bib", "endnote.xml", "items.json", "scopus.csv", "articles.csv"):
        assert review("import", MESSY / file, *SEARCH).code == 0
    files = exported(seeded_db)
    write_files(tmp_path / "out", files)
    again = tmp_path / "again.db"
    assert medquant("db", "load", tmp_path / "out", "--db", again, "--results", "none").code == 0
    assert exported(open_database(str(again))) == files


@pytest.mark.parametrize(
    ("form", "ending"),
    [("ris", "ris"), ("bibtex", "bib"), ("csl-json", "json"), ("rayyan-csv", "csv"), ("csv", "csv")],
)
def test_the_whole_corpus_goes_out_and_is_read_back(
    review: Run, seeded_db: Engine, tmp_path: Path, form: str, ending: str
) -> None:
    out = tmp_path / f"out.{ending}"
    assert review("export", "--format", form, "--out", out).out == f"{out}: 432 records written\n"
    back = read_bytes(out.name, out.read_bytes()).records
    for record, row in zip(back, rows(seeded_db, Record, 0), strict=True):
        assert (record.key, record.title, record.year) == (
            row["record_id"],
            " ".join(row["title"].split()),
            row["year"],
        )
        assert (record.doi, record.arxiv_id) == (row["doi"] or "", row["arxiv_id"] or "")
        assert ";".join(record.authors) == (row["authors"] or "")
        assert list(record.urls) == [a for a in (row["url"], *(row["other_urls"] or "").split(";")) if a]


def test_an_export_of_included_records_holds_only_these(review: Run, tmp_path: Path) -> None:
    told = json.loads(
        review("export", "--format", "csv", "--only", "included", "--out", tmp_path / "a.csv", "--json").out
    )
    keys = [row["key"] for row in csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text()))]
    assert told["records"] == len(keys) == 93
    assert told["left_out"] == []


def test_an_unknown_format_or_date_is_wrong_usage(review: Run, tmp_path: Path) -> None:
    assert review("export", "--format", "docx", "--out", tmp_path / "a").code == 2
    wrong = review("import", MESSY / "ovid.ris", "--reason", "r", "--date", "2026-02-30")
    assert wrong.code == 2
    assert "is no date; allowed: YYYY-MM-DD" in wrong.err
