"""The card of a record: what a reviewer judges, with the project's words marked, and nobody else's decisions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from nicegui import html
from nicegui.element import Element
from sqlalchemy import Connection, select

from db.files import table_of
from db.models.tables import Record, Report
from review.keywords import Keywords
from review.prioritise.records import REMARK
from review.screening import Standing, blinded, read_standings
from review.stale import Judged


@dataclass(frozen=True)
class Card:
    """A record as one reviewer sees it; `seen` is the decision that the card shows, `reports` the known documents."""

    standing: Standing
    fields: dict[str, Any]
    reports: tuple[str, ...] = ()
    seen: Judged | None = None
    note: str = ""
    words: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its identifier."""
        return self.standing.record_id


def read_cards(
    connection: Connection, keys: Sequence[str], reviewer: str | None, needed: int
) -> dict[str, Card]:
    """Return the cards of records; with a reviewer's name nobody else's decision is in them before all are in."""
    table, report = table_of(Record), table_of(Report)
    rows = {
        row["record_id"]: dict(row)
        for row in connection.execute(select(table).where(table.c.record_id.in_(keys))).mappings()
    }
    addresses: dict[str, list[str]] = {}
    for row in connection.execute(
        select(report.c.record_id, report.c.url).where(report.c.record_id.in_(keys))
    ):
        addresses.setdefault(row.record_id, []).append(row.url or "")
    standings = read_standings(connection, needed, only=list(keys))
    cards = {}
    for key in keys:
        if key not in standings:
            continue
        standing = standings[key] if reviewer is None else blinded(standings[key], reviewer)
        cards[key] = Card(standing, rows[key], tuple(filter(None, addresses.get(key, ()))))
    return cards


def links_of(card: Card) -> Iterator[tuple[str, str]]:
    """Return addresses of a record, each with its name; only those that lead to the web."""
    row = card.fields
    if row["doi"]:
        yield f"DOI {row['doi']}", f"https://doi.org/{quote(row['doi'], safe='/')}"
    if row["arxiv_id"]:
        yield f"arXiv {row['arxiv_id']}", f"https://arxiv.org/abs/{quote(row['arxiv_id'], safe='/')}"
    if row["pmid"]:
        yield f"PubMed {row['pmid']}", f"https://pubmed.ncbi.nlm.nih.gov/{quote(row['pmid'], safe='')}/"
    others = [row["url"] or "", *(row["other_urls"] or "").split(";")]
    for name, addresses in (("Document", card.reports), ("Where it was seen", others)):
        for address in dict.fromkeys(one.strip() for one in addresses):
            if is_web(address):
                yield f"{name}: {urlsplit(address).netloc}", address


def is_web(address: str) -> bool:
    """Return whether an address leads to the web, and nowhere else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and address.isprintable()


def draw_marked(text: str, keywords: Keywords) -> None:
    """Write a text with the project's words marked."""
    at = 0
    for mark in keywords.marks(text):
        if mark.start < at:
            continue
        if mark.start > at:
            html.span(text[at : mark.start])
        html.mark(mark.words, title="speaks for" if mark.speaks_for else "speaks against").classes(
            "for" if mark.speaks_for else "against"
        )
        at = mark.end
    if at < len(text):
        html.span(text[at:])


def draw_card(
    card: Card,
    keywords: Keywords,
    *,
    own: str = "",
    refusal: str = "",
    further: Callable[[], None] | None = None,
) -> Element:
    """Draw a card.

    Parameters
    ----------
    card, keywords
        What to show, and the words to mark.
    own
        What this reviewer has decided of it already, in words.
    refusal
        Why the last decision on it was not written.
    further
        Draws what stands below the abstract, such as votes.
    """
    row = card.fields
    named = f"title-{quote(card.key)}"
    with html.article(tabindex="-1", **{"data-record": card.key, "aria-labelledby": named}).classes(
        "card record"
    ) as drawn:
        if refusal:
            html.p(refusal, role="alert").classes("refusal")
        with html.p().classes("hint"):
            html.span(card.key).classes("record-id")
            html.span(" · ".join(str(part) for part in (row["venue"], row["year"]) if part))
        with html.h2(id=named):
            draw_marked(REMARK.sub("", row["title"]) or row["title"], keywords)
        if row["authors"]:
            html.p(_shortened(row["authors"])).classes("authors")
        _draw_links(card)
        if row["abstract"]:
            with html.p().classes("abstract"):
                draw_marked(row["abstract"], keywords)
        else:
            html.p(
                "The database holds no abstract of this record. Judge by the title, or look at the document."
            ).classes("hint")
        if row["keywords"]:
            with html.p().classes("hint"):
                html.span("Keywords: ")
                draw_marked(row["keywords"], keywords)
        if card.words:
            html.p(f"Ranked high for: {', '.join(card.words)}").classes("hint")
        if own:
            html.p(own).classes("notice")
        if further is not None:
            further()
        with html.label().classes("field"):
            html.span("Note (n), kept with your decision")
            # what is typed stays in the browser until it goes along with the decision, and nothing from here overwrites it
            html.textarea(card.note, rows=2, **{"data-note": ""})
    made: Element = drawn
    return made


MOST_AUTHORS = 8


def _shortened(authors: str) -> str:
    names = [name.strip() for name in authors.split(";") if name.strip()]
    more = len(names) - MOST_AUTHORS
    return "; ".join(names[:MOST_AUTHORS]) + (f" and {more} more" if more > 0 else "")


def _draw_links(card: Card) -> None:
    found = list(links_of(card))
    if not found:
        return
    with html.ul().classes("links"):
        for words, address in found:
            with html.li():
                html.a(words, href=address, target="_blank", rel="noopener noreferrer")
