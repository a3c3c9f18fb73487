"""What appraisers said of the conduct of a study, or of one comparison of it, by a tool's domains and questions."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, position, prose
from db.vocabulary import AppraisalAnswer, Concern, RiskOfBias

CONSENSUS = "consensus"
"""The appraiser of the row that holds what the appraisers agreed on; their own rows stay beside it."""


class Appraisal(Base):
    """One appraiser's answer to a question of a tool, or judgement of one of its domains, with the reason.

    `target` is the comparison, or the study where no comparison is named: a key cannot have an empty part.
    """

    __tablename__ = "appraisals"
    __table_args__ = (
        CheckConstraint("target = COALESCE(comparison_id, study_id)", name="target"),
        CheckConstraint(
            "(answer IS NULL) <> (judgement IS NULL AND applicability IS NULL)",
            name="answer_or_judgement",
        ),
    )
    target: Mapped[str] = mapped_column(Text, primary_key=True, doc="comparison_id, else study_id")
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.study_id"), index=True, doc="the study")
    comparison_id: Mapped[str | None] = mapped_column(
        ForeignKey("comparisons.comparison_id"), index=True, doc="the comparison, where only that is judged"
    )
    tool: Mapped[str] = mapped_column(Text, primary_key=True, doc="code of the tool, such as quadas3")
    tool_version: Mapped[str] = mapped_column(Text, primary_key=True, doc="version of the tool's file")
    item: Mapped[str] = mapped_column(
        Text, primary_key=True, doc="a question (domain.question), a domain, or `overall`"
    )
    appraiser: Mapped[str] = mapped_column(
        Text, primary_key=True, doc=f"who judged; `{CONSENSUS}` is what was agreed on"
    )
    answer: Mapped[AppraisalAnswer | None] = mapped_column(
        closed(AppraisalAnswer), doc="the answer, of a question"
    )
    judgement: Mapped[RiskOfBias | None] = mapped_column(
        closed(RiskOfBias), doc="risk of bias, of a domain or overall"
    )
    applicability: Mapped[Concern | None] = mapped_column(
        closed(Concern), doc="concern about applicability, of a domain or overall"
    )
    reason: Mapped[str] = mapped_column(Text, doc="why")
    locator: Mapped[str | None] = prose("page, table or section that shows it")
    judged_on: Mapped[dt.date] = mapped_column(doc="when, YYYY-MM-DD")
    position: Mapped[int] = position()
