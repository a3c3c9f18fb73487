"""The desk of duplicates: sure groups merged, pairs decided by a key, both undone, and no decision over an unseen other."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, insert, select

from db.errors import MedquantError
from db.export import export_files
from db.models.tables import Identified, PairDecision, Record, Screening
from db.session import reading, writing
from db.vocabulary import Sameness
from review.curate.desks.duplicates.marks import marked
from review.curate.desks.duplicates.queue import Found, Settlement, find, removed, with_again, without
from review.duplicates import decide, propose
from review.settling import APART, GONE, merge_groups, settle_pair
from review.stale import StaleEdit
from tests.served import Check, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

SURE = "Ternary networks for bedside ultrasound of the lung in rural clinics"
DOUBT = (
    "Weight sharing in heart segmentation with embedded processors <script>document.title='taken'</script>"
)


def add_record(engine: Engine, key: str, title: str, *, vote: str = "", **fields: Any) -> None:
    with writing(engine, actor="loader", reason="a row for a test") as connection:
        row = {"title": title, "year": 2025} | fields
        connection.execute(insert(Record).values(record_id=key, position=9000, **row))
        connection.execute(
            insert(Identified).values(
                theme="Z", raw_record_id=f"Z{key}", source="index", record_id=key, position=9000, title=title,
                year=row["year"], doi=row.get("doi"),
            )
        )  # fmt: skip
        if vote:
            connection.execute(
                insert(Screening).values(
                    record_id=key, reviewer="cem", stage="title_abstract", decision=vote, position=9000,
                    reason="not_quantization" if vote == "exclude" else None,
                )
            )  # fmt: skip


def fill(engine: Engine) -> None:
    for key in ("s1", "s2", "s3"):
        add_record(engine, key, SURE)
    add_record(engine, "t1", SURE.replace("lung", "kidney"), doi="10.1000/kidney")
    add_record(engine, "t2", SURE.replace("lung", "kidney"), doi="10.1000/kidney")
    for i in range(4):
        pair = DOUBT.replace("heart", ("heart", "liver", "retina", "breast")[i])
        add_record(engine, f"d{i}a", pair, doi=f"10.1000/{i}.a")
        add_record(engine, f"d{i}b", pair, doi=f"10.1000/{i}.b")
    blocked = "Pruned detectors of polyps with a colonoscope in one hand"
    add_record(engine, "b1", blocked, doi="10.1000/b.1", vote="include")
    add_record(engine, "b2", blocked, doi="10.1000/b.2", vote="exclude")


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def decision_on(engine: Engine, hit: str) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(PairDecision.decision, PairDecision.decided_by).where(PairDecision.raw_record_id_a == hit)
        )
        return [(str(row.decision), row.decided_by) for row in rows]


def record_of(engine: Engine, hit: str) -> str:
    with reading(engine) as connection:
        return str(connection.scalar(select(Identified.record_id).where(Identified.raw_record_id == hit)))


@pytest.mark.parametrize(
    ("a", "b", "in_a", "in_b"),
    [
        ("the same words", "the same words", [], []),
        ("Deep nets", "", ["Deep nets"], []),
        ("Lung-ultrasound by 8-bit networks", "Lung ultrasound by 4-bit networks", ["-", "8"], [" ", "4"]),
        ("Title of it", "Title of it (README)", [], [" (README)"]),
        ("abcdefgh", "zyxwvuts", ["abcdefgh"], ["zyxwvuts"]),
    ],
)
def test_what_differs_is_marked_in_both_texts(a: str, b: str, in_a: list[str], in_b: list[str]) -> None:
    one, other = marked(a, b)
    assert ("".join(text for text, _ in one), "".join(text for text, _ in other)) == (a, b)
    assert [text for text, differs in one if differs] == in_a
    assert [text for text, differs in other if differs] == in_b


def test_long_texts_are_marked_at_once() -> None:
    assert marked("x" * 100_000, "x" * 99_999) == ([("x" * 100_000, True)], [("x" * 99_999, True)])


def test_a_settled_pair_and_merged_records_leave_the_queue(seeded_db: Engine) -> None:
    fill(seeded_db)
    with reading(seeded_db) as connection:
        found = find(connection)
        assert [group.records for group in found.merges] == [("s1", "s2", "s3"), ("t1", "t2")]
        assert found.maybe == propose(connection).maybe
    pair = next(p for p in found.maybe if p.a.key == "Zd0a")
    rest = without(found, Settlement(1, (pair.a.key, pair.b.key)))
    assert [p for p in found.maybe if p not in rest.maybe] == [pair]
    rest = without(found, Settlement(1, into=(("d0b", "d0a"), ("s2", "s1"), ("t2", "t1"))))
    assert [group.records for group in rest.merges] == [("s1", "s3")]
    assert [p for p in found.maybe if p not in rest.maybe] == [pair]
    assert without(Found(), Settlement(1, ("x", "y"))) == Found()
    again = with_again(rest, removed(found, rest))
    assert (set(again.maybe), set(again.merges)) == (set(found.maybe), set(found.merges))
    assert again.record == found.record


def test_a_pair_that_was_settled_meanwhile_is_not_decided_unseen(seeded_db: Engine) -> None:
    fill(seeded_db)
    with writing(seeded_db, actor="ben", reason="read both") as connection:
        decide(connection, "Zd0a", "Zd0b", Sameness.DIFFERENT, by="ben", reason="read both", seen=None)
    for seen in (None, Sameness.SAME):
        with (
            pytest.raises(StaleEdit) as caught,
            writing(seeded_db, actor="ana", reason="x") as connection,
        ):
            settle_pair(connection, "Zd0a", "Zd0b", Sameness.SAME, "ana", "x", merge=True, seen=seen)
        assert (caught.value.present, caught.value.actor, caught.value.wanted) == ("different", "ben", "same")
    with writing(seeded_db, actor="ana", reason="x") as connection:
        settled = settle_pair(
            connection, "Zd0a", "Zd0b", Sameness.SAME, "ana", "x", merge=True, seen=Sameness.DIFFERENT
        )
    assert (settled.kept, settled.gone) == ("d0a", "d0b")
    with (
        pytest.raises(StaleEdit) as caught,
        writing(seeded_db, actor="ben", reason="x") as connection,
    ):
        settle_pair(connection, "Zd0a", "Zd0b", Sameness.DIFFERENT, "ben", "x", merge=True, seen=None)
    assert (caught.value.present, caught.value.actor) == ("same", "ana")


def test_groups_that_are_not_as_they_were_found_are_left(seeded_db: Engine) -> None:
    fill(seeded_db)
    with reading(seeded_db) as connection:
        lungs, kidneys = propose(connection).merges
    with writing(seeded_db, actor="ben", reason="other patients") as connection:
        decide(connection, "Zs1", "Zs3", Sameness.DIFFERENT, by="ben", reason="other patients")
    with writing(seeded_db, actor="ana", reason="x") as connection:
        first = merge_groups(connection, [lungs, kidneys])
    assert first.merged == (("t1", ("t2",)),)
    assert first.left == ((("s1", "s2", "s3"), APART),)
    with writing(seeded_db, actor="ana", reason="x") as connection:
        assert merge_groups(connection, [kidneys]).left == ((("t1", "t2"), GONE),)


def test_a_merge_that_is_stopped_writes_no_decision_either(seeded_db: Engine) -> None:
    fill(seeded_db)
    before = exported(seeded_db)
    with (
        pytest.raises(MedquantError, match="different screenings"),
        writing(seeded_db, actor="ana", reason="x") as connection,
    ):
        settle_pair(connection, "Zb1", "Zb2", Sameness.SAME, "ana", "x", merge=True)
    assert exported(seeded_db) == before


@pytest.fixture(scope="module")
def doubled(serve: Serve) -> Served:
    """Start a server on a corpus with sure and doubtful duplicates."""
    return serve(prepare=fill)


def at_pair(page: "Page", hit: str) -> None:
    """Go through the pairs with the key j until a hit is shown."""
    page.get_by_text(re.compile(r"Pair \d+ of")).wait_for()
    for _ in range(12):
        if page.locator("table.pair caption").inner_text().startswith(f"{hit} and"):
            return
        before = page.locator("table.pair caption").inner_text()
        page.keyboard.press("j")
        page.wait_for_function(
            "before => document.querySelector('table.pair caption')?.innerText !== before", arg=before
        )
    pytest.fail(f"{hit} is not asked")


@pytest.mark.browser
def test_pairs_are_decided_by_keys_and_taken_back(doubled: Served, come: Come, no_barriers: Check) -> None:
    before = exported(doubled.engine)
    page = come(doubled, "/duplicates", reduced_motion="reduce")
    at_pair(page, "Zd0a")
    assert page.get_by_text("document.title='taken'").first.is_visible()
    assert page.title().startswith("Duplicates")
    assert [m.inner_text() for m in page.locator("mark.differs").all()][:2] == ["a", "b"]
    no_barriers(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("undo your last decision").wait_for()
    no_barriers(page)
    page.keyboard.press("s")  # keys rest while the dialog is open
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert exported(doubled.engine) == before
    page.get_by_label("Reason").fill("k d s")
    page.get_by_label("Reason").press("Enter")
    assert exported(doubled.engine) == before, "typing a reason decided something"
    page.get_by_role("heading", name="Doubtful pairs").click()
    page.keyboard.press("d")
    page.get_by_text("1 decided by you").wait_for()
    assert decision_on(doubled.engine, "Zd0a") == [("different", "ana")]
    at_pair(page, "Zd1a")
    page.keyboard.press("s")
    page.get_by_text("2 decided by you").wait_for()
    assert record_of(doubled.engine, "Zd1b") == "d1a"
    for _ in range(2):
        page.keyboard.press("u")
        page.get_by_text("Your last decision is undone.").last.wait_for()
        page.wait_for_timeout(300)
    page.locator("table.pair caption").get_by_text("Zd0a and").wait_for()
    assert exported(doubled.engine) == before


@pytest.mark.browser
def test_what_stops_the_merging_is_said_before_and_the_decision_can_still_be_made(
    doubled: Served, come: Come
) -> None:
    before = exported(doubled.engine)
    page = come(doubled, "/duplicates")
    at_pair(page, "Zb1")
    page.get_by_text("different screenings (cem").wait_for()
    assert page.get_by_role("button", name="Same work: merge").count() == 0
    page.get_by_role("button", name="Same work").click()
    page.get_by_text("1 decided by you").wait_for()
    assert (record_of(doubled.engine, "Zb2"), decision_on(doubled.engine, "Zb1")) == ("b2", [("same", "ana")])
    page.keyboard.press("u")
    page.get_by_text("Your last decision is undone.").wait_for()
    assert exported(doubled.engine) == before


@pytest.mark.browser
def test_of_two_people_at_one_pair_the_second_sees_what_the_first_decided(
    doubled: Served, come: Come
) -> None:
    ana, ben = come(doubled, "/duplicates"), come(doubled, "/duplicates", "ben")
    at_pair(ana, "Zd2a")
    at_pair(ben, "Zd2a")
    ana.keyboard.press("d")
    ana.get_by_text("1 decided by you").wait_for()
    ben.get_by_text("This pair was settled meanwhile").wait_for()
    assert ben.locator("table.pair caption").inner_text().startswith("Zd2a and"), (
        "the pair went from under the hand"
    )
    ben.keyboard.press("s")
    dialog = ben.get_by_role("dialog")
    dialog.get_by_text("ana changed it").wait_for()
    assert dialog.locator("dd").all_inner_texts() == ["(empty)", "different", "same"]
    dialog.get_by_role("button", name="Keep what is there").click()
    dialog.wait_for(state="hidden")
    assert decision_on(doubled.engine, "Zd2a") == [("different", "ana")]
    ben.keyboard.press("j")
    ben.get_by_text(re.compile(r"Pair \d+ of")).wait_for()
    ana.keyboard.press("u")
    ana.get_by_text("Your last decision is undone.").wait_for()
    caption = ben.locator("table.pair caption")
    for key in "jjjjjjjjjkkkkkkkkkk" * 2:  # the pair is back, before or behind the one that ben looks at
        if caption.count() and caption.inner_text().startswith("Zd2a and"):
            break
        ben.keyboard.press(key)
        ben.wait_for_timeout(700)  # until another pair is there, if there is one
    assert caption.inner_text().startswith("Zd2a and")


@pytest.mark.browser
def test_sure_groups_are_merged_one_and_all_and_undone(
    doubled: Served, come: Come, no_barriers: Check
) -> None:
    before = exported(doubled.engine)
    page = come(doubled, "/duplicates")
    page.get_by_text("2 group(s) of records are surely one work").wait_for()
    no_barriers(page)
    page.get_by_role("button", name="Merge t1, t2").click()
    page.get_by_text("1 group(s) of records are surely one work").wait_for()
    assert record_of(doubled.engine, "Zt2") == "t1"
    page.get_by_role("button", name="Undo the merging").click()
    page.get_by_text("2 group(s) of records are surely one work").wait_for()
    assert exported(doubled.engine) == before
    page.get_by_role("button", name="Merge all 2 group(s)").click()
    page.get_by_text("No sure duplicates are waiting").wait_for()
    assert {record_of(doubled.engine, hit) for hit in ("Zs1", "Zs2", "Zs3", "Zt1", "Zt2")} == {"s1", "t1"}
    page.get_by_role("button", name="Undo the merging").click()
    page.get_by_text("2 group(s) of records are surely one work").wait_for()
    assert exported(doubled.engine) == before


@pytest.mark.browser
def test_what_other_programs_write_is_looked_for_again(doubled: Served, come: Come) -> None:
    page = come(doubled, "/duplicates")
    page.get_by_text("2 group(s) of records are surely one work").wait_for()
    add_record(doubled.engine, "u1", "A title that comes twice from two other databases of medicine")
    add_record(doubled.engine, "u2", "A title that comes twice from two other databases of medicine")
    page.get_by_text("3 group(s) of records are surely one work").wait_for()
