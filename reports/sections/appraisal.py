"""Risk of bias: what appraisers judged, tool by tool, with their reasons; only where somebody has judged."""

from collections.abc import Sequence
from typing import Final, Literal

from reports.context import Block, Cell, Column, Figure, Note, Paragraph, Section, Table, text
from reports.evidence import Evidence
from reports.figures import appraisal_summary, traffic_light
from reports.figures.appraisal_levels import Level
from reports.figures.traffic_light import LightRow, TrafficLight
from reports.plates import Plates
from reports.sections.words import count
from review.bias.appraisals import Appraised, strangers
from review.bias.tool import OVERALL, Tool, tools

LEVELS: Final[dict[str, Level]] = {"low": "low", "high": "high", "unclear": "unclear"}
UNTOLD: Final = "They are not drawn; `medquant review appraisals` lists them."


def appraisal(evidence: Evidence, title: str, plates: Plates) -> Section:
    """Return the section on risk of bias: for each tool a traffic-light plot, a summary and the reasons."""
    found = evidence.appraisals
    told = text(
        "Each judgement is an appraiser's, with a reason; what a tool's answers suggest is never stored by itself. Where two "
        "appraisers judged, what they agreed on is shown; where they differ and have not agreed, that is shown."
    )
    sections = []
    for tool in tools().values():
        its = [a for a in found if a.tool == tool.code and a.version == tool.version]
        if its:
            sections.append(_tool(tool, its, evidence, plates))
    blocks: list[Block] = [Paragraph(told)]
    if doubts := list(dict.fromkeys(doubt for a in found for doubt in strangers(a))):
        blocks.append(
            Note(
                text(f"Not all judgements are of the tools that ship: {'; '.join(doubts)}. {UNTOLD}"),
                "warning",
            )
        )
    return Section("appraisal", title, tuple(blocks), tuple(sections))


def lights(tool: Tool, appraised: Sequence[Appraised]) -> TrafficLight:
    """Return a tool's judgements as the data of a traffic-light plot."""
    names = {domain.code: domain.name for domain in tool.domains} | {OVERALL: traffic_light.OVERALL}
    asked = [item for item in tool.judged if tool.asks_applicability(item)]
    rows = tuple(
        LightRow(
            a.target,
            tuple(_level(a, item, "judgement") for item in tool.judged),
            tuple(_level(a, item, "applicability") for item in asked),
        )
        for a in appraised
    )
    return TrafficLight(
        tool.short, tuple(names[item] for item in tool.judged), tuple(names[item] for item in asked), rows
    )


def _level(appraised: Appraised, item: str, field: Literal["judgement", "applicability"]) -> Level:
    said = appraised.items.get(item)
    if said is None:
        return "none"
    if said.differs(field):
        return "open"
    value = said.judgement if field == "judgement" else said.applicability
    return "none" if value is None else LEVELS[value.value]


def _tool(tool: Tool, appraised: Sequence[Appraised], evidence: Evidence, plates: Plates) -> Section:
    data = lights(tool, appraised)
    summary = appraisal_summary.summary_of(data)
    made = "Home-made and validated by nobody. " if tool.home_made else ""
    of = count(len(appraised), "appraisal")
    studies = count(len({a.study_id for a in appraised}), "study", "studies")
    total = len(evidence.matrix)
    blocks: list[Block] = [
        Paragraph(
            text(
                f"{tool.about} {of} of {studies} (of {total} included) with {tool.name}, version {tool.version}. "
                f"{made}{tool.based_on} {tool.wording} {tool.licence}"
            )
        ),
        plates.add(
            f"bias-summary-{tool.code.replace('_', '-')}",
            appraisal_summary.figure(summary),
            title=f"Summary of judgements: {tool.short}",
            caption=text(
                "Each bar is all appraisals. “Not judged” counts: what nobody judged is not low risk."
            ),
            alt=appraisal_summary.alt_text(summary),
            data=appraisal_summary.table(summary),
        ),
        *_plots(tool, data, plates),
        _reasons(tool, appraised),
    ]
    return Section(f"appraisal-{tool.code.replace('_', '-')}", tool.name, tuple(blocks))


def _plots(tool: Tool, data: TrafficLight, plates: Plates) -> list[Figure]:
    name = f"bias-{tool.code.replace('_', '-')}"
    drawings = traffic_light.figures(data)
    made = []
    for number, drawing in enumerate(drawings, start=1):
        part = f", part {number} of {len(drawings)}" if len(drawings) > 1 else ""
        made.append(
            plates.add(
                name if number == 1 else f"{name}-{number}",
                drawing,
                title=f"Judgements by domain: {tool.short}{part}",
                caption=text(
                    "A disc is one judgement, by its symbol and colour; the letters under it name the domains."
                ),
                alt=traffic_light.alt_text(data) if number == 1 else f"Part {number} of the same plot.",
                data=traffic_light.table(data) if number == 1 else None,
                data_of=name,
            )
        )
    return made


def _reasons(tool: Tool, appraised: Sequence[Appraised]) -> Table:
    names = {domain.code: domain.name for domain in tool.domains} | {OVERALL: traffic_light.OVERALL}
    rows = [
        (
            Cell(a.target, href=f"#study-{a.study_id}"),
            Cell(names[item]),
            Cell(vote.appraiser),
            Cell(vote.judgement or ""),
            Cell(vote.applicability or ""),
            Cell(vote.reason, note=vote.locator),
        )
        for a in appraised
        for item in tool.judged
        if item in a.items
        for vote in a.items[item].votes
    ]
    columns = (
        Column("Appraised", width=1.4),
        Column("Domain", width=1.6),
        Column("Appraiser", width=1.1),
        Column("Bias", width=0.8),
        Column("Concern", width=0.8),
        Column("Why", width=4),
    )
    caption = f"Judgements and their reasons: {tool.short}"
    identifier = f"reasons-{tool.code.replace('_', '-')}"
    return Table(identifier, caption, columns, tuple(rows), interactive=True, collapsed=True)
