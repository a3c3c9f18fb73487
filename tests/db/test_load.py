"""Loading: what stands in the files stands in the database, once, and nobody's work is replaced unasked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, text, update

from db.corpus import SHIPPED, read_corpus
from db.errors import MedquantError
from db.load import LoadResult, load_corpus
from db.models.tables import Comparison, Identified, Measurement, Record, Run, Search, Study
from db.session import reading, writing
from db.status import read_status
from db.vocabulary import RunState

Load = Callable[..., LoadResult]
SetCell = Callable[[Path, int, str, str], None]
One = Callable[[Engine, str], object]


def _edit(engine: Engine) -> None:
    with writing(engine, actor="curator", reason="misread") as connection:
        connection.execute(update(Record).where(Record.record_id == "r1").values(title="As it should be"))


def _measure(engine: Engine) -> None:
    with writing(engine, actor="bench", reason="case 1") as connection:
        connection.execute(insert(Run).values(run_id="run-1", case_id="case-1", state=RunState.PLANNED))
        connection.execute(
            insert(Measurement).values(run_id="run-1", arm="int8", metric="latency", value=1.5)
        )
        connection.execute(
            insert(Comparison).values(
                comparison_id="m-1", origin="measured", run_id="run-1", arm="int8", outcome="accuracy", unit="percent",
                change_kind="none", bound="exact", control="clean", verification="unverified", position=1,
            )
        )  # fmt: skip


def test_the_shipped_corpus_loads_every_row_of_every_file(seeded_db: Engine, one: One) -> None:
    counts = {"searches": 457, "records": 432, "identified": 656, "studies": 93, "comparisons": 314}
    assert {table: one(seeded_db, f"SELECT count(*) FROM {table}") for table in counts} == counts  # noqa: S608
    assert one(seeded_db, "SELECT count(*) FROM comparisons WHERE control = 'clean'") == 154


def test_loading_twice_changes_nothing(seeded_db: Engine, load: Load, one: One) -> None:
    before = one(seeded_db, "SELECT max(id) FROM history")
    assert load(seeded_db, SHIPPED).changed == 0
    assert one(seeded_db, "SELECT max(id) FROM history") == before
    assert one(seeded_db, "SELECT count(*) FROM releases") == 1


def test_only_rows_that_differ_are_touched(
    seeded_db: Engine, load: Load, corpus_dir: Path, edit_csv: Callable[..., None], one: One
) -> None:
    before = one(seeded_db, "SELECT max(id) FROM history")

    def change(rows: list[list[str]]) -> None:
        rows[2][1] = "A new title"
        rows.append(["r999", "A new record", *[""] * (len(rows[0]) - 2)])

    edit_csv(corpus_dir / "records.csv", change)
    edit_csv(corpus_dir / "review_facts.csv", lambda rows: rows.pop())
    result = load(seeded_db, corpus_dir)
    assert (result.inserted, result.updated, result.deleted) == (1, 1, 1)
    with reading(seeded_db) as connection:
        rows = connection.execute(
            text("SELECT table_name, action FROM history WHERE id > :n ORDER BY id"), {"n": before}
        )
        assert [tuple(row) for row in rows] == [
            ("records", "update"), ("records", "insert"), ("review_facts", "delete")
        ]  # fmt: skip
    assert one(seeded_db, "SELECT count(*) FROM releases") == 2


@pytest.mark.parametrize(
    ("file", "row", "column", "value"),
    [
        ("comparisons.csv", 2, "baseline_value", "91.5"),  # 91.50 before: the decimals are part of the value
        ("searches.csv", 2, "results_returned", ""),  # 0 before: nought is not empty
        ("studies.csv", 3, "n_images_total", ""),
        ("studies.csv", 2, "technique", "qat;ptq"),  # the order is the author's
    ],
)
def test_a_difference_that_arithmetic_does_not_see_is_seen(
    fresh_db: Engine,
    tiny_dir: Path,
    load: Load,
    set_cell: SetCell,
    file: str,
    row: int,
    column: str,
    value: str,
) -> None:
    load(fresh_db, tiny_dir)
    set_cell(tiny_dir / file, row, column, value)
    assert load(fresh_db, tiny_dir).changed == 1
    assert load(fresh_db, tiny_dir).changed == 0


def test_reordered_rows_are_kept_in_their_new_order(
    fresh_db: Engine, tiny_dir: Path, load: Load, edit_csv: Callable[..., None], one: One
) -> None:
    load(fresh_db, tiny_dir)
    edit_csv(tiny_dir / "records.csv", lambda rows: rows.append(rows.pop(1)))
    assert load(fresh_db, tiny_dir).updated == 3
    assert one(fresh_db, "SELECT record_id FROM records ORDER BY position DESC LIMIT 1") == "r1"


def test_a_load_that_would_replace_a_curators_edit_is_refused_and_names_the_row(
    seeded_db: Engine, one: One
) -> None:
    with writing(seeded_db, actor="curator", reason="misread") as connection:
        connection.execute(update(Record).where(Record.record_id == "r001").values(title="Better"))
    with pytest.raises(MedquantError, match=r"records r001.*--overwrite"):
        load_corpus(seeded_db, read_corpus(SHIPPED), actor="loader")
    assert one(seeded_db, "SELECT title FROM records WHERE record_id = 'r001'") == "Better"


@pytest.mark.parametrize("kind", ["insert", "delete"])
def test_added_and_removed_rows_are_edits_too(
    fresh_db: Engine, tiny_dir: Path, load: Load, kind: str
) -> None:
    load(fresh_db, tiny_dir)
    with writing(fresh_db, actor="curator", reason="new") as connection:
        if kind == "insert":
            connection.execute(insert(Record).values(record_id="r9", title="Nine", position=9))
        else:
            connection.execute(delete(Identified).where(Identified.raw_record_id == "B1"))
    with pytest.raises(MedquantError, match=r"r9|B1"):
        load(fresh_db, tiny_dir)


def test_overwrite_replaces_edits(fresh_db: Engine, tiny_dir: Path, load: Load, one: One) -> None:
    load(fresh_db, tiny_dir)
    _edit(fresh_db)
    assert load(fresh_db, tiny_dir, overwrite=True).updated == 1
    assert one(fresh_db, "SELECT title FROM records WHERE record_id = 'r1'") == "One"


def test_an_edit_that_the_load_does_not_touch_is_no_reason_to_refuse(
    fresh_db: Engine, tiny_dir: Path, load: Load, set_cell: SetCell, one: One
) -> None:
    load(fresh_db, tiny_dir)
    _edit(fresh_db)
    set_cell(tiny_dir / "records.csv", 2, "title", "As it should be")  # the files have the edit as well
    set_cell(tiny_dir / "records.csv", 3, "title", "Another")
    assert load(fresh_db, tiny_dir).updated == 1


def test_measured_rows_survive_a_load_and_do_not_hinder_it(
    fresh_db: Engine, tiny_dir: Path, load: Load, set_cell: SetCell, one: One
) -> None:
    load(fresh_db, tiny_dir)
    _measure(fresh_db)
    set_cell(tiny_dir / "comparisons.csv", 2, "notes", "read again")
    assert load(fresh_db, tiny_dir).updated == 1
    for table in ("runs", "measurements"):
        assert one(fresh_db, f"SELECT count(*) FROM {table}") == 1  # noqa: S608
    assert one(fresh_db, "SELECT run_id FROM comparisons WHERE comparison_id = 'm-1'") == "run-1"


def test_a_load_that_would_orphan_a_measured_row_is_refused_and_says_why(
    fresh_db: Engine,
    tiny_dir: Path,
    load: Load,
    own_codebook: Callable[[Path], Path],
    edit_csv: Callable[..., None],
) -> None:
    load(fresh_db, tiny_dir)
    _measure(fresh_db)
    edit_csv(
        own_codebook(tiny_dir) / "outcomes.csv",
        lambda rows: rows.__setitem__(slice(None), [row for row in rows if row[0] != "accuracy"]),
    )
    edit_csv(tiny_dir / "comparisons.csv", lambda rows: rows.pop(1))
    for name in ("double_extraction.csv", "verification.csv"):
        (tiny_dir / name).unlink()
    with pytest.raises(MedquantError, match="still used by another"):
        load(fresh_db, tiny_dir)


def test_another_corpus_takes_the_place_of_the_one_before(
    seeded_db: Engine, tiny_dir: Path, load: Load, one: One
) -> None:
    for name in ("double_extraction.csv", "searches.csv", "lookup_purposes.csv"):
        (tiny_dir / name).unlink()
    load(seeded_db, tiny_dir, overwrite=True)
    tables = {"records": 3, "studies": 2, "comparisons": 2, "double_extractions": 0, "extraction_votes": 0,
              "second_readings": 1, "searches": 0, "study_groups": 0, "acknowledgements": 0}  # fmt: skip
    assert {table: one(seeded_db, f"SELECT count(*) FROM {table}") for table in tables} == tables  # noqa: S608


def test_a_release_is_named_by_corpus_toml_else_by_its_folder(
    fresh_db: Engine, tiny_dir: Path, load: Load
) -> None:
    assert load(fresh_db, tiny_dir).release == "tiny"
    (tiny_dir / "corpus.toml").write_text('release = "1.0"\n')
    assert load(fresh_db, tiny_dir).release == "1.0"


def test_a_loaded_corpus_is_not_edited_and_an_edit_makes_it_so(
    fresh_db: Engine, tiny_dir: Path, load: Load
) -> None:
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        assert read_status(connection, "")["edited"] is False
    _edit(fresh_db)
    with reading(fresh_db) as connection:
        assert read_status(connection, "")["edited"] is True


def test_who_loads_stands_in_the_history(seeded_db: Engine, one: One) -> None:
    assert one(seeded_db, "SELECT DISTINCT actor || ' ' || change FROM history") == "loader 1"
    assert str(one(seeded_db, "SELECT DISTINCT reason FROM history")).startswith("medquant db load: 20")
    assert one(seeded_db, "SELECT count(*) FROM change_context") == 0


def test_progress_is_told_for_every_file_and_table(fresh_db: Engine, tiny_dir: Path) -> None:
    told: list[str] = []
    corpus = read_corpus(tiny_dir, told.append)
    load_corpus(fresh_db, corpus, actor="loader", progress=told.append)
    assert {"records.csv", "reports.csv", Study.__tablename__, Search.__tablename__} <= set(told)


def test_a_load_that_would_drop_most_records_is_refused(
    seeded_db: Engine, tiny_dir: Path, load: Load, one: One
) -> None:
    with pytest.raises(MedquantError, match=r"delete 432 of the 432 records .* is it another corpus\?"):
        load(seeded_db, tiny_dir)
    assert one(seeded_db, "SELECT count(*) FROM records") == 432


@pytest.mark.parametrize(("name", "meant"), [("report.csv", "reports.csv"), ("studys.csv", "studies.csv")])
def test_a_misspelt_file_is_not_left_out_in_silence(tiny_dir: Path, name: str, meant: str) -> None:
    (tiny_dir / name).write_text("x\n")
    with pytest.raises(MedquantError, match=rf"{name} is no file of a corpus; is {meant} meant\?"):
        read_corpus(tiny_dir)
