"""Bad files: one sentence that names file, row, column, value and what is allowed; exit code 1; nothing written."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.csvfile import LONGEST_CELL
from db.session import place_of

Medquant = Callable[..., Any]
SetCell = Callable[[Path, int, str, str], None]
pytestmark = pytest.mark.sqlite_only("bad files are refused before a database is asked, whatever its kind")


@pytest.fixture
def refuses(tiny_dir: Path, fresh_db: Engine, medquant: Medquant) -> Callable[[str], None]:
    """Load the tiny corpus and expect this sentence and nothing else: no byte of the database changes."""

    def expect(sentence: str) -> None:
        path = Path(place_of(fresh_db))
        before = path.read_bytes()
        done = medquant("db", "load", tiny_dir, "--db", path)
        assert (done.code, done.out, done.err) == (1, "", f"medquant: {sentence}\n")
        assert path.read_bytes() == before

    return expect


def test_a_refused_corpus_makes_no_database(
    tiny_dir: Path, set_cell: SetCell, medquant: Medquant, tmp_path: Path
) -> None:
    set_cell(tiny_dir / "comparisons.csv", 2, "technique", "magic")
    assert medquant("db", "load", tiny_dir, "--db", tmp_path / "new.db").code == 1
    assert not (tmp_path / "new.db").exists()


BITS = "1 to 99, 8f, 16f, 32f, bf16, ternary, binary"
NUMBER = "digits with an optional leading minus and one decimal point, at most 40 characters, such as 0.93 or -1.89"
CELLS = [
    # codes
    ("comparisons.csv", 2, "technique", "magic", "'magic' is not a code of technique; allowed: ptq, qat, mixed_precision, low_bit, fixed_point, unspecified"),
    ("comparisons.csv", 2, "technique", "ptq;magic", "'magic' is not a code of technique; allowed: ptq, qat, mixed_precision, low_bit, fixed_point, unspecified"),
    ("comparisons.csv", 2, "technique", "ptq;", "'ptq;' has an empty value between semicolons; take the extra semicolon out"),
    ("comparisons.csv", 2, "weight_bits", "100", f"'100' is no bit width; allowed: {BITS}"),
    ("comparisons.csv", 2, "weight_bits", "８", f"'８' is no bit width; allowed: {BITS}"),
    ("comparisons.csv", 2, "bound", "Exact", "'Exact' is not allowed; allowed: exact, about, at_least, at_most, range"),
    ("studies.csv", 2, "modality", "mri;x", None),
    ("studies.csv", 2, "publication_type", "book", "'book' is not a code of publication_type; allowed: journal, conference, preprint, thesis, unknown"),
    ("studies.csv", 2, "doi", "https://doi.org/10.1/x", "'https://doi.org/10.1/x' is not a DOI; allowed: 10.NNNN/… without https://doi.org/"),
    ("studies.csv", 2, "url", "www.example.org", "'www.example.org' is not an address; allowed: http:// or https:// and no spaces"),
    ("screenings.csv", 4, "reason", "boring", None),
    # parents and keys
    ("comparisons.csv", 2, "study_id", "s9", "'s9' is no study_id of studies.csv; allowed: one that stands there (add the row there first, or correct the spelling)"),
    ("comparisons.csv", 2, "outcome", "beauty", "'beauty' is no code of outcomes.csv; allowed: one that stands there (add the row there first, or correct the spelling)"),
    ("records.csv", 4, "record_id", "r1", "'r1' stands here for the second time (first in row 2); allowed: once"),
    # numbers
    *(("comparisons.csv", 2, "baseline_value", text, f"{text!r} is not a plain number; allowed: {NUMBER}")
      for text in ("1e5", "1,5", "NaN", "inf", "--1", "+1", ".5", "1.", " 1", "0x1", "٣", "007", "9" * 41)),
    ("comparisons.csv", 2, "n_test", "many", "'many' is not a whole number; allowed: digits alone, such as 597"),
    ("comparisons.csv", 2, "n_test", "1.5", "'1.5' is not a whole number; allowed: digits alone, such as 597"),
    ("comparisons.csv", 2, "n_test", "０", "'０' is not a whole number; allowed: digits alone, such as 597"),
    ("comparisons.csv", 2, "n_test", "0", "0 test cases cannot be; allowed: 1 or more, or an empty cell where not stated"),
    ("comparisons.csv", 2, "n_test", "3000000000", "'3000000000' is too large; allowed: up to 2147483647"),
    ("studies.csv", 2, "n_images_total", "3,662", "'3,662' is not a whole number; allowed: digits alone, such as 3662"),
    # dates and years
    *(("searches.csv", 2, "date", text, f"{text!r} is not a date; allowed: YYYY-MM-DD, such as 2026-01-31")
      for text in ("yesterday", "31.01.2026", "2026-02-30", "20260131", "2026-W05-6")),
    *(("records.csv", 2, "year", text, f"{text!r} is not a year; allowed: 1900 to 2100")
      for text in ("1899", "2101", "24", "2024a", "２０２４")),
    # cells that must be filled
    ("records.csv", 2, "title", "", "the cell is empty; a value is needed here"),
    ("comparisons.csv", 2, "study_id", "", "the cell is empty; a study_id is needed here"),
    ("comparisons.csv", 2, "change_value", "", "the change is '' but its kind is difference; allowed: a number with difference, ratio or percent_change, nothing with none"),
    ("comparisons.csv", 3, "change_value", "5", "the change is '5' but its kind is none; allowed: a number with difference, ratio or percent_change, nothing with none"),
    # what two cells say of one thing
    ("double_extraction.csv", 2, "n_reviewers", "3", "'3' reviewers are named but 2 values stand in the row; make the two agree"),
    ("double_extraction.csv", 2, "arm", "int4", "'int4' is not what comparisons.csv says of s1-01; allowed: int8, all layers"),
]  # fmt: skip
KEYS = {"records.csv": "record_id"}


@pytest.mark.parametrize(("file", "row", "column", "value", "said"), CELLS)
def test_a_bad_cell(
    refuses: Callable[[str], None], tiny_dir: Path, set_cell: SetCell, medquant: Medquant, tmp_path: Path,
    file: str, row: int, column: str, value: str, said: str | None,
) -> None:  # fmt: skip
    set_cell(tiny_dir / file, row, column, value)
    if said is None:  # a long list of codes: its beginning is enough
        done = medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db")
        bad = value.rsplit(";", 1)[-1]
        assert done.err.startswith(f"medquant: {file}, row {row}, column {column}: {bad!r} is not a code of ")
        assert "; allowed: " in done.err
        said = done.err.removeprefix(f"medquant: {file}, row {row}, column {column}: ").rstrip("\n")
    refuses(f"{file}, row {row}, column {column}: {said}")


def _bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


RAW: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("missing column", lambda b: b.replace(b"query_id,purpose", b"query_id,why"),
     "lookup_purposes.csv, row 1, column purpose: the column is missing (the header has 'why' instead); the header needs query_id, purpose"),
    ("unknown column", lambda _: b"query_id,purpose,mood\n",
     "lookup_purposes.csv, row 1: 'mood' is no column of this file; allowed: query_id, purpose"),
    ("nameless column", lambda _: b"query_id,purpose,\n",
     "lookup_purposes.csv, row 1: '' is no column of this file; allowed: query_id, purpose"),
    ("duplicate column", lambda _: b"query_id,purpose,purpose\n",
     "lookup_purposes.csv, row 1: the column 'purpose' stands twice; once is allowed"),
    ("NUL byte", lambda b: b.replace(b"new", b"n\0w"),
     "lookup_purposes.csv, row 2: there is a NUL byte, which no text has; the file is damaged or no CSV; restore it"),
    ("truncated inside quotes", lambda b: b + b'q2,"new stu\n',
     "lookup_purposes.csv, row 3: the file ends inside a quoted cell: truncated? restore it"),
    ("no line end", lambda b: b[:-1],
     "lookup_purposes.csv, row 2: the file ends in the middle of a row (no line end): truncated? restore it"),
    ("short row", lambda b: b + b"q2\n",
     "lookup_purposes.csv, row 3: the row has 1 cells, the header 2; every row needs as many as the header"),
    ("long row", lambda b: b + b"q2,a,b\n",
     "lookup_purposes.csv, row 3: the row has 3 cells, the header 2; every row needs as many as the header"),
    ("blank line", lambda b: b + b"\n",
     "lookup_purposes.csv, row 3: the row has 0 cells, the header 2; every row needs as many as the header"),
    ("text after quotes", lambda b: b + b'q2,"a"b\n',
     "lookup_purposes.csv, row 3: this is not well-formed CSV (',' expected after '\"'); quote cells that hold quotes or commas"),
    ("latin-1", lambda b: b + "q2,für\n".encode("latin-1"),
     "lookup_purposes.csv, row 3: the byte 0xfc is not UTF-8 (latin-1, perhaps?); save the file as UTF-8"),
    ("byte-order mark", lambda b: b"\xef\xbb\xbf" + b,
     "lookup_purposes.csv, row 1: the file begins with a byte-order mark; save it as UTF-8 without one"),
    ("UTF-16", lambda b: b.decode().encode("utf-16"),
     "lookup_purposes.csv, row 1: there is a NUL byte, which no text has; the file is damaged or no CSV; restore it"),
    ("CRLF", lambda b: b.replace(b"\n", b"\r\n"),
     "lookup_purposes.csv, row 1: there is a carriage return; save it with LF line ends (Unix), not CRLF"),
    ("no bytes", lambda _: b"", "lookup_purposes.csv: the file is empty; it needs at least the header row"),
    ("duplicate row", lambda b: b + b"q1,again\n",
     "lookup_purposes.csv, row 3, column query_id: 'q1' stands here for the second time (first in row 2); allowed: once"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [case[1:] for case in RAW], ids=[case[0] for case in RAW])
def test_a_bad_file(
    refuses: Callable[[str], None], tiny_dir: Path, change: Callable[[bytes], bytes], said: str
) -> None:
    _bytes(tiny_dir / "lookup_purposes.csv", change)
    refuses(said)


def test_a_cell_of_100_megabytes(refuses: Callable[[str], None], tiny_dir: Path) -> None:
    with (tiny_dir / "lookup_purposes.csv").open("wb") as file:
        file.write(b"query_id,purpose\nq1,")
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refuses(
        f"lookup_purposes.csv, row 2, column purpose: {'x' * 60 + '… (100,000,000 characters)'!r} is too long; "
        f"allowed: up to {LONGEST_CELL:,} characters in a cell"
    )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_500_000  # kilobytes


def test_a_cell_of_just_the_longest_length_is_taken(
    tiny_dir: Path, set_cell: SetCell, medquant: Medquant, tmp_path: Path
) -> None:
    set_cell(tiny_dir / "lookup_purposes.csv", 2, "purpose", "x" * LONGEST_CELL)
    assert medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db").code == 0


@pytest.mark.parametrize("name", ["records.csv", "lookup_purposes.csv"])
def test_a_folder_in_the_place_of_a_file(refuses: Callable[[str], None], tiny_dir: Path, name: str) -> None:
    (tiny_dir / name).unlink()
    (tiny_dir / name).mkdir()
    refuses(f"{tiny_dir / name} cannot be read: Is a directory")


@pytest.mark.parametrize("name", ["records.csv", "studies.csv", "comparisons.csv"])
def test_a_needed_file_that_is_missing(refuses: Callable[[str], None], tiny_dir: Path, name: str) -> None:
    (tiny_dir / name).unlink()
    refuses(f"{tiny_dir / name} does not exist; `medquant db template DIR` writes blank files")


@pytest.mark.parametrize("name", ["nowhere", "tiny/records.csv"])
def test_a_corpus_that_is_no_folder(medquant: Medquant, tiny_dir: Path, tmp_path: Path, name: str) -> None:
    done = medquant("db", "load", tmp_path / name, "--db", tmp_path / "x.db")
    assert done.code == 1
    assert done.err == (
        f"medquant: {tmp_path / name} is no folder; give the folder with the CSV files, or none for the shipped corpus\n"
    )
    assert not (tmp_path / "x.db").exists()


PROVENANCE = "study_id,variable,as_printed,locator,source_url,extracted_by,extracted_on,verification\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("s1,anatomy,,p. 1,,,,\n", "row 2, column study_id, variable: 's1|anatomy' has no value in studies.csv; give the cell a value there first"),
        ("s1,modality,,,,,,\n", "row 2: the row says nothing of its cell; fill one of as_printed, locator, source_url, extracted_by, extracted_on, verification, verified_by, verified_on, or take the row out"),
        ("s1,modality,a,,,,,\ns1,modality,b,,,,,\n", "row 3, column study_id, variable: 's1|modality' stands here for the second time (first in row 2); allowed: once"),
    ],
)  # fmt: skip
def test_provenance_without_a_value_of_its_own(
    refuses: Callable[[str], None], tiny_dir: Path, row: str, said: str
) -> None:
    (tiny_dir / "study_values.csv").write_text(PROVENANCE + row)
    refuses(f"study_values.csv, {said}")


@pytest.mark.parametrize(
    ("file", "line", "replacement", "said"),
    [
        ("variables.csv", "record_id,", None, "variables.csv: the row of the variable record_id is missing; every study needs "),
        ("variables.csv", "modality,", "modality,M,d,code,yes,magic,s", "variables.csv, row 13, column vocabulary: 'magic' is no vocabulary of terms.csv; allowed: answer, "),
        ("variables.csv", "modality,", "modality,M,d,colour,yes,,s", "variables.csv, row 13, column type: 'colour' is unknown; allowed: text, code, integer, "),
        ("variables.csv", "modality,", "modality,M,d,text,perhaps,,s", "variables.csv, row 13, column multi: 'perhaps' is unknown; allowed: yes, no"),
        ("outcomes.csv", "dice,", "dice,Dice,sideways,difference,", "outcomes.csv, row 8, column better: 'sideways' is unknown; allowed: higher, lower, neither"),
        ("terms.csv", "vocabulary,code,", "vocabulary,code,label,meaning", "terms.csv, row 1, column definition: the column is missing (the header has 'meaning' instead); "),
        ("terms.csv", "modality,ct,", "modality,mri,MRI,", "terms.csv, row 8, column vocabulary, code: 'modality|mri' stands here for the second time (first in row 7); allowed: once"),
    ],
)  # fmt: skip
def test_a_bad_codebook(
    tiny_dir: Path, own_codebook: Callable[[Path], Path], medquant: Medquant, tmp_path: Path,
    file: str, line: str, replacement: str | None, said: str,
) -> None:  # fmt: skip
    path = own_codebook(tiny_dir) / file
    lines = path.read_text().splitlines()
    changed = [old if not old.startswith(line) else replacement for old in lines]
    path.write_text("".join(f"{new}\n" for new in changed if new is not None))
    done = medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db")
    assert done.code == 1
    assert done.err.startswith(f"medquant: {said}")
    assert done.err.count("\n") == 1
    assert not (tmp_path / "x.db").exists()


ABOUT = "release, title, licence, citation"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"release = 1\n", f"corpus.toml: 'release = 1' is not expected; allowed: {ABOUT}"),
        (b'colour = "red"\n', f"corpus.toml: \"colour = 'red'\" is not expected; allowed: {ABOUT}"),
        (b"release\n", "corpus.toml is not well-formed TOML: Expected '=' after a key"),
        (b'release = "\xfc"\n', "corpus.toml cannot be read: byte 12 is not UTF-8; save the file as UTF-8\n"),
        (b'release = ""\n', "corpus.toml: release is empty; fill it, or take the line out\n"),
    ],
)
def test_a_bad_corpus_toml(
    tiny_dir: Path, medquant: Medquant, tmp_path: Path, content: bytes, said: str
) -> None:
    (tiny_dir / "corpus.toml").write_bytes(content)
    done = medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db")
    assert done.code == 1
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "x.db").exists()


def test_a_readme_in_another_encoding(refuses: Callable[[str], None], tiny_dir: Path) -> None:
    (tiny_dir / "README.md").write_bytes("Größe".encode("latin-1"))
    refuses(f"{tiny_dir / 'README.md'} cannot be read: byte 3 is not UTF-8; save the file as UTF-8")


def test_the_outcome_of_a_full_text_is_sent_to_its_own_file(
    refuses: Callable[[str], None], tiny_dir: Path, set_cell: SetCell
) -> None:
    set_cell(tiny_dir / "screenings.csv", 2, "stage", "full_text")
    set_cell(tiny_dir / "screenings.csv", 2, "reviewer", "adjudicated")
    refuses(
        "screenings.csv, row 2, column stage: the outcome of a full text is not read from this file; give its report a "
        "row in reports.csv instead; allowed here: the votes of reviewers, and adjudicated at title_abstract"
    )


def test_an_address_that_is_none_is_refused_in_every_file(
    refuses: Callable[[str], None], tiny_dir: Path, set_cell: SetCell
) -> None:
    set_cell(tiny_dir / "comparisons.csv", 2, "source_url", "javascript:alert(1)")
    refuses(
        "comparisons.csv, row 2, column source_url: 'javascript:alert(1)' is not an address; "
        "allowed: http:// or https:// and no spaces"
    )
