"""The PRISMA 2020 checklist: 27 items in 42 parts, each with its place on the page; an empty one stops a build."""

import csv
from collections.abc import Collection
from pathlib import Path

from db.errors import MedquantError
from reports.context import Cell, Column, Paragraph, Section, Table, text
from reports.evidence import Evidence

FILE = Path(__file__).parent.parent / "checklist.csv"
ITEMS = 27


def checklist(evidence: Evidence, title: str, sections: Collection[str]) -> Section:
    """Return the checklist.

    Parameters
    ----------
    evidence
        Statements about the review itself (funding, protocol …) come from the corpus.
    title
        Title of the section.
    sections
        Anchors of the page's sections: an item must lead to one of them.

    Raises
    ------
    MedquantError
        If an item says nothing or leads nowhere, or if one of the 27 items is missing.
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {row["item"].rstrip("abcdef") for row in rows}
    if missing := sorted({str(n) for n in range(1, ITEMS + 1)} - numbers, key=int):
        raise MedquantError(f"{FILE.name}: PRISMA item {missing[0]} is missing; all {ITEMS} are needed")
    if evidence.appraisals and "appraisal" in sections:
        rows = [
            row | {"section": "appraisal", "how": row["appraised"]} if row.get("appraised") else row
            for row in rows
        ]
    cells = []
    for row in rows:
        told = _statement(evidence, row)
        if not told.strip():
            raise MedquantError(f"{FILE.name}: PRISMA item {row['item']} says nothing; fill its column `how`")
        if row["section"] not in sections:
            raise MedquantError(
                f"{FILE.name}: PRISMA item {row['item']} leads to {row['section']!r}, which is no section of the page; "
                f"allowed: {', '.join(sections)}"
            )
        place = Cell(row["section"].removesuffix("-section"), href=f"#{row['section']}")
        cells.append((Cell(row["item"]), Cell(row["topic"]), Cell(row["asks"]), place, Cell(told)))
    columns = (
        Column("Item", width=0.6),
        Column("Topic", width=2),
        Column("What is asked", width=2.4),
        Column("Where", width=1.2),
        Column("How it is met", width=4.2),
    )
    told_first = text(
        "Topics follow the PRISMA 2020 statement; the words are ours. What was not done is said, not passed over."
    )
    return Section(
        "checklist",
        title,
        (Paragraph(told_first), Table("prisma-checklist", "PRISMA 2020 checklist", columns, tuple(cells))),
    )


def _statement(evidence: Evidence, row: dict[str, str]) -> str:
    key = row["about"]
    return (
        evidence.about.get(key) or f"Not stated by the corpus ({key} in corpus.toml)." if key else row["how"]
    )
