"""Extraction: which studies have open values, the most urgent first, and the page on which one is extracted."""

from nicegui import html
from sqlalchemy import Connection

from review.curate.desks.extraction.page import build_extraction
from review.curate.desks.studies.facts import OPEN_WORDS, Counted, read_counts
from review.curate.fields import choice_field, text_field
from review.curate.house import House, Visit
from review.curate.parts import Part
from review.curate.showing import show_state
from review.editing import SUBJECTS, read_all

MOST = 100
Line = tuple[str, str, Counted]


def add(house: House) -> None:
    """Lay the list of what to extract, and the page of extraction, into the house."""

    @house.desk("/extraction", "Extraction")
    async def extraction(visit: Visit) -> None:
        html.p(
            "Choose a study. Those with conflicting values come first, then those with the most missing values."
        )

        async def read() -> list[Line]:
            return wanted(await visit.known(worklist), words.value, only.value)

        with html.search().classes("row"):
            words = text_field("Search studies", type="search", on_change=lambda _: table.keep_up())
            only = choice_field("Show", OPEN_WORDS, "open", on_change=lambda _: table.keep_up())
        with html.div(**{"aria-live": "polite"}):
            table = Part(read, _table)
        await table.show()
        visit.on_change(table.keep_up)

    @house.desk("/extraction/{study}", "Extract a study", listed=False)
    async def extract(visit: Visit) -> None:
        await build_extraction(visit)


def worklist(connection: Connection) -> list[Line]:
    """Return every study with its title and what is open in it, the most urgent first."""
    counts = read_counts(connection)
    lines = [
        (row["study_id"], row["title"], counts[row["study_id"]])
        for row in read_all(connection, SUBJECTS["study"])
    ]
    return sorted(
        lines, key=lambda line: (-line[2].conflicting, -line[2].missing, -line[2].unverified, line[0])
    )


def wanted(lines: list[Line], words: str, only: str) -> list[Line]:
    """Return the studies that hold all words and have what was asked for."""
    parts = words.casefold().split()
    found = [line for line in lines if all(part in f"{line[0]} {line[1]}".casefold() for part in parts)]
    if only == "open":
        return [line for line in found if line[2].any]
    return [line for line in found if getattr(line[2], only)] if only else found


def _table(lines: list[Line]) -> None:
    if not lines:
        html.p("Nothing is open here.").classes("notice")
        return
    with (
        html.div(tabindex="0", role="region", **{"aria-label": "Studies to extract"}).classes("scroll"),
        html.table().classes("plain worklist"),
    ):
        more = f", the first {MOST} shown; search for others" if len(lines) > MOST else ""
        html.caption(f"{len(lines)} studies{more}").classes("hint")
        with html.thead(), html.tr():
            for name in ("Study", "Open values", "Title"):
                html.th(name, scope="col")
        with html.tbody():
            for study, title, count in lines[:MOST]:
                with html.tr():
                    with html.td():
                        html.a(study, href=f"/extraction/{study}")
                    with html.td(), html.div().classes("states"):
                        _show_counts(count)
                    html.td(title)


def _show_counts(count: Counted) -> None:
    for n, word, tone in (
        (count.conflicting, "conflicting", "bad"),
        (count.missing, "missing", "bad"),
        (count.unverified, "unverified", "doubt"),
    ):
        if n:
            show_state(f"{n} {word}", tone)
    if not count.any:
        show_state("all settled", "good")
