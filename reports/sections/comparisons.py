"""The appendix of comparisons: every extracted value with its locator, its source and its state of verification."""

from db.vocabulary import ChangeKind
from reports.context import Cell, Column, Paragraph, Section, Table, text
from reports.evidence import Evidence, Row

_KINDS = {
    ChangeKind.DIFFERENCE: "difference",
    ChangeKind.RATIO: "ratio",
    ChangeKind.PERCENT_CHANGE: "percent",
}


def comparisons(evidence: Evidence, title: str) -> Section:
    """Return the table of all comparisons, clean or not."""
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
        Column("Origin", paper=False, filter="choice"),
        Column("Notes", paper=False),
    )
    rows = tuple(_row(evidence, row) for row in evidence.comparisons)
    told = text(
        "The name of a comparison leads to the text that prints it, and its note names the place there. A change is "
        "quantized minus baseline, or quantized to baseline; a bound stands before the value where it is not exact."
    )
    table = Table(
        "comparisons",
        "All comparisons of a quantized arm with its baseline",
        columns,
        rows,
        interactive=True,
        row_ids=tuple(f"comparison-{row['comparison_id']}" for row in evidence.comparisons),
        landscape=True,
    )
    return Section("comparisons-section", title, (Paragraph(told), table))


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
        Cell(row["origin"].value),
        Cell(row["notes"] or ""),
    )


def _number(printed: str) -> Cell:
    return Cell(printed, sort=float(printed) if printed else None)
