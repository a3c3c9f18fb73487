"""A code is added to an open vocabulary, used from then on, kept by export and load, and taken back."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.codebook.codebook import codebook_from_database
from db.corpus import read_corpus
from db.errors import DataError, MedquantError
from db.export import export_files, write_files
from db.history import read_history, undo_change
from db.load import load_corpus
from db.schema import upgrade_schema
from db.session import open_database, reading, writing
from review.codebook_editing import add_code
from review.codebook_use import codebook_use
from tests.conftest import Medquant


def add(engine: Engine, vocabulary: str, code: str, label: str, definition: str | None = None) -> None:
    with writing(engine, actor="ana", reason="seen in a new study") as connection:
        add_code(connection, vocabulary, code, label=label, definition=definition)


def test_a_code_is_added_and_taken_back(seeded_db: Engine) -> None:
    add(seeded_db, "modality", "thermography", " thermography ", "heat of the skin")
    with reading(seeded_db) as connection:
        codebook_from_database(connection).check_value("modality", "mri;thermography")
        entry = read_history(connection, table="terms", limit=1)[0]
        assert (entry.actor, entry.key, entry.fields["label"]) == (
            "ana",
            "modality|thermography",
            (None, "thermography"),
        )
        found = codebook_use(connection).vocabularies["modality"].codes[-1]
    assert (found.code, found.rows, found.studies) == ("thermography", 0, ())
    with writing(seeded_db, actor="ana", reason="a mistake") as connection:
        undo_change(connection, entry.change or 0)
    with reading(seeded_db) as connection, pytest.raises(DataError):
        codebook_from_database(connection).check_value("modality", "thermography")


@pytest.mark.parametrize(
    ("vocabulary", "code", "label", "said"),
    [
        ("modalit", "a", "a", "did you mean modality"),
        ("answer", "maybe", "maybe", "closed"),
        ("unit", "ns", "ns", "closed"),
        ("modality", "mri", "other", "has mri already: MRI"),
        ("modality", "m_r_i", "mri", "calls mri 'mri' already"),
        ("modality", "Big", "big", "is no code; allowed"),
        ("modality", "a;b", "big", "is no code; allowed"),
        ("modality", "big", "", "the label is empty"),
        ("modality", "big", "a\nb", "cannot be stored"),
        ("modality", "b" * 61, "big", "cannot be stored"),
    ],
)
def test_what_cannot_be_a_code_is_refused(
    seeded_db: Engine, vocabulary: str, code: str, label: str, said: str
) -> None:
    with pytest.raises(MedquantError, match=said):
        add(seeded_db, vocabulary, code, label)


def test_an_export_with_an_own_code_is_loaded_again(seeded_db: Engine, tmp_path: Path) -> None:
    with reading(seeded_db) as connection:
        assert not any(name.startswith("codebook/") for name in export_files(connection))
    add(seeded_db, "modality", "thermography", "thermography")
    with reading(seeded_db) as connection:
        files = export_files(connection)
    write_files(tmp_path / "out", files)
    again = open_database(str(tmp_path / "again.db"), create=True)
    upgrade_schema(again)
    load_corpus(again, read_corpus(tmp_path / "out"), actor="loader")
    with reading(again) as connection:
        assert export_files(connection) == files


def test_use_is_counted_by_rows_and_studies(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        found = codebook_use(connection)
    ptq = next(code for code in found.vocabularies["technique"].codes if code.code == "ptq")
    assert ptq.rows > len(ptq.studies) == len(set(ptq.studies)) > 0
    year = found.variable("year")
    assert year is not None
    assert (year.studies, year.type) == (84, "year")
    assert sum(one.rows for one in found.outcomes) >= 314
    with pytest.raises(MedquantError, match="did you mean modality"):
        found.require("modalities")


def test_the_command_line_adds_a_code(medquant: Medquant, tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    medquant("db", "load", "--db", path)
    words = ("review", "code", "add", "modality", "thermography", "--label", "thermography", "--db", path)
    done = medquant(*words, "--reason", "seen", "--by", "ana", "--json")
    assert json.loads(done.out)["code"] == "thermography"
    assert medquant(*words, "--reason", "seen").code == 1
    assert medquant(*words).code == 2
