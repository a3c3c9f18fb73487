"""Measured evidence: cases with their claims, environments, runs, and what the runs measured."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, CheckConstraint, DateTime, Float, ForeignKey, Index, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, multicoded, prose
from db.vocabulary import Quantity, RunState


class Case(Base):
    """One version of a benchmark case, named by the hash of its text: what was fixed before anything was measured."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_case_id", "case_id"),)
    case_hash: Mapped[str] = mapped_column(Text, primary_key=True, doc="SHA-256 of the text")
    case_id: Mapped[str] = mapped_column(Text, doc="the case")
    title: Mapped[str] = mapped_column(Text, doc="name for people")
    text: Mapped[str] = mapped_column(Text, doc="the case as written, TOML")


class Claim(Base):
    """What a case re-measures: a published value with the tolerance fixed beforehand, or an open question.

    `comparison_id` names a reported comparison of the loaded corpus; it is no foreign key, since another corpus
    may lack the comparison. A claim without one is a question that its study leaves open.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint(
            "(comparison_id IS NULL) = (tolerance IS NULL)", name="published_value_has_its_tolerance"
        ),
        CheckConstraint("tolerance > 0", name="tolerance_positive"),
    )
    case_hash: Mapped[str] = mapped_column(ForeignKey("cases.case_hash"), primary_key=True, doc="the case")
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="order in the case, from 1"
    )
    study_id: Mapped[str] = mapped_column(Text, doc="the study that makes the claim")
    comparison_id: Mapped[str | None] = mapped_column(Text, doc="the reported comparison")
    quantity: Mapped[Quantity] = mapped_column(
        closed(Quantity), doc="change: the change of the outcome; baseline: the level of the baseline arm"
    )
    outcome: Mapped[str] = mapped_column(Text, doc="what is compared")
    arm_key: Mapped[str] = mapped_column(Text, doc="the measured arm that answers the claim")
    baseline_key: Mapped[str] = mapped_column(Text, doc="the measured arm that it is compared with")
    split: Mapped[str | None] = mapped_column(Text, doc="the split that answers the claim, such as paper")
    part: Mapped[str | None] = mapped_column(Text, doc="the part of the data, such as validation")
    tolerance: Mapped[float | None] = mapped_column(
        Float,
        doc="largest difference that still counts as reproduced: percentage points, or percent of a ratio",
    )
    comparable: Mapped[bool] = mapped_column(Boolean, doc="whether the two contrasts are of one kind")
    statement: Mapped[str] = mapped_column(Text, doc="the claim in words")
    reason: Mapped[str] = mapped_column(Text, doc="why this tolerance, or why it cannot be compared")


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
    case_hash: Mapped[str | None] = mapped_column(
        ForeignKey("cases.case_hash"), index=True, doc="the version of the case"
    )
    dataset: Mapped[str | None] = prose("name of the data set")
    split: Mapped[str | None] = prose("how training and validation images were told apart: paper or grouped")
    synthetic: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), doc="phantom images: no evidence"
    )
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
    log: Mapped[str | None] = prose("the end of what it printed")


class ImageSet(Base):
    """Images that arms were tested on: one part of one split of one data set, named by the hash of its content."""

    __tablename__ = "image_sets"
    set_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="hash of images, labels and their order")
    dataset: Mapped[str] = mapped_column(Text, doc="name of the data set")
    split: Mapped[str] = mapped_column(Text, doc="paper or grouped")
    part: Mapped[str] = mapped_column(Text, doc="validation or testing")
    synthetic: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), doc="phantom images: no evidence"
    )
    n: Mapped[int] = mapped_column(doc="number of images")
    classes: Mapped[tuple[str, ...]] = multicoded("", "names of the classes, in the order of their digits")
    labels: Mapped[str] = mapped_column(Text, doc="the true class of each image, one base-36 digit each")
    images: Mapped[str] = mapped_column(
        Text, doc="first 12 hexadecimal digits of each file's SHA-256, separated by spaces"
    )
    facts: Mapped[dict[str, object] | None] = mapped_column(
        JSON, doc="leakage: how many have a twin in training"
    )


class Prediction(Base):
    """What one arm of a run said of every image of a set."""

    __tablename__ = "predictions"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"), primary_key=True, doc="the run")
    arm: Mapped[str] = mapped_column(Text, primary_key=True, doc="the arm")
    set_id: Mapped[str] = mapped_column(ForeignKey("image_sets.set_id"), primary_key=True, doc="the images")
    classes: Mapped[str] = mapped_column(
        Text, doc="the predicted class of each image, one base-36 digit each"
    )


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
