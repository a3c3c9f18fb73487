"""Eight processes that write at once lose nothing: each cell has one winner, every other one is told, all of it is kept."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, func, select

from db.models.tables import History, Record, StudyValue
from db.session import place_of, reading
from review.editing import SUBJECTS, read_one
from tests.served import Come, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Changes cells as the command line does, each in a transaction of its own, from what somebody had seen of them.
WRITER = """
import json, sys
from db.errors import MedquantError
from db.session import open_database, writing
from review.editing import SUBJECTS, set_fields
from review.stale import StaleEdit
engine, name = open_database(sys.argv[1]), sys.argv[2]
print(flush=True)
for line in sys.stdin:
    told = []
    for subject, key, field, seen, new in json.loads(line):
        try:
            with writing(engine, actor=name, reason="race") as connection:
                set_fields(connection, SUBJECTS[subject], key, {field: new}, seen={field: seen})
            told.append("won")
        except StaleEdit:
            told.append("stale")
        except MedquantError as error:
            told.append(str(error))
    print(json.dumps(told), flush=True)
"""
Cell = tuple[str, str, str]


class Writer:
    """A process that changes cells when it is told to."""

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, address, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "\n"

    def begin(self, edits: list[tuple[str, ...]]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(edits) + "\n")
        self.process.stdin.flush()

    def told(self) -> list[str]:
        assert self.process.stdout is not None
        found: list[str] = json.loads(self.process.stdout.readline())
        return found

    def end(self) -> None:
        self.process.communicate(timeout=20)


def writers(engine: Engine, names: list[str]) -> Iterator[list[Writer]]:
    made = [Writer(place_of(engine), name) for name in names]
    for one in made:
        one.ready()
    yield made
    for one in made:
        one.end()


@pytest.fixture
def eight(seeded_db: Engine) -> Iterator[list[Writer]]:
    """Start eight writers."""
    yield from writers(seeded_db, [f"writer {n}" for n in range(8)])


@pytest.fixture
def four(seeded_db: Engine) -> Iterator[list[Writer]]:
    """Start four writers."""
    yield from writers(seeded_db, [f"writer {n}" for n in range(4)])


def held(engine: Engine, cell: Cell) -> str:
    subject, key, field = cell
    with reading(engine) as connection:
        return read_one(connection, SUBJECTS[subject], key).get(field, "")


def races(engine: Engine) -> Counter[str]:
    """Return how many changes of the race the history keeps of whom."""
    query = select(History.actor, func.count(History.change.distinct())).where(History.reason == "race")
    with reading(engine) as connection:
        return Counter({row[0]: row[1] for row in connection.execute(query.group_by(History.actor))})


def test_each_cell_is_won_once_and_nobody_is_lost(seeded_db: Engine, eight: list[Writer]) -> None:
    with reading(seeded_db) as connection:
        records = list(connection.scalars(select(Record.record_id).order_by(Record.record_id).limit(70)))
        studies = list(
            connection.scalars(select(StudyValue.study_id).where(StudyValue.variable == "country").limit(10))
        )
    contested: list[Cell] = [("record", key, "title") for key in records[:10]]
    contested += [("study", key, "country") for key in studies[:10]] + [("study", studies[0], "title")]
    seen = {cell: held(seeded_db, cell) for cell in contested}
    plan: dict[str, list[Cell]] = {}
    for number, one in enumerate(eight):
        own: list[Cell] = [("record", key, "title") for key in records[14 + 7 * number : 21 + 7 * number]]
        seen |= {cell: held(seeded_db, cell) for cell in own}
        plan[one.name] = [*contested, *own]
        random.Random(number).shuffle(plan[one.name])  # noqa: S311 - no secret
    for one in eight:
        one.begin([(*cell, seen[cell], f"{cell[1]} of {one.name}") for cell in plan[one.name]])
    told = {one.name: dict(zip(plan[one.name], one.told(), strict=True)) for one in eight}
    for cell in seen:
        tried = {name: found[cell] for name, found in told.items() if cell in found}
        won = [name for name, said in tried.items() if said == "won"]
        assert len(won) == 1, (cell, tried)
        assert set(tried.values()) <= {"won", "stale"}, (cell, tried)
        assert held(seeded_db, cell) == f"{cell[1]} of {won[0]}"
    assert len({name for found in told.values() for name in found}) == len(seen) == 21 + 56
    assert races(seeded_db) == {name: list(found.values()).count("won") for name, found in told.items()}
    assert races(seeded_db).total() == len(seen)


def _type(page: "Page", record: str, text: str) -> None:
    cell = page.locator(f'.ag-row[row-id="{record}"] [col-id="title"]')
    cell.wait_for()
    cell.dblclick()
    page.locator(".ag-cell-inline-editing input").fill(text)


def _won(page: "Page", record: str) -> bool:
    """Wait for what the page says; where somebody was faster keep what is there."""
    saved, dialog = page.get_by_text(f"{record}: title is saved."), page.get_by_role("dialog")
    saved.or_(dialog).first.wait_for()
    if saved.count():
        return True
    assert "Changed meanwhile" in dialog.inner_text()
    dialog.get_by_role("button", name="Keep what is there").click()
    dialog.wait_for(state="detached")
    return False


@pytest.mark.browser
def test_four_servers_with_a_browser_each_and_four_programs_lose_nothing(
    seeded_db: Engine, four: list[Writer], come: Come
) -> None:
    with ThreadPoolExecutor(4) as pool:
        servers = list(pool.map(lambda _: Served(place_of(seeded_db)), range(4)))
    people, pages = ["ana", "ben", "cem", "dia"], list["Page"]()
    try:
        for server, name in zip(servers, people, strict=True):
            pages.append(come(server, "/records", name))
        for page in pages:
            page.get_by_label("Why you change something").fill("race")
        won: Counter[str] = Counter()
        for number, record in enumerate(("r001", "r002", "r003")):
            cell = ("record", record, "title")
            seen = held(seeded_db, cell)
            for page, name in zip(pages, people, strict=True):
                _type(page, record, f"{record} of {name}")
            first = pages[number % 4]
            if number % 2:  # whoever is asked first is ahead: by turns a program and a person
                first.keyboard.press("Enter")
            for one in four:
                one.begin([(*cell, seen, f"{record} of {one.name}")])
            for page in pages:
                if page is not first or not number % 2:
                    page.keyboard.press("Enter")
            told = {one.name: one.told()[0] for one in four}
            assert set(told.values()) <= {"won", "stale"}
            winners = [name for name, said in told.items() if said == "won"]
            winners += [name for page, name in zip(pages, people, strict=True) if _won(page, record)]
            assert len(winners) == 1, (record, winners)
            assert held(seeded_db, cell) == f"{record} of {winners[0]}"
            won.update(winners)
        assert races(seeded_db) == won
        assert won.total() == 3
    finally:
        for page in pages:
            page.context.close()
        for server in servers:
            assert "Traceback" not in server.stop()
