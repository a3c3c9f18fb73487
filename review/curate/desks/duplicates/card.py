"""A doubtful pair side by side: each field of both, what differs marked, and in words whether they agree."""

from nicegui import html

from review.curate.desks.duplicates.marks import Piece, marked
from review.curate.showing import show_state
from review.dedupe.find import MatchedPair

AGREES = {True: ("agrees", "good"), False: ("differs", "bad"), None: ("cannot be told", "none")}


def show_pair(pair: MatchedPair, records: tuple[str, ...]) -> None:
    """Show a pair; `records` are those that its two hits belong to."""
    against = f", but {', '.join(pair.verdict.against)}" if pair.verdict.against else ""
    html.p(f"Why it is asked: {pair.verdict.rule}{against}.")
    caption = f"{pair.a.key} and {pair.b.key}, field by field; what the other does not have is marked"
    with (
        html.div(tabindex="0", role="region", **{"aria-label": "The pair, field by field"}).classes("scroll"),
        html.table().classes("plain pair"),
    ):
        html.caption(caption).classes("hint")
        with html.thead(), html.tr():
            html.th("Field", scope="col")
            for hit, record in zip((pair.a, pair.b), records, strict=True):
                with html.th(scope="col"):
                    html.a(record, href=f"/records/{record}", target="_blank")
                    html.span(f" hit {hit.key}").classes("hint")
            html.th("Compared", scope="col")
        with html.tbody():
            for field in pair.fields:
                with html.tr():
                    html.th(field.field, scope="row")
                    for pieces in marked(field.a, field.b):
                        _cell(pieces)
                    with html.td():
                        words, tone = AGREES[field.agrees]
                        percent = "" if field.likeness is None else f" ({field.likeness:.0f} %)"
                        show_state(words + percent, tone)


def _cell(pieces: list[Piece]) -> None:
    with html.td():
        if not pieces:
            html.span("not given").classes("hint")
        for text, differs in pieces:
            if differs:
                html.mark(text).classes("differs")
            else:
                html.span(text)
