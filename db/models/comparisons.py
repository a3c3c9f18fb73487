"""Comparisons of a quantized arm with its full-precision baseline, and who read their values."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Exact, closed, coded, multicoded, number_checks, position, prose
from db.vocabulary import (
    Bound,
    ChangeKind,
    Control,
    Execution,
    Granularity,
    Origin,
    Reading,
    Subject,
    Symmetry,
    Verification,
)

OPTIONAL = {"optional": True}


class Comparison(Base):
    """One outcome of one quantized arm against its baseline, reported by a study or measured by a run."""

    __tablename__ = "comparisons"
    __table_args__ = (
        CheckConstraint(
            "(origin = 'reported' AND study_id IS NOT NULL AND run_id IS NULL) OR "
            "(origin = 'measured' AND run_id IS NOT NULL AND study_id IS NULL)",
            name="origin_has_its_source",
        ),
        CheckConstraint("(change_kind = 'none') = (change_value IS NULL)", name="change_kind_has_its_value"),
        CheckConstraint("n_test > 0", name="n_test_positive"),
        CheckConstraint("discordant_gained >= 0 AND discordant_lost >= 0", name="discordant_counts"),
        Index("ix_comparisons_outcome_control", "outcome", "control"),
        *number_checks("baseline_value", "quantized_value", "change_value", "baseline_sd", "quantized_sd"),
    )
    comparison_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="identifier of the comparison")
    origin: Mapped[Origin] = mapped_column(
        closed(Origin), doc="reported or measured", info={"internal": True}
    )
    study_id: Mapped[str | None] = mapped_column(
        ForeignKey("studies.study_id"), index=True, doc="the study that reports it"
    )
    run_id: Mapped[str | None] = mapped_column(
        ForeignKey("runs.run_id"), index=True, doc="the run that measured it", info={"internal": True}
    )
    arm: Mapped[str] = mapped_column(Text, doc="the quantized arm in words")
    technique: Mapped[tuple[str, ...]] = multicoded("technique", "quantization technique of the arm")
    weight_bits: Mapped[tuple[str, ...]] = multicoded("bits", "bits of the weights")
    activation_bits: Mapped[tuple[str, ...]] = multicoded("bits", "bits of the activations")
    architecture: Mapped[str | None] = prose("the network")
    dataset: Mapped[str | None] = prose("the data set, several separated by semicolons")
    device: Mapped[str | None] = prose("where it ran")
    outcome: Mapped[str] = mapped_column(ForeignKey("outcomes.code"), doc="what was measured")
    unit: Mapped[str] = coded("unit", "unit of the values", nullable=False)
    baseline_value: Mapped[Decimal | None] = mapped_column(
        Exact, doc="value of the full-precision arm, as printed"
    )
    quantized_value: Mapped[Decimal | None] = mapped_column(
        Exact, doc="value of the quantized arm, as printed"
    )
    change_kind: Mapped[ChangeKind] = mapped_column(
        closed(ChangeKind), doc="difference: quantized - baseline; ratio: quantized / baseline"
    )
    change_value: Mapped[Decimal | None] = mapped_column(Exact, doc="the change (empty for kind none)")
    bound: Mapped[Bound] = mapped_column(closed(Bound), doc="how exact the change is")
    n_test: Mapped[int | None] = mapped_column(doc="number of test cases")
    control: Mapped[Control] = mapped_column(closed(Control), doc="is precision the only difference")
    locator: Mapped[str | None] = prose("page, table or section")
    source_url: Mapped[str | None] = prose("address of the text that prints it")
    as_printed: Mapped[str | None] = prose("the values as the source prints them")
    extracted_by: Mapped[tuple[str, ...]] = multicoded("", "who extracted, separated by semicolons")
    notes: Mapped[str | None] = prose("remarks")
    verification: Mapped[Verification] = mapped_column(closed(Verification), doc="what a second reading said")
    verified_by: Mapped[str | None] = prose("who made the second reading", info=OPTIONAL)
    verified_on: Mapped[date | None] = mapped_column(doc="when it was made, YYYY-MM-DD", info=OPTIONAL)
    split: Mapped[str | None] = prose("the part of the data that was tested", info=OPTIONAL)
    granularity: Mapped[Granularity | None] = mapped_column(
        closed(Granularity), doc="over what a scale is shared", info=OPTIONAL
    )
    symmetry: Mapped[Symmetry | None] = mapped_column(
        closed(Symmetry), doc="centre of the range", info=OPTIONAL
    )
    calibration: Mapped[str | None] = prose("calibration set and its size", info=OPTIONAL)
    fallback_ops: Mapped[str | None] = prose("operations that stayed in floating point", info=OPTIONAL)
    execution: Mapped[Execution | None] = mapped_column(
        closed(Execution), doc="how it was executed", info=OPTIONAL
    )
    discordant_gained: Mapped[int | None] = mapped_column(
        doc="test cases that only the quantized arm has right", info=OPTIONAL
    )
    discordant_lost: Mapped[int | None] = mapped_column(
        doc="test cases that only the baseline has right", info=OPTIONAL
    )
    baseline_sd: Mapped[Decimal | None] = mapped_column(
        Exact, doc="standard deviation over test cases, baseline arm", info=OPTIONAL
    )
    quantized_sd: Mapped[Decimal | None] = mapped_column(
        Exact, doc="standard deviation over test cases, quantized arm", info=OPTIONAL
    )
    arm_key: Mapped[str | None] = prose("the quantized arm in the run's own names", info={"internal": True})
    baseline_key: Mapped[str | None] = prose(
        "the baseline arm in the run's own names", info={"internal": True}
    )
    position: Mapped[int] = position()


class Extraction(Base):
    """A value of a comparison that two or more reviewers extracted; their values are `ExtractionVote` rows."""

    __tablename__ = "double_extractions"
    comparison_id: Mapped[str] = mapped_column(
        ForeignKey("comparisons.comparison_id"), primary_key=True, doc="the comparison"
    )
    field: Mapped[str] = mapped_column(Text, primary_key=True, doc="the field that was extracted")
    agree: Mapped[str] = coded("answer", "do the values say the same", nullable=False)
    position: Mapped[int] = position()


class ExtractionVote(Base):
    """What one reviewer extracted, in the words of the source."""

    __tablename__ = "extraction_votes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["comparison_id", "field"], ["double_extractions.comparison_id", "double_extractions.field"]
        ),
    )
    comparison_id: Mapped[str] = mapped_column(Text, primary_key=True, doc="the comparison")
    field: Mapped[str] = mapped_column(Text, primary_key=True, doc="the field")
    reviewer: Mapped[str] = mapped_column(Text, primary_key=True, doc="the reviewer")
    value: Mapped[str] = mapped_column(Text, doc="the value as extracted")


class SecondReading(Base):
    """A value looked for again on another copy of the text."""

    __tablename__ = "second_readings"
    __table_args__ = (Index("ix_second_readings_comparison_id", "comparison_id"),)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="order", info={"internal": True}
    )
    comparison_id: Mapped[str] = mapped_column(ForeignKey("comparisons.comparison_id"), doc="the comparison")
    outcome: Mapped[str | None] = prose("its outcome")
    verdict: Mapped[Reading] = mapped_column(closed(Reading), doc="what the second reading says")
    value_seen: Mapped[str | None] = prose("the value as seen")
    source_url: Mapped[str | None] = prose("where it was seen")
    locator: Mapped[str | None] = prose("page, table or section")
    note: Mapped[str | None] = prose("remark")


class Correction(Base):
    """A cell that was changed after the first extraction."""

    __tablename__ = "corrections"
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="order", info={"internal": True}
    )
    kind: Mapped[Subject] = mapped_column(closed(Subject), doc="what was corrected")
    id: Mapped[str] = mapped_column(Text, doc="its identifier")
    field: Mapped[str] = mapped_column(Text, doc="the column")
    old: Mapped[str | None] = prose("before")
    new: Mapped[str | None] = prose("after")
    reason: Mapped[str | None] = prose("why")
