"""A value that was looked for again says by whom and when, until it changes; an edit on what is no longer so is refused."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from db.check import check_database
from db.corpus import read_corpus
from db.errors import MedquantError
from db.export import export_files, write_files
from db.load import load_corpus
from db.models.tables import Comparison, StudyValue
from db.session import place_of, reading, writing
from db.vocabulary import Verification
from review.agreeing import agree_on
from review.editing import SUBJECTS, set_fields
from review.extraction import read_extraction
from review.stale import StaleEdit
from review.verifying import verify

Run = Callable[..., Any]
STUDY, CELL, ROW = "abid2022", "modality", "ahmed2025-01"
DAY = dt.date(2026, 11, 20)
BECAUSE = ("--reason", "read again", "--by", "ana")


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


def cell(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(
            select(StudyValue.__table__).where(StudyValue.study_id == STUDY, StudyValue.variable == CELL)
        ).one()


def row(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(Comparison.__table__).where(Comparison.comparison_id == ROW)).one()


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def state(found: Any) -> tuple[Any, ...]:
    return (found.verification, found.verified_by, found.verified_on)


@pytest.fixture
def verified(seeded_db: Engine) -> Engine:
    """Open a corpus in which a cell and a comparison were looked for again."""
    with writing(seeded_db, actor="ana", reason="read again") as connection:
        verify(connection, STUDY, CELL, Verification.CONFIRMED, by="ana", today=DAY, locator="p. 3")
        verify(connection, ROW, None, Verification.CONFIRMED, by="ana", today=DAY, note="table 2")
    return seeded_db


# who and when


def test_a_cell_and_a_comparison_say_who_looked_and_when(verified: Engine) -> None:
    assert state(cell(verified)) == state(row(verified)) == (Verification.CONFIRMED, "ana", DAY)
    assert cell(verified).locator == "p. 3"
    with reading(verified) as connection:
        values = {(v.key, v.field): v.unverified for v in read_extraction(connection, STUDY)}
    assert values[STUDY, CELL] is False


def test_the_second_reading_of_a_comparison_is_logged_and_the_check_agrees(verified: Engine) -> None:
    with reading(verified) as connection:
        last = connection.execute(
            text("SELECT comparison_id, verdict, note FROM second_readings ORDER BY position DESC LIMIT 1")
        ).one()
        found = [f for f in check_database(connection) if f.code == "verification" and ROW in f.where]
    assert tuple(last) == (ROW, "confirmed", "table 2")
    assert found == []


def test_the_command_says_so_and_can_be_taken_back(review: Run, seeded_db: Engine) -> None:
    before = exported(seeded_db)
    done = review(
        "verify", STUDY, CELL, "--as", "confirmed", "--source-url", "https://example.org/a", *BECAUSE
    )
    today = dt.datetime.now(dt.UTC).date()
    assert done.out == f"{STUDY} {CELL}: confirmed by ana on {today}, change 2\n"
    assert review("verify", ROW, "--as", "not_seen_again", *BECAUSE).code == 0
    assert row(seeded_db).verification == Verification.NOT_SEEN_AGAIN
    for change in ("3", "2"):
        assert review("undo", change, "--reason", "no").code == 0
    assert exported(seeded_db) == before


def test_who_and_when_go_out_and_come_back(verified: Engine, fresh_db: Engine, tmp_path: Path) -> None:
    files = exported(verified)
    assert b"verified_by,verified_on" in files["comparisons.csv"].split(b"\n", 1)[0]
    assert files["study_values.csv"].split(b"\n", 1)[0].endswith(b"verification,verified_by,verified_on")
    write_files(tmp_path / "out", files)
    load_corpus(fresh_db, read_corpus(tmp_path / "out"), actor="loader")
    assert exported(fresh_db) == files
    assert state(cell(fresh_db)) == (Verification.CONFIRMED, "ana", DAY)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nobody2020", CELL), "there is no study 'nobody2020'"),
        ((STUDY,), "name a variable; allowed: "),
        ((STUDY, "title"), "'title' has no value in abid2022"),
        ((STUDY, CELL, "--note", "x"), "has no note"),
        ((STUDY, CELL, "--source-url", "ftp://x"), "ftp://x"),
        ((ROW, "colour"), "'colour' is no field of a comparison"),
        ((STUDY, CELL, "title"), "'title' has no value"),
    ],
)
def test_what_cannot_be_verified_is_told_and_writes_nothing(
    review: Run, seeded_db: Engine, words: tuple[str, ...], part: str
) -> None:
    before = exported(seeded_db)
    refused = review("verify", *words, "--as", "confirmed", *BECAUSE)
    assert refused.code == 1
    assert part in refused.err
    assert refused.err.count("\n") == 1
    assert exported(seeded_db) == before


# a value that changes


def test_a_changed_value_is_unverified_again_and_that_is_said(review: Run, verified: Engine) -> None:
    out = review("study", "set", STUDY, f"{CELL}=ct", *BECAUSE).out
    assert "the value was confirmed by ana on 2026-11-20 and has changed, so it is unverified again" in out
    assert state(cell(verified)) == (Verification.UNVERIFIED, None, None)
    out = review("agree", ROW, "quantized_value", "--value", "123.4", *BECAUSE).out
    assert "so it is unverified again" in out
    assert state(row(verified)) == (Verification.UNVERIFIED, None, None)


def test_the_same_value_or_a_remark_leaves_it_verified(review: Run, verified: Engine) -> None:
    assert "again" not in review("study", "set", STUDY, f"{CELL}={cell(verified).value}", *BECAUSE).out
    assert "again" not in review("comparison", "set", ROW, "notes=seen", "locator=p. 4", *BECAUSE).out
    assert state(cell(verified)) == state(row(verified)) == (Verification.CONFIRMED, "ana", DAY)


def test_a_verification_given_with_the_value_stands(review: Run, verified: Engine) -> None:
    said = review(
        "study", "set", STUDY, f"{CELL}=ct", "--verification", "corrected", "--reason", "r", "--by", "ben"
    )
    assert (said.code, "again" in said.out) == (0, False)
    today = dt.datetime.now(dt.UTC).date()
    assert state(cell(verified)) == (Verification.CORRECTED, "ben", today)
    with writing(verified, actor="ben", reason="r") as connection:
        _, told = agree_on(connection, ROW, "quantized_value", "123.4", reason="r", verification="corrected")
    assert [f for f in told if f.code == "verification"] == []
    assert state(row(verified)) == (Verification.CORRECTED, "ben", today)


def test_nobody_verifies_what_is_unverified(review: Run, verified: Engine) -> None:
    refused = review("comparison", "set", ROW, "verification=unverified", "verified_by=ben", *BECAUSE)
    assert "nobody has verified what is unverified" in refused.err
    assert review("comparison", "set", ROW, "verification=unverified", *BECAUSE).code == 0
    assert state(row(verified)) == (Verification.UNVERIFIED, None, None)


def test_the_check_finds_a_verifier_of_what_is_unverified(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="x", reason="x") as connection:
        connection.execute(text("UPDATE study_values SET verified_by = 'ana' WHERE variable = 'modality'"))
    with reading(seeded_db) as connection:
        places = {f.where for f in check_database(connection) if f.code == "verification"}
    assert f"study_values {STUDY}|{CELL}" in places


# stale edits


def test_a_stale_edit_is_refused_with_both_values_who_and_when(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="ben", reason="seen in print") as connection:
        set_fields(connection, SUBJECTS["study"], STUDY, {CELL: "ct", "venue": "A Journal"})
    before = exported(seeded_db)
    for field, seen, present in ((CELL, "xray", "ct"), ("venue", "", "A Journal")):
        with (
            pytest.raises(StaleEdit) as stale,
            writing(seeded_db, actor="ana", reason="r") as connection,
        ):
            set_fields(connection, SUBJECTS["study"], STUDY, {field: "mri"}, seen={field: seen})
        error = stale.value
        assert (error.key, error.field, error.seen, error.present, error.wanted, error.actor) == (
            STUDY, field, seen, present, "mri", "ben",
        )  # fmt: skip
        assert dt.datetime.fromisoformat(error.at).tzinfo is not None
        assert repr(seen) in str(error)
        assert repr(present) in str(error)
        assert "ben changed it at" in str(error)
    assert exported(seeded_db) == before


def test_what_was_seen_as_it_is_can_be_changed(review: Run, seeded_db: Engine) -> None:
    assert review("study", "set", STUDY, f"{CELL}=ct", "--seen", f"{CELL}=xray", *BECAUSE).code == 0
    refused = review("study", "set", STUDY, f"{CELL}=mri", "--seen", f"{CELL}=xray", *BECAUSE)
    assert refused.code == 1
    assert "is 'ct' by now, not 'xray' (ana changed it at " in refused.err
    assert cell(seeded_db).value == "ct"
    refused = review("study", "set", STUDY, f"{CELL}=mri", "--seen", "colour=red", *BECAUSE)
    assert "'colour' is no field of a study" in refused.err


def test_a_change_of_another_field_does_not_make_an_edit_stale(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="ben", reason="r") as connection:
        set_fields(connection, SUBJECTS["study"], STUDY, {"venue": "A Journal"})
    with writing(seeded_db, actor="ana", reason="r") as connection:
        set_fields(connection, SUBJECTS["study"], STUDY, {CELL: "ct"}, seen={CELL: "xray"})
    assert cell(seeded_db).value == "ct"


def test_agreeing_and_verifying_refuse_what_changed_meanwhile(verified: Engine) -> None:
    for act in (
        lambda c: agree_on(c, STUDY, CELL, "ct", reason="r", seen="mri"),
        lambda c: agree_on(c, ROW, "quantized_value", "1", reason="r", seen="2"),
        lambda c: verify(c, STUDY, CELL, Verification.CONFIRMED, by="ben", today=DAY, seen="mri"),
        lambda c: verify(c, ROW, "quantized_value", Verification.CONFIRMED, by="ben", today=DAY, seen="2"),
    ):
        with pytest.raises(StaleEdit), writing(verified, actor="ben", reason="r") as connection:
            act(connection)
    assert state(row(verified))[1] == "ana"


def test_who_saw_one_value_of_a_comparison_names_it(verified: Engine) -> None:
    with (
        pytest.raises(MedquantError, match="name the field that was seen"),
        writing(verified, actor="ben", reason="r") as connection,
    ):
        verify(connection, ROW, None, Verification.CONFIRMED, by="ben", today=DAY, seen="2")


def test_the_row_says_who_verified_it(review: Run, verified: Engine) -> None:
    shown = json.loads(review("comparison", "show", ROW, "--json").out)
    assert (shown["verified_by"], shown["verified_on"]) == ("ana", "2026-11-20")
