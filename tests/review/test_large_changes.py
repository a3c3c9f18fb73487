"""Changes of thousands of rows: taken in while others write, merged at once, and taken back byte for byte."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, func, insert, select, update

from db.errors import MedquantError
from db.export import export_files
from db.history import undo_change
from db.models.tables import History, Identified, Record, Screening
from db.session import reading, writing
from db.vocabulary import Decision, Stage
from review.curate.grid import Asked, Rows, page_among, page_of
from review.duplicates import Proposal
from review.importing import SearchFacts
from review.screening import State, queue_of, read_standings
from review.settling import Merged, merge_groups
from review.sources.imported import Reading
from review.sources.reading import read_bytes
from review.taking_in import Prepared, prepare_import, take_in

MANY = 2_500
FACTS = SearchFacts("ana", source="A made-up base", query="all")
FILE = "".join(
    f"TY  - JOUR\nTI  - Work {i // 2} of many\nPY  - 2020\nER  - \n\n" for i in range(MANY)
).encode()
Files = Sequence[tuple[Reading, bytes]]


@pytest.fixture(scope="module")
def files() -> Files:
    """Read a file of many records, of which each two are one work."""
    return [(read_bytes("many.ris", FILE), FILE)]


def prepared(engine: Engine, files: Files) -> Prepared:
    with reading(engine) as connection:
        return prepare_import(connection, files, FACTS)


def take(engine: Engine, files: Files, made: Prepared) -> list[str]:
    """Write an import; return its records."""
    with writing(engine, actor="ana", reason="import") as connection:
        taken, _ = take_in(connection, files, FACTS, made)
    return [row["record_id"] for row in taken.records]


def merge(engine: Engine, *groups: tuple[str, ...]) -> Merged:
    with writing(engine, actor="ana", reason="merge") as connection:
        return merge_groups(connection, [Proposal(group, (("a", "b", "same title"),)) for group in groups])


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def undo_last(engine: Engine) -> int:
    with reading(engine) as connection:
        last = connection.scalar(select(func.max(History.change))) or 0
    with writing(engine, actor="ana", reason="undo") as connection:
        return undo_change(connection, last)


def undo(engine: Engine, change: int) -> int:
    with writing(engine, actor="ana", reason="undo") as connection:
        return undo_change(connection, change)


def vote(engine: Engine, record: str, decision: Decision, position: int) -> None:
    with writing(engine, actor="ana", reason="vote") as connection:
        connection.execute(insert(Screening).values(
            record_id=record, reviewer="ana", stage=Stage.TITLE_ABSTRACT, decision=decision, position=position,
        ))  # fmt: skip


def test_thousands_of_rows_are_taken_back_byte_for_byte_and_brought_again(
    seeded_db: Engine, files: Files
) -> None:
    before = exported(seeded_db)
    records = take(seeded_db, files, prepared(seeded_db, files))
    imported = exported(seeded_db)
    merged = merge(seeded_db, *zip(records[::2], records[1::2], strict=True))
    assert [kept for kept, _ in merged.merged] == records[::2]
    assert merged.left == ()
    after = exported(seeded_db)
    with pytest.raises(MedquantError, match="has changed since change 2; undo the later change first"):
        undo(seeded_db, 2)
    assert exported(seeded_db) == after
    assert undo(seeded_db, 3) == 2 * MANY - MANY // 2  # hits that moved, records that stay, records that went
    assert exported(seeded_db) == imported
    # records go after their hits, and come again before them
    assert undo(seeded_db, 2) == 2 * MANY + 1
    assert exported(seeded_db) == before
    assert undo_last(seeded_db) == 2 * MANY + 1
    assert exported(seeded_db) == imported


def test_what_somebody_wrote_meanwhile_lets_an_import_be_worked_out_anew(
    seeded_db: Engine, files: Files
) -> None:
    made = prepared(seeded_db, files)
    raw = FILE[: FILE.index(b"TY", 1)]
    (other,) = take(seeded_db, (one := [(read_bytes("one.ris", raw), raw)]), prepared(seeded_db, one))
    assert made.made.records[0]["record_id"] == other
    records = take(seeded_db, files, made)
    assert other not in records
    with reading(seeded_db) as connection:
        assert connection.scalar(select(func.count()).where(Identified.record_id.in_([other]))) == 1
    again = prepared_or_refused(seeded_db, files)
    assert "many.ris was imported before, by ana" in again


def prepared_or_refused(engine: Engine, files: Files) -> str:
    with pytest.raises(MedquantError) as refused:
        prepared(engine, files)
    return str(refused.value)


def test_a_file_that_somebody_imports_meanwhile_is_refused_and_nothing_is_written(
    seeded_db: Engine, files: Files
) -> None:
    made = prepared(seeded_db, files)
    take(seeded_db, files, made)
    before = exported(seeded_db)
    with pytest.raises(MedquantError, match="imported before"):
        take(seeded_db, files, made)
    assert exported(seeded_db) == before


def test_records_that_go_into_one_and_were_judged_differently_are_left(
    seeded_db: Engine, files: Files
) -> None:
    records = take(seeded_db, files, prepared(seeded_db, files))[:5]
    vote(seeded_db, records[1], Decision.INCLUDE, 9_001)
    vote(seeded_db, records[2], Decision.MAYBE, 9_002)
    merged = merge(seeded_db, tuple(records[:3]), tuple(records[3:]))
    assert merged.merged == ((records[3], (records[4],)),)
    ((group, why),) = merged.left
    assert group == tuple(records[:3])
    assert why.startswith(
        f"records {records[0]} and {records[2]} have different screenings (ana, title_abstract)"
    )


def test_decisions_that_say_the_same_become_one_and_groups_may_overlap(
    seeded_db: Engine, files: Files
) -> None:
    records = take(seeded_db, files, prepared(seeded_db, files))[:4]
    before = exported(seeded_db)
    vote(seeded_db, records[1], Decision.INCLUDE, 9_001)
    vote(seeded_db, records[2], Decision.INCLUDE, 9_002)
    voted = exported(seeded_db)
    merged = merge(seeded_db, tuple(records[:3]), (records[0], records[3]), (records[1], records[3]))
    assert merged.merged == ((records[0], (records[1], records[2])), (records[0], (records[3],)))
    assert [group for group, _ in merged.left] == [(records[1], records[3])]
    with reading(seeded_db) as connection:
        its = connection.execute(
            select(Screening.record_id, Screening.decision).where(Screening.record_id.in_(records))
        ).all()
        hits = connection.scalar(select(func.count()).where(Identified.record_id == records[0]))
    assert [tuple(row) for row in its] == [(records[0], Decision.INCLUDE)]
    assert hits == 4
    undo_last(seeded_db)
    assert exported(seeded_db) == voted != before


def test_a_page_among_rows_is_that_of_the_rows_that_belong(seeded_db: Engine) -> None:
    columns = {"record_id": Record.__table__.c.record_id, "year": Record.__table__.c.year}
    query = select(*columns.values())
    order = (Record.__table__.c.position, Record.__table__.c.record_id)
    asked = Asked(5, 9, (("year", True),))

    def pages(known: set[str]) -> tuple[Rows, Rows]:
        with reading(seeded_db) as connection:
            those = query.where(columns["record_id"].in_(known))
            among = page_among(
                connection, query, asked, columns, order, key=columns["record_id"], belongs=known.__contains__
            )
            return among, page_of(connection, those, asked, columns, order)

    with reading(seeded_db) as connection:
        every = list(connection.scalars(select(Record.record_id)))
    for known in (set(every), set(every[::3]), set(every[:2]), set()):
        among, asked_for = pages(known)
        assert among == asked_for


def test_some_records_stand_where_they_stand_among_all(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="ana", reason="found elsewhere too") as connection:
        its = select(Identified.record_id).limit(3)
        connection.execute(
            update(Identified)
            .where(Identified.record_id.in_(list(connection.scalars(its))))
            .values(route="website")
        )
    with reading(seeded_db) as connection:
        every = read_standings(connection)
        some = list(every)[::17]
        assert read_standings(connection, only=some) == {key: every[key] for key in some}
        assert read_standings(connection, only=[]) == {}
        waiting = queue_of(every.values(), "ana", Stage.TITLE_ABSTRACT)
    assert all(standing.state == State.TO_SCREEN for standing in waiting)
