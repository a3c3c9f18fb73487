"""What moved between two states of the evidence: the flow and the pooled estimates."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.diff import Diff
from db.session import place_of, reading, writing
from review.changes import Changes, Standing, changes_between, changes_since
from review.pool import pool_database

Medquant = Callable[..., Any]


@pytest.fixture
def edited(seeded_db: Engine) -> Engine:
    """Leave out one study's clean accuracy contrast, and exclude a record that was screened."""
    with writing(seeded_db, actor="Ada", reason="a test") as connection:
        connection.execute(text(
            "UPDATE comparisons SET control = 'unclear' WHERE comparison_id = "
            "(SELECT min(comparison_id) FROM comparisons WHERE outcome = 'accuracy' AND control = 'clean' "
            "AND change_kind = 'difference' AND origin = 'reported')"
        ))  # fmt: skip
        connection.execute(text(
            "UPDATE screenings SET reason = 'other' WHERE reviewer = 'adjudicated' AND position = "
            "(SELECT min(position) FROM screenings WHERE reviewer = 'adjudicated' AND decision = 'exclude')"
        ))  # fmt: skip
    return seeded_db


def test_the_corpus_as_loaded_moved_nothing(medquant: Medquant, seeded_db: Engine, corpus_dir: Path) -> None:
    done = medquant("review", "changes", corpus_dir, "--db", place_of(seeded_db))
    assert done.code == 0, done.err
    assert "flow: every count is the same" in done.out
    assert "pools: 0 of 12 outcomes moved" in done.out


def test_an_edit_moves_the_outcome_that_it_touches_and_no_other(
    medquant: Medquant, edited: Engine, corpus_dir: Path
) -> None:
    told = json.loads(
        medquant("review", "changes", corpus_dir, "now", "--json", "--db", place_of(edited)).out
    )
    assert told["summary"]["comparisons"] == {"added": 0, "removed": 0, "changed": 1}
    [pool] = told["pools"]
    assert (pool["outcome"], told["pooled_outcomes"]) == ("accuracy", 12)
    assert pool["after"]["effects"] == pool["before"]["effects"] - 1
    with reading(edited) as connection:
        [now] = pool_database(connection, ["accuracy"])
    assert now.main.effect is not None
    assert pool["after"]["estimate"] == now.main.effect.estimate
    assert pool["shift"] == pytest.approx(pool["after"]["estimate"] - pool["before"]["estimate"])


def test_a_release_by_name_gives_the_same_as_its_folder(
    medquant: Medquant, edited: Engine, corpus_dir: Path
) -> None:
    words = ("--json", "--db", place_of(edited))
    folder = json.loads(medquant("review", "changes", corpus_dir, *words).out)
    past = json.loads(medquant("review", "changes", "2026.11", *words).out)
    assert {k: v for k, v in past.items() if k != "before"} == {
        k: v for k, v in folder.items() if k != "before"
    }


def test_the_text_names_outcome_and_both_estimates(
    medquant: Medquant, edited: Engine, corpus_dir: Path
) -> None:
    done = medquant("review", "changes", corpus_dir, "--db", place_of(edited))
    assert "pools: 1 of 12 outcomes moved" in done.out
    assert "Accuracy (percentage points), moved by " in done.out
    assert "    before: 13 effects" in done.out
    assert "    after:  12 effects" in done.out
    assert "  the other 11 are the same" in done.out


def test_counts_that_moved_are_told_and_equal_ones_are_not() -> None:
    diff = Diff("a", "b", ())
    found = changes_between(
        diff, Standing({"x": 1, "y": 2, "z": None}, ()), Standing({"x": 1, "y": 3, "z": 0}, ())
    )
    assert [(one.box, one.before, one.after) for one in found.counts] == [("y", 2, 3), ("z", None, 0)]


def test_an_outcome_that_is_no_longer_pooled_is_a_change(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        pools = tuple(pool_database(connection, ["accuracy", "size"]))
    found = changes_between(Diff("a", "b", ()), Standing({}, pools), Standing({}, pools[:1]))
    assert [(one.outcome, one.after, one.shift) for one in found.pools] == [
        (pools[1].outcome.code, None, None)
    ]
    assert found.pooled == 2


def test_a_page_compares_a_release_with_pools_that_it_has_already(edited: Engine, corpus_dir: Path) -> None:
    with reading(edited) as connection:
        found: Changes = changes_since(str(corpus_dir), connection, tuple(pool_database(connection)))
    assert found.diff.before == "2026.11"
    assert [one.outcome for one in found.pools] == ["accuracy"]


def test_a_folder_that_cannot_be_loaded_is_refused(
    medquant: Medquant, seeded_db: Engine, corpus_dir: Path, tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(corpus_dir, tmp_path / "broken"))
    (broken / "records.csv").unlink()
    done = medquant("review", "changes", broken, "--db", place_of(seeded_db))
    assert done.code == 1
    assert "records.csv does not exist" in done.err
    assert done.err.count("\n") == 1
