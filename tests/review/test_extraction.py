"""Extractors' values stand beside the consensus, what is open is marked, and an agreed value overwrites none of them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from db.corpus import SHIPPED
from db.errors import DataError
from db.export import export_files
from db.session import place_of, reading
from review.editing import SUBJECTS, read_one
from review.extraction import ExtractedValue, ValueState, read_extraction
from review.extraction_notes import Note, read_notes, with_note

Run = Callable[..., Any]
BECAUSE = ("--reason", "read both again")


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


def value_of(engine: Engine, study: str, key: str, field: str) -> ExtractedValue:
    with reading(engine) as connection:
        return next(v for v in read_extraction(connection, study) if (v.key, v.field) == (key, field))


def row_of(engine: Engine, subject: str, key: str) -> Mapping[str, str]:
    with reading(engine) as connection:
        return read_one(connection, SUBJECTS[subject], key)


STATES = (
    ("cruzromero2025", "cruzromero2025", "technique", ValueState.SETTLED),
    ("cruzromero2025", "cruzromero2025", "devices", ValueState.MISSING),
    ("cruzromero2025", "cruzromero2025", "modality", ValueState.SINGLE),
    ("cruzromero2025", "cruzromero2025-01", "baseline_value", ValueState.AGREED),
    ("bitmedvit2025", "bitmedvit2025", "framework", ValueState.CONFLICTING),  # kept `other`, stored tensorrt;other
    ("bitmedvit2025", "bitmedvit2025-05", "change_reported", ValueState.AGREED),  # GOPS/J: more is less energy
    ("islam2024b", "islam2024b-03", "quantized_value", ValueState.CONFLICTING),  # 469.77 without its unit
    ("delgadolopez2025", "delgadolopez2025-05", "change_reported", ValueState.MISSING),
    ("kanneti2026", "kanneti2026-02", "change_reported", ValueState.UNREAD),  # 6.14x of what
    ("iit2922-nd", "iit2922-nd-01", "change_reported", ValueState.AGREED),  # relative percent of a share
    ("kansal2025", "kansal2025-01", "baseline_value", ValueState.AGREED),  # 2465 and 2,465
)  # fmt: skip


@pytest.mark.parametrize(("study", "key", "field", "state"), STATES, ids=[f"{s[1]} {s[2]}" for s in STATES])
def test_each_value_says_how_far_it_is_agreed(
    shipped: Engine, study: str, key: str, field: str, state: ValueState
) -> None:
    assert value_of(shipped, study, key, field).state == state


def test_a_value_shows_every_extractor_the_consensus_its_place_and_why(shipped: Engine) -> None:
    found = value_of(shipped, "cruzromero2025", "cruzromero2025", "technique")
    assert dict(found.values) == {"A": "ptq;low_bit", "B": "ptq;low_bit", "C": "ptq;low_bit", "D": "ptq"}
    assert found.consensus == "ptq;low_bit"
    assert found.told == "an INT4 arm is evaluated; D left low_bit out"
    assert found.source_url.startswith("http")
    assert found.unverified


def test_verified_numbers_are_told_from_others(shipped: Engine) -> None:
    assert not value_of(shipped, "cruzromero2025", "cruzromero2025-01", "baseline_value").unverified
    assert value_of(shipped, "ahmed2025", "ahmed2025-01", "quantized_value").unverified


def test_the_verb_shows_values_side_by_side(review: Run) -> None:
    said = review("extraction", "cruzromero2025")
    assert said.out.splitlines()[0].split() == [
        "of",
        "value",
        "A",
        "B",
        "C",
        "D",
        "consensus",
        "state",
        "verified",
    ]
    assert "1 settled" in said.out
    listed = json.loads(review("extraction", "cruzromero2025", "--json", "--open").out)
    assert {"missing"} <= {one["state"] for one in listed}
    assert all(one["unverified"] or one["state"] in ("missing", "conflicting") for one in listed)


def test_agreeing_on_a_variable_keeps_the_extractors_values_and_can_be_taken_back(
    review: Run, medquant: Run, seeded_db: Engine
) -> None:
    said = review("agree", "bitmedvit2025", "framework", "--value", "other", "--by", "vera", *BECAUSE)
    assert said.code == 0
    found = value_of(seeded_db, "bitmedvit2025", "bitmedvit2025", "framework")
    assert (dict(found.values), found.consensus, found.state, found.told) == (
        {"B": "not_reported", "C": "other"}, "other", ValueState.SETTLED, "read both again",
    )  # fmt: skip
    changes = json.loads(medquant("db", "history", "--json", "--db", place_of(seeded_db)).out)
    assert {(entry["actor"], entry["reason"]) for entry in changes} == {("vera", "read both again")}
    assert review("undo", changes[0]["change"], *BECAUSE).code == 0
    with reading(seeded_db) as connection:
        assert export_files(connection)["studies.csv"] == (SHIPPED / "studies.csv").read_bytes()


def test_two_new_readings_and_their_consensus_are_kept_in_one_change(review: Run, seeded_db: Engine) -> None:
    said = review(
        "agree", "ahmed2025", "modality", "--value", "mri", "--extracted", "A=mri", "F=ct;mri", *BECAUSE
    )
    assert said.code == 0
    found = value_of(seeded_db, "ahmed2025", "ahmed2025", "modality")
    assert (dict(found.values), found.consensus, found.state) == (
        {"A": "mri", "F": "ct;mri"},
        "mri",
        ValueState.SETTLED,
    )


@pytest.mark.parametrize(
    ("printed", "stored"),
    [("430", "430"), ("0.4300 s", "430.0"), ("12,000 us", "12.000"), ("1.2e3 ms", "1200")],
)
def test_a_number_may_be_given_as_printed_and_is_stored_in_the_rows_unit(
    review: Run, seeded_db: Engine, printed: str, stored: str
) -> None:
    assert review("agree", "ahmed2025-01", "quantized_value", "--value", printed, *BECAUSE).code == 0
    row = row_of(seeded_db, "comparison", "ahmed2025-01")
    assert (row["quantized_value"], row["unit"]) == (stored, "ms")


@pytest.mark.parametrize(
    ("printed", "stored"), [("0.9644", "96.44"), ("96.44", "96.44"), ("96,44 %", "96.44")]
)
def test_a_share_may_be_given_as_fraction_or_percent(
    review: Run, seeded_db: Engine, printed: str, stored: str
) -> None:
    assert review("agree", "asare2025-01", "quantized_value", "--value", printed, *BECAUSE).code == 0
    assert row_of(seeded_db, "comparison", "asare2025-01")["quantized_value"] == stored


def test_a_printed_bound_is_kept_where_there_is_no_change_that_it_could_speak_of(
    review: Run, seeded_db: Engine
) -> None:
    assert review("agree", "ahmed2025-01", "quantized_value", "--value", "<430 ms", *BECAUSE).code == 0
    assert row_of(seeded_db, "comparison", "ahmed2025-01")["bound"] == "at_most"
    assert review("agree", "kanneti2026-02", "quantized_value", "--value", "~5.76 MB", *BECAUSE).code == 0
    assert row_of(seeded_db, "comparison", "kanneti2026-02")["bound"] == "exact"


def test_a_contradiction_is_shown_at_once(review: Run) -> None:
    said = review("agree", "medquanbench2025-34", "quantized_value", "--value", "0.653", *BECAUSE)
    assert "contradiction printed_change_and_arms: 35.3% beside 0.824 -> 0.653" in said.out
    said = review("agree", "medquanbench2025-34", "quantized_value", "--value", "0.533", *BECAUSE)
    assert "printed_change_and_arms" not in said.out


def test_extractors_numbers_are_rows_of_their_own_beside_the_consensus(
    review: Run, medquant: Run, seeded_db: Engine, tmp_path: Any
) -> None:
    words = ("agree", "ahmed2025-01", "quantized_value", "--value", "429.6")
    assert review(*words, "--extracted", "A=429.6 ms", "F=0.43 s", *BECAUSE).code == 0
    found = value_of(seeded_db, "ahmed2025", "ahmed2025-01", "quantized_value")
    assert (dict(found.values), found.state) == ({"A": "429.6 ms", "F": "0.43 s"}, ValueState.AGREED)
    assert review(*words, "--extracted", "F=460 ms", *BECAUSE).code == 0
    found = value_of(seeded_db, "ahmed2025", "ahmed2025-01", "quantized_value")
    assert (found.values["F"], found.state, found.consensus) == ("460 ms", ValueState.CONFLICTING, "429.6")
    # what was agreed travels with the corpus
    assert medquant("db", "export", tmp_path / "out", "--db", place_of(seeded_db)).code == 0
    assert medquant("db", "load", tmp_path / "out", "--db", tmp_path / "again.db").code == 0
    said = medquant("review", "extraction", "ahmed2025", "--json", "--db", tmp_path / "again.db")
    (again,) = [v for v in json.loads(said.out) if v["field"] == "quantized_value"]
    assert again["values"] == {"A": "429.6 ms", "F": "460 ms"}


REFUSED = (
    (("nobody2020", "modality", "--value", "ct"), "there is no study"),
    (("abid2022", "title", "--value", "x"), "nothing to agree on"),
    (("abid2022", "modality", "--value", "magic"), "'magic' is not a code of modality"),
    (("ahmed2025-01", "arm", "--value", "x"), "nothing to agree on"),
    (("ahmed2025-01", "quantized_value", "--value", "1,234"), "ambiguous"),
    (("ahmed2025-01", "quantized_value", "--value", "3 MB"), "unit of size"),
    (("ahmed2025-01", "quantized_value", "--value", "3-4 ms"), "range"),
    (("abid2022", "modality", "--value", "ct", "--seen", "mri"), "is 'xray' by now, not 'mri'"),
    (("abid2022", "modality", "--value", "ct", "--extracted", "A"), "no extractor's value"),
    (("abid2022", "modality", "--value", "ct", "--extracted", "A=x\ny"), "cannot stand in a note"),
    (("abid2022", "modality", "--value", "ct", "--extracted", "2nd=ct"), "names no extractor"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_is_not_allowed_is_told_in_a_sentence_and_writes_nothing(
    review: Run, medquant: Run, seeded_db: Engine, words: tuple[str, ...], why: str
) -> None:
    said = review("agree", *words, *BECAUSE)
    assert said.code == 1
    assert why in said.err
    assert said.err.count("\n") == 1
    assert json.loads(medquant("db", "history", "--json", "--db", place_of(seeded_db)).out) == []


def test_notes_are_read_and_written_without_losing_a_remark() -> None:
    text = "technique: B ptq / D unspecified -> ptq (B: 8-bit (int)) | devices: a target only"
    notes = read_notes(text)
    assert notes["technique"] == Note({"B": "ptq", "D": "unspecified"}, "ptq", "B: 8-bit (int)")
    assert notes["devices"] == Note({}, "", "a target only")
    assert with_note(text, "technique", notes["technique"]) == text
    added = with_note(text, "devices", Note({"B": "fpga", "C": "none"}, "fpga", "why"))
    assert added.startswith(text)
    assert read_notes(added)["devices"].kept == "fpga"
    with pytest.raises(DataError, match="part notes"):
        with_note(text, "devices", Note({"B": "fpga"}, "fpga", "why | not"))


def test_every_shipped_note_with_a_kept_value_is_read_and_written_back_as_it_was(shipped: Engine) -> None:
    with reading(shipped) as connection:
        texts = [row["extraction_conflicts"] for row in _studies(connection)]
    kept = 0
    for text in filter(None, texts):
        for variable, note in read_notes(text).items():
            if note.kept and note.reason:
                kept += 1
                assert with_note(text, variable, note) == text
    assert kept > 40


def _studies(connection: Any) -> list[dict[str, str]]:
    from review.editing import read_all

    return read_all(connection, SUBJECTS["study"])
