"""The history betrays no blind judgement, and hides nothing once all have judged."""

from sqlalchemy import Engine

from db.history import read_history
from db.session import reading, writing
from db.vocabulary import Decision
from review.blindness import HIDDEN, blindness_of
from review.deciding import cast_vote
from review.editing import SUBJECTS, add_row


def vote(engine: Engine, who: str, decision: Decision) -> None:
    with writing(engine, actor=who, reason=f"{who} thinks it is {decision}") as connection:
        cast_vote(
            connection, "new", who, decision, reason="not_quantization" if decision == "exclude" else None
        )


def seen(engine: Engine, viewer: str) -> str:
    with reading(engine) as connection:
        entries = read_history(connection, table="screenings")
        return str(blindness_of(connection, viewer).veiled(entries))


def test_a_vote_of_somebody_else_is_hidden_until_all_are_in(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="ana", reason="new") as connection:
        add_row(connection, SUBJECTS["record"], "new", {"title": "A new record"})
    vote(seeded_db, "ana", Decision.EXCLUDE)
    assert "exclude" not in seen(seeded_db, "ben")
    assert HIDDEN in seen(seeded_db, "ben")
    assert "exclude" in seen(seeded_db, "ana")
    vote(seeded_db, "ben", Decision.INCLUDE)
    assert "exclude" in seen(seeded_db, "ben")
    assert HIDDEN not in seen(seeded_db, "ben")


def test_other_tables_are_never_hidden(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        assert not blindness_of(connection, "ana").hides("records", "new")
