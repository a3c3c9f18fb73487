"""Measure a curator's large review: `make bench-curation` imports, deduplicates, serves, lists and searches 100,000 records.

The records are those of `bench_dedupe.py`, made up from shipped titles with the copies and near relatives that databases
make of them, written as RIS and taken in by the command line as a user would. Each step is a process of its own, timed from
the outside, with the time that the processor worked for it and its largest memory. The page is then visited in headless
Chromium: the time until its first rows stand there, until a search has answered, until the last row is scrolled to, and until
a decision at the screening desk is stored; and its addresses of rows are asked directly. Behind those times stands what the
server worked meanwhile. At the end every change is taken back, and the database must export what it did before the import.
Numbers are of this machine; there is no peer that holds so many records in a page.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench_dedupe import made_up  # noqa: E402 - found by the path above

MEDQUANT = (sys.executable, "-m", "medquant")


def write_ris(path: Path, n: int) -> None:
    """Write `n` made-up records as a database exports them."""
    hits, _ = made_up(n)
    with path.open("w", encoding="utf-8") as file:
        for hit in hits:
            lines = [
                ("TY", "JOUR"),
                ("TI", hit.title),
                *(("AU", name) for name in hit.authors.split(";") if name.strip()),
            ]
            lines += [
                ("PY", hit.year),
                ("JO", hit.venue),
                ("VL", hit.volume),
                ("SP", hit.pages),
                ("DO", hit.doi),
            ]
            lines += [("AB", f"{hit.title}. " * 8), ("ER", "")]
            file.writelines(f"{tag}  - {text}\n" for tag, text in lines if text or tag == "ER")
            file.write("\n")


def command(what: str, *words: str) -> None:
    """Run a command of medquant and print its time, the processor's work, and its largest memory."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [*MEDQUANT, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    out = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)}: exit code {process.returncode}\n{out}")
    told(what, time.perf_counter() - start, usage.ru_utime, f"{usage.ru_maxrss / 1024:,.0f} MiB at most")


def told(what: str, seconds: float, worked: float | None = None, more: str = "") -> None:
    """Print one line: how long it took, how long the processor worked for it, and more."""
    work = "" if worked is None else f"user {worked:8.2f} s"
    print(f"{what:<58} {seconds:9.3f} s  {work}  {more}".rstrip(), flush=True)


class Watch:
    """A stopwatch for a server: the time that passes, and what the server works meanwhile."""

    def __init__(self, server: int) -> None:
        self._stat = Path(f"/proc/{server}/stat")

    def time(self, what: str, *actions: Callable[[], object]) -> None:
        """Do things and print how long they took together."""
        start, before = time.perf_counter(), self._worked()
        for action in actions:
            action()
        seconds, after = time.perf_counter() - start, self._worked()
        told(what, seconds, None if before is None or after is None else after - before)

    def _worked(self) -> float | None:
        if not self._stat.exists():
            return None
        return int(self._stat.read_text().rsplit(")", 1)[1].split()[11]) / os.sysconf("SC_CLK_TCK")


def visit(url: str, watch: Watch) -> None:
    """Visit the page as a curator would."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not here, so that the page is not visited")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(f"{url}/enter")
        page.locator("input[name=name]").fill("ana")
        latest = page.get_by_role("heading", name="What changed last")
        watch.time(
            "today, opened for the first time",
            page.get_by_role("button", name="Enter").click,
            latest.wait_for,
        )
        watch.time("today, opened again", lambda: page.goto(url), latest.wait_for)
        watch.time(
            "grid of records, until its first rows stand there",
            lambda: page.goto(f"{url}/records"),
            page.locator(".ag-row .ag-cell a").first.wait_for,
        )
        visit_grid(page, watch)
        watch.time(
            "screening desk, until the first record stands there",
            lambda: page.goto(f"{url}/screening"),
            page.locator("article[data-record]").first.wait_for,
        )
        page.get_by_text("You have judged 0 of").wait_for()
        said = page.locator("[data-screening-said]")
        for key, words in (("i", "included"), ("m", "maybe"), ("i", "included")):
            record = page.locator("article[data-record]").first.get_attribute("data-record")
            watch.time(
                f"a decision there, {words}, until it is stored",
                partial(page.keyboard.press, key),
                said.filter(has_text=f"{record}: {words}").wait_for,
            )
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
        browser.close()
    ask(url, cookies, watch)


def visit_grid(page: "Page", watch: Watch) -> None:
    """Scroll the grid of records to its end, and search it."""
    last = int(page.locator(".ag-root").first.get_attribute("aria-rowcount") or 0)
    below = page.locator(f".ag-row[aria-rowindex='{last}'] a").first

    def to_the_end() -> None:
        page.locator(".ag-body-viewport").first.evaluate("box => box.scrollTop = box.scrollHeight")
        below.wait_for()

    watch.time("its last row, until it stands there", to_the_end)

    def search() -> None:
        with page.expect_response(lambda answer: "q=ultrasound" in answer.url):
            page.get_by_label("Search titles").fill("ultrasound segmentation")

    watch.time("a search typed into it, until it is answered", search)


def ask(url: str, cookies: str, watch: Watch) -> None:
    """Ask the server for rows, without a browser."""
    import httpx

    with httpx.Client(
        base_url=url, headers={"cookie": cookies, "accept": "application/json"}, timeout=300
    ) as client:

        def rows(**query: object) -> int:
            answer = client.get(f"/rows/records?{urlencode({'start': 0, 'end': 100, **query})}")
            answer.raise_for_status()
            return int(answer.json()["last"])

        n = rows()
        watch.time("rows 1 to 100", rows)
        watch.time(f"rows from {n - 100:,} on", lambda: rows(start=n - 100, end=n))
        watch.time("sorted by year", lambda: rows(sort=json.dumps([{"colId": "year", "sort": "desc"}])))
        watch.time("searched for two words", lambda: rows(q="ultrasound segmentation"))
        watch.time("those that are to be screened", lambda: rows(state="to_screen"))
        watch.time("those that are to be screened, once more", lambda: rows(state="to_screen"))


def last_change(db: str) -> int:
    """Return the number of the last change."""
    with sqlite3.connect(db) as connection:
        return int(connection.execute("SELECT max(change) FROM history").fetchone()[0])


def exported(db: str, folder: Path) -> dict[str, bytes]:
    """Return every file of an export."""
    command(f"exported to {folder.name}", "db", "export", str(folder), "--db", db)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def take_back(db: str, names: dict[int, str], why: tuple[str, ...]) -> None:
    """Take back every change that came after the load, newest first."""
    for change in range(last_change(db), min(names) - 1, -1):
        command(
            f"taken back: {names.get(change, 'a decision')}", "review", "undo", str(change), "--db", db, *why
        )


def serve(db: str) -> None:
    """Serve the page and visit it."""
    words = ("review", "serve", "--db", db, "--port", "0", "--no-browser")
    server = subprocess.Popen([*MEDQUANT, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        start = time.perf_counter()
        line = server.stdout.readline() if server.stdout else ""
        told("the page is open", time.perf_counter() - start)
        visit(line.split("/ is open")[0], Watch(server.pid))
        peak = Path(f"/proc/{server.pid}/status")
        if peak.exists():
            most = next(row for row in peak.read_text().splitlines() if row.startswith("VmHWM"))
            print(f"the server's largest memory: {int(most.split()[1]) / 1024:,.0f} MiB")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        export, db = Path(folder, "export.ris"), str(Path(folder, "medquant.db"))
        write_ris(export, given.records)
        print(f"{given.records:,} records, {export.stat().st_size / 1e6:,.0f} MB of RIS")
        command("the shipped corpus loaded", "db", "load", "--db", db)
        before = exported(db, Path(folder, "before"))
        why = ("--by", "ana", "--reason", "benchmark")
        names: dict[int, str] = {}
        searched = ("--source", "PubMed", "--query", "all")
        command("imported", "review", "import", str(export), "--db", db, *searched, *why)
        names[last_change(db)] = "the import"
        command("duplicates looked for", "review", "dedupe", "--db", db)
        command("sure duplicates looked for and merged", "review", "dedupe", "--db", db, "--apply", *why)
        names[last_change(db)] = "the merging"
        serve(db)
        take_back(db, names, why)
        after = exported(db, Path(folder, "after"))
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if changed:
            sys.exit(f"taken back, but not as before: {', '.join(changed)}")
    print(f"this script: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most")


if __name__ == "__main__":
    main()
