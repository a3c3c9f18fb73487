"""`medquant review dedupe`: it shows and changes nothing, merges and decides only when told, and all can be taken back."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from db.check import check_database
from db.export import export_files
from db.models.tables import Identified, PairDecision, Record, Screening, Study
from db.prisma import count_prisma
from db.session import place_of, reading, writing

Run = Callable[..., Any]
BECAUSE = ("--reason", "one work", "--by", "Ada")
TITLE = "Ternary networks for bedside ultrasound of the lung in rural clinics"


@pytest.fixture
def dedupe(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review dedupe` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", "dedupe", *words, "--db", place_of(seeded_db))


@pytest.fixture
def add_hit(seeded_db: Engine) -> Callable[..., None]:
    """Add a record with one hit, and a decision on it where a reviewer is named."""

    def add(key: str, *, reviewer: str = "", decision: str = "exclude", **fields: Any) -> None:
        with writing(seeded_db, actor="tester", reason="a row for a test") as connection:
            row = {"title": TITLE, "year": 2025} | fields
            connection.execute(insert(Record).values(record_id=key, position=9000, **row))
            connection.execute(
                insert(Identified).values(
                    theme="Z", raw_record_id=f"Z{key}", source="index", record_id=key, position=9000,
                    title=row["title"], year=row["year"], doi=row.get("doi"),
                )
            )  # fmt: skip
            if reviewer:
                values = {"record_id": key, "reviewer": reviewer, "stage": "title_abstract", "position": 9000}
                reason = "not_quantization" if decision == "exclude" else None
                connection.execute(
                    insert(Screening).values(values | {"decision": decision, "reason": reason})
                )

    return add


def exported(engine: Engine) -> Mapping[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def answer(dedupe: Run, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dedupe(*words, "--json").out)
    return found


def test_the_shipped_records_hold_no_sure_duplicate_and_two_doubts(dedupe: Run, seeded_db: Engine) -> None:
    before = exported(seeded_db)
    found = answer(dedupe)
    assert (found["hits"], found["records"], found["sure"]) == (656, 432, [])
    assert [(pair["a"], pair["b"]) for pair in found["maybe"]] == [("A042", "E014"), ("B085", "B086")]
    assert exported(seeded_db) == before


def test_a_doubt_explains_itself(dedupe: Run) -> None:
    out = dedupe("--maybe").out
    assert "maybe: B085 (r171) and B086 (r172): same address; but titles are not alike" in out
    assert "= url      100  https://deepai.org" in out
    assert out.splitlines()[-2] == "656 hits, 432 records: 0 sure group(s), 2 to decide"


def test_without_apply_nothing_is_merged(dedupe: Run, add_hit: Any, seeded_db: Engine) -> None:
    add_hit("n1", doi="10.1000/new")
    add_hit("n2", year=2026)
    before = exported(seeded_db)
    out = dedupe().out
    assert "sure: n1, n2\n  Zn1 = Zn2: same title\n" in out
    assert exported(seeded_db) == before


def test_merging_moves_hits_and_decisions_and_is_taken_back_whole(
    dedupe: Run, add_hit: Any, seeded_db: Engine, medquant: Run
) -> None:
    add_hit("n1", reviewer="Ada")
    add_hit("n2", reviewer="Ada", doi="10.1000/new")
    add_hit("n3", reviewer="Grace", year=2026)
    before = exported(seeded_db)
    with reading(seeded_db) as connection:
        counted = count_prisma(connection)
    done = answer(dedupe, "--apply", *BECAUSE)
    assert done["merged"] == [{"kept": "n1", "merged": ["n2", "n3"], "why": "same title"}]
    with reading(seeded_db) as connection:
        kept = connection.execute(select(Record.__table__).where(Record.record_id == "n1")).one()
        reviewers = connection.scalars(select(Screening.reviewer).where(Screening.record_id == "n1")).all()
        hits = connection.scalars(select(Identified.raw_record_id).where(Identified.record_id == "n1")).all()
        assert (kept.doi, kept.dedup_note) == ("10.1000/new", "merged n2, n3: same title")
        assert (sorted(reviewers), sorted(hits)) == (["Ada", "Grace"], ["Zn1", "Zn2", "Zn3"])
        assert connection.scalar(select(Record.title).where(Record.record_id == "n2")) is None
        assert (count_prisma(connection).duplicates or 0) == (counted.duplicates or 0) + 2
        assert [f for f in check_database(connection) if "n2" in str(f)] == []
    assert answer(dedupe)["sure"] == []
    undone = medquant("review", "undo", done["change"], *BECAUSE, "--db", place_of(seeded_db))
    assert undone.code == 0, undone.err
    assert exported(seeded_db) == before


def test_reviewers_who_disagree_on_copies_stop_the_merge(
    dedupe: Run, add_hit: Any, seeded_db: Engine
) -> None:
    add_hit("n1", reviewer="Ada", decision="include")
    add_hit("n2", reviewer="Ada", decision="exclude")
    before = exported(seeded_db)
    done = answer(dedupe, "--apply", *BECAUSE)
    assert (done["merged"], done["change"]) == ([], None)
    assert "different screenings (Ada, title_abstract)" in done["not_merged"][0]["obstacle"]
    assert exported(seeded_db) == before


def test_the_record_with_the_study_stays_and_two_studies_stop_the_merge(
    dedupe: Run, add_hit: Any, seeded_db: Engine
) -> None:
    with reading(seeded_db) as connection:
        (one, first), (two, _) = connection.execute(
            select(Study.record_id, Record.title)
            .join(Record, Record.record_id == Study.record_id)
            .where(Record.record_id.in_(select(Identified.record_id)))
            .limit(2)
        ).all()
        hit = connection.scalars(select(Identified.raw_record_id).where(Identified.record_id == one)).first()
    add_hit("n1", title=first, year=None)
    dedupe("--same", "n1", hit, *BECAUSE)
    assert answer(dedupe, "--apply", *BECAUSE)["merged"][0]["kept"] == one
    dedupe("--same", one, two, *BECAUSE)
    assert "have studies of their own" in answer(dedupe, "--apply", *BECAUSE)["not_merged"][0]["obstacle"]


def test_decisions_empty_the_queue_and_are_taken_back(dedupe: Run, medquant: Run, seeded_db: Engine) -> None:
    before = exported(seeded_db)
    assert dedupe("--different", "r171", "B/B086", *BECAUSE).out == "B085 and B086: different, change 2\n"
    assert dedupe("--same", "E014", "A042", *BECAUSE).out.startswith("A042 and E014: same, change 3\n")
    found = answer(dedupe)
    assert (found["maybe"], [merge["records"] for merge in found["sure"]]) == ([], [["r036", "r406"]])
    dedupe("--different", "A042", "E014", "--reason", "looked again")
    assert answer(dedupe)["sure"] == answer(dedupe)["maybe"] == []
    with reading(seeded_db) as connection:
        assert len(connection.execute(select(PairDecision.__table__)).all()) == 2
    for change in (4, 3, 2):
        assert medquant("review", "undo", change, *BECAUSE, "--db", place_of(seeded_db)).code == 0
    assert exported(seeded_db) == before
    assert len(answer(dedupe)["maybe"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--apply",), "--apply changes rows; say why with --reason"),
        (("--same", "A042", "E014"), "--same changes rows; say why with --reason"),
        (("--reason", "x"), "without one of them nothing changes"),
        (("--apply", "--maybe", *BECAUSE), "give one of the two"),
        (("--same", "A042", "nobody", *BECAUSE), "'nobody' is no hit of this database; allowed:"),
        (("--same", "A042", "A042", *BECAUSE), "are one hit; name two"),
        (
            ("--different", "A001", "B027", *BECAUSE),
            "A001 and B027 are one record, r001; take their merging back",
        ),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    dedupe: Run, seeded_db: Engine, words: tuple[str, ...], told: str
) -> None:
    before = exported(seeded_db)
    done = dedupe(*words)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert done.err.count("\n") == 1
    assert exported(seeded_db) == before


def test_a_decision_that_contradicts_others_is_refused(dedupe: Run) -> None:
    assert dedupe("--same", "A042", "E014", *BECAUSE).code == 0
    assert dedupe("--different", "E014", "B085", *BECAUSE).code == 0
    done = dedupe("--same", "A042", "B085", *BECAUSE)
    assert done.code == 1
    assert "contradicts what was decided before: B085 and E014 would be different and the same" in done.err
