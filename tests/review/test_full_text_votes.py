"""Where two judge each full text blind, agreement becomes the report, a conflict is settled, and nothing falls between."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select, text, update

from db.check import check_database
from db.corpus import read_corpus
from db.errors import MedquantError
from db.export import export_files, write_files
from db.load import load_corpus
from db.models.tables import Record, Report, Screening
from db.prisma import count_prisma
from db.prisma_checks import CheckStatus, check_prisma
from db.session import place_of, reading, writing
from db.vocabulary import Answer, Decision, Stage
from review.deciding import settle_document
from review.full_text_votes import vote_on_full_text
from review.screening import (
    OPEN,
    Document,
    Standing,
    State,
    Vote,
    beyond_reach,
    blinded,
    conflicts_of,
    queue_of,
    read_standings,
)
from review.stale import StaleEdit
from review.standing import agreed, state_of_full_text

Run = Callable[..., Any]
R, STUDY = "r416", "r001"
IN, OUT, MAYBE = Decision.INCLUDE, Decision.EXCLUDE, Decision.MAYBE
WHY, OTHER = "not_quantization", "not_medical_images"
FULL = ("--stage", "full_text")


@pytest.fixture
def two_db(seeded_db: Engine) -> Engine:
    """Open the shipped corpus with one record at its full text, which two are to judge."""
    with writing(seeded_db, actor="tester", reason="again") as connection:
        connection.execute(delete(Screening).where(Screening.record_id == R))
        connection.execute(text("INSERT INTO review_settings VALUES ('full_text_votes', '2', 1)"))
        for place, name in enumerate(("ana", "ben"), 9001):
            connection.execute(
                insert(Screening).values(
                    record_id=R, reviewer=name, stage=Stage.TITLE_ABSTRACT, decision=IN, position=place
                )
            )
    return seeded_db


@pytest.fixture
def screen(medquant: Run, two_db: Engine) -> Run:
    """Let somebody decide of the full text by command."""
    return lambda name, decision, *more: medquant(
        "review", "screen", R, decision, "--reviewer", name, "--reason", "read", *FULL, *more, "--db", place_of(two_db)
    )  # fmt: skip


def vote(engine: Engine, name: str, decision: Decision, reason: str | None = None, **how: Any) -> Standing:
    with writing(engine, actor=name, reason="read") as connection:
        return vote_on_full_text(connection, R, name, decision, reason=reason, **how)


def standing(engine: Engine, key: str = R) -> Standing:
    with reading(engine) as connection:
        return read_standings(connection)[key]


def report(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(Report.__table__).where(Report.record_id == R)).first()


def exported(engine: Engine) -> Mapping[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def test_what_both_say_is_the_reports_decision_in_the_same_change(
    screen: Run, two_db: Engine, medquant: Run
) -> None:
    assert screen("ana", "exclude", "--reason-code", WHY).out.endswith(
        "now full_text (1 decision(s) missing)\n"
    )
    assert report(two_db) is None
    done = screen("ben", "exclude", "--reason-code", WHY)
    assert done.out.endswith("now full_text_excluded\n")
    assert (report(two_db).decision, report(two_db).reason, report(two_db).retrieved) == (
        OUT,
        WHY,
        Answer.YES,
    )
    number = done.out.split("change ")[1].split(";")[0]
    assert medquant("review", "undo", number, "--reason", "slip", "--db", place_of(two_db)).code == 0
    assert report(two_db) is None
    assert [v.reviewer for v in standing(two_db).full_text_votes] == ["ana"]


@pytest.mark.parametrize(
    ("one", "other"),
    [((IN, None), (OUT, WHY)), ((OUT, WHY), (OUT, OTHER)), ((MAYBE, None), (MAYBE, None)), ((MAYBE, None), (IN, None))],
)  # fmt: skip
def test_what_they_do_not_agree_on_is_a_conflict_until_it_is_settled(
    two_db: Engine, one: tuple[Decision, str | None], other: tuple[Decision, str | None]
) -> None:
    vote(two_db, "ana", *one)
    assert vote(two_db, "ben", *other).state == State.FULL_TEXT_CONFLICT
    assert report(two_db) is None
    with reading(two_db) as connection:
        standings = read_standings(connection).values()
        assert [s.record_id for s in conflicts_of(standings, Stage.FULL_TEXT)] == [R]
        assert conflicts_of(standings) == []
        assert R in count_prisma(connection).unresolved
    with writing(two_db, actor="cy", reason="read") as connection:
        assert settle_document(connection, R, IN).state == State.INCLUDED
    assert [v.decision for v in standing(two_db).full_text_votes] == [one[0], other[0]]


def test_a_conflict_is_listed_and_settled_by_command(screen: Run, two_db: Engine, medquant: Run) -> None:
    screen("ana", "include")
    assert screen("ben", "exclude", "--reason-code", WHY).out.endswith("now full_text_conflict\n")
    said = medquant("review", "conflicts", "--db", place_of(two_db)).out
    assert f"{R}  full text: " in said
    assert "ben: exclude (not_quantization)" in said
    found = json.loads(medquant("review", "conflicts", "--json", "--db", place_of(two_db)).out)
    assert [c["record_id"] for c in found["full_text_conflicts"]] == [R]
    assert screen("cy", "include").code == 1
    assert screen("cy", "include", "--adjudicate").out.endswith("now included\n")


def test_a_queue_of_full_texts_is_each_reviewers_own_and_betrays_nobody(two_db: Engine) -> None:
    def queue(name: str) -> list[Standing]:
        with reading(two_db) as connection:
            return queue_of(read_standings(connection).values(), name, Stage.FULL_TEXT)

    before = queue("ben")
    vote(two_db, "ana", OUT, WHY)
    assert queue("ben") == before
    assert [s.record_id for s in before] == [R]
    assert queue("ana") == []
    assert blinded(standing(two_db), "ben").full_text_votes == ()
    assert [v.reviewer for v in blinded(standing(two_db), "ana").full_text_votes] == ["ana"]


def test_nothing_is_settled_before_all_have_judged_but_what_could_not_be_had(two_db: Engine) -> None:
    vote(two_db, "ana", IN)
    with (
        pytest.raises(MedquantError, match="judged by 2 reviewers blind, and 1 decision"),
        writing(two_db, actor="cy", reason="x") as connection,
    ):
        settle_document(connection, R, IN)
    with writing(two_db, actor="cy", reason="x") as connection:
        assert settle_document(connection, R, None).state == State.NOT_RETRIEVED


def test_a_vote_may_be_changed_until_the_others_are_in_and_never_unseen(two_db: Engine) -> None:
    vote(two_db, "ana", IN, seen=None)
    with pytest.raises(StaleEdit, match="full text decision of ana is 'include' by now"):
        vote(two_db, "ana", MAYBE, seen=None)
    with pytest.raises(MedquantError, match="just this"):
        vote(two_db, "ana", IN)
    vote(two_db, "ana", OUT, WHY, seen=(IN, None))
    vote(two_db, "ben", IN)
    with pytest.raises(MedquantError, match="a vote is not changed once the others may be known"):
        vote(two_db, "ana", IN)


def test_a_third_cannot_vote_and_a_consensus_does_not(two_db: Engine) -> None:
    for name in ("ana", "ben"):
        vote(two_db, name, IN)
    with pytest.raises(MedquantError, match="a vote is not changed"):
        vote(two_db, "cy", OUT, WHY)
    with pytest.raises(MedquantError, match="is the name of the consensus"):
        vote(two_db, "adjudicated", IN)


def test_where_a_full_text_has_one_decision_there_are_no_votes(two_db: Engine, screen: Run) -> None:
    with writing(two_db, actor="tester", reason="x") as connection:
        connection.execute(text("DELETE FROM review_settings"))
    with pytest.raises(MedquantError, match="each full text has one decision in this review"):
        vote(two_db, "ana", IN)
    assert screen("ana", "include", "--adjudicate").code == 1
    assert screen("ana", "include").out.endswith("now included\n")


def test_an_exclusion_of_a_record_in_a_study_waits_for_a_person(two_db: Engine) -> None:
    with writing(two_db, actor="tester", reason="x") as connection:
        connection.execute(
            insert(Report).values(report_id="d", record_id=STUDY, retrieved=Answer.YES, position=1)
        )
        for name in ("ana", "ben"):
            after = vote_on_full_text(connection, STUDY, name, OUT, reason=WHY)
    assert after.state == State.FULL_TEXT_CONFLICT


def test_counts_of_the_flow_move_with_the_votes_and_keep_their_arithmetic(two_db: Engine) -> None:
    def flow() -> tuple[tuple[int | None, ...], set[int]]:
        with reading(two_db) as connection:
            counts = count_prisma(connection)
        broken = {check.number for check in check_prisma(counts) if check.status == CheckStatus.FAILED}
        return (counts.records_screened, counts.dbr_sought_reports, counts.dbr_assessed), broken

    before = flow()
    vote(two_db, "ana", OUT, WHY)
    assert flow() == before
    vote(two_db, "ben", OUT, WHY)
    (screened, sought, assessed), broken = flow()
    # each of the 93 studies that were included before there was such a stage was read, and counts as a report
    assert (screened, sought, assessed) == (before[0][0], 94, 94)
    assert broken == set()


def test_votes_and_report_go_out_and_come_back(two_db: Engine, fresh_db: Engine, tmp_path: Path) -> None:
    vote(two_db, "ana", OUT, WHY, note="p. 2")
    vote(two_db, "ben", OUT, WHY)
    files = exported(two_db)
    assert f"{R},ana,full_text,exclude,{WHY},p. 2\n".encode() in files["screenings.csv"]
    write_files(tmp_path / "out", files)
    load_corpus(fresh_db, read_corpus(tmp_path / "out"), actor="loader")
    assert exported(fresh_db) == files
    assert (standing(fresh_db).state, report(fresh_db).decision) == (State.FULL_TEXT_EXCLUDED, OUT)


def test_the_check_finds_a_report_that_contradicts_all_who_judged_it(two_db: Engine) -> None:
    def found() -> list[str]:
        with reading(two_db) as connection:
            return [f.problem for f in check_database(connection) if f.code == "full_text_votes"]

    vote(two_db, "ana", OUT, WHY)
    vote(two_db, "ben", OUT, WHY)
    assert found() == []
    with writing(two_db, actor="x", reason="x") as connection:
        connection.execute(update(Report).where(Report.record_id == R).values(decision=IN, reason=None))
    assert found() == ["the report says include, all 2 who judged it say exclude"]


def test_who_leaves_strands_no_full_text(two_db: Engine) -> None:
    vote(two_db, "ana", IN)
    with reading(two_db) as connection:
        standings = read_standings(connection).values()
    assert [s.record_id for s in beyond_reach(standings, ["ana"], 2)] == [R]
    assert beyond_reach(standings, ["ben"], 2) == []


DECIDED = st.sampled_from([(IN, None), (OUT, WHY), (OUT, OTHER), (MAYBE, None)])


@given(
    given_votes=st.lists(DECIDED, max_size=4),
    needed=st.integers(1, 3),
    decided=st.none() | st.sampled_from([IN, OUT]),
)
def test_a_full_text_is_open_until_its_report_says_otherwise(
    given_votes: list[tuple[Decision, str | None]], needed: int, decided: Decision | None
) -> None:
    votes = [Vote(str(i), *said) for i, said in enumerate(given_votes)]
    documents = [] if decided is None else [Document("d", Answer.YES, decided)]
    state = state_of_full_text(documents, votes, needed)
    assert (state in OPEN) == (decided is None)
    assert (state == State.FULL_TEXT_CONFLICT) == (decided is None and needed > 1 and len(votes) >= needed)
    assert (agreed(votes) is not None) == (len(set(given_votes)) == 1 and given_votes[0][0] != MAYBE)


def test_a_removed_record_has_no_vote(two_db: Engine) -> None:
    with writing(two_db, actor="x", reason="x") as connection:
        connection.execute(update(Record).where(Record.record_id == R).values(removed="other"))
    with pytest.raises(MedquantError, match="has not passed title and abstract"):
        vote(two_db, "ana", IN)
