"""A decision or judgement made on what is no longer so is refused with both, who changed it and when."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete

from db.errors import MedquantError
from db.export import export_files
from db.models.appraisals import CONSENSUS
from db.models.tables import Screening
from db.session import reading, writing
from db.vocabulary import Decision, RiskOfBias
from review.bias.appraising import Said, appraise, find_target
from review.bias.tool import tools
from review.deciding import adjudicate, cast_vote, settle_document
from review.stale import NOT_LOOKED, StaleEdit, in_words

R = "r416"
IN, OUT, MAYBE = Decision.INCLUDE, Decision.EXCLUDE, Decision.MAYBE
WHY = "not_quantization"
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def waiting_db(seeded_db: Engine) -> Engine:
    """Open the shipped corpus with the decisions on one record taken out."""
    with writing(seeded_db, actor="tester", reason="again") as connection:
        connection.execute(delete(Screening).where(Screening.record_id == R))
    return seeded_db


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def stale(engine: Engine, act: Callable[[Connection], Any]) -> StaleEdit:
    before = exported(engine)
    with pytest.raises(StaleEdit) as caught, writing(engine, actor="cy", reason="x") as connection:
        act(connection)
    assert exported(engine) == before
    return caught.value


def test_a_vote_that_was_changed_elsewhere_is_not_overwritten(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="ana", reason="x") as connection:
        cast_vote(connection, R, "ana", OUT, reason=WHY, seen=None)
    error = stale(waiting_db, lambda c: cast_vote(c, R, "ana", IN, seen=None))
    assert (error.field, error.seen, error.present, error.wanted, error.actor) == (
        "decision of ana", "not decided", f"exclude ({WHY})", "include", "ana",
    )  # fmt: skip
    with writing(waiting_db, actor="ana", reason="x") as connection:
        cast_vote(connection, R, "ana", MAYBE, seen=(OUT, WHY))
        cast_vote(connection, R, "ana", IN)
    assert stale(waiting_db, lambda c: cast_vote(c, R, "ana", MAYBE, seen=(OUT, WHY))).present == "include"


def test_a_refusal_says_nothing_of_what_others_decided(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="ana", reason="x") as connection:
        cast_vote(connection, R, "ana", OUT, reason=WHY)
    error = stale(waiting_db, lambda c: cast_vote(c, R, "ben", IN, seen=(MAYBE, None)))
    assert error.present == "not decided"
    assert "exclude" not in str(error)
    assert "ana" not in str(error)


def test_a_consensus_and_a_full_text_that_were_settled_elsewhere_stand(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="ana", reason="x") as connection:
        cast_vote(connection, R, "ana", IN)
        cast_vote(connection, R, "ben", OUT, reason=WHY)
        adjudicate(connection, R, IN, seen=None)
    error = stale(waiting_db, lambda c: adjudicate(c, R, OUT, reason=WHY, seen=None))
    assert (error.field, error.present, error.wanted) == ("consensus", "include", f"exclude ({WHY})")
    with writing(waiting_db, actor="ben", reason="x") as connection:
        settle_document(connection, R, None, seen=None)
    error = stale(waiting_db, lambda c: settle_document(c, R, IN, seen=None))
    assert (error.field, error.present, error.actor) == ("full text", "not retrieved", "ben")
    with writing(waiting_db, actor="ben", reason="x") as connection:
        settle_document(connection, R, OUT, reason=WHY, seen=(None, None))
        settle_document(connection, R, IN, seen=(OUT, WHY))


def test_who_did_not_look_is_not_asked(waiting_db: Engine) -> None:
    with writing(waiting_db, actor="ana", reason="x") as connection:
        cast_vote(connection, R, "ana", IN)
        cast_vote(connection, R, "ana", MAYBE, seen=NOT_LOOKED)


def test_an_appraisal_that_says_something_else_by_now_is_not_replaced(seeded_db: Engine) -> None:
    tool = next(t for t in tools().values() if "study" in t.units)
    item = tool.judged[0]
    low, high = Said("few images", judgement=RiskOfBias.LOW), Said("one site", judgement=RiskOfBias.HIGH)

    def say(connection: Connection, said: Said, **how: Any) -> None:
        target = find_target(connection, "abid2022")
        appraise(connection, target, tool, item, said, today=DAY, **{"appraiser": "ana"} | how)

    with writing(seeded_db, actor="ana", reason="x") as connection:
        say(connection, low, seen=None)
        say(connection, high, seen=low)
    error = stale(seeded_db, lambda c: say(c, low, seen=low))
    assert (error.key, error.field, error.actor) == ("abid2022", f"{item} of ana", "ana")
    assert (error.seen, error.present) == ("low, few images", "high, one site")
    assert stale(seeded_db, lambda c: say(c, low, seen=None)).seen == "nothing"
    assert stale(seeded_db, lambda c: say(c, low, seen=low, appraiser=CONSENSUS)).present == "nothing"


def test_a_stale_edit_is_an_error_for_people_in_one_sentence() -> None:
    error = StaleEdit(key="r1", field="title", seen="a", present="b", wanted=None, actor="", at="")
    assert isinstance(error, MedquantError)
    assert str(error) == "r1 title is 'b' by now, not 'a'; look at it again, nothing was changed"
    assert in_words((None, None)) == "not retrieved"
