"""What people decided about two hits that may be one work."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, position
from db.vocabulary import Sameness


class PairDecision(Base):
    """That two hits are the same work, or different ones; hits are named, since merging leaves them as they are."""

    __tablename__ = "pair_decisions"
    __table_args__ = (
        CheckConstraint("theme_a <> theme_b OR raw_record_id_a <> raw_record_id_b", name="two_hits"),
        ForeignKeyConstraint(
            ["theme_a", "raw_record_id_a"],
            ["identified.theme", "identified.raw_record_id"],
            name="fk_pair_decisions_hit_a",
        ),
        ForeignKeyConstraint(
            ["theme_b", "raw_record_id_b"],
            ["identified.theme", "identified.raw_record_id"],
            name="fk_pair_decisions_hit_b",
        ),
    )
    theme_a: Mapped[str] = mapped_column(Text, primary_key=True, doc="theme of the one hit")
    raw_record_id_a: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the one hit")
    theme_b: Mapped[str] = mapped_column(Text, primary_key=True, doc="theme of the other hit")
    raw_record_id_b: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the other hit")
    decision: Mapped[Sameness] = mapped_column(closed(Sameness), doc="are they one work")
    decided_by: Mapped[str] = mapped_column(Text, doc="who decided")
    decided_on: Mapped[dt.date] = mapped_column(doc="when, YYYY-MM-DD")
    reason: Mapped[str] = mapped_column(Text, doc="why")
    position: Mapped[int] = position()
