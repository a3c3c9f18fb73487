"""The life of rows as a table, newest first, each change with a button that takes it back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import html
from sqlalchemy import Connection, select

from db.history import HistoryEntry, read_history, undo_change
from db.models.tables import Comparison
from review.curate.desks.studies.pieces import spoken
from review.curate.fields import Field, button, choice_field
from review.curate.house import Visit
from review.curate.people import Role
from review.curate.saving import saved
from review.extraction_notes import read_notes

MOST = 60
"""So many changes are shown at once."""
_KEYS = frozenset({"study_id", "variable", "comparison_id", "field", "reviewer"})
"""Columns of keys, which the line names anyway."""
Wanted = Callable[[HistoryEntry], bool]


def study_entries(connection: Connection, study: str) -> list[HistoryEntry]:
    """Return every change of a study, its values and its comparisons, newest first."""
    keys = set(connection.scalars(select(Comparison.comparison_id).where(Comparison.study_id == study)))
    return _entries(
        connection,
        ("studies", "study_values", "comparisons", "extraction_votes"),
        lambda entry: entry.key.split("|")[0] in {study, *keys},
    )


def record_entries(connection: Connection, record: str) -> list[HistoryEntry]:
    """Return every change of a record, newest first; decisions have a page of their own, where they stay blind."""
    return _entries(connection, ("records",), lambda entry: entry.key == record)


def _entries(connection: Connection, tables: Sequence[str], wanted: Wanted) -> list[HistoryEntry]:
    found = [entry for table in tables for entry in read_history(connection, table=table) if wanted(entry)]
    return sorted(found, key=lambda entry: -entry.id)


class HistoryPanel:
    """A table of changes that can be narrowed to one value, with a button to take each back."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.entries: Sequence[HistoryEntry] = ()
        self.chosen = ""
        with html.section(id="history", **{"aria-labelledby": "history-head"}):
            html.h2("History", id="history-head", tabindex="-1")
            self.filter: Field = choice_field(
                "Show the changes of", {"": "everything here"}, on_change=self._choose
            )
            self.body = html.div()

    def show(self, entries: Sequence[HistoryEntry]) -> None:
        """Show changes, if they are others than those that stand there."""
        if self.entries == entries and self.body.default_slot.children:
            return
        self.entries = entries
        names = {"": "everything here"} | {
            name: name for name in sorted({one for entry in entries for one in _names(entry)})
        }
        self.filter.element.clear()
        with self.filter.element:
            for code, name in names.items():
                html.option(name, value=code).props.update({"selected": True} if code == self.chosen else {})
        self._draw()

    def choose(self, name: str) -> None:
        """Narrow the table to one value."""
        self.chosen = name if any(name in _names(entry) for entry in self.entries) else ""
        self.filter.put(self.chosen)
        self._draw()

    def _choose(self, name: str) -> None:
        self.chosen = name
        self._draw()

    def _draw(self) -> None:
        self.body.clear()
        found = [entry for entry in self.entries if not self.chosen or self.chosen in _names(entry)]
        with self.body:
            if not found:
                html.p("Nothing was changed since the corpus was loaded.").classes("hint")
                return
            with (
                html.div(tabindex="0", role="region", **{"aria-label": "Changes"}).classes("scroll"),
                html.table().classes("plain"),
            ):
                many = f", the last {MOST} of {len(found)}" if len(found) > MOST else ""
                html.caption(f"Changes, newest first{many}").classes("hint")
                with html.thead(), html.tr():
                    for name in ("When", "Who", "What", "Before", "After", "Why", "Take back"):
                        html.th(name, scope="col")
                with html.tbody():
                    for entry in found[:MOST]:
                        self._row(entry)

    def _row(self, entry: HistoryEntry) -> None:
        with html.tr():
            html.td(entry.at[:16].replace("T", " ")).classes("unbroken")
            html.td(entry.actor)
            html.td(", ".join(_names(entry)))
            fields = dict(list(entry.fields.items())[:6])
            for side in (0, 1):
                html.td(_told(fields, side))
            html.td(entry.reason or "")
            with html.td():
                if entry.change is not None:
                    words = f"Undo\u00a0{entry.change}"
                    button(
                        words,
                        self._undo(entry),
                        **spoken(f"{words}: {', '.join(_names(entry))} by {entry.actor}"),
                    )

    def _undo(self, entry: HistoryEntry) -> Callable[[], Any]:
        async def undo() -> None:
            number = entry.change or 0

            async def write(_insist: bool) -> str:
                own = entry.actor == self.visit.person.name
                needed = Role.CURATOR if own else Role.ADJUDICATOR
                await self.visit.write(needed, f"change {number} taken back", undo_change, number)
                return f"Change {number} is taken back."

            await saved(write)

        return undo


def _names(entry: HistoryEntry) -> list[str]:
    """Return what an entry is about; what an extractor read stands in the row of the study, and is about a variable."""
    if entry.table == "studies" and "extraction_conflicts" in entry.fields:
        before, after = (read_notes(str(text or "")) for text in entry.fields["extraction_conflicts"])
        read = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return read or [entry.key]
    return [_what(entry)]


def _what(entry: HistoryEntry) -> str:
    parts = entry.key.split("|")
    if entry.table == "study_values":
        return parts[-1]
    if entry.table == "extraction_votes":
        return f"{parts[0]} {parts[1]}"
    return entry.key


def _told(fields: Mapping[str, tuple[object, object]], side: int) -> str:
    told = [
        f"{name}: {pair[side]}"
        for name, pair in fields.items()
        if pair[side] not in (None, "") and name not in _KEYS
    ]
    return _cut("; ".join(told))


def _cut(text: str, most: int = 240) -> str:
    return text if len(text) <= most else text[:most] + "…"
