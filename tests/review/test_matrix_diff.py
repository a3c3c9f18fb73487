"""A matrix edited elsewhere comes back cell by cell: previewed, validated, written only where accepted, never over a newer edit."""

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import Engine

from db.errors import MedquantError
from db.export import export_files
from db.session import place_of, reading
from review.editing import SUBJECTS, read_one
from review.matrix import matrix_csv, matrix_xlsx
from review.matrix_table import read_matrix

Run = Callable[..., Any]
BECAUSE = ("--reason", "checked by hand")


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


@pytest.fixture
def book(review: Run, tmp_path: Path) -> Path:
    """Export the matrix as a workbook."""
    file = tmp_path / "matrix.xlsx"
    assert review("matrix", "--out", file).code == 0
    return file


@pytest.fixture
def table(review: Run, tmp_path: Path) -> Path:
    """Export the matrix as CSV."""
    file = tmp_path / "matrix.csv"
    assert review("matrix", "--out", file).code == 0
    return file


@pytest.fixture(scope="module")
def shipped_files(shipped: Engine) -> Mapping[str, bytes]:
    """Export the matrix in both forms, by ending."""
    with reading(shipped) as connection:
        return {".csv": matrix_csv(connection), ".xlsx": matrix_xlsx(connection)}


def edit(file: Path, **cells: str | int | dt.date | None) -> None:
    """Change cells of a workbook, named `study__variable`."""
    workbook = load_workbook(file)
    sheet = workbook["matrix"]
    header = [cell.value for cell in sheet[1]]
    for name, value in cells.items():
        study, _, variable = name.partition("__")
        line = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == study)
        line[header.index(variable)].value = value
    workbook.save(file)


def edit_csv(
    file: Path, study: str, variable: str, value: str, *, delimiter: str = ",", mark: str = ""
) -> None:
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8"), newline="")))
    line = next(row for row in rows if row[0] == study)
    line[rows[0].index(variable)] = value
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    file.write_bytes((mark + out.getvalue()).encode())


def held(engine: Engine, study: str, variable: str) -> str:
    with reading(engine) as connection:
        return read_one(connection, SUBJECTS["study"], study).get(variable, "")


def states(said: Any) -> dict[str, str]:
    return {f"{cell['study']}.{cell['variable']}": cell["state"] for cell in json.loads(said.out)["cells"]}


@pytest.mark.parametrize("form", ["book", "table"])
def test_what_was_not_edited_does_not_differ(review: Run, request: pytest.FixtureRequest, form: str) -> None:
    said = review("diff-matrix", request.getfixturevalue(form))
    assert said.out == "0 cell(s) differ: 0 change, 0 refused, 0 stale\n"


def test_a_preview_shows_both_values_and_writes_nothing(review: Run, book: Path, seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        before = export_files(connection)
    edit(book, abid2022__modality="ct", ren2021__year=2020)
    said = review("diff-matrix", book)
    assert said.code == 0
    assert "abid2022.modality  change\n  database: xray\n  file:     ct\n" in said.out
    assert "ren2021.year  change\n  database: 2021\n  file:     2020\n" in said.out
    with reading(seeded_db) as connection:
        assert export_files(connection) == before


def test_only_accepted_cells_are_written_with_who_and_why_and_can_be_taken_back(
    review: Run, medquant: Run, book: Path, seeded_db: Engine
) -> None:
    edit(book, abid2022__modality="ct", ren2021__year=2020)
    said = review("diff-matrix", book, "--accept", "abid2022.modality", "--by", "vera", *BECAUSE)
    assert said.code == 0
    assert held(seeded_db, "abid2022", "modality") == "ct"
    assert held(seeded_db, "ren2021", "year") == "2021"
    (entry,) = json.loads(medquant("db", "history", "--json", "--db", place_of(seeded_db)).out)
    assert (entry["actor"], entry["reason"]) == ("vera", "checked by hand")
    assert review("undo", entry["change"], *BECAUSE).code == 0
    assert held(seeded_db, "abid2022", "modality") == "xray"


def test_accepting_all_leaves_out_what_is_refused_and_says_so(
    review: Run, book: Path, seeded_db: Engine
) -> None:
    edit(
        book,
        abid2022__modality="ct",
        abid2022__technique="magic",
        ren2021__country="=1+1",
        ren2021__year=1200,
    )
    preview = states(review("diff-matrix", book, "--json"))
    assert preview == {
        "abid2022.modality": "change", "abid2022.technique": "refused", "ren2021.country": "refused", "ren2021.year": "refused",
    }  # fmt: skip
    said = review("diff-matrix", book, "--accept-all", *BECAUSE)
    assert said.code == 1
    assert "'magic' is not a code of technique" in said.out
    assert "holds a formula" in said.out
    assert "1 cell(s) written" in said.out
    assert held(seeded_db, "abid2022", "technique") == "ptq"


def test_a_refused_cell_that_is_asked_for_writes_nothing_at_all(
    review: Run, book: Path, seeded_db: Engine
) -> None:
    edit(book, abid2022__modality="ct", abid2022__technique="magic")
    said = review("diff-matrix", book, "--accept", "abid2022.modality", "abid2022.technique", *BECAUSE)
    assert said.code == 1
    assert "magic" in said.err
    assert held(seeded_db, "abid2022", "modality") == "xray"


@pytest.mark.parametrize("form", ["book", "table"])
def test_a_cell_that_was_edited_on_both_sides_is_stale_and_shows_both_values(
    review: Run, request: pytest.FixtureRequest, seeded_db: Engine, form: str
) -> None:
    file = request.getfixturevalue(form)
    if form == "book":
        edit(file, boers2023__venue="from the file")
    else:
        edit_csv(file, "boers2023", "venue", "from the file")
    review("study", "set", "boers2023", "venue=from the database", *BECAUSE)
    said = review("diff-matrix", file, "--accept", "boers2023.venue", *BECAUSE)
    assert said.code == 1
    assert "the file has 'from the file', the database 'from the database'" in said.err
    assert review("diff-matrix", file, "--accept-all", *BECAUSE).code == 1
    assert held(seeded_db, "boers2023", "venue") == "from the database"


def test_what_only_the_database_changed_is_not_set_back(review: Run, book: Path, seeded_db: Engine) -> None:
    review("study", "set", "boers2023", "venue=from the database", *BECAUSE)
    said = review("diff-matrix", book, "--accept-all", *BECAUSE)
    assert "changed in the database alone since the export, left as they are: 1 cells" in said.out
    assert held(seeded_db, "boers2023", "venue") == "from the database"


def test_an_edit_from_before_the_export_is_no_conflict(review: Run, table: Path) -> None:
    review("study", "set", "boers2023", "venue=earlier", *BECAUSE)
    edit_csv(table, "boers2023", "venue", "from the file")
    assert states(review("diff-matrix", table, "--json")) == {"boers2023.venue": "stale"}
    assert states(review("diff-matrix", table, "--json", "--exported", "2999-01-01")) == {
        "boers2023.venue": "change"
    }


@pytest.mark.parametrize("date", [None, "2999-01-01T00:00:00Z"])
def test_a_workbook_whose_date_is_lost_or_wrong_never_overwrites_a_newer_edit(
    review: Run, book: Path, seeded_db: Engine, date: str | None
) -> None:
    edit(book, boers2023__venue="from the file")
    review("study", "set", "boers2023", "venue=from the database", *BECAUSE)
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = parts.pop("docProps/core.xml")
    if date is not None:
        parts["docProps/core.xml"] = re.sub(
            rb"(<dcterms:created[^>]*>)[^<]*", rb"\g<1>" + date.encode(), core
        )
        assert date.encode() in parts["docProps/core.xml"]
    with zipfile.ZipFile(book, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert states(review("diff-matrix", book, "--json")) == {"boers2023.venue": "stale"}


@pytest.mark.parametrize(("delimiter", "mark"), [(",", ""), (";", "\ufeff"), ("\t", "")])
def test_csv_as_spreadsheets_save_it_is_read(review: Run, table: Path, delimiter: str, mark: str) -> None:
    edit_csv(table, "abid2022", "modality", "ct", delimiter=delimiter, mark=mark)
    assert states(review("diff-matrix", table, "--json")) == {"abid2022.modality": "change"}


def test_studies_and_columns_that_are_missing_are_told_and_left_alone(
    review: Run, tmp_path: Path, seeded_db: Engine
) -> None:
    file = tmp_path / "part.csv"
    file.write_text("study_id,modality\nabid2022,ct\nnobody2020,ct\n")
    said = review("diff-matrix", file, "--accept-all", *BECAUSE)
    assert "not in the database, add with `medquant review study add`: nobody2020" in said.out
    assert "not in the file, left as they are: 92 studies" in said.out
    assert held(seeded_db, "ren2021", "modality") != ""
    assert held(seeded_db, "abid2022", "technique") == "ptq"


def test_an_emptied_cell_is_a_change_and_clears_the_value(review: Run, book: Path, seeded_db: Engine) -> None:
    edit(book, abid2022__modality=None)
    assert review("diff-matrix", book, "--accept-all", *BECAUSE).code == 0
    assert held(seeded_db, "abid2022", "modality") == ""


def test_a_date_that_a_spreadsheet_made_of_a_value_is_refused(review: Run, book: Path) -> None:
    edit(book, abid2022__weight_bits=dt.date(2026, 8, 16))
    said = review("diff-matrix", book)
    assert "abid2022.weight_bits  refused" in said.out
    assert "made a date" in said.out


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"study,modality\nx,ct\n", "needs study_id"),
        ("a.csv", b"study_id,odd\nabid2022,1\n", "'odd' is no variable"),
        ("a.csv", b"study_id,modality,modality\nabid2022,ct,ct\n", "stands twice"),
        ("a.csv", b"study_id,modality\nabid2022,ct\nabid2022,ct\n", "stands twice"),
        ("a.csv", b"study_id,modality\n,ct\n", "names no study"),
        ("a.csv", b"study_id,modality\nabid2022,ct,more\n", "more cells"),
        ("a.csv", b'study_id,modality\nabid2022,"ct\n', "CSV"),
        ("a.xlsx", b"no workbook", "cut off"),
        ("a.ods", b"x", "known ending"),
    ],
)
def test_files_that_are_no_matrix_are_refused_in_one_sentence(
    review: Run, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    said = review("diff-matrix", tmp_path / name)
    assert said.code == 1
    assert why in said.err
    assert said.err.count("\n") == 1


def test_a_workbook_that_unpacks_to_too_much_is_refused(review: Run, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (20 * 2**20))
    said = review("diff-matrix", bomb)
    assert said.code == 1
    assert "allowed" in said.err


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), what=st.binary(min_size=1, max_size=40), cut=st.booleans())
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_damaged_file_is_read_or_refused_in_a_sentence(
    shipped_files: Mapping[str, bytes], tmp_path: Path, ending: str, at: float, what: bytes, cut: bool
) -> None:
    whole = shipped_files[ending]
    place = int(at * len(whole))
    file = tmp_path / f"damaged{ending}"
    file.write_bytes(whole[:place] + what + (b"" if cut else whole[place + len(what) :]))
    try:
        table = read_matrix(file)
    except MedquantError as told:
        problem = str(told)
    else:
        problem = "" if "study_id" not in table.columns else "the key is no cell"
    assert "\n" not in problem
    assert problem != "the key is no cell"


def test_accepting_needs_a_reason_and_a_cell_that_differs(review: Run, book: Path) -> None:
    assert "--reason" in review("diff-matrix", book, "--accept-all").err
    assert "does not differ" in review("diff-matrix", book, "--accept", "abid2022.modality", *BECAUSE).err
