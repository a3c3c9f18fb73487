"""A warning is accepted as it was seen, and the acceptance is taken back."""

import pytest
from sqlalchemy import Engine, update

from db.check import check_database
from db.errors import MedquantError
from db.files import table_of
from db.models.tables import Acknowledgement
from db.printed import Finding
from db.session import reading, writing
from review.accepting import accept_warning, take_back_acceptance
from review.stale import StaleEdit

CODE, PLACE = "as_printed", "comparisons boers2023-01 change_value"


def finding(engine: Engine) -> Finding:
    with reading(engine) as connection:
        return next(f for f in check_database(connection) if (f.code, f.where) == (CODE, PLACE))


def take_back(engine: Engine, seen: str | None = None) -> None:
    with writing(engine, actor="ana", reason="look again") as connection:
        take_back_acceptance(connection, CODE, PLACE, seen=seen)


def accept(engine: Engine, seen: str | None = None) -> None:
    with writing(engine, actor="ben", reason="because") as connection:
        accept_warning(connection, CODE, PLACE, reason="because", actor="ben", seen=seen)


def test_an_acceptance_is_taken_back_and_given_anew(seeded_db: Engine) -> None:
    held = finding(seeded_db)
    take_back(seeded_db, held.accepted)
    assert finding(seeded_db).accepted is None
    with pytest.raises(MedquantError, match="not accepted by itself"):
        take_back(seeded_db)
    accept(seeded_db, held.problem)
    assert finding(seeded_db).accepted == "because (ben)"


def test_what_changed_meanwhile_is_refused(seeded_db: Engine) -> None:
    held = finding(seeded_db)
    with writing(seeded_db, actor="ben", reason="say it better") as connection:
        connection.execute(update(table_of(Acknowledgement)).values(reason="other words"))
    with pytest.raises(StaleEdit) as refused:
        take_back(seeded_db, held.accepted)
    assert (refused.value.actor, refused.value.present) == ("ben", "other words (curators)")
    take_back(seeded_db)
    with pytest.raises(StaleEdit, match="0 does not stand"):
        accept(seeded_db, "another problem")
    assert finding(seeded_db).accepted is None
