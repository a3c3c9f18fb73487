"""What is left to do."""

import json

from sqlalchemy import Engine

from db.session import reading, writing
from db.vocabulary import Decision
from review.deciding import cast_vote
from review.editing import SUBJECTS, add_row
from review.todo import Work, what_next
from tests.conftest import Medquant


def left(engine: Engine, reviewer: str) -> dict[Work, int]:
    with reading(engine) as connection:
        return {task.work: task.n for task in what_next(connection, reviewer)}


def test_a_record_is_left_until_all_have_judged_and_then_a_conflict_or_a_full_text(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="ana", reason="new") as connection:
        for name in ("new1", "new2"):
            add_row(connection, SUBJECTS["record"], name, {"title": f"Some words about {name}"})
    before = left(seeded_db, "ana")
    assert before[Work.SCREEN] == 2
    with writing(seeded_db, actor="ana", reason="judged") as connection:
        cast_vote(connection, "new1", "ana", Decision.INCLUDE)
        cast_vote(connection, "new1", "ben", Decision.MAYBE)
        cast_vote(connection, "new2", "ana", Decision.INCLUDE)
    assert left(seeded_db, "ana").get(Work.SCREEN, 0) == 0
    assert left(seeded_db, "ben")[Work.SCREEN] == 1
    assert left(seeded_db, "ben")[Work.CONFLICTS] == before.get(Work.CONFLICTS, 0) + 1
    with writing(seeded_db, actor="ben", reason="judged") as connection:
        cast_vote(connection, "new2", "ben", Decision.INCLUDE)
    assert left(seeded_db, "ben")[Work.FULL_TEXTS] == before.get(Work.FULL_TEXTS, 0) + 1


def test_the_command_tells_it_in_text_and_json(medquant: Medquant, seeded_db: Engine) -> None:
    db = seeded_db.url.render_as_string(hide_password=False)
    told = medquant("review", "todo", "--db", db, "--reviewer", "ana")
    assert told.code == 0
    assert "5 contradictions between numbers of one study" in told.out
    found = json.loads(medquant("review", "todo", "--db", db, "--reviewer", "ana", "--json").out)
    assert found["reviewer"] == "ana"
    assert {task["work"] for task in found["tasks"]} == {"duplicates", "contradictions"}


def test_an_empty_review_has_nothing_to_do(fresh_db: Engine) -> None:
    assert left(fresh_db, "ana") == {}
