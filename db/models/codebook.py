"""The codebook as rows: variables of the matrix, terms of the open vocabularies, outcomes."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, position, prose
from db.vocabulary import Answer, Direction, Measure, ValueType


class Variable(Base):
    """A column of the variable matrix."""

    __tablename__ = "variables"
    code: Mapped[str] = mapped_column(Text, primary_key=True, doc="name of the column")
    label: Mapped[str] = mapped_column(Text, doc="name for people")
    definition: Mapped[str] = mapped_column(Text, doc="what it holds")
    type: Mapped[ValueType] = mapped_column(closed(ValueType), doc="how its text is read")
    multi: Mapped[Answer] = mapped_column(closed(Answer), doc="may a cell hold several values")
    vocabulary: Mapped[str | None] = prose("the vocabulary of its codes")
    source: Mapped[str | None] = prose("where the variable comes from")
    position: Mapped[int] = position()


class Term(Base):
    """A code of an open vocabulary."""

    __tablename__ = "terms"
    vocabulary: Mapped[str] = mapped_column(Text, primary_key=True, doc="the vocabulary")
    code: Mapped[str] = mapped_column(Text, primary_key=True, doc="the code")
    label: Mapped[str] = mapped_column(Text, doc="name for people")
    definition: Mapped[str | None] = prose("what it means")
    position: Mapped[int] = position()


class Outcome(Base):
    """What a comparison measures, which way is better, and by which effect size it is pooled."""

    __tablename__ = "outcomes"
    code: Mapped[str] = mapped_column(Text, primary_key=True, doc="the code")
    label: Mapped[str] = mapped_column(Text, doc="name for people")
    better: Mapped[Direction] = mapped_column(closed(Direction), doc="which way is better")
    measure: Mapped[Measure] = mapped_column(closed(Measure), doc="effect-size measure")
    definition: Mapped[str | None] = prose("what it means")
    position: Mapped[int] = position()
