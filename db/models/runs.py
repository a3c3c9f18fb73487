"""Measured evidence: environments, runs of benchmark cases, and what they measured."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, DateTime, Float, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, prose
from db.vocabulary import RunState


class Environment(Base):
    """A machine and its software, named by the hash of what is in `facts`."""

    __tablename__ = "environments"
    environment_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="hash of the facts")
    label: Mapped[str] = mapped_column(Text, doc="name for people")
    facts: Mapped[dict[str, object]] = mapped_column(JSON, doc="processor, flags, threads, packages …")


class Run(Base):
    """One execution of a case; a failed run is a row too."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="failed_says_why"),
        CheckConstraint("state <> 'done' OR finished_at IS NOT NULL", name="done_has_an_end"),
    )
    run_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the run")
    case_id: Mapped[str] = mapped_column(Text, index=True, doc="the case")
    state: Mapped[RunState] = mapped_column(closed(RunState), doc="planned, leased, done or failed")
    seed: Mapped[int | None] = mapped_column(doc="random seed")
    environment_id: Mapped[str | None] = mapped_column(
        ForeignKey("environments.environment_id"), doc="where it ran"
    )
    fingerprint: Mapped[dict[str, object] | None] = mapped_column(
        JSON, doc="hashes of code, case, data, weights"
    )
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), doc="when it began, UTC")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), doc="when it ended, UTC")
    error: Mapped[str | None] = prose("why it failed")


class Measurement(Base):
    """One measured value of one arm of a run; a null value with a note was tried and could not be had."""

    __tablename__ = "measurements"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"), primary_key=True, doc="the run")
    arm: Mapped[str] = mapped_column(Text, primary_key=True, doc="the arm")
    metric: Mapped[str] = mapped_column(Text, primary_key=True, doc="what was measured")
    split: Mapped[str] = mapped_column(Text, primary_key=True, default="", doc="part of the data")
    value: Mapped[float | None] = mapped_column(Float, doc="the value")
    unit: Mapped[str | None] = prose("its unit")
    n: Mapped[int | None] = mapped_column(doc="number of test cases or repeats")
    ci_low: Mapped[float | None] = mapped_column(Float, doc="lower end of the confidence interval")
    ci_high: Mapped[float | None] = mapped_column(Float, doc="upper end of the confidence interval")
    note: Mapped[str | None] = prose("method, or why there is no value")
