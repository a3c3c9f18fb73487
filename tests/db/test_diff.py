"""Comparing two states of the evidence: folders, the database now, and the database as it was."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, case, func, select, text

from db.csvfile import parse_csv
from db.diff import CellChange, Diff, State, compare, tallies
from db.diff_past import last_change, past_database
from db.diff_sides import MOST_BYTES, folder_state, read_state
from db.errors import DataError, MedquantError
from db.export import export_files
from db.files import table_of
from db.load import LoadResult
from db.models.tables import TRACKED, History
from db.session import place_of, reading, writing

Load = Callable[..., LoadResult]
SetCell = Callable[[Path, int, str, str], None]


def tally(diff: Diff) -> dict[str, tuple[int, int, int]]:
    return {one.what: (one.added, one.removed, one.changed) for one in tallies(diff)}


@pytest.fixture
def other_dir(tiny_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_dir, tmp_path / "other"))


def test_a_changed_cell_is_told_with_file_key_column_and_both_texts(
    tiny_dir: Path, other_dir: Path, set_cell: SetCell
) -> None:
    set_cell(other_dir / "comparisons.csv", 2, "quantized_value", "91.00")
    diff = compare(folder_state(tiny_dir), folder_state(other_dir))
    assert diff.cells == [("comparisons.csv", CellChange("s1-01", "quantized_value", "91.0", "91.00"))]
    assert tally(diff)["comparisons"] == (0, 0, 1)


def test_a_folder_does_not_differ_from_itself(tiny_dir: Path) -> None:
    assert compare(folder_state(tiny_dir), folder_state(tiny_dir)).files == ()


def test_values_of_the_matrix_are_added_where_filled_and_removed_where_emptied(
    tiny_dir: Path, other_dir: Path, set_cell: SetCell
) -> None:
    set_cell(other_dir / "studies.csv", 2, "modality", "ct")
    set_cell(other_dir / "studies.csv", 2, "year", "")
    set_cell(other_dir / "studies.csv", 3, "modality", "ct")
    diff = compare(folder_state(tiny_dir), folder_state(other_dir))
    assert tally(diff)["values"] == (1, 1, 1)
    assert tally(diff)["studies"] == (0, 0, 2)


def test_rows_are_added_and_removed_with_their_cells(
    tiny_dir: Path, other_dir: Path, edit_csv: Callable[..., None]
) -> None:
    edit_csv(other_dir / "records.csv", lambda rows: rows[3].__setitem__(0, "r9"))
    diff = compare(folder_state(tiny_dir), folder_state(other_dir))
    records = diff.of("records.csv")
    assert [(row.key, row.cells["title"]) for row in records.added] == [("r9", 'Three\nlines "quoted"')]
    assert [row.key for row in records.removed] == ["r3"]
    assert (records.before, records.after, records.changed) == (3, 3, ())


def test_another_order_of_rows_is_told_and_changes_no_cell(
    tiny_dir: Path, other_dir: Path, edit_csv: Callable[..., None]
) -> None:
    edit_csv(other_dir / "records.csv", lambda rows: rows.append(rows.pop(1)))
    records = compare(folder_state(tiny_dir), folder_state(other_dir)).of("records.csv")
    assert (records.reordered, records.added, records.removed, records.changed) == (True, (), (), ())


def test_a_column_that_came_into_use_is_a_change_only_where_it_is_filled(
    tiny_dir: Path, other_dir: Path, edit_csv: Callable[..., None]
) -> None:
    edit_csv(
        other_dir / "records.csv",
        lambda rows: [
            row.append(cell) for row, cell in zip(rows, ("removed", "", "ineligible", ""), strict=True)
        ],
    )
    diff = compare(folder_state(tiny_dir), folder_state(other_dir))
    assert diff.cells == [("records.csv", CellChange("r2", "removed", "", "ineligible"))]


def test_a_log_has_whole_rows_added(tiny_dir: Path, other_dir: Path, edit_csv: Callable[..., None]) -> None:
    edit_csv(other_dir / "verification.csv", lambda rows: rows.append(list(rows[1])))
    log = compare(folder_state(tiny_dir), folder_state(other_dir)).of("verification.csv")
    assert [row.cells["verdict"] for row in log.added] == ["not_seen_again"]
    assert (log.removed, log.changed, log.reordered) == ((), (), False)


def test_an_identifier_that_stands_twice_cannot_be_compared(
    tiny_dir: Path, other_dir: Path, edit_csv: Callable[..., None]
) -> None:
    edit_csv(other_dir / "records.csv", lambda rows: rows.append(list(rows[1])))
    with pytest.raises(
        DataError, match=r"records.csv, row 5, column record_id: 'r1' stands in .* second time"
    ):
        compare(folder_state(tiny_dir), folder_state(other_dir))


def test_a_file_without_its_identifier_cannot_be_compared() -> None:
    states = [State(name, {"records.csv": parse_csv("records.csv", b"title\nOne\n")}) for name in "ab"]
    with pytest.raises(DataError, match=r"records.csv, column record_id: the column is missing in a"):
        compare(*states)


def test_a_folder_without_a_file_of_a_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="holds no file of a corpus"):
        folder_state(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tiny_dir: Path) -> None:
    with (tiny_dir / "records.csv").open("r+b") as file:
        file.truncate(MOST_BYTES + 1)  # a hole: it takes no space
    with pytest.raises(MedquantError, match="larger than"):
        folder_state(tiny_dir)


@pytest.fixture
def edited(fresh_db: Engine, tiny_dir: Path, load: Load) -> Engine:
    """Load the tiny corpus, then change, remove, add and rename rows in several commands."""
    (tiny_dir / "corpus.toml").write_bytes(b'release = "tiny"\n')
    load(fresh_db, tiny_dir)
    for statement in (
        "UPDATE comparisons SET quantized_value = '90.5', weight_bits = '4' WHERE comparison_id = 's1-01'",
        "UPDATE comparisons SET quantized_value = '90.4' WHERE comparison_id = 's1-01'",
        "DELETE FROM extraction_votes",
        "DELETE FROM study_values WHERE study_id = 's2'",
        "INSERT INTO records (record_id, title, position) VALUES ('r9', 'Nine', 9)",
        "UPDATE records SET record_id = 'r10' WHERE record_id = 'r9'",
        "UPDATE studies SET title = 'Zwei' WHERE study_id = 's2'",
    ):
        with writing(fresh_db, actor="Ada", reason="a test") as connection:
            connection.execute(text(statement.replace(":", "\\:")))
    return fresh_db


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def test_the_database_as_it_was_exports_the_bytes_that_were_loaded(edited: Engine, tiny_dir: Path) -> None:
    assert exported(edited)["comparisons.csv"] != (tiny_dir / "comparisons.csv").read_bytes()
    with reading(edited) as connection:
        last = connection.scalar(text("SELECT max(history_id) FROM releases"))
        past = past_database(connection, last, tiny_dir.parent / "past.db")
    loaded = {str(p.relative_to(tiny_dir)): p.read_bytes() for p in tiny_dir.iterdir()}
    assert exported(past) == loaded


def test_every_moment_of_the_history_gives_the_rows_of_that_moment(edited: Engine, tmp_path: Path) -> None:
    with writing(edited, actor="Ada", reason="a test") as connection:
        connection.execute(text("UPDATE comparisons SET n_test = 7 WHERE comparison_id = 's1-01'"))
    with reading(edited) as connection:
        numbers = list(connection.scalars(text("SELECT id FROM history ORDER BY id")))
        for number in numbers[-9:]:
            past = past_database(connection, number, tmp_path / f"{number}.db")
            with reading(past) as then:
                for table in map(table_of, TRACKED):
                    rows = then.scalar(select(func.count()).select_from(table))
                    step = case((History.action == "insert", 1), (History.action == "delete", -1), else_=0)
                    known = connection.scalar(
                        select(func.coalesce(func.sum(step), 0)).where(
                            History.id <= number, History.table_name == table.name
                        )
                    )
                    assert rows == known


def test_a_release_of_the_database_and_now_differ_by_what_was_edited(edited: Engine) -> None:
    diff = compare(read_state("tiny", place_of(edited)), read_state("now", place_of(edited)))
    assert ("comparisons.csv", CellChange("s1-01", "quantized_value", "91.0", "90.4")) in diff.cells
    assert ("studies.csv", CellChange("s2", "weight_bits", "8;16f", "")) in diff.cells
    assert [row.key for row in diff.of("records.csv").added] == ["r10"]


def test_a_day_is_its_end_and_a_moment_is_read_in_its_zone(edited: Engine) -> None:
    with reading(edited) as connection:
        ids = connection.execute(text("SELECT min(at), max(at), max(id) FROM history")).one()
        first, latest, last = ids
        assert last_change(connection, latest[:10]) == last
        assert last_change(connection, latest) == last
        assert last_change(connection, latest.replace("Z", "+00:00")) == last
        with pytest.raises(MedquantError, match="its history begins at"):
            last_change(connection, "1999-12-31")
        with pytest.raises(MedquantError, match="its history begins at"):
            last_change(connection, first.replace("Z", "+14:00"))


@pytest.mark.parametrize("words", ["tomorrow", "no/folder", "\0", "", "2026-13-01"])
def test_what_names_no_state_is_refused_with_what_is_allowed(edited: Engine, words: str) -> None:
    with pytest.raises(MedquantError, match=r"allowed: the folder of a release, now, a date"):
        read_state(words, place_of(edited))


def test_the_verb_prints_text_and_json(medquant: Callable[..., Any], edited: Engine, tiny_dir: Path) -> None:
    done = medquant("db", "diff", tiny_dir, "--db", place_of(edited))
    assert done.code == 0, done.err
    assert f"{tiny_dir} -> now" in done.out
    assert "comparisons: 0 added, 0 removed, 1 changed" in done.out
    assert "      quantized_value: 91.0 -> 90.4" in done.out
    told = json.loads(medquant("db", "diff", "tiny", "now", "--json", "--db", place_of(edited)).out)
    assert told["summary"]["records"] == {"added": 1, "removed": 0, "changed": 0}
    [comparisons] = [one for one in told["files"] if one["file"] == "comparisons.csv"]
    assert {"key": "s1-01", "column": "weight_bits", "old": "8", "new": "4"} in comparisons["changed"]


def test_two_folders_are_compared_without_a_database(
    medquant: Callable[..., Any], tiny_dir: Path, other_dir: Path
) -> None:
    done = medquant("db", "diff", tiny_dir, other_dir, "--db", tiny_dir / "none.db")
    assert (done.code, done.out.splitlines()[1]) == (0, "  no cell differs")


def test_long_lists_are_cut_and_say_so(
    medquant: Callable[..., Any], tiny_dir: Path, other_dir: Path, edit_csv: Callable[..., None]
) -> None:
    edit_csv(other_dir / "identified.csv", lambda rows: rows.__delitem__(slice(1, None)))
    cut = medquant("db", "diff", tiny_dir, other_dir, "--limit", "1").out
    assert cut.count("\n  - ") == 1
    assert "and 3 more (--limit 0 shows all)" in cut
    assert medquant("db", "diff", tiny_dir, other_dir, "--limit", "0").out.count("\n  - ") == 4
