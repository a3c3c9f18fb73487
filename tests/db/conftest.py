"""What the tests of `db` share: a tiny corpus with every kind of file, and a way to change a cell of a CSV."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from db.codebook.codebook import SHIPPED as CODEBOOK
from db.corpus import read_corpus
from db.csvfile import csv_bytes
from db.files import FILES
from db.load import LoadResult, load_corpus
from db.session import reading
from db.template import template_files

Rows = list[dict[str, str]]
EditCsv = Callable[[Path, Callable[[list[list[str]]], object]], None]

TINY: Mapping[str, Rows] = {
    "searches.csv": [
        {"query_id": "q1", "reviewer": "Ada", "query": "int8; heart", "corpus": "index", "date": "2026-01-31",
         "results_returned": "0"},
    ],
    "lookup_purposes.csv": [{"query_id": "q1", "purpose": "new studies"}],
    "records.csv": [
        {"record_id": "r1", "title": "One", "year": "2024"},
        {"record_id": "r2", "title": "Two, with comma", "doi": "10.1000/two"},
        {"record_id": "r3", "title": "Three\nlines \"quoted\""},
    ],
    "identified.csv": [
        {"theme": "A", "raw_record_id": "A1", "source": "index", "record_id": "r1"},
        {"theme": "A", "raw_record_id": "A2", "source": "index", "record_id": "r2"},
        {"theme": "A", "raw_record_id": "A3", "source": "index", "record_id": "r3"},
        {"theme": "B", "raw_record_id": "B1", "source": "other index", "record_id": "r1"},
    ],
    "screenings.csv": [
        {"record_id": "r1", "reviewer": "Ada", "stage": "title_abstract", "decision": "include"},
        {"record_id": "r2", "reviewer": "Ada", "stage": "title_abstract", "decision": "include"},
        {"record_id": "r3", "reviewer": "Ada", "stage": "title_abstract", "decision": "exclude",
         "reason": "not_quantization"},
    ],
    "studies.csv": [
        {"study_id": "s1", "record_id": "r1", "title": "One", "publication_type": "journal", "technique": "ptq;qat",
         "year": "2024", "modality": "mri", "extracted_by": "Ada;Grace", "text_basis": "full_text"},
        {"study_id": "s2", "record_id": "r2", "title": "Two, with comma", "publication_type": "preprint",
         "technique": "ptq", "weight_bits": "8;16f", "n_images_total": "0"},
    ],
    "comparisons.csv": [
        {"comparison_id": "s1-01", "study_id": "s1", "arm": "int8, all layers", "technique": "ptq", "weight_bits": "8",
         "outcome": "accuracy", "unit": "percent", "baseline_value": "91.50", "quantized_value": "91.0",
         "change_kind": "difference", "change_value": "-0.50", "bound": "exact", "control": "clean",
         "as_printed": "91.50 to 91.0", "n_test": "200", "verification": "not_seen_again"},
        {"comparison_id": "s2-01", "study_id": "s2", "arm": "int8", "outcome": "size", "unit": "MB",
         "change_kind": "none", "bound": "exact", "control": "unclear", "verification": "unverified"},
    ],
    "double_extraction.csv": [
        {"comparison_id": "s1-01", "study_id": "s1", "arm": "int8, all layers", "outcome": "accuracy",
         "field": "change", "value_Ada": "half a point", "value_Lovelace, G.": "0.5", "n_reviewers": "2", "agree": "yes"},
    ],
    "verification.csv": [{"comparison_id": "s1-01", "verdict": "not_seen_again"}],
    "corrections.csv": [{"kind": "comparison", "id": "s1-01", "field": "unit", "old": "fraction", "new": "percent"}],
}  # fmt: skip
EXTRA_COLUMNS = {"double_extraction.csv": ("value_Ada", "value_Lovelace, G.")}


@pytest.fixture
def tiny_dir(tmp_path: Path) -> Path:
    """Write the template and fill it with a tiny corpus of three records and two studies."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, blank in template_files().items():
        if not name.endswith(".csv"):
            continue
        header = next(csv.reader(io.StringIO(blank.decode())))
        if extra := EXTRA_COLUMNS.get(name):
            header[-2:-2] = extra
        if name in TINY or name not in {file.name for file in FILES if file.on_demand}:
            (folder / name).write_bytes(csv_bytes(header, TINY.get(name, [])))
    return folder


@pytest.fixture
def edit_csv() -> EditCsv:
    """Change a CSV file: the function given gets its rows, header first, as lists of cells to change in place."""

    def edit(path: Path, change: Callable[[list[list[str]]], object]) -> None:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
        change(rows)
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_bytes(out.getvalue().encode())

    return edit


@pytest.fixture
def set_cell(edit_csv: EditCsv) -> Callable[[Path, int, str, str], None]:
    """Set the cell in a row (the header is row 1) and column of a CSV file."""

    def put(path: Path, row: int, column: str, value: str) -> None:
        def change(rows: list[list[str]]) -> None:
            rows[row - 1][rows[0].index(column)] = value

        edit_csv(path, change)

    return put


@pytest.fixture
def add_file() -> Callable[[Path, str, Rows], None]:
    """Write a CSV file of a corpus with the header of the template and, where rows use them, optional columns."""

    def write(folder: Path, name: str, rows: Rows) -> None:
        header = next(csv.reader(io.StringIO(template_files()[name].decode())))
        header += sorted({column for row in rows for column in row} - set(header))
        (folder / name).write_bytes(csv_bytes(header, rows))

    return write


@pytest.fixture
def own_codebook() -> Callable[[Path], Path]:
    """Give a corpus a codebook of its own, equal to the shipped one, and return its folder."""

    def copy(folder: Path) -> Path:
        target = folder / "codebook"
        target.mkdir()
        for source in CODEBOOK.glob("*.csv"):
            (target / source.name).write_bytes(source.read_bytes())
        return target

    return copy


@pytest.fixture
def load() -> Callable[..., LoadResult]:
    """Load a folder into a database."""

    def run(engine: Engine, folder: Path, *, overwrite: bool = False) -> LoadResult:
        return load_corpus(engine, read_corpus(folder), actor="loader", overwrite=overwrite)

    return run


@pytest.fixture
def one() -> Callable[..., object]:
    """Return the first cell of the first row of a query."""

    def ask(engine: Engine, query: str) -> object:
        with reading(engine) as connection:
            return _scalar(connection, query)

    return ask


def _scalar(connection: Connection, query: str) -> object:
    return connection.execute(text(query)).scalar()
