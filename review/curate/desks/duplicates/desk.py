"""Duplicates: sure groups to merge, doubtful pairs to decide, and the way back from both."""

import time

from nicegui import html, ui

from review.curate.desks.duplicates.pairs import Pairs
from review.curate.desks.duplicates.queue import Queue
from review.curate.desks.duplicates.sure import Sure
from review.curate.desks.imports.waiting import time_left
from review.curate.house import House, Visit

LOOK_EVERY = 0.5


def add(house: House) -> None:
    """Lay the desk into the house; all who look share one queue."""
    queue = Queue(house.store)

    @house.desk("/duplicates", "Duplicates")
    async def duplicates(visit: Visit) -> None:
        html.p(
            "The same work often comes from several databases. Sure duplicates are merged with one click; of the doubtful "
            "pairs you decide each. Everything can be undone."
        )
        at_work = ui.label().classes("notice").props("role=status")
        sure, pairs = Sure(visit, queue), Pairs(visit, queue)
        shown = -1

        async def look() -> None:
            nonlocal shown
            await queue.look()
            at_work.text = words_of(queue)
            at_work.set_visibility(bool(at_work.text))
            if queue.edition != shown and queue.found is not None:
                shown = queue.edition
                await sure.refresh(queue.found)
                await pairs.refresh(queue.found)

        await look()
        ui.timer(LOOK_EVERY, look, immediate=False)


def words_of(queue: Queue) -> str:
    """Return what is going on behind the page, in words; nothing where all is known."""
    if queue.trouble:
        return f"The search for duplicates failed: {queue.trouble}."
    if queue.working_since is None:
        return "" if queue.found is not None else "Looking for duplicates…"
    passed = time.monotonic() - queue.working_since
    left = time_left(passed, queue.expected)
    first = (
        "Looking for duplicates" if queue.found is None else "Looking again for what changed; go on meanwhile"
    )
    words = f"{first}: {queue.hits:,} hits, {passed:.0f} s so far"
    return f"{words}, {left}." if left else f"{words}."
