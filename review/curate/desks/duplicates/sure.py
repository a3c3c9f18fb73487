"""Groups of records that are surely one work: looked at, merged one by one or all, and taken apart again."""

import time
from dataclasses import dataclass

from nicegui import html, ui
from sqlalchemy import Connection, select

from db.errors import MedquantError
from db.files import table_of
from db.history import undo_change
from db.models.tables import Record
from review.curate.desks.duplicates.queue import Found, Queue, Settlement, state_of
from review.curate.desks.imports.waiting import time_left
from review.curate.fields import button
from review.curate.house import Visit, done, told
from review.curate.people import Role
from review.curate.showing import show_table
from review.duplicates import Proposal
from review.merging import obstacle
from review.settling import Merged, in_words, merge_groups

PAGE = 5
PORTION = 200
"""Groups that are merged in one change: others can write in between."""


@dataclass(frozen=True)
class Group:
    """A group as it is shown: the records' cells, and why they cannot be merged, if so."""

    proposal: Proposal
    rows: tuple[tuple[str, str, str, str, str], ...]
    obstacle: str


def read_groups(connection: Connection, proposals: tuple[Proposal, ...]) -> list[Group]:
    """Return groups with what a person looks at before merging."""
    table = table_of(Record)
    wanted = [record for one in proposals for record in one.records]
    cells = {
        row.record_id: (
            row.record_id, row.title, row.authors or "", str(row.year or ""), row.doi or row.arxiv_id or row.pmid or "",
        )
        for row in connection.execute(select(table).where(table.c.record_id.in_(wanted)))
    }  # fmt: skip
    return [
        Group(
            one,
            tuple(cells[key] for key in one.records if key in cells),
            obstacle(connection, [key for key in one.records if key in cells]),
        )
        for one in proposals
    ]


class Sure:
    """The part of the desk with the sure groups."""

    def __init__(self, visit: Visit, queue: Queue) -> None:
        self.visit, self.queue = visit, queue
        self.found = Found()
        self.shown = PAGE
        self.merged: list[int] = []
        self.busy = self.stop = False
        self.on_screen: object = None
        with html.section(**{"aria-labelledby": "sure"}) as self.section:
            html.h2("Sure duplicates", id="sure", tabindex="-1")
            self.state = ui.label().props("role=status")
            self.actions = html.div().classes("row")
            self.place = html.div()

    async def refresh(self, found: Found) -> None:
        """Show what is proposed now; while a merging runs the list stays as it is."""
        self.found = found
        if self.busy:
            return
        now = (found.merges[: self.shown], len(found.merges), bool(self.merged))
        if now == self.on_screen:
            return  # nothing moves under a hand that is about to press
        groups = await self.visit.read(read_groups, found.merges[: self.shown])
        self.on_screen = now
        n = len(found.merges)
        self.state.text = (
            f"{n:,} group(s) of records are surely one work." if n else "No sure duplicates are waiting."
        )
        self.actions.clear()
        with self.actions:
            if n:
                button(f"Merge all {n:,} group(s)", self.merge_all, main=True)
            if self.merged:
                button("Undo the merging", self.undo)
        self.place.clear()
        with self.place:
            for group in groups:
                self._card(group)
            if n > self.shown:
                button(f"Show {PAGE} more of {n:,}", self._more)

    async def _more(self) -> None:
        self.shown += PAGE
        await self.refresh(self.found)

    def _card(self, group: Group) -> None:
        records = ", ".join(group.proposal.records)
        with html.div().classes("card group"):
            show_table(
                f"{records}: {in_words(group.proposal)}",
                ("Record", "Title", "Authors", "Year", "Identifier"),
                group.rows,
            )
            if group.obstacle:
                html.p(f"Cannot be merged yet: {group.obstacle}").classes("refusal")
            else:
                button(f"Merge {records}", lambda: self.merge([group.proposal]))

    async def merge_all(self) -> None:
        """Merge all groups that were proposed when the button was pressed."""
        await self.merge(list(self.found.merges))

    async def merge(self, groups: list[Proposal]) -> None:
        """Merge groups, in portions that are a change each."""
        if self.busy:
            return
        self.busy, self.stop, self.merged = True, False, []
        with self.section:  # the button that was pressed goes with its group
            self.on_screen = None
            self.actions.clear()
            if len(groups) > PORTION:
                with self.actions:
                    button("Stop after this portion", self._stop)
            try:
                await self._merge(groups)
            except MedquantError as error:
                told(error)
            finally:
                self.busy = False
            await self._settle()

    async def _merge(self, groups: list[Proposal]) -> None:
        begun, count = time.monotonic(), 0
        left: list[str] = []
        for start in range(0, len(groups), PORTION):
            if self.stop:
                break
            result = await self._portion(groups[start : start + PORTION])
            count += len(result.merged)
            left += [why for _, why in result.left]
            over = min(start + PORTION, len(groups))
            passed = time.monotonic() - begun
            words = time_left(passed, passed / over * len(groups)) or "nearly there"
            self.state.text = f"{over:,} of {len(groups):,} group(s) done; {words}"
        done(f"{count:,} group(s) merged{f', {len(left):,} left as they are' if left else ''}.")
        if len(groups) == 1 and left:
            raise MedquantError(left[0])

    async def _portion(self, groups: list[Proposal]) -> Merged:
        result: Merged = await self.visit.write(
            Role.ADJUDICATOR, "sure duplicates merged", merge_groups, groups
        )
        if result.merged:
            self.merged.append(result.change)
            into = tuple((record, kept) for kept, gone in result.merged for record in gone)
            version = await self.visit.read(state_of)
            self.queue.settle(Settlement(result.change, into=into, version=version))
        return result

    async def undo(self) -> None:
        """Take the last merging back, the last portion first."""
        if self.busy:
            return
        self.busy = True
        number = len(self.merged)
        with self.section:
            self.on_screen = None
            try:
                while self.merged:
                    change = self.merged[-1]
                    await self.visit.write(Role.ADJUDICATOR, f"undo of change {change}", undo_change, change)
                    self.queue.take_back(change, await self.visit.read(state_of))
                    self.merged.pop()
                done(f"The merging is undone ({number} change(s)).")
            except MedquantError as error:
                told(error)
            finally:
                self.busy = False
            await self._settle()

    async def _settle(self) -> None:
        await self.refresh(self.queue.found or Found())
        ui.run_javascript("document.getElementById('sure')?.focus()")

    def _stop(self) -> None:
        self.stop = True
