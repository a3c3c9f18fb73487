"""Two people judge alone: nobody sees the other before both are done, and what was judged so stays."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine

from db.errors import MedquantError
from db.models.appraisals import CONSENSUS
from db.session import reading, writing
from db.vocabulary import AppraisalAnswer, RiskOfBias
from review.bias.appraisals import read_appraisals
from review.bias.appraising import Said
from review.bias.blind import Stage, read_form, read_waiting, say, seen_by, still_blind
from review.bias.tool import OVERALL, tool_named
from review.stale import StaleEdit

CODE, STUDY = "quantization_validity", "boers2023"
TOOL = tool_named(CODE)
TODAY = dt.date(2026, 11, 21)
YES = Said("printed", AppraisalAnswer.YES)


def said(engine: Engine, name: str, item: str, what: Said, **more: Any) -> None:
    with writing(engine, actor=name, reason="test") as connection:
        say(connection, STUDY, CODE, item, what, appraiser=name, today=TODAY, **more)


def judge_all(engine: Engine, name: str, risk: RiskOfBias = RiskOfBias.LOW) -> None:
    for item in TOOL.questions:
        said(engine, name, item, YES)
    for item in TOOL.judged:
        said(engine, name, item, Said("told", judgement=risk))


def stage(engine: Engine, name: str) -> Stage:
    with reading(engine) as connection:
        return next(w.stage for w in read_waiting(connection, CODE, "study", name) if w.target == STUDY)


def seen(engine: Engine, name: str | None) -> set[str]:
    """Return whose votes a person sees."""
    with reading(engine) as connection:
        found = seen_by(read_appraisals(connection), TOOL, name)
    return {vote.appraiser for one in found for item in one.items.values() for vote in item.votes}


def test_others_are_hidden_until_two_are_done(seeded_db: Engine) -> None:
    judge_all(seeded_db, "ana")
    assert (seen(seeded_db, "ana"), seen(seeded_db, "ben"), seen(seeded_db, None)) == (
        {"ana"},
        set(),
        {"ana"},
    )
    said(seeded_db, "ben", "execution.same_file", YES)
    assert seen(seeded_db, "ben") == {"ben"}
    assert (stage(seeded_db, "ana"), stage(seeded_db, "ben"), stage(seeded_db, "cem")) == (
        Stage.WAITING,
        Stage.BEGUN,
        Stage.NOT_JUDGED,
    )
    with reading(seeded_db) as connection:
        form = read_form(connection, STUDY, CODE, "ben")
    assert (form.others, form.opened, form.finished, set(form.own)) == (1, False, (), {"execution.same_file"})
    with reading(seeded_db) as connection:
        assert still_blind(connection) == {f"{STUDY}|{CODE}"}
    judge_all(seeded_db, "ben", RiskOfBias.HIGH)
    with reading(seeded_db) as connection:
        assert still_blind(connection) == frozenset()
    assert seen(seeded_db, "ana") == seen(seeded_db, "cem") == {"ana", "ben"}
    assert stage(seeded_db, "ana") == stage(seeded_db, "cem") == Stage.DIFFER


def test_the_whole_is_judged_last(seeded_db: Engine) -> None:
    with pytest.raises(MedquantError, match="judged last, and 22 item"):
        said(seeded_db, "ana", OVERALL, Said("told", judgement=RiskOfBias.LOW))
    judge_all(seeded_db, "ana")
    assert stage(seeded_db, "ana") == Stage.WAITING


def test_what_is_open_is_settled_and_not_judged_anew(seeded_db: Engine) -> None:
    high = Said("weighed", judgement=RiskOfBias.HIGH)
    judge_all(seeded_db, "ana")
    with pytest.raises(MedquantError, match="would not be blind"):
        said(seeded_db, CONSENSUS, "execution", high)
    judge_all(seeded_db, "ben", RiskOfBias.HIGH)
    for name in ("ana", "cem"):
        with pytest.raises(MedquantError, match="not be blind any more; settle"):
            said(seeded_db, name, "execution", high)
    for item in TOOL.judged:
        said(seeded_db, CONSENSUS, item, high, seen=None)
    assert stage(seeded_db, "ana") == Stage.AGREED
    with pytest.raises(StaleEdit, match="weighed"):
        said(seeded_db, CONSENSUS, "execution", Said("other", judgement=RiskOfBias.LOW), seen=None)


def test_what_is_not_judged_comes_first(seeded_db: Engine) -> None:
    said(seeded_db, "ana", "execution.same_file", YES)
    with reading(seeded_db) as connection:
        studies = read_waiting(connection, CODE, "study", "ana")
        assert studies[0].target == STUDY
        assert studies[0].answered == 1
        assert len(read_waiting(connection, CODE, "comparison", "ana")) == 314
        with pytest.raises(MedquantError, match="judges no 'study'"):
            read_waiting(connection, "quadas3", "study", "ana")
