"""Each extractor's own value is kept without agreeing on one, blind if wanted, and differing values are a conflict."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db.history import undo_change
from db.models.tables import ExtractionVote, StudyValue
from db.session import place_of, reading, writing
from review.agreeing import agree_on
from review.editing import SUBJECTS, read_one
from review.extracting import extract_value
from review.extraction import ExtractedValue, ValueState, blinded, read_extraction, read_extractions
from review.extraction_notes import Note, read_notes, with_note
from review.stale import StaleEdit

Run = Callable[..., Any]
STUDY, FIELD = "ahmed2025", "devices"
BECAUSE = ("--reason", "read it")


def value_of(engine: Engine, key: str, field: str, study: str = STUDY) -> ExtractedValue:
    with reading(engine) as connection:
        return next(v for v in read_extraction(connection, study) if (v.key, v.field) == (key, field))


def extract(engine: Engine, key: str, field: str, value: str, by: str, **more: Any) -> None:
    with writing(engine, actor=by, reason="read it") as connection:
        extract_value(connection, key, field, value, by=by, **more)


def agree(engine: Engine, key: str, field: str, value: str) -> None:
    with writing(engine, actor="ana", reason="settled") as connection:
        agree_on(connection, key, field, value, reason="the table says so")


def cleared(engine: Engine) -> None:
    agree(engine, STUDY, "framework", "")


def test_two_values_of_a_variable_without_a_consensus_are_a_conflict_until_they_agree(
    seeded_db: Engine,
) -> None:
    cleared(seeded_db)
    extract(seeded_db, STUDY, "framework", "pytorch", "ana")
    assert value_of(seeded_db, STUDY, "framework").state == ValueState.MISSING
    extract(seeded_db, STUDY, "framework", "tensorflow", "ben")
    found = value_of(seeded_db, STUDY, "framework")
    assert (dict(found.values), found.consensus, found.state) == (
        {"ana": "pytorch", "ben": "tensorflow"}, "", ValueState.CONFLICTING,
    )  # fmt: skip
    agree(seeded_db, STUDY, "framework", "pytorch")
    found = value_of(seeded_db, STUDY, "framework")
    assert (found.consensus, found.state, found.told) == ("pytorch", ValueState.SETTLED, "the table says so")
    assert found.values["ben"] == "tensorflow"


def test_a_settled_value_is_open_again_once_somebody_reads_something_new(seeded_db: Engine) -> None:
    study, field = "cruzromero2025", "technique"
    extract(seeded_db, study, field, "ptq", "ana")
    assert value_of(seeded_db, study, field, study).state == ValueState.SETTLED
    extract(seeded_db, study, field, "qat", "ben")
    found = value_of(seeded_db, study, field, study)
    assert (found.state, found.consensus) == (ValueState.CONFLICTING, "ptq;low_bit")
    assert found.told == "an INT4 arm is evaluated; D left low_bit out"


def test_a_number_is_kept_as_printed_and_units_do_not_make_a_conflict(seeded_db: Engine) -> None:
    key = "ahmed2025-01"
    extract(seeded_db, key, "quantized_value", "429.6 ms", "ana")
    extract(seeded_db, key, "quantized_value", "0.4296 s", "ben")
    found = value_of(seeded_db, key, "quantized_value")
    assert (dict(found.values), found.state) == ({"ana": "429.6 ms", "ben": "0.4296 s"}, ValueState.AGREED)
    with reading(seeded_db) as connection:
        before = read_one(connection, SUBJECTS["comparison"], key)
    assert before["extracted_by"].endswith("ana;ben")
    extract(seeded_db, key, "quantized_value", "460 ms", "ben")
    assert value_of(seeded_db, key, "quantized_value").state == ValueState.CONFLICTING


def test_provenance_of_an_own_value_fills_what_is_empty_and_overwrites_nothing(seeded_db: Engine) -> None:
    place = {"locator": "p. 3", "as_printed": "MRI", "source_url": "https://example.org/a"}
    extract(seeded_db, STUDY, "modality", "mri", "ana", provenance=place)
    extract(seeded_db, STUDY, "modality", "ct", "ben", provenance={"locator": "p. 9"})
    with reading(seeded_db) as connection:
        cell = connection.execute(
            select(StudyValue.__table__).where(
                StudyValue.study_id == STUDY, StudyValue.variable == "modality"
            )
        ).one()
    assert (cell.locator, cell.as_printed, cell.source_url) == ("p. 3", "MRI", "https://example.org/a")


def test_who_reads_blind_sees_nothing_before_the_own_value_is_given(seeded_db: Engine) -> None:
    extract(seeded_db, STUDY, "modality", "mri", "ana")
    found = value_of(seeded_db, STUDY, "modality")
    hidden = blinded(found, "ben")
    assert (dict(hidden.values), hidden.consensus, hidden.as_printed, hidden.state) == (
        {},
        "",
        "",
        ValueState.HIDDEN,
    )
    assert blinded(found, "ana") == found


def test_an_own_value_that_changed_elsewhere_is_not_overwritten_unseen(seeded_db: Engine) -> None:
    extract(seeded_db, STUDY, "modality", "mri", "ana", seen="")
    with pytest.raises(StaleEdit) as told:
        extract(seeded_db, STUDY, "modality", "ct", "ana", seen="")
    assert (told.value.present, told.value.wanted, told.value.actor) == ("mri", "ct", "ana")
    extract(seeded_db, "ahmed2025-01", "quantized_value", "430 ms", "ana", seen="")
    with pytest.raises(StaleEdit) as told:
        extract(seeded_db, "ahmed2025-01", "quantized_value", "431 ms", "ana", seen="")
    assert (told.value.present, told.value.actor) == ("430 ms", "ana")


def test_names_and_values_with_the_signs_of_a_note_come_back_as_they_were() -> None:
    note = Note({"Anna de Vries": "Pi 4 (4 GB)", "ben": "a / b -> c | d"}, "Pi 4 (4 GB)", "why (really)")
    written = with_note("devices: B x -> y (old) | notes: z", "devices", note)
    assert read_notes(written)["devices"] == note
    opened = Note({"ana": "x"}, "", "not agreed on yet")
    assert read_notes(with_note("", "devices", opened))["devices"] == opened


def test_all_studies_at_once_are_as_each_by_itself(shipped: Engine) -> None:
    with reading(shipped) as connection:
        found = read_extractions(connection)
        assert found["cruzromero2025"] == read_extraction(connection, "cruzromero2025")
    assert len(found) == 93


REFUSED = (
    (("nobody2020", "modality", "--value", "ct"), "there is no study"),
    (("ahmed2025", "title", "--value", "x"), "nothing to agree on"),
    (("ahmed2025", "modality", "--value", "magic"), "'magic' is not a code of modality"),
    (("ahmed2025", "modality", "--value", " "), "the value is empty"),
    (("ahmed2025-01", "quantized_value", "--value", "fast"), "begins with no number"),
    (("ahmed2025-01", "quantized_value", "--value", "3 MB"), "unit of size"),
    (("ahmed2025-01", "n_test", "--value", "many"), "is no number"),
    (("ahmed2025-01", "change_reported", "--value", "smaller"), "holds no number"),
    (("ahmed2025", "modality", "--value", "ct", "--source-url", "javascript:1"), "is not an address"),
    (("ahmed2025", "modality", "--value", "ct", "--by", "2nd"), "names no extractor"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_is_not_allowed_is_told_in_a_sentence_and_writes_nothing(
    medquant: Run, seeded_db: Engine, words: tuple[str, ...], why: str
) -> None:
    by = () if "--by" in words else ("--by", "ana")
    said = medquant("review", "extract", *words, *by, *BECAUSE, "--db", place_of(seeded_db))
    assert said.code == 1
    assert why in said.err
    assert said.err.count("\n") == 1
    assert json.loads(medquant("db", "history", "--json", "--db", place_of(seeded_db)).out) == []


def test_the_verb_keeps_the_value_shows_it_blind_and_can_be_taken_back(
    medquant: Run, seeded_db: Engine
) -> None:
    here = ("--db", place_of(seeded_db))
    words = ("review", "extract", "ahmed2025-01", "quantized_value", "--value", "429.6 ms", "--by", "ana")
    assert "ana read 429.6 ms, change" in medquant(*words, *BECAUSE, *here).out
    shown = json.loads(medquant("review", "extraction", STUDY, "--blind", "ben", "--json", *here).out)
    assert {one["state"] for one in shown} == {"hidden"}
    with writing(seeded_db, actor="ana", reason="wrong row") as connection:
        undo_change(connection, json.loads(medquant("db", "history", "--json", *here).out)[-1]["change"])
    with reading(seeded_db) as connection:
        assert connection.scalars(
            select(ExtractionVote.reviewer).where(ExtractionVote.comparison_id == "ahmed2025-01")
        ).all() == []  # fmt: skip
