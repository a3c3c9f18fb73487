"""The section on risk of bias: there only where somebody judged, and of one mind with the checklist."""

import datetime as dt

from sqlalchemy import Engine

from db.models.appraisals import CONSENSUS
from db.session import reading, writing
from db.vocabulary import Concern, RiskOfBias
from reports.context import Figure, Section, Table
from reports.document import build_document
from reports.evidence import read_evidence
from review.bias.appraising import Said, appraise, find_target
from review.bias.tool import tool_named

TODAY = dt.date(2026, 11, 21)


def _judge(engine: Engine, level: RiskOfBias, appraiser: str, reason: str) -> None:
    with writing(engine, actor=appraiser, reason=reason) as connection:
        said = Said(reason, judgement=level, applicability=Concern.LOW)
        target, tool = find_target(connection, "ren2021-01"), tool_named("quadas3")
        appraise(connection, target, tool, "participants", said, appraiser=appraiser, today=TODAY)


def _sections(engine: Engine) -> dict[str, Section]:
    with reading(engine) as connection:
        evidence = read_evidence(connection, date=TODAY)
    return {section.id: section for section in build_document(evidence).sections}


def _item_18(sections: dict[str, Section]) -> list[str]:
    (table,) = (block for block in sections["checklist"].blocks if isinstance(block, Table))
    return next([cell.text for cell in row] for row in table.rows if row[0].text == "18")


def test_without_appraisals_there_is_no_section_and_the_checklist_says_so(seeded_db: Engine) -> None:
    sections = _sections(seeded_db)
    assert "appraisal" not in sections
    assert _item_18(sections)[-1].startswith("not judged with a tool")


def test_judgements_are_told_with_figures_reasons_and_source_of_the_tool(seeded_db: Engine) -> None:
    _judge(seeded_db, RiskOfBias.LOW, "Ada", "all comers")
    _judge(seeded_db, RiskOfBias.HIGH, "Grace", "cases against the healthy")
    sections = _sections(seeded_db)
    assert _item_18(sections)[3] == "appraisal"
    (tool,) = sections["appraisal"].sections
    assert "Own words throughout" in repr(tool.blocks[0])
    summary, lights = (block for block in tool.blocks if isinstance(block, Figure))
    assert "Risk of bias, Participants: 1 appraisers differ" in summary.alt
    assert "Concern about applicability, Participants: 1 low" in lights.alt
    (reasons,) = (block for block in tool.blocks if isinstance(block, Table))
    assert [row[-1].text for row in reasons.rows] == ["all comers", "cases against the healthy"]
    _judge(seeded_db, RiskOfBias.HIGH, CONSENSUS, "agreed")
    (tool,) = _sections(seeded_db)["appraisal"].sections
    assert "Risk of bias, Participants: 1 high" in repr(tool.blocks)
