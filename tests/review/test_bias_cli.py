"""Appraising from the command line: reasons kept, consensus a third row, every change undone, lists and JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db.models.appraisals import Appraisal
from db.session import place_of, reading
from review.bias.appraisals import read_appraisals

QV = "quantization_validity"


@pytest.fixture
def told(seeded_db: Engine, tmp_path: Path, medquant: Any) -> Any:
    """Run a verb of `review` on the seeded database."""

    def run(*words: str) -> Any:
        return medquant("review", *words, "--db", place_of(seeded_db))

    return run


def _judge(
    told: Any, level: str, *more: str, item: str = "data", target: str = "ren2021", tool: str = QV
) -> Any:
    return told(
        "appraise",
        target,
        "--tool",
        tool,
        "--question",
        item,
        "--judgement",
        level,
        "--reason",
        "seen",
        *more,
    )


def _answer(told: Any, item: str, answer: str, *more: str) -> Any:
    return told(
        "appraise", "ren2021", "--tool", QV, "--question", item, "--answer", answer, "--reason", "seen", *more
    )


def _rows(engine: Engine) -> list[tuple[Any, ...]]:
    table = Appraisal.__table__
    with reading(engine) as connection:
        query = select(table.c.item, table.c.appraiser, table.c.answer, table.c.judgement)
        return [tuple(row) for row in connection.execute(query.order_by(table.c.position))]


def test_an_answer_is_stored_with_who_and_why_and_only_suggests_a_judgement(
    told: Any, seeded_db: Engine
) -> None:
    done = _answer(told, "data.same_images", "no", "--by", "Ada")
    assert done.code == 0
    assert "suggested for data: high (the critical question data.same_images has “no”)" in done.out
    assert _rows(seeded_db) == [("data.same_images", "Ada", "no", None)]


def test_saying_it_again_replaces_the_own_row_and_the_history_keeps_both(
    told: Any, seeded_db: Engine, medquant: Any, tmp_path: Path
) -> None:
    _judge(told, "low", "--by", "Ada")
    assert "replaced" in _judge(told, "high", "--by", "Ada").out
    assert _rows(seeded_db) == [("data", "Ada", None, "high")]
    history = medquant("db", "history", "appraisals", "--db", place_of(seeded_db)).out
    assert "judgement: low -> high" in history


def test_two_appraisers_and_their_consensus_are_three_rows(told: Any, seeded_db: Engine) -> None:
    _judge(told, "low", "--by", "Ada")
    _judge(told, "high", "--by", "Grace")
    with reading(seeded_db) as connection:
        (open_one,) = read_appraisals(connection)
    assert (open_one.items["data"].state, open_one.judgement("data")) == ("open", None)
    assert _judge(told, "high", "--consensus", "--by", "Grace").code == 0
    assert [row[1] for row in _rows(seeded_db)] == ["Ada", "Grace", "consensus"]
    with reading(seeded_db) as connection:
        (settled,) = read_appraisals(connection)
    assert (settled.items["data"].state, settled.judgement("data")) == ("consensus", "high")


def test_who_judges_blind_sees_and_is_told_nothing_of_what_others_said(told: Any) -> None:
    _answer(told, "data.same_images", "no", "--by", "Ada")
    told_to_grace = _answer(told, "data.calibration_leakage", "yes", "--by", "Grace").out
    assert "suggested for data: unclear (data.same_images is not answered yet)" in told_to_grace
    seen = told("appraisals", "--blind", "Grace").out
    assert ("Grace" in seen, "Ada" in seen) == (True, False)
    form = told("appraisals", "ren2021", "--tool", QV, "--blind", "Grace").out
    assert ("Grace: yes" in form, "Ada" in form) == (True, False)
    (mine,) = json.loads(told("appraisals", "--blind", "Grace", "--json").out)
    assert list(mine["items"]) == ["data.calibration_leakage"]
    _judge(told, "low", "--by", "Ada")
    assert "Ada" not in told("appraisals", "--blind", "Grace").out
    assert _judge(told, "high", "--consensus", "--by", "Cyd").code == 0
    assert "Ada" in told("appraisals", "--blind", "Grace").out


def test_an_appraiser_who_left_applicability_open_contradicts_nobody(told: Any, seeded_db: Engine) -> None:
    _judge(told, "low", "--by", "Ada")
    _judge(told, "low", "--applicability", "high", "--by", "Grace")
    with reading(seeded_db) as connection:
        (found,) = read_appraisals(connection)
    assert found.items["data"].state == "agreed"
    assert (found.judgement("data"), found.applicability("data")) == ("low", "high")


def test_a_consensus_settles_what_it_names_and_leaves_the_rest_as_it_was_said(
    told: Any, seeded_db: Engine
) -> None:
    _judge(told, "low", "--applicability", "low", "--by", "Ada")
    _judge(told, "high", "--applicability", "low", "--by", "Grace")
    _judge(told, "high", "--consensus")
    with reading(seeded_db) as connection:
        (found,) = read_appraisals(connection)
    assert found.items["data"].state == "consensus"
    assert (found.judgement("data"), found.applicability("data")) == ("high", "low")


def test_undo_takes_a_judgement_back(told: Any, seeded_db: Engine) -> None:
    _judge(told, "low")
    number = _judge(told, "high").out.split("change ")[1].split()[0]
    assert told("undo", number, "--reason", "slip").code == 0
    assert _rows(seeded_db) == [("data", "tester", None, "low")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--question", "data", "--answer", "yes"), "data is judged, not answered"),
        (("--question", "data.same_images", "--judgement", "low"), "data.same_images is a question; give it an answer"),
        (("--question", "data.same_image", "--answer", "yes"), "did you mean data.same_images"),
        (("--question", "repeats", "--judgement", "low", "--applicability", "low"), "asks nothing about the applicability of repeats"),
        (("--question", "data", "--judgement", "low", "--consensus"), "nobody has judged data of ren2021 yet"),
        (("--question", "data", "--judgement", "low", "--by", "consensus"), "'consensus' names the agreement"),
        (("--question", "data"), "data is judged, not answered; give it a judgement: allowed: low, high, unclear"),
        (("--question", "data", "--judgement", "low", "--tool", "robins"), "'robins' is no appraisal tool; allowed: probast_ai"),
        (("--question", "participants", "--judgement", "low", "--tool", "quadas3"), "allowed: ren2021-01, ren2021-02"),
    ],
)  # fmt: skip
def test_what_the_tool_does_not_ask_is_refused_and_nothing_is_written(
    told: Any, seeded_db: Engine, words: tuple[str, ...], said: str
) -> None:
    done = told("appraise", "ren2021", "--tool", QV, "--reason", "seen", *words)
    assert done.code == 1
    assert said in done.err
    assert done.err.count("\n") == 1
    assert _rows(seeded_db) == []


def test_an_unknown_study_is_refused_with_names_close_to_it(told: Any) -> None:
    done = _judge(told, "low", target="rn2021")
    assert (done.code, "did you mean ren2021" in done.err) == (1, True)


def test_a_tool_for_whole_studies_refuses_a_comparison(told: Any) -> None:
    done = _judge(told, "low", target="ren2021-01", tool="probast_ai", item="eval_analysis")
    assert (done.code, "name ren2021 instead of ren2021-01" in done.err) == (1, True)


def test_a_comparison_is_found_under_its_study(told: Any) -> None:
    assert _judge(told, "low", target="ren2021-01", tool="quadas3", item="analysis").code == 0
    (found,) = json.loads(told("appraisals", "ren2021", "--json").out)
    assert (found["target"], found["study_id"], found["tool"]) == ("ren2021-01", "ren2021", "quadas3")


def test_the_form_shows_questions_votes_and_suggestions(told: Any) -> None:
    _answer(told, "data.same_images", "no")
    form = told("appraisals", "ren2021", "--tool", QV).out
    assert "home-made, validated by nobody" in form
    assert "    tester: no – seen\n" in form
    assert "suggested by the answers: high" in form


def test_the_list_names_rows_that_no_shipped_tool_knows(told: Any, seeded_db: Engine) -> None:
    _judge(told, "low")
    from sqlalchemy import update

    from db.session import writing

    with writing(seeded_db, actor="a", reason="b") as connection:
        connection.execute(update(Appraisal.__table__).values(tool_version="0.9"))
    assert "judged with quantization_validity 0.9; 1.0 ships" in told("appraisals").out
    assert json.loads(told("appraisals", "--json").out)[0]["suggested"] == {}


def test_the_tools_are_listed_with_source_and_licence(told: Any) -> None:
    listed = told("appraisals", "--tools").out
    assert "quantization_validity 1.0: Quantization validity (home-made, validated by nobody" in listed
    assert {tool["code"] for tool in json.loads(told("appraisals", "--tools", "--json").out)} >= {
        "quadas3",
        QV,
    }
