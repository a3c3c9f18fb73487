"""Who takes part is known, rules are set once and read by all verbs, and nobody who leaves takes a record along."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, text

from db.check import check_database
from db.corpus import read_corpus
from db.export import export_files, write_files
from db.load import load_corpus
from db.models.tables import Screening
from db.session import place_of, reading, writing
from db.team_check import SETTINGS, allowed_setting
from db.vocabulary import Decision
from review.deciding import cast_vote
from review.prioritise.records import prioritise
from review.screening import State, read_standings
from review.settings import read_settings

Run = Callable[..., Any]
BECAUSE = ("--reason", "agreed in the team")
R = "r416"


@pytest.fixture
def waiting_db(seeded_db: Engine) -> Engine:
    """Open the shipped corpus with the decisions on one record taken out."""
    with writing(seeded_db, actor="tester", reason="again") as connection:
        connection.execute(delete(Screening).where(Screening.record_id == R))
    return seeded_db


@pytest.fixture
def team(medquant: Run, waiting_db: Engine) -> Run:
    """Run `medquant review team` on it."""
    return lambda *words: medquant("review", "team", *words, "--db", place_of(waiting_db))


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def told(outcome: Any) -> str:
    assert (outcome.code, outcome.err) == (0, "")
    return str(outcome.out)


def test_without_a_team_two_judge_each_record(team: Run, waiting_db: Engine) -> None:
    assert told(team()) == "0 take(s) part; 2 judge each record, 1 each full text\n"
    assert not {"reviewers.csv", "review_settings.csv"} & set(exported(waiting_db))


def test_who_comes_and_goes_is_listed_with_since_when(team: Run) -> None:
    assert told(team("add", "ana", "--note", "reads German", *BECAUSE)) == "ana takes part, change 3\n"
    told(team("add", "ben", *BECAUSE))
    told(team("leave", "ben", *BECAUSE))
    listed = json.loads(told(team("--json")))
    assert [(m["name"], m["active"], m["note"]) for m in listed["members"]] == [
        ("ana", True, "reads German"),
        ("ben", False, None),
    ]
    told(team("add", "ben", *BECAUSE))
    assert [m["active"] for m in json.loads(told(team("--json")))["members"]] == [True, True]


def test_who_leaves_strands_nothing_and_what_needs_another_is_named(
    team: Run, medquant: Run, waiting_db: Engine
) -> None:
    for name in ("ana", "ben"):
        told(team("add", name, *BECAUSE))
    with writing(waiting_db, actor="ana", reason="x") as connection:
        cast_vote(connection, R, "ana", Decision.INCLUDE)
    assert "need" not in told(team())
    out = told(team("leave", "ben", *BECAUSE))
    assert "ben takes part no more" in out
    assert f"1 record(s) need another reviewer, or fewer decisions: {R}\n" in out
    assert json.loads(told(team("--json")))["beyond_reach"] == [R]
    said = medquant("review", "conflicts", "--db", place_of(waiting_db)).out
    assert f"1 record(s) that ana cannot finish: {R}" in said
    assert "need" not in told(team("add", "cy", *BECAUSE))
    assert f"{R} " in medquant("review", "queue", "--reviewer", "cy", "--db", place_of(waiting_db)).out
    # a decision of somebody who left still counts
    told(team("leave", "ana", *BECAUSE))
    with writing(waiting_db, actor="cy", reason="x") as connection:
        assert cast_vote(connection, R, "cy", Decision.INCLUDE).state == State.FULL_TEXT


def test_every_verb_reads_how_many_are_needed(team: Run, medquant: Run, waiting_db: Engine) -> None:
    place = place_of(waiting_db)
    assert told(team("needed", "1", *BECAUSE)) == "reviewers_needed is 1, change 3\n"
    done = medquant("review", "screen", R, "include", "--reviewer", "ana", "--reason", "x", "--db", place)
    assert done.out.endswith("now full_text\n")
    with reading(waiting_db) as connection:
        assert read_standings(connection)[R].state == State.FULL_TEXT
        assert read_standings(connection, 2)[R].state == State.TO_SCREEN
        assert prioritise(connection).unscreened == 0
        assert prioritise(connection, needed=2).unscreened > 0


def test_each_act_can_be_taken_back(team: Run, medquant: Run, waiting_db: Engine) -> None:
    before = exported(waiting_db)
    acts = (("add", "ana"), ("needed", "3"), ("full-text-votes", "2"), ("leave", "ana"))
    for act in acts:
        told(team(*act, *BECAUSE))
    assert {"reviewers.csv", "review_settings.csv"} <= set(exported(waiting_db))
    for change in ("6", "5", "4", "3"):
        assert medquant("review", "undo", change, "--reason", "no", "--db", place_of(waiting_db)).code == 0
    assert exported(waiting_db) == before


def test_team_and_rules_go_out_and_come_back(
    team: Run, waiting_db: Engine, fresh_db: Engine, tmp_path: Path
) -> None:
    for act in (
        ("add", "ana"),
        ("add", "Émile, B."),
        ("leave", "ana"),
        ("needed", "3"),
        ("full-text-votes", "2"),
    ):
        told(team(*act, *BECAUSE))
    files = exported(waiting_db)
    write_files(tmp_path / "out", files)
    load_corpus(fresh_db, read_corpus(tmp_path / "out"), actor="loader")
    assert exported(fresh_db) == files
    with reading(fresh_db) as connection:
        rules = read_settings(connection)
    assert (rules.reviewers_needed, rules.full_text_votes) == (3, 2)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("add", "Adjudicated"), "is the name of the consensus"),
        (("add", "a"), "'a' and 'A' would be two reviewers; write A"),
        (("add", "ana"), "ana takes part already, since "),
        (("add", "ANA"), "'ANA' and 'ana' would be two reviewers; write ana"),
        (("leave", "ben"), "'ben' does not take part; allowed: ana"),
        (("needed", "0"), "reviewers_needed cannot be 0: allowed: 1 to 9"),
        (("needed", "10"), "reviewers_needed cannot be 10"),
        (("full-text-votes", "0"), "full_text_votes cannot be 0"),
    ],
)
def test_what_is_refused_writes_nothing(
    team: Run, waiting_db: Engine, words: tuple[str, ...], part: str
) -> None:
    told(team("add", "ana", *BECAUSE))
    before = exported(waiting_db)
    refused = team(*words, *BECAUSE)
    assert refused.code == 1
    assert part in refused.err
    assert refused.err.count("\n") == 1
    assert exported(waiting_db) == before


def test_the_check_finds_a_rule_that_cannot_be_and_a_team_that_is_too_small(
    team: Run, waiting_db: Engine
) -> None:
    told(team("add", "ana", *BECAUSE))
    with reading(waiting_db) as connection:
        assert [f.problem for f in check_database(connection) if f.code == "team"] == [
            "1 member(s) take part, but 2 judge each record or full text"
        ]
    with writing(waiting_db, actor="x", reason="x") as connection:
        connection.execute(text("INSERT INTO review_settings VALUES ('reviewers_needed', 'many', 1)"))
    with reading(waiting_db) as connection:
        assert [f.where for f in check_database(connection) if f.code == "setting"] == [
            "review_settings reviewers_needed"
        ]
    refused = team()
    assert refused.code == 1
    assert "the setting reviewers_needed is 'many': allowed: 1 to 9" in refused.err


@given(st.text(max_size=12))
def test_only_plain_small_numbers_are_settings(words: str) -> None:
    for key, (_, most) in SETTINGS.items():
        assert (allowed_setting(key, words) == "") == (words in {str(n) for n in range(1, most + 1)})
