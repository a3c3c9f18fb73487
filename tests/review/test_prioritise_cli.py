"""`prioritise` and `simulate-screening` tell what to screen next and what it saves, and betray no open vote."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from db.models.tables import Screening
from db.prisma import ADJUDICATED
from db.session import place_of, writing

Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def half_db(seeded_db: Engine) -> Engine:
    """Open the shipped corpus with the decisions on its later half taken out."""
    with writing(seeded_db, actor="tester", reason="to be screened again") as connection:
        connection.execute(delete(Screening).where(Screening.record_id > "r216"))
    return seeded_db


@pytest.fixture
def review(medquant: Run, half_db: Engine) -> Run:
    """Run `medquant review` on it."""
    return lambda *words: medquant("review", *words, "--db", place_of(half_db))


def parsed(outcome: Any) -> Any:
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def test_the_unscreened_are_listed_with_words_and_a_hint(review: Run) -> None:
    found = parsed(review("prioritise", "--json", "--n", "30"))
    assert found["how"] == "logistic"
    assert found["included"] + found["excluded"] == 216
    assert found["unscreened"] == 216
    assert len(found["records"]) == 30
    assert all(record["record_id"] > "r216" for record in found["records"])
    assert found["records"][0]["words"]
    assert 0 < found["recall"]["low"] <= found["recall"]["estimate"] <= found["recall"]["high"] == 1
    assert found["hint"].startswith("go on")
    assert "no richer" in found["assumption"]


def test_the_text_holds_what_the_json_holds(review: Run) -> None:
    found = parsed(review("prioritise", "--json", "--n", "3"))
    shown = review("prioritise", "--n", "3").out
    assert [line.split()[1] for line in shown.splitlines()[1:4]] == [r["record_id"] for r in found["records"]]
    assert shown.splitlines()[-1] == found["hint"]
    assert "3 of 216 unscreened record(s), ordered by logistic" in shown


def test_the_same_seed_gives_the_same_list(review: Run) -> None:
    first, again = (review("prioritise", "--json", "--n", "0", "--seed", "4").out for _ in range(2))
    assert first == again
    assert len(json.loads(first)["records"]) == 216


@pytest.mark.parametrize("start", ["keywords", "random"])
def test_without_any_decision_keywords_or_chance_begin(review: Run, half_db: Engine, start: str) -> None:
    with writing(half_db, actor="tester", reason="from the beginning") as connection:
        connection.execute(delete(Screening))
    # the corpus logs no screening then, so that its studies count as included without a decision
    found = parsed(review("prioritise", "--json", "--start", start))
    assert found["how"] == start
    assert found["recall"] is None
    assert (found["included"], found["excluded"], found["unscreened"]) == (0, 0, 339)


def test_an_open_vote_of_another_moves_nothing_in_a_reviewers_list(review: Run) -> None:
    before = review("prioritise", "--reviewer", "Bo", "--json", "--n", "0").out
    for record in ("r300", "r301"):
        assert review("screen", record, "include", "--reviewer", "Ada", "--reason", "x").code == 0
    assert review("prioritise", "--reviewer", "Bo", "--json", "--n", "0").out == before
    own = parsed(review("prioritise", "--reviewer", "Ada", "--json", "--n", "0"))
    assert not {"r300", "r301"} & {record["record_id"] for record in own["records"]}


def test_screening_is_played_again_on_what_is_settled(review: Run) -> None:
    found = parsed(review("simulate-screening", "--seeds", "2", "--batch", "40", "--json"))
    assert (found["records"], found["seeds"], found["batch"]) == (216, 2, 40)
    assert {played["strategy"] for played in found["played"]} >= {"random", "logistic, random start"}
    for played in found["played"]:
        assert 0 <= played["metrics"]["recall25"]["least"] <= played["metrics"]["recall25"]["most"] <= 1
    text = review("simulate-screening", "--seeds", "2", "--batch", "40").out
    assert "WSS@95" in text
    assert "216 records" in text


def test_nothing_settled_is_nothing_to_play(review: Run, half_db: Engine) -> None:
    with writing(half_db, actor="tester", reason="x") as connection:
        connection.execute(delete(Screening).where(Screening.reviewer == ADJUDICATED))
    refused = review("simulate-screening", "--needed", "9")
    assert refused.code == 1
    assert "nothing to play again" in refused.err


@pytest.mark.parametrize(
    "words",
    [
        ["prioritise", "--n", "-1"],
        ["prioritise", "--needed", "0"],
        ["prioritise", "--classifier", "oracle"],
        ["simulate-screening", "--seeds", "0"],
        ["simulate-screening", "--batch", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(review: Run, words: list[str]) -> None:
    assert review(*words).code == 2


def test_a_bad_file_of_keywords_is_told(review: Run, tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text("why = []")
    refused = review("prioritise", "--keywords", tmp_path / "words.toml")
    assert refused.code == 1
    assert "allowed: for, against" in refused.err


def test_scikit_learn_waits_until_a_verb_runs() -> None:
    script = (
        "import sys, medquant\n"
        "try:\n    medquant.main(['review', 'prioritise', '--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('sklearn' in sys.modules or 'numpy' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True).returncode == 0
