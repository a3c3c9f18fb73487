"""Included studies and the cells of the variable matrix."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.models.base import Base, closed, coded, multicoded, position, prose
from db.vocabulary import Verification

OPTIONAL = {"optional": True}


class Study(Base):
    """An included investigation; its coded variables are the `StudyValue` rows."""

    __tablename__ = "studies"
    __table_args__ = (CheckConstraint("year BETWEEN 1900 AND 2100", name="year"),)
    study_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="first author and year")
    record_id: Mapped[str] = mapped_column(
        ForeignKey("records.record_id"), index=True, doc="the record it came from"
    )
    title: Mapped[str] = mapped_column(Text, doc="title")
    authors: Mapped[str | None] = prose("authors, separated by semicolons")
    year: Mapped[int | None] = mapped_column(doc="year of publication (empty: none seen)")
    venue: Mapped[str | None] = prose("journal, conference or repository")
    publication_type: Mapped[str] = coded("publication_type", "kind of publication", nullable=False)
    doi: Mapped[str | None] = prose("digital object identifier")
    arxiv_id: Mapped[str | None] = prose("arXiv identifier")
    url: Mapped[str | None] = prose("the text that was read")
    text_basis: Mapped[str | None] = coded("text_basis", "how much of the text was read")
    extracted_by: Mapped[tuple[str, ...]] = multicoded("", "who extracted, separated by semicolons")
    extraction_conflicts: Mapped[str | None] = prose("each extractor's code and the one kept")
    notes: Mapped[str | None] = prose("remarks")
    position: Mapped[int] = position()

    values: Mapped[list["StudyValue"]] = relationship(order_by="StudyValue.variable", viewonly=True)


class StudyValue(Base):
    """One cell of the variable matrix with its provenance; an empty provenance column means "as the study's"."""

    __tablename__ = "study_values"
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.study_id"), primary_key=True, doc="the study")
    variable: Mapped[str] = mapped_column(ForeignKey("variables.code"), primary_key=True, doc="the variable")
    value: Mapped[str] = mapped_column(Text, doc="the value; several codes are separated by semicolons")
    as_printed: Mapped[str | None] = prose("the words of the source")
    locator: Mapped[str | None] = prose("page, table or section")
    source_url: Mapped[str | None] = prose("address of the text that prints it")
    extracted_by: Mapped[str | None] = prose("who extracted it")
    extracted_on: Mapped[date | None] = mapped_column(doc="when, YYYY-MM-DD")
    verification: Mapped[Verification | None] = mapped_column(
        closed(Verification), doc="what a second reading said"
    )
    verified_by: Mapped[str | None] = prose("who made the second reading", info=OPTIONAL)
    verified_on: Mapped[date | None] = mapped_column(doc="when, YYYY-MM-DD", info=OPTIONAL)


class StudyGroup(Base):
    """Studies of one group or on the same data, which must not be weighed as if they were independent."""

    __tablename__ = "study_groups"
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.study_id"), primary_key=True, doc="the study")
    group: Mapped[str] = mapped_column(Text, doc="name of the group")
    reason: Mapped[str] = mapped_column(
        Text, doc="why they belong together; `possible:` before it where that is only suspected"
    )
    position: Mapped[int] = position()


class FieldAgreement(Base):
    """Agreement of extractors on a coded field as the corpus states it (the single codes are not kept)."""

    __tablename__ = "field_agreement"
    field: Mapped[str] = mapped_column(Text, primary_key=True, doc="the variable")
    studies: Mapped[int] = mapped_column(doc="number of studies coded at least twice")
    reviewer_pairs: Mapped[int] = mapped_column(doc="number of pairs of codes")
    identical: Mapped[int] = mapped_column(doc="number of identical pairs")
    share: Mapped[str | None] = prose("identical / pairs, 0 to 1", info={"number": True})
    position: Mapped[int] = position()


class Fact(Base):
    """A statement of a publication about itself, with its source."""

    __tablename__ = "review_facts"
    fact: Mapped[str] = mapped_column(Text, primary_key=True, doc="publication: what is stated")
    value: Mapped[str] = mapped_column(Text, doc="as stated")
    source: Mapped[str | None] = prose("where it is stated")
    position: Mapped[int] = position()
