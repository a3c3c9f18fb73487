"""The evidence files: which CSV holds which table, how its rows become database rows, and back."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from db.appraisal_rows import complete_appraisals
from db.cells import parse_cell, render_cell
from db.codebook.codebook import Codebook
from db.csvfile import CsvFile, csv_bytes
from db.errors import DataError, shown
from db.models.base import Base
from db.models.tables import (
    Acknowledgement,
    AdjudicationLookup,
    Appraisal,
    Comparison,
    Correction,
    Extraction,
    ExtractionVote,
    Fact,
    FieldAgreement,
    Identified,
    Outcome,
    PairDecision,
    Record,
    RecordAgreement,
    Report,
    Reviewer,
    ReviewSetting,
    Screening,
    Search,
    SearchPurpose,
    SecondReading,
    Study,
    StudyGroup,
    StudyValue,
    Term,
    UnreadEntry,
    Variable,
)
from db.prisma import ADJUDICATED
from db.vocabulary import ChangeKind, Origin, Stage

Row = dict[str, Any]
Rows = dict[Table, list[Row]]
VOTE = "value_"


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    table = model.__table__
    if not isinstance(table, Table):  # a model of ours is always mapped to a table
        raise TypeError(model)
    return table


@dataclass(frozen=True)
class EvidenceFile:
    """A CSV file of a corpus: its table, what it is for, and whether a corpus can do without it.

    `read` and `write` replace the plain one-cell-one-column translation where a file is shaped otherwise.
    """

    name: str
    model: type[Base]
    about: str
    required: bool = False
    on_demand: bool = False
    read: Callable[["EvidenceFile", CsvFile, Codebook], Rows] = field(
        default=lambda file, source, codebook: {file.table: plain_rows(file, source, codebook)}
    )
    write: Callable[["EvidenceFile", Connection], list[dict[str, str]]] = field(
        default=lambda file, connection: plain_cells(file, connection)  # noqa: PLW0108 - defined below
    )
    extra_columns: Callable[[Codebook], list[str]] = field(default=lambda _: [])
    open_columns: str = ""
    left_out: frozenset[str] = frozenset()
    layout: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The table that holds the file's rows."""
        return table_of(self.model)

    def columns(self, codebook: Codebook) -> list[str]:
        """Return the columns that the file must have, in order."""
        own = [
            c.name
            for c in self.table.columns
            if not c.info.get("internal") and not c.info.get("optional") and c.name not in self.left_out
        ]
        extra = self.extra_columns(codebook)
        if self.model is Study:  # the codebook orders the variable matrix
            return [code for code in codebook.variables if code in own or code in extra]
        return sorted(own + extra, key=self.layout.index) if self.layout else own + extra

    def optional_columns(self) -> list[str]:
        """Return the columns that the file may have."""
        return [c.name for c in self.table.columns if c.info.get("optional")]


def content_hash(file: EvidenceFile, source: CsvFile) -> str:
    """Return the hash of a file as an export writes it, so that quotes nobody needs are no difference."""
    rows = [cells for _, cells in source.rows]
    if "position" not in file.table.columns:
        rows.sort(key=lambda cells: [cells[column.name] for column in file.table.primary_key])
    return hashlib.sha256(csv_bytes(source.header, rows)).hexdigest()


def plain_rows(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> list[Row]:
    """Translate a file whose cells are the columns of its table."""
    columns = {c.name: c for c in file.table.columns}
    rows = []
    for place, (number, cells) in enumerate(source.rows, start=1):
        row: Row = {name: None for name, column in columns.items() if not column.primary_key}
        for name, text in cells.items():
            if name in columns:
                row[name] = _parsed(columns[name], text, codebook, source.name, number)
        if "position" in columns:
            row["position"] = place
        rows.append(row)
    return rows


def plain_cells(file: EvidenceFile, connection: Connection) -> list[dict[str, str]]:
    """Give the rows of a table as cells, in the order of their file."""
    return [
        {name: render_cell(value) for name, value in row.items()}
        for row in connection.execute(rows_in_order(file.table)).mappings()
    ]


def rows_in_order(table: Table) -> Select[Any]:
    """Return the query for a table's evidence rows in the order of their file (measured rows stay out)."""
    query = select(table)
    if table.name == Comparison.__tablename__:
        query = query.where(table.c.origin == Origin.REPORTED)
    return query.order_by(*([table.c.position] if "position" in table.c else []), *table.primary_key)


def _parsed(column: Any, text: str, codebook: Codebook, file: str, row: int) -> object:  # noqa: ANN401
    try:
        return parse_cell(column, text, codebook)
    except DataError as error:
        raise DataError(str(error), file=file, row=row, column=column.name) from None


def _read_studies(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> Rows:
    """Read the matrix: wide in the file, one row a cell in the database."""
    values = []
    coded = {variable.code for variable in codebook.coded_variables()}
    rows = plain_rows(file, source, codebook)
    for number, cells in source.rows:
        for code in codebook.variables:
            if not (text := cells[code]):
                continue
            try:
                codebook.check_value(code, text)
            except DataError as error:
                raise DataError(str(error), file=source.name, row=number, column=code) from None
            if code in coded:
                values.append(
                    {"study_id": cells["study_id"], "variable": code, "value": text, **_NO_PROVENANCE}
                )
    return {file.table: rows, table_of(StudyValue): values}


_PROVENANCE = (
    "as_printed",
    "locator",
    "source_url",
    "extracted_by",
    "extracted_on",
    "verification",
    "verified_by",
    "verified_on",
)
_NO_PROVENANCE = dict.fromkeys(_PROVENANCE)


def _write_studies(file: EvidenceFile, connection: Connection) -> list[dict[str, str]]:
    rows = {row["study_id"]: row for row in plain_cells(file, connection)}
    for study, variable, value in connection.execute(
        select(StudyValue.study_id, StudyValue.variable, StudyValue.value)
    ):
        rows[study][variable] = value
    return list(rows.values())


def _write_provenance(file: EvidenceFile, connection: Connection) -> list[dict[str, str]]:
    rows = [
        {name: cells[name] for name in ("study_id", "variable", *_PROVENANCE)}
        for cells in plain_cells(file, connection)
        if any(cells[name] for name in _PROVENANCE)
    ]
    return sorted(rows, key=lambda cells: (cells["study_id"], cells["variable"]))


def _read_provenance(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> Rows:
    """Read the provenance of single cells; `db.load` lays it over the cells that `studies.csv` gave."""
    rows = plain_rows(file, source, codebook)
    for (number, _), row in zip(source.rows, rows, strict=True):
        if not any(row[name] for name in _PROVENANCE):
            raise DataError(
                f"the row says nothing of its cell; fill one of {', '.join(_PROVENANCE)}, or take the row out",
                file=source.name,
                row=number,
            )
    return {
        file.table: [{name: row[name] for name in ("study_id", "variable", *_PROVENANCE)} for row in rows]
    }


def _read_comparisons(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> Rows:
    """Read reported comparisons; measured ones come from runs, never from this file."""
    rows = plain_rows(file, source, codebook)
    for (number, cells), row in zip(source.rows, rows, strict=True):
        if row["study_id"] is None:
            raise DataError(
                "the cell is empty; a study_id is needed here",
                file=source.name,
                row=number,
                column="study_id",
            )
        if (row["change_kind"] == ChangeKind.NONE) != (row["change_value"] is None):
            raise DataError(
                f"the change is {shown(cells['change_value'])} but its kind is {cells['change_kind']}; "
                "allowed: a number with difference, ratio or percent_change, nothing with none",
                file=source.name,
                row=number,
                column="change_value",
            )
        row["origin"] = Origin.REPORTED
    return {file.table: rows}


def _read_screenings(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> Rows:
    """Read decisions on records and votes on full texts; the outcome of a full text is told by its report."""
    rows = plain_rows(file, source, codebook)
    for (number, _), row in zip(source.rows, rows, strict=True):
        if row["stage"] == Stage.FULL_TEXT and row["reviewer"] == ADJUDICATED:
            raise DataError(
                "the outcome of a full text is not read from this file; give its report a row in reports.csv instead; "
                f"allowed here: the votes of reviewers, and {ADJUDICATED} at title_abstract",
                file=source.name,
                row=number,
                column="stage",
            )
    return {file.table: rows}


def _read_pair_decisions(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> Rows:
    """Read decisions on pairs of hits; a pair is one pair in either order."""
    rows = plain_rows(file, source, codebook)
    seen: dict[frozenset[tuple[str, str]], int] = {}
    for (number, cells), row in zip(source.rows, rows, strict=True):
        pair = frozenset((row[f"theme_{end}"], row[f"raw_record_id_{end}"]) for end in "ab")
        if len(pair) == 1:
            told = f"{shown(cells['raw_record_id_b'])} is paired with itself; name two different hits"
        elif pair in seen:
            told = f"the pair stands here for the second time (first in row {seen[pair]}); allowed: once, in either order"
        else:
            seen[pair] = number
            continue
        raise DataError(told, file=source.name, row=number, column="raw_record_id_b")
    return {file.table: rows}


def _read_extractions(file: EvidenceFile, source: CsvFile, codebook: Codebook) -> Rows:
    """Read double extractions: a column a reviewer in the file, a row a reviewer in the database."""
    reviewers = {name: name.removeprefix(VOTE) for name in source.header if name.startswith(VOTE)}
    votes = []
    for number, cells in source.rows:
        given = {reviewer: cells[name] for name, reviewer in reviewers.items() if cells[name]}
        if cells["n_reviewers"] != str(len(given)):
            raise DataError(
                f"{shown(cells['n_reviewers'])} reviewers are named but {len(given)} values stand in the row; "
                "make the two agree",
                file=source.name,
                row=number,
                column="n_reviewers",
            )
        votes += [
            {
                "comparison_id": cells["comparison_id"],
                "field": cells["field"],
                "reviewer": reviewer,
                "value": value,
            }
            for reviewer, value in given.items()
        ]
    return {file.table: plain_rows(file, source, codebook), table_of(ExtractionVote): votes}


def _write_extractions(file: EvidenceFile, connection: Connection) -> list[dict[str, str]]:
    rows = {(row["comparison_id"], row["field"]): row for row in plain_cells(file, connection)}
    described = {
        row.comparison_id: {"study_id": row.study_id or "", "arm": row.arm, "outcome": row.outcome}
        for row in connection.execute(
            select(Comparison.comparison_id, Comparison.study_id, Comparison.arm, Comparison.outcome)
        )
    }
    for vote in connection.execute(select(ExtractionVote.__table__)):
        rows[vote.comparison_id, vote.field][VOTE + vote.reviewer] = vote.value
    return [
        row | described[key[0]] | {"n_reviewers": str(sum(name.startswith(VOTE) for name in row))}
        for key, row in rows.items()
    ]


FILES: tuple[EvidenceFile, ...] = (
    EvidenceFile("searches.csv", Search, "the queries that were run"),
    EvidenceFile("lookup_purposes.csv", SearchPurpose, "what single queries and look-ups were for"),
    EvidenceFile(
        "unread_entries.csv", UnreadEntry, "what imported files held that could not be read", on_demand=True
    ),
    EvidenceFile("records.csv", Record, "one row a distinct record", required=True),
    EvidenceFile("identified.csv", Identified, "every raw hit, before duplicates were removed"),
    EvidenceFile(
        "pair_decisions.csv",
        PairDecision,
        "which two hits are the same work and which are not, by whom and why",
        on_demand=True,
        read=_read_pair_decisions,
    ),
    EvidenceFile(
        "screenings.csv",
        Screening,
        "who decided what of which record; `adjudicated` is the consensus",
        read=_read_screenings,
    ),
    EvidenceFile(
        "studies.csv",
        Study,
        "the variable matrix: one row an included study",
        required=True,
        read=_read_studies,
        write=_write_studies,
        extra_columns=lambda codebook: [variable.code for variable in codebook.coded_variables()],
    ),
    EvidenceFile(
        "study_values.csv",
        StudyValue,
        "provenance of single cells of the matrix, where it is not the study's",
        on_demand=True,
        read=_read_provenance,
        write=_write_provenance,
        left_out=frozenset({"value"}),
    ),
    EvidenceFile("study_groups.csv", StudyGroup, "studies that share authors or data", on_demand=True),
    EvidenceFile("reports.csv", Report, "documents sought for full-text assessment", on_demand=True),
    EvidenceFile(
        "comparisons.csv",
        Comparison,
        "one row a study, arm and outcome",
        required=True,
        read=_read_comparisons,
    ),
    EvidenceFile(
        "double_extraction.csv",
        Extraction,
        "values that two or more reviewers extracted, a column `value_NAME` each",
        read=_read_extractions,
        write=_write_extractions,
        extra_columns=lambda _: ["study_id", "arm", "outcome", "n_reviewers"],
        open_columns=VOTE,
        layout=("comparison_id", "study_id", "arm", "outcome", "field", "n_reviewers", "agree"),
    ),
    EvidenceFile(
        "appraisals.csv",
        Appraisal,
        "risk of bias and applicability by tool, a row an appraiser; `consensus` is what was agreed on",
        on_demand=True,
        read=lambda file, source, book: {
            file.table: complete_appraisals(plain_rows(file, source, book), source)
        },
        left_out=frozenset({"target"}),
    ),
    EvidenceFile("verification.csv", SecondReading, "values that were looked for a second time"),
    EvidenceFile("corrections.csv", Correction, "cells that were changed, and why"),
    EvidenceFile("record_agreement.csv", RecordAgreement, "agreement on records as the corpus states it"),
    EvidenceFile("field_agreement.csv", FieldAgreement, "agreement on coded fields as the corpus states it"),
    EvidenceFile("adjudication_lookups.csv", AdjudicationLookup, "look-ups made while settling decisions"),
    EvidenceFile("review_facts.csv", Fact, "what the anchor publications say of themselves"),
    EvidenceFile("reviewers.csv", Reviewer, "who takes part in the review", on_demand=True),
    EvidenceFile(
        "review_settings.csv", ReviewSetting, "rules that the review has set for itself", on_demand=True
    ),
    EvidenceFile(
        "acknowledgements.csv", Acknowledgement, "warnings that were looked at and accepted", on_demand=True
    ),
)
CODEBOOK_FILES: tuple[EvidenceFile, ...] = (
    EvidenceFile("variables.csv", Variable, "the variables of the matrix"),
    EvidenceFile("terms.csv", Term, "the codes of the open vocabularies"),
    EvidenceFile("outcomes.csv", Outcome, "what a comparison measures"),
)


def keys_of(rows: Iterable[Mapping[str, Any]], table: Table) -> list[tuple[Any, ...]]:
    """Return the primary keys of rows."""
    names = [column.name for column in table.primary_key]
    return [tuple(row[name] for name in names) for row in rows]
