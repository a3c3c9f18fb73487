"""A look-up proposes what fills gaps, writes empty fields only, believes no answer, and says so where no network is."""

import argparse
import contextlib
import http.server
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from db.errors import MedquantError
from db.models.tables import Record
from db.session import place_of, reading
from review.lookup.fetching import LARGEST
from review.lookup_cli import add_lookup_verb

DOI = "10.5555/made.2024.1"
TITLE = "Low-bit inference for made-up radiographs"
HERE = Path(__file__).parent
CROSSREF = json.loads((HERE / "crossref.json").read_bytes())
OPENALEX = json.loads((HERE / "openalex.json").read_bytes())
FEED = (HERE / "arxiv.xml").read_text()

Answer = Callable[[str], tuple[int, bytes]]
Lookup = Callable[..., SimpleNamespace]


class Local:
    """A server on this machine in place of all three; `answers` may be changed by a test."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, Answer] = {
            "/works/doi:": lambda _: (200, json.dumps(OPENALEX).encode()),
            "/works/": lambda _: (200, json.dumps(CROSSREF).encode()),
            "/api/query": lambda _: (200, FEED.encode()),
        }


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """Serve made-up answers, and point the look-up to them."""
    here = Local()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, self.headers["User-Agent"]))
            answer = next((give for start, give in here.answers.items() if self.path.startswith(start)), None)
            status, body = answer(self.path) if answer else (404, b"Resource not found.")
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.end_headers()
            with contextlib.suppress(OSError):  # the client may have had enough
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("CROSSREF", "OPENALEX", "ARXIV"):
        monkeypatch.setenv(f"MEDQUANT_{name}", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("NO_PROXY", "*")
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def lookup(seeded_db: Engine, capsys: pytest.CaptureFixture[str]) -> Lookup:
    """Run the verb on a copy of the shipped corpus with one bare record."""
    with seeded_db.begin() as connection:
        connection.execute(
            text("INSERT INTO records (record_id, title, doi, position) VALUES ('r900', :title, :doi, 9000)"),
            {"title": TITLE, "doi": DOI},
        )

    def run(*words: str) -> SimpleNamespace:
        parser = argparse.ArgumentParser()
        add_lookup_verb(parser.add_subparsers())
        given = parser.parse_args(["lookup", *words, "--db", place_of(seeded_db)])
        code = given.run(given)
        out = capsys.readouterr().out
        return SimpleNamespace(code=code, out=out, json=json.loads(out) if "--json" in words else None)

    return run


def row(engine: Engine, key: str = "r900") -> dict[str, Any]:
    table = Record.__table__
    with reading(engine) as connection:
        return dict(connection.execute(select(table).where(table.c.record_id == key)).mappings().one())


def test_gaps_are_proposed_and_nothing_is_written_without_apply(
    lookup: Lookup, local: Local, seeded_db: Engine
) -> None:
    before = row(seeded_db)
    done = lookup("r900", "--json", "--mailto", "ana@example.org")
    (looked,) = done.json["looked_up"]
    found = {p["field"]: (p["found"], p["source"]) for p in looked["proposals"]}
    assert found["authors"] == ("Ana Silva;Imaging;Group", "Crossref")
    assert found["year"] == (2024, "Crossref") or found["year"] == ("2024", "Crossref")
    assert found["url"] == (f"https://doi.org/{DOI}", "Crossref")
    if "pmid" in Record.__table__.columns:
        assert found["pmid"] == ("39000001", "OpenAlex")
        assert found["abstract"] == ("Eight bits & p < 0.05.", "Crossref")
    assert all(p["fills"] and p["present"] == "" for p in looked["proposals"])
    assert (done.code, done.json["change"], row(seeded_db)) == (0, None, before)
    assert {agent for _, agent in local.asked} == {"medquant (mailto:ana@example.org)"}


def test_apply_fills_empty_fields_in_one_change_that_names_its_sources(
    lookup: Lookup, local: Local, seeded_db: Engine
) -> None:
    with seeded_db.begin() as connection:
        connection.execute(text("UPDATE records SET year = 2020 WHERE record_id = 'r900'"))
    done = lookup("r900", "--apply", "--by", "ben", "--json")
    year = next(p for p in done.json["looked_up"][0]["proposals"] if p["field"] == "year")
    assert (year["present"], year["found"], year["fills"]) == ("2020", "2024", False)
    now = row(seeded_db)
    assert (now["year"], now["authors"], now["title"]) == (2020, "Ana Silva;Imaging;Group", TITLE)
    with reading(seeded_db) as connection:
        told = connection.execute(
            text("SELECT DISTINCT actor, reason FROM history WHERE change = :change"),
            {"change": done.json["change"]},
        ).all()
    assert [tuple(line) for line in told] == [("ben", "gaps filled (looked up in Crossref, OpenAlex)")] or [
        tuple(line) for line in told
    ] == [("ben", "gaps filled (looked up in Crossref)")]
    again = lookup("r900", "--apply", "--by", "ben", "--json")
    assert (again.json["fields_written"], again.json["change"]) == (0, None)


def test_an_arxiv_identifier_is_asked_of_arxiv_and_finds_its_record(lookup: Lookup, local: Local) -> None:
    done = lookup("arXiv:2401.01234v3", "--json")
    (looked,) = done.json["looked_up"]
    assert (looked["record"], looked["arxiv_id"], looked["sources"]) == ("", "2401.01234", ["arXiv"])
    assert {p["field"]: p["found"] for p in looked["proposals"]}["title"] == TITLE
    assert lookup(f"https://doi.org/{DOI}", "--json").json["looked_up"][0]["record"] == "r900"


def test_missing_asks_for_records_with_gaps_and_says_how_many_are_left(lookup: Lookup, local: Local) -> None:
    done = lookup("--missing", "--most", "2", "--json")
    assert len(done.json["looked_up"]) == 2
    assert done.json["not_asked_yet"] > 0


def test_an_answer_about_another_document_fills_nothing(
    lookup: Lookup, local: Local, seeded_db: Engine
) -> None:
    with seeded_db.begin() as connection:
        connection.execute(
            text("UPDATE records SET title = 'Migration of arctic terns' WHERE record_id = 'r900'")
        )
    local.answers["/works/doi:"] = lambda _: (
        200, json.dumps(OPENALEX | {"doi": "https://doi.org/10.1/other"}).encode(),
    )  # fmt: skip
    done = lookup("r900", "--apply", "--json")
    (looked,) = done.json["looked_up"]
    assert (done.code, looked["proposals"], looked["sources"]) == (1, [], [])
    assert "its title is" in looked["remarks"][0]
    assert "its identifier is" in looked["remarks"][1]


def test_without_a_network_one_sentence_is_said_and_nothing_written(
    lookup: Lookup, seeded_db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CROSSREF", "OPENALEX", "ARXIV"):
        monkeypatch.setenv(f"MEDQUANT_{name}", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    before = row(seeded_db)
    with pytest.raises(
        MedquantError, match=r"nothing was looked up and nothing written.*Crossref.*cannot be reached"
    ):
        lookup("r900", "--apply")
    assert row(seeded_db) == before
    monkeypatch.setenv("MEDQUANT_CROSSREF", "file:///etc")
    with pytest.raises(MedquantError, match="allowed: an http or https address"):
        lookup("r900")


def _slow(_: str) -> tuple[int, bytes]:
    time.sleep(1.5)
    return 200, b"{}"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda _: (200, b" " * (LARGEST + 1)), "longer than"),
        (lambda _: (503, b"busy"), "status 503"),
        (lambda _: (429, b"slow down"), "wait"),
        (lambda _: (403, b"no"), "refuses"),
        (lambda _: (302, b"file:///etc/passwd"), "status 302|cannot be reached"),
        (lambda path: (302, path.encode()), "status 302|cannot be reached"),
        (_slow, "no answer in time"),
    ],
)
def test_a_server_that_misbehaves_is_left_out_with_the_reason(
    lookup: Lookup, local: Local, answer: Answer, why: str
) -> None:
    local.answers["/works/doi:"] = answer
    done = lookup("r900", "--json", "--timeout", "1")
    assert list(done.json["not_reached"]) == ["OpenAlex"]
    assert re.search(why, done.json["not_reached"]["OpenAlex"])
    assert done.json["looked_up"][0]["sources"] == ["Crossref"]


def test_what_nobody_knows_is_told(lookup: Lookup, local: Local) -> None:
    local.answers.clear()
    done = lookup("10.5555/nobody")
    assert done.code == 1
    assert "Crossref does not know 10.5555/nobody" in done.out


def test_the_text_shows_what_stands_there_what_was_found_and_where(lookup: Lookup, local: Local) -> None:
    out = lookup("r900").out
    assert f"r900 (DOI {DOI})" in out
    assert re.search(r"^authors +fills +Ana Silva;Imaging;Group +Crossref$", out, re.MULTILINE)
    assert "empty field(s) could be filled; --apply writes them" in out
    assert "change" in lookup("r900", "--apply", "--by", "ana", "--reason", "told to").out
    assert "no empty field to fill" in lookup("r900", "--apply", "--by", "ana").out


@pytest.mark.parametrize("words", [["nothing such"], [], ["r900", "--missing"]])
def test_what_cannot_be_looked_up_is_told(lookup: Lookup, words: list[str]) -> None:
    with pytest.raises(MedquantError, match=r"allowed: a record such as r001|but not both"):
        lookup(*words)


@pytest.mark.parametrize(
    "words", [["--mailto", "x y"], ["--timeout", "0"], ["--most", "-1"], ["--reason", " "]]
)
def test_wrong_usage_exits_with_2(lookup: Lookup, words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        lookup("r900", *words)
