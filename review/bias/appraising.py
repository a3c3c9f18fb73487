"""Writing appraisals: each answer and judgement is checked against its tool before it is stored."""

import datetime as dt
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from sqlalchemy import Connection, and_, func, insert, select, update

from db.errors import MedquantError, one_of, shown
from db.files import table_of
from db.models.appraisals import CONSENSUS, Appraisal
from db.models.tables import Comparison, Study
from db.vocabulary import AppraisalAnswer, Concern, Origin, RiskOfBias
from review.bias.tool import Tool
from review.stale import NOT_LOOKED, NotLooked, refuse_stale


@dataclass(frozen=True)
class Target:
    """What is appraised: a study, or one comparison of it."""

    study_id: str
    comparison_id: str | None

    @property
    def key(self) -> str:
        """The identifier that rows are found by."""
        return self.comparison_id or self.study_id


@dataclass(frozen=True)
class Said:
    """An answer to a question, or a judgement with its concern about applicability, and why."""

    reason: str
    answer: AppraisalAnswer | None = None
    judgement: RiskOfBias | None = None
    applicability: Concern | None = None
    locator: str | None = None


def _in_words(said: Said | None) -> str:
    if said is None:
        return "nothing"
    parts = (
        said.answer,
        said.judgement,
        said.applicability and f"applicability {said.applicability}",
        said.reason,
    )
    where = f" [{said.locator}]" if said.locator else ""
    return ", ".join(part for part in parts if part) + where


def find_target(connection: Connection, key: str) -> Target:
    """Return what an identifier names.

    Raises
    ------
    MedquantError
        If there is no such study or reported comparison; the message names close identifiers.
    """
    row = connection.execute(
        select(Comparison.study_id, Comparison.origin).where(Comparison.comparison_id == key)
    ).first()
    if row is not None and row.origin == Origin.MEASURED:
        raise MedquantError(
            f"{key} was measured by a run, which tells its conditions itself; name a reported comparison"
        )
    if row is not None:
        return Target(row.study_id, key)
    if connection.scalar(select(func.count()).select_from(Study).where(Study.study_id == key)):
        return Target(key, None)
    studies, comparisons = select(Study.study_id), select(Comparison.comparison_id)
    close = get_close_matches(key, [*connection.scalars(studies), *connection.scalars(comparisons)], n=3)
    hint = f"did you mean {', '.join(close)}?" if close else "`medquant review study list` shows the studies"
    raise MedquantError(f"there is no study or comparison {shown(key)}; {hint}")


def check_target(connection: Connection, target: Target, tool: Tool) -> None:
    """Raise `MedquantError` unless the tool judges such a thing, a study or a comparison."""
    if target.comparison_id is not None and "comparison" not in tool.units:
        raise MedquantError(
            f"{tool.code} judges whole studies; name {target.study_id} instead of {target.key}"
        )
    if target.comparison_id is None and "study" not in tool.units:
        own = connection.scalars(
            select(Comparison.comparison_id)
            .where(Comparison.study_id == target.study_id)
            .order_by(Comparison.position)
        ).all()
        hint = one_of(list(own)) if own else f"{target.key} has none yet"
        raise MedquantError(f"{tool.code} judges each comparison of a study; {hint}")


def check_said(tool: Tool, item: str, said: Said) -> None:
    """Raise `MedquantError` unless an item of the tool can be answered or judged in this way."""
    judged = said.judgement is not None or said.applicability is not None
    if item in tool.questions:
        if judged or said.answer is None:
            raise MedquantError(f"{item} is a question; give it an answer: {one_of(list(AppraisalAnswer))}")
        return
    if item not in tool.judged:
        known = [*tool.questions, *tool.judged]
        close = get_close_matches(item, known, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else one_of(known)
        raise MedquantError(f"{shown(item)} is no question or domain of {tool.code} {tool.version}; {hint}")
    if said.answer is not None or not judged:
        raise MedquantError(
            f"{item} is judged, not answered; give it a judgement: {one_of(list(RiskOfBias))}"
        )
    if said.applicability is not None and not tool.asks_applicability(item):
        asked = [code for code in tool.judged if tool.asks_applicability(code)]
        raise MedquantError(f"{tool.code} asks nothing about the applicability of {item}; {one_of(asked)}")


def appraise(
    connection: Connection,
    target: Target,
    tool: Tool,
    item: str,
    said: Said,
    *,
    appraiser: str,
    today: dt.date,
    seen: Said | Literal[NotLooked.NOT_LOOKED] | None = NOT_LOOKED,
) -> bool:
    """Store what an appraiser says of an item, in place of what the same appraiser said before.

    Parameters
    ----------
    connection
        A connection of `db.session.writing`: the history keeps what stood there.
    target, tool, item, said
        Of what, by which tool, which question or domain (or `overall`), and what.
    appraiser
        Who; `CONSENSUS` for what the appraisers agreed on.
    today
        The date that is stored.
    seen
        What this appraiser had said as it stood on the screen; None: nothing.

    Returns
    -------
    new
        Whether the appraiser had said nothing of the item before.

    Raises
    ------
    MedquantError
        If the tool does not ask this of such a target, or a consensus is given where nobody has judged. Nothing is written then.
    StaleEdit
        If the appraiser's row says something else than what was seen. Nothing is written then.
    """
    check_target(connection, target, tool)
    check_said(tool, item, said)
    table = table_of(Appraisal)
    same = and_(
        table.c.target == target.key,
        table.c.tool == tool.code,
        table.c.tool_version == tool.version,
        table.c.item == item,
    )
    present = set(connection.scalars(select(table.c.appraiser).where(same)))
    if appraiser == CONSENSUS and not present - {CONSENSUS}:
        raise MedquantError(
            f"nobody has judged {item} of {target.key} yet; give the appraisers' own judgements first, then the consensus"
        )
    own = connection.execute(select(table).where(same, table.c.appraiser == appraiser)).first()
    held = (
        None if own is None else Said(own.reason, own.answer, own.judgement, own.applicability, own.locator)
    )
    if seen is not NOT_LOOKED and seen != held:
        refuse_stale(
            connection,
            (table.name, "|".join((target.key, tool.code, tool.version, item, appraiser))),
            key=target.key,
            field=f"{item} of {appraiser}",
            seen=_in_words(seen),
            present=_in_words(held),
            wanted=_in_words(said),
            columns=("answer", "judgement", "applicability", "reason", "locator"),
        )
    values = {
        "answer": said.answer,
        "judgement": said.judgement,
        "applicability": said.applicability,
        "reason": said.reason,
        "locator": said.locator,
        "judged_on": today,
    }
    if appraiser in present:
        connection.execute(update(table).where(same, table.c.appraiser == appraiser).values(values))
        return False
    last = connection.scalar(select(func.max(table.c.position))) or 0
    key = {
        "target": target.key,
        "study_id": target.study_id,
        "comparison_id": target.comparison_id,
        "tool": tool.code,
        "tool_version": tool.version,
        "item": item,
        "appraiser": appraiser,
    }
    connection.execute(insert(table).values(key | values | {"position": last + 1}))
    return True
