"""Blind appraisal: two people judge each target alone, and see each other's judgements when both are done."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from sqlalchemy import Connection, func, select

from db.errors import MedquantError, shown
from db.models.appraisals import CONSENSUS
from db.models.tables import Comparison, Study
from db.vocabulary import Origin
from review.bias.appraisals import Appraised, Item, Vote, read_appraisals
from review.bias.appraising import Said, appraise, check_target, find_target
from review.bias.tool import OVERALL, Tool, tool_named, tools
from review.stale import NOT_LOOKED, NotLooked

NEEDED: Final = 2
"""So many people judge a target before their judgements are shown to each other."""


class Stage(StrEnum):
    """How far a target is for one person, in the order in which it waits to be worked on."""

    BEGUN = "begun"
    NOT_JUDGED = "not judged"
    DIFFER = "differ"
    WAITING = "waiting"
    AGREED = "agreed"


@dataclass(frozen=True)
class Waiting:
    """A target: how far this person is, how many others are done, and how many items differ without a consensus."""

    target: str
    study_id: str
    title: str
    stage: Stage
    answered: int
    judged: int
    others: int
    differing: int


@dataclass(frozen=True)
class Form:
    """A tool's form of one target as one person may see it.

    Parameters
    ----------
    target, study_id, title, url
        What is judged.
    seen
        What was said, as far as the person may see it.
    own
        What the person said, by item.
    opened
        Whether judgements are shown to all.
    finished
        Who has judged every domain; empty of others' names as long as the form is not opened.
    others
        How many others have finished.
    """

    target: str
    study_id: str
    title: str
    url: str
    seen: Appraised
    own: dict[str, Said]
    opened: bool
    finished: tuple[str, ...]
    others: int


def finished(appraised: Appraised, tool: Tool) -> list[str]:
    """Return who has judged every domain and the whole."""
    done: dict[str, int] = {}
    for code in tool.judged:
        for vote in appraised.items.get(code, Item(())).votes:
            if vote.judgement is not None and vote.appraiser != CONSENSUS:
                done[vote.appraiser] = done.get(vote.appraiser, 0) + 1
    return [name for name, n in done.items() if n == len(tool.judged)]


def is_open(appraised: Appraised, tool: Tool) -> bool:
    """Return whether judgements are shown to all: enough people are done, or somebody settled an item already."""
    settled = any(vote.appraiser == CONSENSUS for item in appraised.items.values() for vote in item.votes)
    return settled or len(finished(appraised, tool)) >= NEEDED


def seen_by(found: Iterable[Appraised], tool: Tool, viewer: str | None) -> list[Appraised]:
    """Return what a person may see of judgements made with the present version of a tool.

    Parameters
    ----------
    found
        What `read_appraisals` gave.
    tool
        The tool.
    viewer
        Who looks; None: somebody who judges nothing, and sees all.
    """
    kept = []
    for appraised in found:
        if appraised.tool != tool.code or appraised.version != tool.version:
            continue
        shown_to = appraised if viewer is None or is_open(appraised, tool) else _only_of(appraised, viewer)
        if shown_to.items:
            kept.append(shown_to)
    return kept


def _only_of(appraised: Appraised, viewer: str) -> Appraised:
    own = {
        code: Item(tuple(vote for vote in item.votes if vote.appraiser == viewer))
        for code, item in appraised.items.items()
    }
    return replace(appraised, items={code: item for code, item in own.items() if item.votes})


def read_waiting(connection: Connection, code: str, unit: str, viewer: str) -> list[Waiting]:
    """Return the targets of a tool, what is not judged yet first.

    Parameters
    ----------
    connection
        An open connection.
    code
        The tool.
    unit
        `study` or `comparison`.
    viewer
        For whom.

    Raises
    ------
    MedquantError
        If there is no such tool, or it does not judge such things.
    """
    tool = tool_named(code)
    if unit not in tool.units:
        raise MedquantError(f"{code} judges no {shown(unit)}; choose {' or '.join(tool.units)}")
    of_target = {a.target: a for a in read_appraisals(connection, tool=code) if a.version == tool.version}
    rows = [
        _waiting(key, study, title, of_target.get(key), tool, viewer)
        for key, study, title in _targets(connection, unit)
    ]
    order = list(Stage)
    return sorted(rows, key=lambda row: (order.index(row.stage), -row.others))


def _targets(connection: Connection, unit: str) -> list[tuple[str, str, str]]:
    if unit == "study":
        studies = select(Study.study_id, Study.title).order_by(Study.position, Study.study_id)
        return [(key, key, title) for key, title in connection.execute(studies)]
    comparisons = (
        select(Comparison.comparison_id, Study.study_id, Study.title)
        .join(Study, Study.study_id == Comparison.study_id)
        .where(Comparison.origin == Origin.REPORTED)
        .order_by(Comparison.position, Comparison.comparison_id)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(comparisons)]


def _waiting(
    key: str, study: str, title: str, appraised: Appraised | None, tool: Tool, viewer: str
) -> Waiting:
    if appraised is None:
        return Waiting(key, study, title, Stage.NOT_JUDGED, 0, 0, 0, 0)
    own, done = own_of(appraised, viewer), finished(appraised, tool)
    opened = is_open(appraised, tool)
    differing = differing_items(appraised) if opened else []
    if opened:
        stage = Stage.DIFFER if differing else Stage.AGREED
    elif viewer in done:
        stage = Stage.WAITING
    else:
        stage = Stage.BEGUN if own else Stage.NOT_JUDGED
    judged = sum(item in own for item in tool.judged)
    others = len([name for name in done if name != viewer])
    return Waiting(key, study, title, stage, len(own) - judged, judged, others, len(differing))


def still_blind(connection: Connection) -> frozenset[str]:
    """Return the targets that are judged blind at this moment, each with its tool: `TARGET|TOOL`."""
    return frozenset(
        f"{one.target}|{one.tool}"
        for one in read_appraisals(connection)
        if one.tool in tools() and not is_open(one, tools()[one.tool])
    )


def differing_items(appraised: Appraised) -> list[str]:
    """Return the items on which people differ and no consensus was given."""
    return [code for code, item in appraised.items.items() if item.state == "open"]


def own_of(appraised: Appraised, name: str) -> dict[str, Said]:
    """Return what one person, or the consensus, said of each item."""
    return {
        code: said_of(vote)
        for code, item in appraised.items.items()
        for vote in item.votes
        if vote.appraiser == name
    }


def said_of(vote: Vote) -> Said:
    """Return a vote as it was given."""
    return Said(vote.reason, vote.answer, vote.judgement, vote.applicability, vote.locator)


def read_form(connection: Connection, key: str, code: str, viewer: str | None) -> Form:
    """Return a form as one person may see it; see `seen_by`.

    Raises
    ------
    MedquantError
        If there is no such target or tool, or the tool does not judge such things.
    """
    tool = tool_named(code)
    target = find_target(connection, key)
    check_target(connection, target, tool)
    title, url = connection.execute(
        select(Study.title, func.coalesce(Study.url, "")).where(Study.study_id == target.study_id)
    ).one()
    found = _whole(connection, key, tool)
    none = Appraised(key, target.study_id, target.comparison_id, tool.code, tool.version, {})
    opened = found is not None and is_open(found, tool)
    done = finished(found, tool) if found is not None else []
    seen = next(iter(seen_by([found] if found else [], tool, viewer)), none)
    return Form(
        key,
        target.study_id,
        title,
        url,
        seen,
        own_of(seen, viewer) if viewer is not None else {},
        opened or (viewer is None and bool(seen.items)),
        tuple(name for name in done if opened or viewer in (None, name)),
        len([name for name in done if name != viewer]),
    )


def _whole(connection: Connection, key: str, tool: Tool) -> Appraised | None:
    found = read_appraisals(connection, tool=tool.code, target=key)
    return next((a for a in found if a.target == key and a.version == tool.version), None)


def say(
    connection: Connection,
    key: str,
    code: str,
    item: str,
    said: Said,
    *,
    appraiser: str,
    today: dt.date,
    seen: Said | Literal[NotLooked.NOT_LOOKED] | None = NOT_LOOKED,
) -> bool:
    """Store what somebody says on a form that people fill in without knowing of each other; see `appraise`.

    Raises
    ------
    MedquantError
        If judgements are open already, if a consensus comes before that, or if the whole is judged before its parts.
    StaleEdit
        If the own row says something else than what was seen.
    """
    tool, target = tool_named(code), find_target(connection, key)
    found = _whole(connection, key, tool)
    opened = found is not None and is_open(found, tool)
    if appraiser == CONSENSUS and not opened:
        raise MedquantError(
            f"{key} has no {NEEDED} complete appraisals yet; a consensus before that would not be blind"
        )
    if appraiser != CONSENSUS and opened:
        raise MedquantError(
            f"the judgements of {key} are open to all, so that yours would not be blind any more; settle what differs with a consensus"
        )
    if appraiser != CONSENSUS and item == OVERALL:
        own = own_of(found, appraiser) if found else {}
        if missing := [one for one in (*tool.questions, *tool.judged) if one not in (*own, OVERALL)]:
            raise MedquantError(
                f"the whole is judged last, and {len(missing)} item(s) come first: {', '.join(missing[:3])}"
                f"{' …' if len(missing) > 3 else ''}; “no information” is an answer too"
            )
    return appraise(connection, target, tool, item, said, appraiser=appraiser, today=today, seen=seen)
