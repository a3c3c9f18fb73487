"""The history as a list of changes."""

from sqlalchemy import Engine, update

from db.changes import actors, read_change_page
from db.models.tables import Record
from db.session import reading, writing


def change(engine: Engine, *records: str, by: str, why: str) -> None:
    with writing(engine, actor=by, reason=why) as connection:
        for record in records:
            connection.execute(update(Record).where(Record.record_id == record).values(year=1999))


def test_rows_that_were_written_together_are_one_change_newest_first(seeded_db: Engine) -> None:
    change(seeded_db, "r001", "r002", by="ana", why="both were wrong")
    change(seeded_db, "r003", by="ben", why="100 % sure")
    with reading(seeded_db) as connection:
        page = read_change_page(connection)
        assert [(c.actor, c.reason, c.rows, c.tables) for c in page.changes] == [
            ("ben", "100 % sure", 1, ("records",)),
            ("ana", "both were wrong", 2, ("records",)),
        ]
        assert page.total == 2
        assert actors(connection) == ["ana", "ben"]


def test_changes_are_searched_by_words_person_and_table_and_paged(seeded_db: Engine) -> None:
    change(seeded_db, "r001", by="ana", why="both were wrong")
    change(seeded_db, "r003", by="ben", why="100 % sure")
    with reading(seeded_db) as connection:

        def reasons(**wanted: object) -> list[str]:
            return [c.reason for c in read_change_page(connection, **wanted).changes]  # type: ignore[arg-type]

        assert reasons(words="WRONG both") == ["both were wrong"]
        assert reasons(words="100 %") == ["100 % sure"]
        assert reasons(words="%") == ["100 % sure"]
        assert reasons(words="r003") == ["100 % sure"]
        assert reasons(actor="ana") == ["both were wrong"]
        assert reasons(table="studies") == []
        assert reasons(offset=1, limit=1) == ["both were wrong"]


def test_a_load_is_no_change(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        assert read_change_page(connection).total == 0
