"""Abstract, venue and the like stay with a record: in, out, through a merge, and on the screen of who judges it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text, update

from db.corpus import SHIPPED, read_corpus
from db.export import export_files, write_files
from db.load import load_corpus
from db.models.tables import Record
from db.session import place_of, reading, writing
from db.vocabulary import DocumentKind
from review.duplicates import read_hits
from review.exporting import records_to_export
from review.merging import merge_records
from review.prioritise.records import text_of
from review.screening import Standing, State
from review.sources.imported import FIELDS, ImportedRecord
from review.sources.reading import read_bytes
from review.sources.writing import written

Run = Callable[..., Any]
TEXTS = ("abstract", "venue", "volume", "issue", "pages", "publisher", "issn", "language", "keywords", "pmid")
RIS = b"""TY  - CONF
TI  - A net in eight bits
AU  - Doe, Jane
PY  - 2024
T2  - Lecture Notes in Nothing
VL  - 12
IS  - 3
SP  - 77-87
PB  - A press
SN  - 1234-5678
LA  - eng
AB  - We quantize a network to int8 and lose nothing.
KW  - quantization
KW  - chest x-ray
AN  - PMID:39000009
ER  -
"""
FULL = {
    "abstract": "We quantize a network to int8 and lose nothing.", "venue": "Lecture Notes in Nothing", "volume": "12",
    "issue": "3", "pages": "77-87", "publisher": "A press", "issn": "1234-5678", "language": "eng",
    "keywords": "quantization;chest x-ray", "pmid": "39000009", "kind": DocumentKind.CONFERENCE,
}  # fmt: skip


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


@pytest.fixture
def imported(review: Run, tmp_path: Path) -> str:
    """Import a record that says everything; return its identifier."""
    (tmp_path / "one.ris").write_bytes(RIS)
    told = json.loads(review("import", tmp_path / "one.ris", "--reason", "r", "--json").out)
    return str(told["records"][0]["record_id"])


def row_of(engine: Engine, key: str) -> dict[str, Any]:
    with reading(engine) as connection:
        return dict(
            connection.execute(select(Record.__table__).where(Record.record_id == key)).mappings().one()
        )


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def test_an_import_fills_every_field(seeded_db: Engine, imported: str) -> None:
    row = row_of(seeded_db, imported)
    assert {name: row[name] for name in FULL} == FULL


def test_an_export_gives_every_field_back(seeded_db: Engine, imported: str) -> None:
    with reading(seeded_db) as connection:
        records, _ = records_to_export(connection)
    (sent,) = [record for record in records if record.key == imported]
    (back,) = read_bytes("a.ris", written([sent], "ris")).records
    (first,) = read_bytes("b.ris", RIS).records
    for name in set(FIELDS) - {"key"}:
        assert getattr(back, name) == getattr(sent, name)
        assert name == "authors" or getattr(sent, name) == getattr(first, name)


def test_a_kind_that_nobody_named_stays_empty(review: Run, seeded_db: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title\nOnly a title\n")
    told = json.loads(review("import", tmp_path / "a.csv", "--reason", "r", "--json").out)
    assert row_of(seeded_db, told["records"][0]["record_id"])["kind"] is None


def test_the_shipped_records_are_written_as_they_are_kept(shipped: Engine) -> None:
    with reading(shipped) as connection:
        assert export_files(connection)["records.csv"] == (SHIPPED / "records.csv").read_bytes()


def test_columns_come_into_the_file_as_they_come_into_use_and_load_again(
    seeded_db: Engine, imported: str, fresh_db: Engine, tmp_path: Path
) -> None:
    files = exported(seeded_db)
    header = files["records.csv"].decode().split("\n", 1)[0].split(",")
    assert header == [*(SHIPPED / "records.csv").read_text().split("\n", 1)[0].split(","), *TEXTS, "kind"]
    write_files(tmp_path / "out", files)
    load_corpus(fresh_db, read_corpus(tmp_path / "out"), actor="loader")
    assert exported(fresh_db) == files
    assert row_of(fresh_db, imported) == row_of(seeded_db, imported)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            name: st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=40)
            for name in TEXTS
        },
    ),
    kind=st.none() | st.sampled_from(DocumentKind),
)
def test_whatever_the_fields_hold_a_load_gives_the_same_bytes(
    fresh_db: Engine,
    seeded_db: Engine,
    tmp_path_factory: pytest.TempPathFactory,
    values: dict[str, str],
    kind: DocumentKind | None,
) -> None:
    blank = dict.fromkeys(TEXTS)
    with writing(seeded_db, actor="tester", reason="x") as connection:
        connection.execute(
            update(Record).where(Record.record_id == "r001").values(blank | values | {"kind": kind})
        )
    files = exported(seeded_db)
    folder = tmp_path_factory.mktemp("out")
    write_files(folder, files)
    load_corpus(fresh_db, read_corpus(folder), actor="loader", overwrite=True)
    assert exported(fresh_db) == files


def test_merging_fills_what_the_record_that_stays_lacks_and_keeps_what_it_says(seeded_db: Engine) -> None:
    rows = [
        {"record_id": "n1", "title": "T", "position": 9001, "venue": "Kept", "pages": None, "abstract": ""},
        {"record_id": "n2", "title": "T", "position": 9002} | FULL,
    ]
    with writing(seeded_db, actor="ana", reason="x") as connection:
        for row in rows:
            connection.execute(insert(Record).values(row))
        assert merge_records(connection, ["n1", "n2"], "same title") == "n1"
    row = row_of(seeded_db, "n1")
    assert {name: row[name] for name in FULL} == FULL | {"venue": "Kept"}


def test_deduplication_sees_where_a_record_was_printed(seeded_db: Engine, imported: str) -> None:
    with reading(seeded_db) as connection:
        hits = read_hits(connection)
    (hit,) = [hit for hit in hits.hits if hits.record[hit.key] == imported]
    assert (hit.venue, hit.volume, hit.pages, hit.pmid, hit.kind) == (
        "Lecture Notes in Nothing", "12", "77-87", "39000009", "conference",
    )  # fmt: skip


def test_the_same_pubmed_number_points_to_the_record_that_has_it(
    review: Run, imported: str, tmp_path: Path
) -> None:
    (tmp_path / "two.ris").write_bytes(b"TY  - JOUR\nTI  - Another title\nAN  - PMID:39000009\nER  - \n")
    told = json.loads(review("import", tmp_path / "two.ris", "--reason", "r", "--json").out)
    assert told["records"][0]["same_as"] == imported


def test_who_judges_a_record_reads_its_abstract_with_its_words_marked(review: Run, imported: str) -> None:
    shown = review("queue", "--reviewer", "ana")
    assert (
        f"\n{imported}  A net in eight bits\n    We quantize a network to int8 and lose nothing.\n"
        in shown.out
    )
    (row,) = json.loads(review("queue", "--reviewer", "ana", "--json").out)["queue"]
    assert row["abstract"] == FULL["abstract"]
    assert [mark["words"] for mark in row["abstract_marks"]] != []


def test_prioritising_reads_title_abstract_and_keywords() -> None:
    one = Standing("r", "[title not shown] A net", 2024, "in int8", State.TO_SCREEN, keywords="x-ray;ptq")
    assert text_of(one) == "A net in int8 x-ray;ptq"
    assert text_of(Standing("r", "A net", 2024, None, State.TO_SCREEN)) == "A net"


def test_an_unknown_kind_is_refused_by_the_table_itself(seeded_db: Engine) -> None:
    from sqlalchemy.exc import IntegrityError

    from db.errors import MedquantError

    with (
        pytest.raises((IntegrityError, MedquantError)),
        writing(seeded_db, actor="x", reason="x") as connection,
    ):
        connection.execute(text("UPDATE records SET kind = 'poem' WHERE record_id = 'r001'"))


def test_fields_can_be_set_by_hand_and_taken_back(review: Run, seeded_db: Engine) -> None:
    before = exported(seeded_db)
    assert review("record", "set", "r001", "pmid=39000001", "kind=preprint", "--reason", "seen").code == 0
    assert exported(seeded_db) != before
    refused = review("record", "set", "r001", "kind=poem", "--reason", "seen")
    assert "'poem' is not allowed; allowed: article, conference" in refused.err
    assert review("undo", "2", "--reason", "no").code == 0
    assert exported(seeded_db) == before


def test_every_field_of_an_imported_record_has_a_column_but_its_key_and_addresses() -> None:
    assert {name for name in FIELDS if name not in Record.__table__.columns} == {"key", "urls"}
    assert set(FIELDS) <= set(ImportedRecord.__dataclass_fields__)
