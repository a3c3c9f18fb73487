"""What changed between two dates or releases: records, studies, values, the counts of the flow, pooled estimates."""

from nicegui import html
from sqlalchemy import Connection, select

from db.diff import FileDiff, tallies
from db.diff_past import is_moment
from db.diff_sides import NOW
from db.errors import MedquantError
from db.models.tables import Release
from review.changes import Changes, PooledNumber, read_changes
from review.changes_cli import number
from review.curate.fields import button, text_field
from review.curate.house import House, RefusedError, Visit, told
from review.curate.parts import Part
from review.curate.showing import show_table

MOST_ROWS = 300


def add(house: House) -> None:
    """Lay the comparison into the house."""

    @house.desk("/history/compare", "Compare two dates or releases", listed=False)
    async def comparing(visit: Visit) -> None:
        names = await visit.read(_releases)

        async def compare() -> None:
            waiting.set_visibility(True)
            try:
                await shown.show()
            except MedquantError as error:
                told(error)
            finally:
                waiting.set_visibility(False)

        async def read() -> Changes:
            return await visit.read(_compare, visit, before.value.strip(), after.value.strip(), tuple(names))

        html.p(
            "Give a day such as 2026-11-20, a moment such as 2026-11-20T12:30Z, “now”, or the name of a loaded release: "
            f"{', '.join(names) or 'there is none'}."
        )
        with html.datalist(id="sides"):
            for name in (NOW, *names):
                html.option(value=name)
        with html.div().classes("row"):
            before = text_field("From", visit.asked("from", names[-1] if names else ""), list="sides")
            after = text_field("To", visit.asked("to", NOW), list="sides")
            button("Compare", compare, main=True)
        waiting = html.p("Reading both …").props("role=status")
        waiting.set_visibility(False)

        shown = Part(read, _show)
        if visit.asked("from"):
            await compare()


def _releases(connection: Connection) -> list[str]:
    return list(dict.fromkeys(connection.scalars(select(Release.name).order_by(Release.id))))


def _compare(_: Connection, visit: Visit, before: str, after: str, names: tuple[str, ...]) -> Changes:
    """Compare two sides; a path of the server's disk is none, whoever asks."""
    for side in (before, after):
        if side != NOW and side not in names and not is_moment(side):
            allowed = ", ".join((NOW, *names))
            raise RefusedError(f"“{side}” is nothing to compare; allowed: a day, a moment, {allowed}")
    return read_changes(before, after, visit.store.engine.url.render_as_string(hide_password=False))


def _show(found: Changes) -> None:
    html.h2(f"From {found.diff.before} to {found.diff.after}")
    if not found.diff.files:
        html.p("No cell differs.").props("role=status")
        return
    rows = [[t.what, f"{t.added:,}", f"{t.removed:,}", f"{t.changed:,}"] for t in tallies(found.diff)]
    show_table("What changed, counted", ["What", "Added", "Removed", "Changed"], rows, (1, 2, 3))
    if found.counts:
        show_table(
            "Counts of the flow that moved",
            ["Box", "Before", "After"],
            [[c.box, _count(c.before), _count(c.after)] for c in found.counts],
            (1, 2),
        )
    html.h2("Pooled estimates that moved")
    if found.pools:
        moved = [[p.label, p.unit, _pooled(p.before), _pooled(p.after)] for p in found.pools]
        show_table("Main estimates with their intervals", ["Outcome", "Unit", "Before", "After"], moved)
    else:
        html.p(f"None of the {found.pooled} pooled outcomes moved.")
    html.h2("Cell by cell")
    for one in found.diff.files:
        _file(one)


def _pooled(one: PooledNumber | None) -> str:
    return number(one)


def _count(value: int | str | None) -> str:
    return "not done" if value is None else f"{value:,}" if isinstance(value, int) else value


def _file(one: FileDiff) -> None:
    with html.details().classes("card"):
        html.summary(
            f"{one.file}: {len(one.added):,} added, {len(one.removed):,} removed, {one.rows_changed:,} changed"
        )
        rows = [[cell.key, cell.column, cell.old, cell.new] for cell in one.changed]
        rows += [[row.key, "(row)", "", "added"] for row in one.added]
        rows += [[row.key, "(row)", "removed", ""] for row in one.removed]
        more = f" (the first {MOST_ROWS} of {len(rows):,})" if len(rows) > MOST_ROWS else ""
        show_table(f"{one.file}{more}", ["Row", "Field", "Before", "After"], rows[:MOST_ROWS])
