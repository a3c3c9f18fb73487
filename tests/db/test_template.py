"""The blank template: every file, every column explained, and fit to be filled and loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from db.about import KEYS
from db.codebook.codebook import codebook_files, codebook_from_files
from db.corpus import read_corpus
from db.files import FILES
from db.load import LoadResult
from db.session import place_of

Medquant = Callable[..., Any]


def test_it_has_every_file_and_a_dictionary(medquant: Medquant, tmp_path: Path) -> None:
    assert medquant("db", "template", tmp_path / "new").code == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {file.name for file in FILES} | {
        "DICTIONARY.md"
    }


def test_it_loads_as_it_is(medquant: Medquant, tmp_path: Path) -> None:
    medquant("db", "template", tmp_path / "new")
    done = medquant("db", "load", tmp_path / "new", "--db", tmp_path / "x.db")
    assert (done.code, done.err) == (0, "")


def test_filled_with_two_studies_it_loads_and_passes_the_check(
    medquant: Medquant, tiny_dir: Path, tmp_path: Path, fresh_db: Engine, load: Callable[..., LoadResult]
) -> None:
    assert len(read_corpus(tiny_dir).files) >= 10  # `tiny_dir` is the filled template
    load(fresh_db, tiny_dir)
    assert medquant("db", "check", "--db", place_of(fresh_db)).code == 0


def test_the_dictionary_explains_every_column(medquant: Medquant, tmp_path: Path) -> None:
    medquant("db", "template", tmp_path / "new")
    chapters = (tmp_path / "new" / "DICTIONARY.md").read_text().split("\n## ")[1:]
    codebook = codebook_from_files(codebook_files(None))
    beside, *chapters = chapters
    assert all(key in beside for key in KEYS)
    assert len(chapters) == len(FILES)
    for file, chapter in zip(FILES, chapters, strict=True):
        assert chapter.startswith(file.name)
        rows = {
            line.split(" | ")[0].removeprefix("| "): line
            for line in chapter.splitlines()
            if line.startswith("| ")
        }
        columns = [*file.columns(codebook), *file.optional_columns()]
        assert list(rows)[1:] == columns
        for line in list(rows.values())[1:]:
            assert all(cell.strip() for cell in line.strip("|\n").split(" | ")), line


def test_it_does_not_write_over_filled_files(medquant: Medquant, tiny_dir: Path) -> None:
    before = (tiny_dir / "records.csv").read_bytes()
    done = medquant("db", "template", tiny_dir)
    assert done.code == 1
    assert done.err.startswith(f"medquant: {tiny_dir} holds ")
    assert done.err.endswith(" already; name an empty folder\n")
    assert (tiny_dir / "records.csv").read_bytes() == before


def test_a_file_in_the_place_of_the_folder_is_told(medquant: Medquant, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("a file")
    done = medquant("db", "template", tmp_path / "new")
    assert done.code == 1
    assert "cannot be written: " in done.err
    assert (tmp_path / "new").read_text() == "a file"
