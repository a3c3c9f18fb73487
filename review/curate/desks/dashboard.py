"""The first page: what to do next, the flow diagram as it is now, how far people agree, and what changed last."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from nicegui import html
from sqlalchemy import Connection

from db.history import HistoryEntry, read_history
from db.prisma import count_prisma
from db.prisma_checks import CheckStatus, PrismaCheck, check_prisma
from review.agreement import Agreement, screening_agreement
from review.blindness import TABLES, blindness_of
from review.curate.house import House, Visit
from review.curate.parts import Part
from review.curate.people import Role
from review.curate.pictures import Picture
from review.curate.showing import show_picture, show_state, show_table
from review.screening import OPEN, read_standings
from review.todo import Task, Work, what_next

DESK_OF: Final[Mapping[Work, str]] = {
    Work.DUPLICATES: "/duplicates",
    Work.SCREEN: "/screening",
    Work.CONFLICTS: "/conflicts",
    Work.FULL_TEXTS: "/screening?stage=full_text",
    Work.EXTRACT: "/extraction",
    Work.CONTRADICTIONS: "/contradictions",
    Work.UNREAD: "/import/unread",
    Work.FINDINGS: "/findings",
}
LATEST = 8


@dataclass(frozen=True)
class Flow:
    """The flow of records as it is now: its arithmetic, whether records are still on their way, and its drawing."""

    checks: tuple[PrismaCheck, ...]
    under_way: bool
    picture: Picture | None


def add(house: House) -> None:
    """Lay the dashboard into the house."""

    @house.desk("/", "Today")
    async def today(visit: Visit) -> None:
        name, pictures = visit.person.name, visit.house.pictures

        async def flow() -> Flow:
            return Flow(
                await visit.known(_arithmetic),
                await visit.known(_is_under_way),
                await visit.known(pictures.flow) if pictures is not None else None,
            )

        with html.div().classes("columns"):
            with html.section(**{"aria-labelledby": "next"}).classes("card"):
                tasks = Part(lambda: visit.known(what_next, name), partial(_next, visit))
            with html.section(**{"aria-labelledby": "agreement"}).classes("card"):
                agreed = Part(lambda: visit.known(screening_agreement), _agreement)
        with html.section(**{"aria-labelledby": "flow"}):
            flowing = Part(flow, _flow)
        with html.section(**{"aria-labelledby": "latest"}):
            latest = Part(lambda: visit.known(_last_changes, name), _latest)

        async def keep_up() -> None:
            for part in (tasks, agreed, flowing, latest):
                await part.keep_up()

        await keep_up()
        visit.on_change(keep_up)


def _next(visit: Visit, tasks: list[Task]) -> None:
    html.h2("What to do next", id="next")
    if not tasks:
        html.p("Nothing is left to do. New records come in by import.")
    with html.ol().classes("tasks"):
        for task in tasks:
            with html.li():
                path = DESK_OF[task.work]
                if path.partition("?")[0] in visit.house.paths:
                    html.a(task.words, href=path)
                else:
                    html.span(task.words)
                if task.settling and not visit.person.may(Role.ADJUDICATOR):
                    html.span(" (needs an adjudicator)").classes("hint")


def _agreement(found: Agreement) -> None:
    html.h2("How far reviewers agree", id="agreement")
    if not found.pairs:
        html.p("No record was judged by two reviewers yet.")
        return
    rows = [
        [
            pair.pair,
            f"{pair.n:,}",
            _number(pair.raw),
            _number(pair.kappa),
            _interval(pair.ci_low, pair.ci_high),
        ]
        for pair in (*found.pairs, found.pooled)
    ]
    show_table(
        "Title and abstract, records that both judged",
        ["Pair", "Records", "Same", "κ", "95 % CI"],
        rows,
        (1, 2, 3, 4),
    )
    html.p(
        f"Krippendorff’s α {_number(found.alpha)}; {found.disputed:,} of {found.judged_twice:,} records disputed."
    ).classes("hint")


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.2f} to {high:.2f}"


def _arithmetic(connection: Connection) -> tuple[PrismaCheck, ...]:
    return check_prisma(count_prisma(connection))


def _is_under_way(connection: Connection) -> bool:
    """Return whether records are still on their way through the flow, so that it cannot add up yet."""
    return any(standing.state in OPEN for standing in read_standings(connection).values())


def _flow(found: Flow) -> None:
    html.h2("Flow of records, as it is now", id="flow")
    _checks(found.checks, under_way=found.under_way)
    if found.picture is not None:
        show_picture(found.picture)


def _checks(checks: tuple[PrismaCheck, ...], *, under_way: bool) -> None:
    failed = [check for check in checks if check.status == CheckStatus.FAILED]
    with html.p():
        if not failed:
            show_state("arithmetic holds", "good")
        elif under_way:
            show_state("does not add up yet", "doubt")
        else:
            show_state("arithmetic is broken", "bad")
        html.span(f" {len(checks)} checks on the counts")
    if failed and under_way:
        html.p("Records are still on their way: what is left to do stands above.").classes("hint")
    for check in failed:
        html.p(f"Check {check.number}, {check.rule}: {check.detail}").classes(
            "notice" if under_way else "refusal"
        )


def _last_changes(connection: Connection, viewer: str) -> list[HistoryEntry]:
    entries = list(reversed(read_history(connection, limit=LATEST)))
    if {entry.table for entry in entries}.isdisjoint(TABLES):
        return entries
    return blindness_of(connection, viewer).veiled(entries)


def _latest(entries: list[HistoryEntry]) -> None:
    html.h2("What changed last", id="latest")
    if not entries:
        html.p("Nothing was changed since the corpus was loaded.")
        return
    rows = [
        [
            entry.at[:16].replace("T", " "),
            entry.actor,
            f"{entry.table} {entry.key}",
            _fields(entry),
            entry.reason or "",
        ]
        for entry in entries
    ]
    show_table("The last changes, newest first", ["When (UTC)", "Who", "What", "Fields", "Why"], rows)
    with html.p():
        html.a("All changes", href="/history")


def _fields(entry: HistoryEntry) -> str:
    return ", ".join(entry.fields) if entry.action == "update" and entry.fields else entry.action
