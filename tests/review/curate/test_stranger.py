"""A stranger gets nothing, at whatever address; and no text of the database becomes a part of the page."""

import csv
import io
import re
import subprocess
import sys
from itertools import product
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import Column, Engine, String, Table, literal, update

from db.models.tables import TRACKED, Base
from db.session import place_of, writing
from db.vocabulary import Decision
from review.deciding import cast_vote
from review.importing import SearchFacts, plan_import, write_import
from review.sources.reading import read_bytes
from tests.served import ROOT, Come, Serve, Served

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = pytest.mark.browser
ROUTES = """
import inspect, sys
from nicegui import core
from review.curate.app import Entry, build_app
from db.session import open_database
known = {"largest_upload": 1000}
more = {name: known.get(name) for name in list(inspect.signature(build_app).parameters)[2:]}
app = build_app(open_database(sys.argv[1]), Entry(False, False, ("127.0.0.1",)), **more)
for one in (app, core.app):
    for route in one.routes:
        print(getattr(route, "path", ""))
"""
OPEN = {"/enter", "/leave", "/static"}
PARTS = {
    "record": "r001", "study": "an2022", "tool": "quadas3", "target": "an2022", "name": "modality",
    "key:path": "vue.js", "key": "a", "path:path": "b.js",
}  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FURTHER = (
    "/_nicegui_ws/socket.io/?EIO=4&transport=polling", "/static/../rows/records", "/static/%2e%2e/rows/records",
    "//rows/records", "/rows/records/", "/rows/records?q=a&end=500", "/enter/../rows/records", "/openapi.json", "/docs",
    "/Rows/Records", "/rows%2frecords", "/export/records;/enter", "/enter%00/rows/records",
)  # fmt: skip
HOSTILE = '<img src=x onerror="window.taken=1">"><script>window.taken=1</script>{{constructor.constructor("window.taken=1")()}}'
PERSON = '<img src=x onerror="taken=1">'
"""So little is a name; people who come in may call themselves so."""
NOT_TEXT = re.compile(
    r"(_id|_key|_sha256|codes?|vocabulary|kind|format|type|status|control|verification|unit|outcome|variable|verdict|"
    r"route|position|date|_on|_at|year|value|table_name|row_key|action|change|setting|tool|item|query|hash|url|theme|"
    r"technique|bits|environment|reason|dataset|modality|family|task|reviewer|extractor|a|b)$"
)
"""Columns whose texts are codes, keys or numbers: no form takes markup for them."""


def paths_of(engine: Engine) -> set[str]:
    """Return every path that the program answers, with its parts filled in."""
    done = subprocess.run(
        [sys.executable, "-c", ROUTES, place_of(engine)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = {re.sub(r"{([^}]+)}", lambda part: PARTS.get(part[1], "a"), path) for path in done.stdout.split()}
    return {path for path in paths if path not in OPEN}


def test_a_stranger_gets_no_answer_from_any_path_by_any_method(served: Served) -> None:
    paths = paths_of(served.engine)
    assert {"/rows/records", "/export/tables", "/import/files", "/studies/an2022"} <= paths
    assert len(paths) > 30
    let_in = []
    with httpx.Client(base_url=served.url, trust_env=False) as stranger:
        for method, path in product(METHODS, sorted(paths)):
            given = stranger.request(method, path, headers={"origin": served.url})
            if given.status_code not in (303, 401, 403) or len(given.content) > 300 or "r00" in given.text:
                let_in.append((method, path, given.status_code, given.text[:100]))
            if given.status_code == 303:
                assert given.headers["location"].startswith("/enter?next=")
        for path, forged in product(
            FURTHER, ("", "medquant=1; medquant_1=x", f"medquant_{stranger.base_url.port}=' OR 1=1 --")
        ):
            given = stranger.get(path, headers={"cookie": forged})
            if given.status_code not in (303, 401, 403, 404) or "r00" in given.text:
                let_in.append(("GET", path, given.status_code, given.text[:100]))
        files = {"files": ("a.ris", b"TY  - JOUR\nTI  - A\nER  - \n")}
        sent = stranger.post("/import/files?for=import", files=files)
    assert sent.status_code in (401, 403)
    assert let_in == []


def _is_free(column: Column[Any]) -> bool:
    is_text = isinstance(column.type, String) and type(column.type).__name__ in ("String", "Text")
    return is_text and not column.primary_key and not column.foreign_keys and not NOT_TEXT.search(column.name)


def poison(engine: Engine) -> None:
    """Put markup into every free text of the database, and into the name of a file that was imported."""
    works = (
        f"TY  - JOUR\nTI  - {HOSTILE}\nAU  - {HOSTILE}\nN2  - {HOSTILE}\nUR  - javascript:window.taken=1\nER  - \n\n"
        * 3
    )
    raw = (works + "TY  - JOUR\nAB  - lost " + HOSTILE).encode()
    with writing(engine, actor=f"fay {HOSTILE[:36]}", reason=f"import of {HOSTILE}") as connection:
        read = read_bytes(f"{HOSTILE}.ris", raw, "ris")
        write_import(
            connection,
            plan_import(connection, [(read, raw)], SearchFacts(f"gus {HOSTILE[:36]}", HOSTILE, HOSTILE)),
        )
        cast_vote(connection, "r433", PERSON, Decision.INCLUDE, note=HOSTILE)
        cast_vote(connection, "r434", PERSON, Decision.INCLUDE)
        cast_vote(connection, "r434", "hal", Decision.MAYBE)
    poisoned = []
    with writing(engine, actor=HOSTILE, reason=HOSTILE) as connection:
        for model in TRACKED:
            table = Base.metadata.tables[model.__tablename__]
            for column in table.columns:
                if _is_free(column):
                    connection.execute(
                        update(table).where(column != "").values({column: column + literal(HOSTILE)})
                    )
                    poisoned.append(f"{table.name}.{column.name}")
    assert len(poisoned) > 20


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(prepare=poison)


PAGES = (
    "/", "/import", "/import/unread", "/export", "/duplicates", "/screening", "/screening?stage=full_text", "/conflicts",
    "/records", "/records/r001", "/records/r433", "/extraction", "/extraction/an2022", "/studies", "/studies/an2022",
    "/bias", "/codebook", "/codebook/modality", "/history", "/history/compare?from=2026.11", "/contradictions", "/findings",
    f"/records/{HOSTILE[:36]}", f"/history?q={HOSTILE[:36]}", f"/screening?stage={HOSTILE[:36]}",
)  # fmt: skip


def taken(page: "Page") -> list[str]:
    """Return what of the texts has become a part of the page."""
    found: list[str] = page.evaluate(
        """() => {
          const found = [];
          if (window.taken) found.push('a script ran');
          for (const one of document.querySelectorAll('img[src=x], [onerror], a[href^="javascript:" i]')) found.push(one.outerHTML);
          for (const one of document.scripts)
            if (/^\\s*window\\.taken/.test(one.textContent)) found.push(one.outerHTML.slice(0, 200));
          return found;
        }"""
    )
    return found


def test_no_text_of_the_database_becomes_a_part_of_any_page(served: Served, come: Come) -> None:
    page = come(served, name=PERSON)
    said: list[str] = []

    def dismiss(dialog: "Dialog") -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    shown = []
    for path in PAGES:
        page.goto(served.url + path)
        page.locator(".desk h1").wait_for()
        page.wait_for_timeout(300)
        for _ in range(2):  # details within details
            page.evaluate(
                "for (const one of [...document.querySelectorAll('#desk details')].slice(0, 40)) one.open = true"
            )
            page.wait_for_timeout(150)
        assert taken(page) == [], path
        if "onerror=" in page.inner_text("body") or page.locator('input[value*="onerror="]').count():
            shown.append(path)
    assert said == []
    # the pages that were looked at did hold the markup, as text
    assert len(shown) > 15, shown


def test_every_download_is_safe_to_open_in_a_spreadsheet(serve: Serve, come: Come) -> None:
    def prepare(engine: Engine) -> None:
        formula = '=HYPERLINK("http://192.0.2.1/","x")'
        with writing(engine, actor="ana", reason=formula) as connection:
            for name in ("records", "studies"):
                table: Table = Base.metadata.tables[name]
                connection.execute(update(table).values(title=formula, authors="@SUM(1)"))

    own = serve(prepare=prepare)
    page = come(own, "/export")
    for path in (
        "/export/records?format=csv",
        "/export/records?format=rayyan-csv",
        "/export/matrix?format=csv",
        "/export/flow",
    ):
        given = page.request.get(own.url + path)
        assert given.status == 200
        rows = list(csv.reader(io.StringIO(given.body().decode("utf-8-sig"))))
        formulas = [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)]
        assert formulas == [], path
    book = load_workbook(io.BytesIO(page.request.get(own.url + "/export/matrix?format=xlsx").body()))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
