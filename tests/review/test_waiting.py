"""What is asked of the database alone is what the rule says of every record, whatever was decided in whatever order."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from db.errors import MedquantError
from db.files import table_of
from db.models.tables import ChangeContext, Identified, Record, Report, Screening, Study
from db.prisma import ADJUDICATED
from db.session import reading, writing
from db.vocabulary import Answer, Decision, Removal, Route, Stage
from review.deciding import adjudicate, cast_vote
from review.screening import State, conflicts_of, queue_of, read_standings
from review.settings import set_setting
from review.taking_back import take_back
from review.waiting import at_full_text, decided_since, in_conflict, judged_by, waiting_for

NAMES = ("ana", "ben", "cyd")


@pytest.fixture
def records(seeded_db: Engine) -> Engine:
    """Add three records that nobody has judged."""
    with writing(seeded_db, actor="tester", reason="records") as connection:
        connection.execute(
            insert(table_of(Record)),
            [{"record_id": f"w{i}", "title": f"Title {i}", "position": 50_000 + i} for i in range(3)],
        )
    return seeded_db


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("full_text_votes", [1, 2])
def test_the_quick_answers_are_those_of_the_rule(seeded_db: Engine, seed: int, full_text_votes: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a test that is the same every time
    fill(seeded_db, rng, full_text_votes)
    for needed in (1, 2, 3):
        with reading(seeded_db) as connection:
            standings = list(read_standings(connection, needed).values())
            for name in NAMES:
                waiting = [s.record_id for s in queue_of(standings, name, Stage.TITLE_ABSTRACT)]
                texts = [s.record_id for s in queue_of(standings, name, Stage.FULL_TEXT)]
                assert waiting_for(connection, name, needed) == waiting
                assert at_full_text(connection, needed, name if full_text_votes > 1 else None) == texts
            unfinished = [s.record_id for s in standings if s.state == State.TO_SCREEN]
            assert waiting_for(connection, None, needed) == unfinished
            for stage in (Stage.TITLE_ABSTRACT, Stage.FULL_TEXT):
                disputed = [s.record_id for s in conflicts_of(standings, stage)]
                assert in_conflict(connection, needed, stage) == disputed


def fill(engine: Engine, rng: random.Random, full_text_votes: int) -> None:
    with writing(engine, actor="tester", reason="anything goes") as connection:
        if rng.random() < 0.3:
            connection.execute(table_of(Screening).delete())
        if full_text_votes > 1:
            set_setting(connection, "full_text_votes", full_text_votes)
        studies = connection.scalars(select(Study.study_id).limit(12)).all()
        for i in range(60):
            key = f"w{i:02d}"
            removed = Removal.OTHER if rng.random() < 0.1 else None
            connection.execute(
                insert(table_of(Record)).values(
                    record_id=key, title=key, removed=removed, position=rng.randint(0, 9)
                )
            )
            for route in rng.sample([None, Route.DATABASE, Route.WEBSITE], rng.randint(0, 2)):
                connection.execute(
                    insert(table_of(Identified)).values(
                        theme="x", raw_record_id=f"{key}{route}", source="x", record_id=key,
                        route=route, position=70_000 + i * 3,
                    )
                )  # fmt: skip
            for stage in (Stage.TITLE_ABSTRACT, Stage.FULL_TEXT):
                for name in rng.sample([*NAMES, ADJUDICATED], rng.choice([0, 1, 2, 2, 3, 4])):
                    if name == ADJUDICATED and (stage == Stage.FULL_TEXT or rng.random() < 0.5):
                        continue
                    decision = rng.choice([*Decision, Decision.INCLUDE, Decision.INCLUDE])
                    reason = "not_quantization" if decision == Decision.EXCLUDE else None
                    connection.execute(
                        insert(table_of(Screening)).values(
                            record_id=key, reviewer=name, stage=stage, decision=decision, reason=reason,
                            position=80_000 + i,
                        )
                    )  # fmt: skip
            if rng.random() < 0.2:
                connection.execute(
                    insert(table_of(Report)).values(
                        report_id=f"t{key}", record_id=key, retrieved=rng.choice(list(Answer)),
                        decision=rng.choice([None, Decision.INCLUDE]), position=60_000 + i,
                    )
                )  # fmt: skip
        for study in studies:
            if rng.random() < 0.5:
                connection.execute(
                    table_of(Study)
                    .update()
                    .where(Study.study_id == study)
                    .values(record_id=f"w{rng.randint(0, 59):02d}")
                )


def vote(engine: Engine, record: str, name: str, decision: Decision = Decision.INCLUDE) -> int:
    with writing(engine, actor=name, reason="screened") as connection:
        cast_vote(connection, record, name, decision)
        return connection.scalars(select(ChangeContext.change)).one()


def taken_back(engine: Engine, change: int, name: str, record: str) -> None:
    with writing(engine, actor=name, reason="a slip") as connection:
        take_back(connection, change, name, record)


def test_own_work_is_counted(records: Engine) -> None:
    since = datetime.now(UTC) - timedelta(minutes=5)
    for record in ("w0", "w1"):
        vote(records, record, "ana")
    vote(records, "w0", "ben")
    with reading(records) as connection:
        assert (judged_by(connection, "ana"), decided_since(connection, "ana", since)) == (2, 2)
        assert (judged_by(connection, "cyd"), decided_since(connection, "cyd", since)) == (0, 0)
        assert decided_since(connection, "ana", datetime.now(UTC) + timedelta(minutes=5)) == 0


def test_a_vote_that_waits_for_others_is_taken_back(records: Engine) -> None:
    change = vote(records, "w0", "ana")
    with writing(records, actor="tester", reason="three") as connection:
        set_setting(connection, "reviewers_needed", 3)
    vote(records, "w0", "ben")
    taken_back(records, change, "ana", "w0")
    with reading(records) as connection:
        assert "w0" in waiting_for(connection, "ana", 3)


def test_a_vote_is_not_taken_back_once_others_may_know_it(records: Engine) -> None:
    first, last = vote(records, "w0", "ana"), vote(records, "w0", "ben", Decision.MAYBE)
    with pytest.raises(MedquantError, match="more was decided of 'w0' since"):
        taken_back(records, first, "ana", "w0")
    with writing(records, actor="cyd", reason="settled") as connection:
        adjudicate(connection, "w0", Decision.INCLUDE)
    with pytest.raises(MedquantError, match="more was decided of 'w0' since"):
        taken_back(records, last, "ben", "w0")


def test_only_the_own_decision_on_this_record_is_taken_back(records: Engine) -> None:
    change = vote(records, "w0", "ana")
    for number, name, record in ((change, "ben", "w0"), (change, "ana", "w1"), (10**6, "ana", "w0")):
        with pytest.raises(MedquantError, match=f"change {number} is no decision of {name} on {record}"):
            taken_back(records, number, name, record)
