"""What an import could not read is kept beside its search, can be listed, goes out and comes back, and goes with an undo."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.corpus import read_corpus
from db.export import export_files, write_files
from db.load import load_corpus
from db.session import open_database, place_of, reading
from review.sources.imported import LONGEST_EXCERPT

MESSY = Path(__file__).parent / "sources"
FILE = "unread_entries.csv"
Run = Callable[..., Any]


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def test_every_piece_that_an_import_tells_is_kept(review: Run) -> None:
    told = json.loads(review("import", MESSY / "cochrane.ris", "--reason", "r", "--json").out)
    kept = json.loads(review("unread", "--query", told["search"]["query_id"], "--json").out)
    assert [(k["file"], k["place"], k["lost"], k["reason"], k["text"]) for k in kept] == [
        (u["file"], u["where"], u["lost"], u["why"], u["what"]) for u in told["unread"]
    ]
    assert any(k["lost"] for k in kept)


def test_the_import_says_how_many_and_where_to_find_them(review: Run) -> None:
    out = review("import", MESSY / "cochrane.ris", "--reason", "r").out
    assert "6 unread, kept; `medquant review unread --query q458` lists them\n" in out
    listed = review("unread", "--query", "q458")
    assert listed.code == 0
    assert "q458  cochrane.ris, line 41: lost: there is neither a title nor" in listed.out
    assert listed.out.endswith("1 lost, 5 remark(s)\n")


def test_a_preview_keeps_nothing(review: Run, seeded_db: Engine) -> None:
    review("import", MESSY / "cochrane.ris", "--reason", "r", "--preview")
    assert review("unread").out == "0 lost, 0 remark(s)\n"
    assert FILE not in exported(seeded_db)


def test_a_long_piece_is_cut_where_it_is_kept_and_shorter_where_it_is_told(
    review: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("title,doi\nGood,10.5555/a\n" + ",".join(["x" * 3000, "y", "z"]) + "\n")
    out = review("import", tmp_path / "a.csv", "--reason", "r").out
    assert "x" * 81 not in out
    (entry,) = json.loads(review("unread", "--json").out)
    assert entry["text"] == "x" * LONGEST_EXCERPT + "…"


def test_what_was_not_read_goes_out_and_comes_back_and_an_undo_takes_it_along(
    review: Run, seeded_db: Engine, tmp_path: Path
) -> None:
    before = exported(seeded_db)
    for file in ("cochrane.ris", "messy.bib", "scopus.csv"):
        assert review("import", MESSY / file, "--reason", "r").code == 0
    files = exported(seeded_db)
    assert files[FILE].startswith(b"query_id,file,place,lost,reason,text\n")
    write_files(tmp_path / "out", files)
    again = open_database(str(tmp_path / "again.db"), create=True)
    from db.schema import upgrade_schema

    upgrade_schema(again)
    load_corpus(again, read_corpus(tmp_path / "out"), actor="loader")
    assert exported(again) == files
    for change in ("4", "3", "2"):
        assert review("undo", change, "--reason", "wrong file").code == 0
    assert exported(seeded_db) == before


def test_a_search_that_is_not_there_is_told(review: Run) -> None:
    refused = review("unread", "--query", "q999")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("medquant: there is no search 'q999'; ")
