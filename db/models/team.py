"""Who takes part in the review, and how many of them judge each record."""

import datetime as dt

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, position, prose
from db.vocabulary import Answer


class Reviewer(Base):
    """A member of the team; who left stays here, since the decisions of former members still count."""

    __tablename__ = "reviewers"
    name: Mapped[str] = mapped_column(Text, primary_key=True, doc="name, as decisions carry it")
    active: Mapped[Answer] = mapped_column(closed(Answer), doc="does the member still take part")
    since: Mapped[dt.date] = mapped_column(doc="since when that is so, YYYY-MM-DD")
    note: Mapped[str | None] = prose("remark")
    position: Mapped[int] = position()


class ReviewSetting(Base):
    """A rule that the review has set for itself; `review.settings` says which there are and what each may be."""

    __tablename__ = "review_settings"
    key: Mapped[str] = mapped_column(Text, primary_key=True, doc="reviewers_needed or full_text_votes")
    value: Mapped[str] = mapped_column(Text, doc="a whole number")
    position: Mapped[int] = position()
