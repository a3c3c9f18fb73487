"""The appendix of comparisons: every extracted value with its locator, its source and its state of verification."""

from db.vocabulary import ChangeKind, Measure, Origin
from reports.context import Block, Cell, Column, Paragraph, Section, Table, text
from reports.evidence import Evidence, Row
from reports.measured import MeasuredContrast, place_of
from reports.sections.words import effect_words, interval_words
from review.measured import MeasuredSummary

_KINDS = {
    ChangeKind.DIFFERENCE: "difference",
    ChangeKind.RATIO: "ratio",
    ChangeKind.PERCENT_CHANGE: "percent",
}


def comparisons(evidence: Evidence, title: str) -> Section:
    """Return the table of all reported comparisons, clean or not, and that of the measured ones over their seeds."""
    columns = (
        Column("Comparison", width=1.7),
        Column("Arm", width=2.6),
        Column("Outcome", width=1.1, filter="choice"),
        Column("Baseline", "right", 0.9),
        Column("Quantized", "right", 0.9),
        Column("Unit", width=0.8, filter="choice"),
        Column("Change", "right", 0.9),
        Column("Kind", width=0.9, filter="choice"),
        Column("n test", "right", 0.6),
        Column("Control", width=1.2, filter="choice"),
        Column("Verification", width=1.1, filter="choice"),
        Column("As printed", width=2.2),
        Column("Locator", width=1.6, paper=False),
        Column("Notes", paper=False),
    )
    reported = [row for row in evidence.comparisons if row["origin"] == Origin.REPORTED]
    rows = tuple(_row(evidence, row) for row in reported)
    told = text(
        "The name of a comparison leads to the text that prints it, and its note names the place there. A change is "
        "quantized minus baseline, or quantized to baseline; a bound stands before the value where it is not exact."
    )
    table = Table(
        "comparisons",
        "All reported comparisons of a quantized arm with its baseline",
        columns,
        rows,
        interactive=True,
        row_ids=tuple(f"comparison-{row['comparison_id']}" for row in reported),
        landscape=True,
    )
    blocks: list[Block] = [Paragraph(told), table]
    if evidence.measured.contrasts:
        blocks += [Paragraph(text(_MEASURED)), _measured(evidence)]
    return Section("comparisons-section", title, tuple(blocks))


_MEASURED = (
    "What our own runs measured stands apart: one row a contrast, outcome and place of the test images, summed up over the "
    "seeds. The note of a row names its runs."
)


def _measured(evidence: Evidence) -> Table:
    columns = (
        Column("Case", width=1.2),
        Column("Contrast", width=1.8),
        Column("Outcome", width=1.1, filter="choice"),
        Column("Change", "right", 0.8),
        Column("95 % CI", "right", 1.4),
        Column("Effect", width=0.8, filter="choice"),
        Column("Images", "right", 0.7),
        Column("Split and part", width=1.3, filter="choice"),
        Column("Seeds", "right", 0.6),
        Column("Control", width=1.1, filter="choice"),
        Column("Granularity", width=1, filter="choice"),
        Column("Execution", width=1, filter="choice"),
        Column("Device", width=1.8),
        Column("Calibration", paper=False),
        Column("Left in float", paper=False),
        Column("Runs", paper=False),
    )
    rows = tuple(_summary(evidence, c, s) for c in evidence.measured.contrasts for s in c.summaries)
    caption = "Measured comparisons over their seeds; synthetic runs are not among them"
    return Table("measured-comparisons", caption, columns, rows, interactive=True, landscape=True)


def _summary(evidence: Evidence, contrast: MeasuredContrast, summary: MeasuredSummary) -> tuple[Cell, ...]:
    row = contrast.row
    interval = (
        ""
        if summary.ci_low is None or summary.ci_high is None
        else interval_words(summary.ci_low, summary.ci_high, summary.measure)
    )
    return (
        Cell(summary.case_id, note=", ".join(summary.run_ids)),
        Cell(f"{summary.arm_key} against {summary.baseline_key}", note=summary.arm),
        Cell(evidence.codebook.outcomes[summary.outcome].label),
        Cell(effect_words(summary.yi, summary.measure), sort=summary.yi),
        Cell(interval),
        Cell("points" if summary.measure == Measure.DIFFERENCE else "ratio"),
        Cell("" if summary.n is None else f"{summary.n:,}", sort=summary.n),
        Cell(place_of(summary)),
        Cell(str(len(summary.seeds)), sort=len(summary.seeds)),
        Cell(summary.control.value.replace("_", " ")),
        Cell("" if summary.granularity is None else summary.granularity.value.replace("_", " ")),
        Cell("" if summary.execution is None else summary.execution.value),
        Cell(row["device"] or ""),
        Cell(row["calibration"] or ""),
        Cell(row["fallback_ops"] or ""),
        Cell(", ".join(summary.run_ids)),
    )


def _row(evidence: Evidence, row: Row) -> tuple[Cell, ...]:
    outcome = evidence.codebook.outcomes[row["outcome"]].label
    bounds = {"about": "≈ ", "at_least": "≥ ", "at_most": "≤ ", "range": "up to "}
    change = row["change_value"] and bounds.get(row["bound"].value, "") + row["change_value"].replace(
        "-", "−"
    )
    where = "; ".join(part for part in (row["locator"], ", ".join(row["extracted_by"])) if part)
    return (
        Cell(row["comparison_id"], href=row["source_url"], note=where or None),
        Cell(row["arm"]),
        Cell(outcome),
        _number(row["baseline_value"]),
        _number(row["quantized_value"]),
        Cell(evidence.codebook.label("unit", row["unit"])),
        Cell(change, sort=float(row["change_value"]) if row["change_value"] else None),
        Cell(_KINDS.get(row["change_kind"], "")),
        Cell("" if row["n_test"] is None else f"{row['n_test']:,}", sort=row["n_test"]),
        Cell(row["control"].value.replace("_", " ")),
        Cell(row["verification"].value.replace("_", " ")),
        Cell(row["as_printed"] or ""),
        Cell(row["locator"] or ""),
        Cell(row["notes"] or ""),
    )


def _number(printed: str) -> Cell:
    return Cell(printed, sort=float(printed) if printed else None)
