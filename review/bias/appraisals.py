"""Reading appraisals: what stands of each target by each tool, who said it, and what the answers suggest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, select

from db.files import table_of
from db.models.appraisals import CONSENSUS, Appraisal
from db.vocabulary import AppraisalAnswer, Concern, RiskOfBias
from review.bias.suggestion import Suggestion, suggest_domain, suggest_overall
from review.bias.tool import OVERALL, Tool, tools

State = Literal["consensus", "agreed", "single", "open"]
Field = Literal["answer", "judgement", "applicability"]
_Code = TypeVar("_Code")


@dataclass(frozen=True)
class Vote:
    """What one appraiser, or the consensus, says of an item."""

    appraiser: str
    answer: AppraisalAnswer | None
    judgement: RiskOfBias | None
    applicability: Concern | None
    reason: str
    locator: str | None
    judged_on: str


@dataclass(frozen=True)
class Item:
    """What was said of an item: field by field the consensus stands, else what the appraisers do not contradict."""

    votes: tuple[Vote, ...]

    @property
    def state(self) -> State:
        """Return "open" where a contradiction is not settled, else "consensus", "single" or "agreed"."""
        if any(len(self._values(field)) > 1 for field in ("answer", "judgement", "applicability")):
            return "open"
        if any(vote.appraiser == CONSENSUS for vote in self.votes):
            return "consensus"
        return "single" if len(self.votes) == 1 else "agreed"

    @property
    def answer(self) -> AppraisalAnswer | None:
        """The answer that stands."""
        return _only(self._values("answer"))

    @property
    def judgement(self) -> RiskOfBias | None:
        """The risk of bias that stands."""
        return _only(self._values("judgement"))

    @property
    def applicability(self) -> Concern | None:
        """The concern about applicability that stands."""
        return _only(self._values("applicability"))

    def differs(self, field: Field) -> bool:
        """Whether the appraisers differ in a field, and no consensus settles it."""
        return len(self._values(field)) > 1

    def _values(self, field: Field) -> list[Any]:
        said = {vote.appraiser: getattr(vote, field) for vote in self.votes}
        agreed = said.pop(CONSENSUS, None)
        # who left a field open contradicts nobody; a consensus silent on it leaves what was said
        return [agreed] if agreed else list(dict.fromkeys(value for value in said.values() if value))


@dataclass(frozen=True)
class Appraised:
    """A study or comparison as judged by one version of a tool; `items` by item code."""

    target: str
    study_id: str
    comparison_id: str | None
    tool: str
    version: str
    items: Mapping[str, Item]

    def answers(self) -> dict[str, AppraisalAnswer]:
        """Return the answers that stand."""
        return {item: entry.answer for item, entry in self.items.items() if entry.answer is not None}

    def judgement(self, item: str) -> RiskOfBias | None:
        """Return the risk of bias that stands of a domain or `overall`."""
        return self.items[item].judgement if item in self.items else None

    def applicability(self, item: str) -> Concern | None:
        """Return the concern about applicability that stands of a domain or `overall`."""
        return self.items[item].applicability if item in self.items else None


def read_appraisals(
    connection: Connection, *, tool: str | None = None, target: str | None = None
) -> list[Appraised]:
    """Return what was judged, a target and tool version each, in the order in which it was recorded.

    Parameters
    ----------
    connection
        An open connection.
    tool, target
        Only this tool; only this study or comparison, or the comparisons of this study.
    """
    table = table_of(Appraisal)
    query = select(table).order_by(table.c.position, *table.primary_key)
    if tool is not None:
        query = query.where(table.c.tool == tool)
    if target is not None:
        query = query.where((table.c.target == target) | (table.c.study_id == target))
    heads: dict[tuple[str, str, str], tuple[str, str | None]] = {}
    votes: dict[tuple[str, str, str], dict[str, list[Vote]]] = {}
    for row in connection.execute(query):
        key = (row.target, row.tool, row.tool_version)
        heads[key] = (row.study_id, row.comparison_id)
        vote = Vote(
            row.appraiser,
            row.answer,
            row.judgement,
            row.applicability,
            row.reason,
            row.locator,
            row.judged_on.isoformat(),
        )
        votes.setdefault(key, {}).setdefault(row.item, []).append(vote)
    return [
        Appraised(
            target_key,
            *heads[target_key, code, version],
            code,
            version,
            {name: Item(tuple(said)) for name, said in items.items()},
        )
        for (target_key, code, version), items in votes.items()
    ]


def _only(values: list[_Code]) -> _Code | None:
    return values[0] if len(values) == 1 else None


def suggestions(appraised: Appraised, tool: Tool) -> dict[str, Suggestion]:
    """Return what the answers suggest of each domain, and what the domains' judgements suggest overall."""
    answers = appraised.answers()
    found = {domain.code: suggest_domain(domain, answers) for domain in tool.domains}
    found[OVERALL] = suggest_overall([appraised.judgement(domain.code) for domain in tool.domains])
    return {item: suggestion for item, suggestion in found.items() if suggestion is not None}


def strangers(appraised: Appraised) -> list[str]:
    """Return in words what the tools that ship do not know of these rows: the tool, its version, or items."""
    tool = tools().get(appraised.tool)
    if tool is None:
        return [f"the tool {appraised.tool} does not ship with this medquant"]
    if appraised.version != tool.version:
        return [f"judged with {tool.code} {appraised.version}; {tool.version} ships"]
    known = {*tool.questions, *tool.judged}
    return [f"{tool.code} {tool.version} has no {item}" for item in appraised.items if item not in known]
