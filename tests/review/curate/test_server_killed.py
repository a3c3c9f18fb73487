"""A save that is killed in its middle leaves the database as it was or as it was to be, never half; the next server opens it."""

import hashlib
import itertools
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, func, select

from db.check import check_database
from db.models.tables import Base, ChangeContext, History, Record, Search
from db.printed import Severity
from db.session import open_database, place_of, reading
from tests.databases import Databases, outside
from tests.served import Serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

SAVES = ("cells", "study", "merge", "import", "undo", "vote")
AMONG_ROWS, AT_THE_COMMIT = 3, 1
"""How many kills a save must have met between its first row and its commit, and after it was told to commit."""
MOST = 60
"""Kills after which a save that was not met often enough in its middle has failed the test."""

# Makes a save again and again, each in a process of its own, and kills it a while after a moment that it told of:
# r it is about to begin, w its first row is written, c it is told to commit, d it is done.
SAVER = """
import dataclasses, datetime, json, os, signal, sys, time, traceback
from sqlalchemy import event, insert, delete, text
from db.models.tables import Screening
from db.session import open_database, reading, writing
from db.history import undo_change
from db.vocabulary import Decision, Stage
from review.duplicates import propose
from review.editing import SUBJECTS, set_fields
from review.full_text_votes import vote_on_full_text
from review.importing import SearchFacts, plan_import, write_import
from review.matrix import matrix_csv
from review.matrix_diff import accept_cells
from review.matrix_table import matrix_of
from review.settling import merge_groups
from review.sources.reading import read_bytes

def ris(of, each):
    work = "TY  - JOUR\\nTI  - {0} {1} of quantized networks\\nPY  - 2024\\nDO  - 10.1000/{0}.{1}\\nER  - \\n\\n"
    return "".join(work.format(of, n) for n in range(60) for _ in range(each)).encode()

def take_in(connection, of, each):
    raw = ris(of, each)
    made = plan_import(connection, [(read_bytes(of + ".ris", raw), raw)], SearchFacts("ana"))
    write_import(connection, made)

def prepare(engine):
    with writing(engine, actor="ben", reason="twins to merge") as connection:
        take_in(connection, "twin", 2)
    with writing(engine, actor="ben", reason="a full text that two judge") as connection:
        connection.execute(delete(Screening).where(Screening.record_id == "r416"))
        connection.execute(text("INSERT INTO review_settings VALUES ('full_text_votes', '2', 1)"))
        for place, name in enumerate(("ana", "ben"), 9001):
            connection.execute(insert(Screening).values(record_id="r416", reviewer=name, stage=Stage.TITLE_ABSTRACT,
                               decision=Decision.INCLUDE, position=place))
        vote_on_full_text(connection, "r416", "ben", Decision.INCLUDE)

def change_of(connection, save):
    if save == "cells":
        table = matrix_of("m.csv", matrix_csv(connection))
        cells = dict(list(table.studies.items())[:20])
        cells = {s: {**row, "country": "Elsewhere", "anatomy": "all of it", "datasets": "own"} for s, row in cells.items()}
        table = dataclasses.replace(table, studies=cells)
        now = datetime.datetime.now(datetime.UTC)
        return lambda c: accept_cells(c, table, None, now)
    if save == "study":
        study = connection.exec_driver_sql("SELECT min(study_id) FROM studies").scalar()
        values = {"country": "Elsewhere", "anatomy": "all of it", "datasets": "own", "title": "Another title"}
        return lambda c: set_fields(c, SUBJECTS["study"], study, values)
    if save == "merge":
        groups = propose(connection).merges
        return lambda c: merge_groups(c, groups)
    if save == "import":
        return lambda c: take_in(c, "new", 1)
    if save == "undo":
        return lambda c: undo_change(c, 2)
    return lambda c: vote_on_full_text(c, "r416", "ana", Decision.INCLUDE)

def save(engine, change, torn, tell):
    told = set()
    def once(letter):
        if letter not in told:
            told.add(letter)
            os.write(tell, letter)
    @event.listens_for(engine, "after_cursor_execute")
    def written(connection, cursor, statement, *_):
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE") and "change_context" not in statement:
            once(b"w")
            if torn:
                connection.connection.dbapi_connection.commit()
    @event.listens_for(engine, "commit")
    def committing(connection):
        os.nice(10)  # a commit takes less than a millisecond: whoever kills has to be woken before it is over
        once(b"c")
    once(b"r")
    with writing(engine, actor="ana", reason="killed in its middle") as connection:
        change(connection)
    once(b"d")

changes = {}

def attempt(address, name, torn, after, delay):
    if name not in changes:
        with reading(open_database(address)) as connection:
            changes[name] = change_of(connection, name)
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            save(open_database(address), changes[name], torn, tell)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(tell)
    told = {}
    def listen():
        letter = os.read(hear, 1).decode()
        if letter:
            told[letter] = time.perf_counter()
        return letter
    while after not in told and listen():
        pass
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    while listen():
        pass
    os.close(hear)
    _, status = os.waitpid(child, 0)
    return {"told": told, "status": status}

prepare(open_database(sys.argv[1]))
print(flush=True)
for line in sys.stdin:
    print(json.dumps(attempt(*json.loads(line))), flush=True)
"""


class Saver:
    """The process that makes saves and kills them."""

    def __init__(self, prepared: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SAVER, prepared], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.to: IO[str] = self.process.stdin
        self.out: IO[str] = self.process.stdout
        assert self.out.readline() == "\n", "the saver did not prepare its database"

    def save(
        self, address: str, name: str, *, torn: bool = False, after: str = "d", delay: float | None = None
    ) -> dict[str, Any]:
        """Make a save and kill it `delay` seconds after it told of a moment, None: let it be."""
        self.to.write(json.dumps([address, name, torn, after, delay]) + "\n")
        self.to.flush()
        found: dict[str, Any] = json.loads(self.out.readline())
        return found


Copy = Callable[[], str]


@pytest.fixture(scope="module")
def prepared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Saver, str]]:
    """Give a saver, and a database with twins to merge, an import to take back and a vote to give."""
    address = databases.copy(databases.loaded, tmp_path_factory.mktemp("prepared") / "prepared.db")
    saver = Saver(address)
    yield saver, address
    saver.process.communicate(timeout=20)
    databases.drop(address)


@pytest.fixture
def copy(prepared: tuple[Saver, str], databases: Databases, tmp_path: Path) -> Iterator[Copy]:
    """Copy the prepared database, each time anew."""
    made: list[str] = []

    def again() -> str:
        while made:
            databases.drop(made.pop())
        for old in tmp_path.glob("copy.db*"):
            old.unlink()
        made.append(databases.copy(prepared[1], tmp_path / "copy.db"))
        return made[0]

    yield again
    for address in made:
        databases.drop(address)


def state_of(address: str) -> str:
    """Return what a database holds as a short text, moments of the history left out; its file must be sound."""
    digest = hashlib.sha256()
    with outside(address) as raw:
        if raw.dialect.name == "sqlite":
            assert raw.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert raw.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        for table in Base.metadata.sorted_tables:
            names = [name for name in table.columns.keys() if (table.name, name) != ("history", "at")]  # noqa: SIM118
            columns = ", ".join(f'"{name}"' for name in names)
            rows = sorted(map(repr, raw.exec_driver_sql(f'SELECT {columns} FROM "{table.name}"')))  # noqa: S608
            digest.update(f"{table.name} {rows}\n".encode())
    return digest.hexdigest()[:16]


def is_whole(address: str) -> None:
    """Assert that the check finds no error but records not screened yet, and that nobody is said to write still."""
    with reading(open_database(address)) as connection:
        grave = [found for found in check_database(connection) if found.severity == Severity.ERROR]
        assert [found for found in grave if found.where != "flow diagram"] == []
        assert connection.scalar(select(func.count()).select_from(ChangeContext)) == 0


class Moments:
    """When to kill, by turns: anywhere within the save, between its first row and its commit, at the commit.

    The first save tells how long each takes. Others may be faster: after a kill that came too late the next is sooner.
    """

    def __init__(self, name: str, told: Mapping[str, float]) -> None:
        self.dice = random.Random(f"moments of {name}")  # noqa: S311 - no secret
        self.longest = {
            "r": 1.1 * (told["d"] - told["r"]),
            "w": told["c"] - told["w"],
            "c": told["d"] - told["c"],
        }
        self.late = Counter[str]()

    def __iter__(self) -> Iterator[tuple[str, float]]:
        for when in itertools.cycle("rwwc"):
            yield when, self.dice.uniform(0, self.longest[when]) / 2 ** self.late[when]

    def met(self, when: str, killed: str) -> None:
        """Learn from a kill."""
        self.late[when] = self.late[when] + 1 if "d" in killed else max(0, self.late[when] - 1)


@pytest.mark.parametrize("name", SAVES)
def test_a_save_that_is_killed_is_there_whole_or_not_at_all(
    prepared: tuple[Saver, str], copy: Copy, name: str
) -> None:
    saver, base = prepared
    before, address = state_of(base), copy()
    done = saver.save(address, name)
    after = state_of(address)
    assert ("".join(done["told"]), done["status"], after != before) == ("rwcd", 0, True)
    is_whole(address)
    with reading(open_database(address)) as connection:
        rows = connection.scalar(select(func.count()).where(History.reason == "killed in its middle")) or 0
    assert rows >= 2, "a save of one row proves nothing here"
    counted, seen, found = Counter[str](), set[str](), before
    moments = Moments(name, done["told"])
    for when, delay in moments:
        if counted["rw"] >= AMONG_ROWS and counted["rwc"] >= AT_THE_COMMIT:
            break
        assert counted.total() < MOST, counted
        address = copy()
        killed = "".join(saver.save(address, name, after=when, delay=delay)["told"])
        counted[killed] += 1
        moments.met(when, killed)
        found = state_of(address)
        assert found in (before, after), f"half a save is left after {killed}"
        assert found == {"r": before, "rw": before, "rwcd": after}.get(killed, found)
        if found not in seen:
            is_whole(address)
            seen.add(found)
    # what was not there is written by the next try as if nothing had been
    if found == before:
        assert "d" in saver.save(address, name)["told"]
        assert state_of(address) == after


def test_the_same_kills_find_the_half_of_a_save_that_commits_in_between(
    prepared: tuple[Saver, str], copy: Copy
) -> None:
    saver, base = prepared
    before, address = state_of(base), copy()
    told = saver.save(address, "merge", torn=True)["told"]
    whole, dice = state_of(address), random.Random(20261121)  # noqa: S311 - no secret
    for _ in range(MOST // 2):
        address = copy()
        saver.save(address, "merge", torn=True, after="r", delay=dice.uniform(0, told["d"] - told["r"]))
        if state_of(address) not in (before, whole):
            return
    pytest.fail("a save in many pieces was never found half done, so these kills prove nothing")


def _press_import(page: "Page", url: str, number: int) -> None:
    """Come in, send a file of 300 records, and press the button that imports them."""
    page.goto(f"{url}/enter?next=/import")
    page.locator("input[name=name]").fill("ana")
    page.get_by_role("button", name="Enter").click()
    works = "".join(
        f"TY  - JOUR\nTI  - Work {number} {n}\nPY  - 2024\nDO  - 10.1000/{number}.{n}\nER  - \n\n"
        for n in range(300)
    )
    file: FilePayload = {"name": f"file{number}.ris", "mimeType": "text/plain", "buffer": works.encode()}
    page.locator("input[type=file]").set_input_files([file])
    page.get_by_role("button", name="Send and look").click()
    page.get_by_role("button", name="Import 300 record(s)").click()


@pytest.mark.browser
def test_a_server_that_is_killed_under_its_page_comes_back_with_all_of_the_import_or_none(
    serve: Serve, browser: "Browser"
) -> None:
    served, dice = serve(), random.Random(7)  # noqa: S311 - no secret
    counts = select(
        select(func.count()).select_from(Record).scalar_subquery(),
        select(func.count()).select_from(Search).scalar_subquery(),
    )
    rows_of = select(func.count()).select_from(History).where(History.reason == bindparam("why"))
    for number in range(2):
        with reading(served.engine) as connection:
            records, searches = connection.execute(counts).one()
        page = browser.new_page()
        _press_import(page, served.url, number)
        time.sleep(dice.uniform(0, 0.3))
        served.kill()
        page.close()
        with reading(served.engine) as connection:
            now = tuple(connection.execute(counts).one())
            imported = connection.scalar(rows_of, {"why": f"import of file{number}.ris"})
        state_of(place_of(served.engine))
        is_whole(place_of(served.engine))
        assert now in ((records, searches), (records + 300, searches + 1))
        assert imported == (0 if now == (records, searches) else 601)
        served.start()
    page = browser.new_page()
    page.goto(f"{served.url}/enter?next=/history")
    page.locator("input[name=name]").fill("ben")
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("heading", name="History").wait_for()
    page.close()
