"""A decision lands with who and why and can be taken back; what breaks blindness or the flow is refused and writes nothing."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from db.corpus import read_corpus
from db.errors import DataError, MedquantError
from db.export import export_files, write_files
from db.load import load_corpus
from db.models.tables import Record, Report, Screening
from db.prisma import ADJUDICATED, count_prisma
from db.session import place_of, reading, writing
from db.vocabulary import Decision, Removal
from review.deciding import adjudicate, cast_vote, settle_document
from review.screening import State, read_standings

Run = Callable[..., Any]
BECAUSE = ("--reason", "read it")
EXCLUDED = ("--reason-code", "not_quantization")
R = "r416"  # excluded in the shipped corpus, with no study
STUDY = "r001"  # in a study


@pytest.fixture
def waiting_db(seeded_db: Engine) -> Engine:
    """Open the shipped corpus with the decisions on one record taken out."""
    with writing(seeded_db, actor="tester", reason="to be screened again") as connection:
        connection.execute(delete(Screening).where(Screening.record_id == R))
    return seeded_db


@pytest.fixture
def review(medquant: Run, waiting_db: Engine) -> Run:
    """Run `medquant review` on it."""
    return lambda *words: medquant("review", *words, "--db", place_of(waiting_db))


def exported(engine: Engine) -> Mapping[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def state(engine: Engine) -> State:
    with reading(engine) as connection:
        return read_standings(connection)[R].state


def said(outcome: Any) -> str:
    assert (outcome.code, outcome.err) == (0, "")
    return str(outcome.out)


def screen(review: Run, decision: str, reviewer: str, *more: str) -> Any:
    return review("screen", R, decision, "--reviewer", reviewer, *BECAUSE, *more)


def test_two_reviewers_agree_and_the_record_moves_on(review: Run, waiting_db: Engine) -> None:
    assert "now to_screen (1 decision(s) missing)" in said(screen(review, "include", "Ada"))
    assert said(screen(review, "include", "Bo")).endswith("now full_text\n")
    assert R in said(review("queue", "--reviewer", "Cy", "--stage", "full_text"))
    assert said(screen(review, "include", "Cy", "--stage", "full_text")).endswith("now included\n")
    assert state(waiting_db) == State.INCLUDED


def test_a_vote_keeps_reviewer_reason_code_note_and_history(
    review: Run, waiting_db: Engine, medquant: Run
) -> None:
    said(screen(review, "exclude", "Ada", *EXCLUDED, "--note", "no bits named"))
    with reading(waiting_db) as connection:
        (row,) = connection.execute(select(Screening.__table__).where(Screening.record_id == R)).all()
    assert (row.reviewer, row.decision, row.reason, row.note) == (
        "Ada", Decision.EXCLUDE, "not_quantization", "no bits named",
    )  # fmt: skip
    history = json.loads(
        said(medquant("db", "history", "screenings", "--json", "--db", place_of(waiting_db)))
    )
    assert (history[-1]["actor"], history[-1]["reason"]) == ("Ada", "read it")


def test_a_queue_does_not_say_what_the_other_decided(review: Run) -> None:
    before = said(review("queue", "--reviewer", "Bo", "--json"))
    said(screen(review, "exclude", "Ada", *EXCLUDED))
    assert said(review("queue", "--reviewer", "Bo", "--json")) == before
    assert [row["record_id"] for row in json.loads(before)["queue"]] == [R]
    assert json.loads(said(review("queue", "--reviewer", "Ada", "--json")))["queue"] == []


def test_the_criteria_stand_above_the_queue(review: Run) -> None:
    assert said(review("queue", "--reviewer", "Ada")).startswith("criteria: Included were primary studies")


def test_a_conflict_is_listed_and_settled_for_all(review: Run, waiting_db: Engine) -> None:
    said(screen(review, "include", "Ada"))
    assert json.loads(said(review("conflicts", "--json")))["conflicts"] == []
    assert said(screen(review, "exclude", "Bo", *EXCLUDED)).endswith("now conflict\n")
    (conflict,) = json.loads(said(review("conflicts", "--json")))["conflicts"]
    assert [(v["reviewer"], v["decision"]) for v in conflict["votes"]] == [
        ("Ada", "include"),
        ("Bo", "exclude"),
    ]
    assert "Bo: exclude (not_quantization)" in said(review("conflicts"))
    said(screen(review, "exclude", "Cy", *EXCLUDED, "--adjudicate"))
    assert state(waiting_db) == State.EXCLUDED
    assert said(review("conflicts")) == "0 conflict(s)\n"


def test_each_step_can_be_taken_back(review: Run, waiting_db: Engine) -> None:
    at_first = exported(waiting_db)
    numbers = []
    for decision, name, *more in (
        ("include", "Ada"), ("maybe", "Bo"), ("include", "Cy", "--adjudicate"), ("exclude", "Cy", *EXCLUDED, "--stage", "full_text"),
    ):  # fmt: skip
        numbers.append(said(screen(review, decision, name, *more)).split("change ")[1].split(";")[0])
    assert state(waiting_db) == State.FULL_TEXT_EXCLUDED
    for number, after in zip(
        reversed(numbers), (State.FULL_TEXT, State.CONFLICT, State.TO_SCREEN, State.TO_SCREEN), strict=True
    ):
        said(review("undo", number, "--reason", "wrong record"))
        assert state(waiting_db) == after
    assert exported(waiting_db) == at_first


def test_what_was_decided_survives_an_export_and_a_load(
    review: Run, waiting_db: Engine, fresh_db: Engine, tmp_path: Path
) -> None:
    said(screen(review, "include", "Ada"))
    said(screen(review, "include", "Bo", "--note", "a remark"))
    said(screen(review, "not_retrieved", "Cy", "--stage", "full_text"))
    files = exported(waiting_db)
    write_files(tmp_path / "out", files)
    load_corpus(fresh_db, read_corpus(tmp_path / "out"), actor="loader")
    assert exported(fresh_db) == files
    assert state(fresh_db) == State.NOT_RETRIEVED


def test_counts_of_the_flow_move_with_the_decisions(waiting_db: Engine) -> None:
    def counts() -> tuple[int | None, int | None, int | None]:
        with reading(waiting_db) as connection:
            found = count_prisma(connection)
        return found.records_screened, found.dbr_sought_reports, found.dbr_assessed

    assert counts() == (431, None, None)
    with writing(waiting_db, actor="Ada", reason="x") as connection:
        cast_vote(connection, R, "Ada", Decision.INCLUDE, needed=1)
        settle_document(connection, R, Decision.INCLUDE, needed=1)
    # each of the 93 studies that were included before there was a log of full texts counts as a report
    assert counts() == (432, 94, 94)


def test_a_vote_may_be_changed_until_the_others_are_in(review: Run) -> None:
    said(screen(review, "include", "Ada"))
    said(screen(review, "maybe", "Ada"))
    refused = screen(review, "maybe", "Ada")
    assert refused.code == 1
    assert "already" in refused.err
    said(screen(review, "include", "Bo"))
    refused = screen(review, "include", "Ada")
    assert refused.code == 1
    assert "a vote is not changed once the others may be known" in refused.err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("screen", "r9999", "include", "--reviewer", "Ada"), "there is no record 'r9999'"),
        (("screen", R, "exclude", "--reviewer", "Ada"), "an exclusion needs a reason code; allowed: not_quantization"),
        (("screen", R, "exclude", "--reviewer", "Ada", "--reason-code", "dull"), "'dull' is not a code of exclusion_reason"),
        (("screen", R, "include", "--reviewer", "Ada", *EXCLUDED), "only an exclusion has a reason"),
        (("screen", R, "include", "--reviewer", "Adjudicated"), "is the name of the consensus"),
        (("screen", R, "include", "--reviewer", "a"), "'a' and 'A' would be two reviewers; write A"),
        (("screen", R, "include", "--reviewer", "Ada", "--adjudicate"), "2 decision(s) are missing"),
        (("screen", R, "include", "--reviewer", "Ada", "--stage", "full_text"), "has not passed title and abstract"),
        (("screen", R, "not_retrieved", "--reviewer", "Ada"), "add --stage full_text"),
        (("screen", "r002", "include", "--reviewer", "Ada"), "has its 2 decision(s)"),
        (("screen", STUDY, "exclude", "--reviewer", "Ada", *EXCLUDED, "--adjudicate"), "has a full text or a study already"),
        (("screen", STUDY, "not_retrieved", "--reviewer", "Ada", "--stage", "full_text"), "is in a study"),
        (("screen", STUDY, "maybe", "--reviewer", "Ada", "--adjudicate"), "settles nothing"),
    ],
)  # fmt: skip
def test_what_is_refused_writes_nothing(
    review: Run, waiting_db: Engine, words: tuple[str, ...], part: str
) -> None:
    before = exported(waiting_db)
    refused = review(*words, *BECAUSE)
    assert refused.code == 1
    assert part in refused.err
    assert refused.err.count("\n") == 1
    assert exported(waiting_db) == before


@pytest.mark.parametrize("missing", ["--reviewer", "--reason"])
def test_who_and_why_are_asked_for(review: Run, missing: str) -> None:
    words = {"--reviewer": "Ada", "--reason": "x"}
    del words[missing]
    refused = review("screen", R, "include", *(part for pair in words.items() for part in pair))
    assert refused.code == 2
    assert missing in refused.err


def test_a_removed_record_is_not_screened(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="tester", reason="x") as connection:
        connection.execute(
            Record.__table__.update().where(Record.record_id == R).values(removed=Removal.OTHER)
        )
        with pytest.raises(MedquantError, match="was removed before screening"):
            cast_vote(connection, R, "Ada", Decision.INCLUDE)
        with pytest.raises(MedquantError, match="was removed before screening"):
            adjudicate(connection, R, Decision.INCLUDE)


def test_names_and_notes_that_no_file_could_hold_are_refused(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="tester", reason="x") as connection:
        for name in ("", "  ", "A\nB"):
            with pytest.raises(MedquantError, match="no name of a reviewer"):
                cast_vote(connection, R, name, Decision.INCLUDE)
        with pytest.raises(DataError, match="carriage return"):
            cast_vote(connection, R, "Ada", Decision.INCLUDE, note="a\rb")


def test_a_record_with_several_documents_is_decided_document_by_document(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="tester", reason="x") as connection:
        cast_vote(connection, R, "Ada", Decision.INCLUDE, needed=1)
        for name in ("d1", "d2"):
            row = {"report_id": name, "record_id": R, "retrieved": "yes", "position": 1}
            connection.execute(Report.__table__.insert().values(row))
        with pytest.raises(MedquantError, match="several documents \\(d1, d2\\)"):
            settle_document(connection, R, Decision.INCLUDE, needed=1)


def test_who_left_strands_nothing_and_what_the_rest_cannot_finish_is_named(review: Run) -> None:
    said(screen(review, "include", "Ada"))
    assert R in said(review("queue", "--reviewer", "Bo"))
    assert "0 record(s) that Bo cannot finish" in said(review("conflicts", "--active", "Bo"))
    assert f"1 record(s) that Ada cannot finish: {R}" in said(review("conflicts", "--active", "Ada"))


def test_a_consensus_does_not_vote(review: Run, waiting_db: Engine) -> None:
    said(screen(review, "include", "Ada"))
    said(screen(review, "maybe", "Bo"))
    said(screen(review, "include", "Ada", "--adjudicate"))
    with reading(waiting_db) as connection:
        standing = read_standings(connection)[R]
    assert {vote.reviewer for vote in standing.votes} == {"Ada", "Bo"}
    assert standing.settled is not None
    assert standing.settled.reviewer == ADJUDICATED
