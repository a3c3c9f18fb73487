"""Searches, what they found, what remained after removing duplicates, and who decided what of it."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, coded, position, prose
from db.vocabulary import Answer, Decision, DocumentKind, Removal, Route, Stage

OPTIONAL = {"optional": True}


class Search(Base):
    """A query as it was run (PRISMA-S)."""

    __tablename__ = "searches"
    query_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the query")
    reviewer: Mapped[str] = mapped_column(Text, doc="who ran it")
    query: Mapped[str] = mapped_column(Text, doc="the query as typed")
    corpus: Mapped[str] = mapped_column(Text, doc="the database or index that was searched")
    date: Mapped[dt.date] = mapped_column(doc="when it was run, YYYY-MM-DD")
    results_returned: Mapped[int | None] = mapped_column(Integer, doc="number of results returned")
    position: Mapped[int] = position()


class SearchPurpose(Base):
    """Why a query or look-up was made."""

    __tablename__ = "search_purposes"
    query_id: Mapped[str] = mapped_column(ForeignKey("searches.query_id"), primary_key=True, doc="the query")
    purpose: Mapped[str] = mapped_column(Text, doc="verification, enrichment, new studies …")
    position: Mapped[int] = position()


class UnreadEntry(Base):
    """A piece of an imported file that could not be read, or only in part: where it stands, what stands there, and why."""

    __tablename__ = "unread_entries"
    __table_args__ = (Index("ix_unread_entries_query_id", "query_id"),)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="order", info={"internal": True}
    )
    query_id: Mapped[str] = mapped_column(ForeignKey("searches.query_id"), doc="the search it came with")
    file: Mapped[str] = mapped_column(Text, doc="name of the file")
    place: Mapped[str] = mapped_column(Text, doc="line, entry, row or record")
    lost: Mapped[Answer] = mapped_column(
        closed(Answer), doc="yes: no record came of it; no: a record came in without it"
    )
    reason: Mapped[str] = mapped_column(Text, doc="why it could not be read")
    text: Mapped[str | None] = prose("what stands there, cut where it is long")


class Record(Base):
    """A distinct index entry after duplicates were merged."""

    __tablename__ = "records"
    __table_args__ = (CheckConstraint("year BETWEEN 1900 AND 2100", name="year"),)
    record_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the record")
    title: Mapped[str] = mapped_column(Text, doc="title, or a description in square brackets")
    authors: Mapped[str | None] = prose("authors, separated by semicolons")
    year: Mapped[int | None] = mapped_column(doc="year of publication, 1900 to 2100")
    doi: Mapped[str | None] = prose("digital object identifier, without address")
    arxiv_id: Mapped[str | None] = prose("arXiv identifier")
    url: Mapped[str | None] = prose("where the record was seen")
    other_urls: Mapped[str | None] = prose("further addresses, separated by semicolons")
    first_found_by_query: Mapped[str | None] = prose("the query that found it first")
    found_in_source: Mapped[str | None] = prose("sources it was found in, separated by semicolons")
    dedup_note: Mapped[str | None] = prose("which raw hits were merged and why")
    removed: Mapped[Removal | None] = mapped_column(
        closed(Removal),
        doc="removed before screening, and how (empty: was screened)",
        info=OPTIONAL,
    )
    abstract: Mapped[str | None] = prose("abstract", info=OPTIONAL)
    venue: Mapped[str | None] = prose("journal, conference or repository", info=OPTIONAL)
    volume: Mapped[str | None] = prose("volume", info=OPTIONAL)
    issue: Mapped[str | None] = prose("issue", info=OPTIONAL)
    pages: Mapped[str | None] = prose("pages", info=OPTIONAL)
    publisher: Mapped[str | None] = prose("publisher", info=OPTIONAL)
    issn: Mapped[str | None] = prose("ISSN or ISBN", info=OPTIONAL)
    language: Mapped[str | None] = prose("language", info=OPTIONAL)
    keywords: Mapped[str | None] = prose("keywords, separated by semicolons", info=OPTIONAL)
    pmid: Mapped[str | None] = prose("PubMed number", info=OPTIONAL)
    kind: Mapped[DocumentKind | None] = mapped_column(
        closed(DocumentKind), doc="sort of document", info=OPTIONAL
    )
    position: Mapped[int] = position()


class Identified(Base):
    """A raw hit of a search, before duplicates were removed."""

    __tablename__ = "identified"
    theme: Mapped[str] = mapped_column(Text, primary_key=True, doc="reviewer or theme that logged the hit")
    raw_record_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the hit")
    title: Mapped[str | None] = prose("title as shown")
    year: Mapped[int | None] = mapped_column(doc="year as shown")
    url: Mapped[str | None] = prose("address")
    doi: Mapped[str | None] = prose("digital object identifier")
    arxiv_id: Mapped[str | None] = prose("arXiv identifier")
    query: Mapped[str | None] = prose("the query that returned it")
    source: Mapped[str] = mapped_column(Text, doc="the database or index that returned it")
    record_id: Mapped[str] = mapped_column(
        ForeignKey("records.record_id"), index=True, doc="the distinct record that the hit became"
    )
    route: Mapped[Route | None] = mapped_column(
        closed(Route), doc="PRISMA route (empty: database)", info=OPTIONAL
    )
    position: Mapped[int] = position()


class Screening(Base):
    """One reviewer's decision on one record at one stage; `adjudicated` is the consensus."""

    __tablename__ = "screenings"
    record_id: Mapped[str] = mapped_column(
        ForeignKey("records.record_id"), primary_key=True, doc="the record"
    )
    reviewer: Mapped[str] = mapped_column(
        Text, primary_key=True, doc="who decided; `adjudicated` is the consensus"
    )
    stage: Mapped[Stage] = mapped_column(closed(Stage), primary_key=True, doc="stage of the review")
    decision: Mapped[Decision] = mapped_column(closed(Decision), doc="what was decided")
    reason: Mapped[str | None] = coded("exclusion_reason", "why it was excluded")
    note: Mapped[str | None] = prose("remark")
    position: Mapped[int] = position()


class Report(Base):
    """A document sought for full-text assessment, or a further document of an included study."""

    __tablename__ = "reports"
    report_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the report")
    record_id: Mapped[str | None] = mapped_column(
        ForeignKey("records.record_id"), doc="the record that led to it"
    )
    study_id: Mapped[str | None] = mapped_column(
        ForeignKey("studies.study_id"), doc="the included study it belongs to (empty: excluded)"
    )
    retrieved: Mapped[Answer] = mapped_column(closed(Answer), doc="could the document be had")
    decision: Mapped[Decision | None] = mapped_column(
        closed(Decision), doc="full-text decision (empty: not assessed)"
    )
    reason: Mapped[str | None] = coded("exclusion_reason", "why it was excluded")
    url: Mapped[str | None] = prose("address of the document")
    note: Mapped[str | None] = prose("remark")
    position: Mapped[int] = position()


class AdjudicationLookup(Base):
    """A look-up made while decisions and titles were settled."""

    __tablename__ = "adjudication_lookups"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, doc="running number")
    query: Mapped[str] = mapped_column(Text, doc="what was looked up")
    corpus: Mapped[str] = mapped_column(Text, doc="where")
    purpose: Mapped[str | None] = prose("why")
    outcome: Mapped[str | None] = prose("what came of it")
    position: Mapped[int] = position()


class RecordAgreement(Base):
    """Agreement on records as the corpus itself states it, kept to be compared with what the rows give."""

    __tablename__ = "stated_record_agreement"
    pair: Mapped[str] = mapped_column(Text, primary_key=True, doc="two reviewers, or `all pairs`")
    records_judged_by_both: Mapped[int] = mapped_column(doc="number of records")
    both_include: Mapped[int] = mapped_column(doc="number of records")
    both_exclude: Mapped[int] = mapped_column(doc="number of records")
    disagree: Mapped[int] = mapped_column(doc="number of records")
    raw_agreement: Mapped[str | None] = prose("share, 0 to 1", info={"number": True})
    cohen_kappa: Mapped[str | None] = prose("Cohen's kappa, -1 to 1", info={"number": True})
    position: Mapped[int] = position()
