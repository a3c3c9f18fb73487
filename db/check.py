"""`medquant db check`: what is wrong or doubtful in the database, and what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Enum,
    Integer,
    String,
    Table,
    cast,
    exists,
    func,
    insert,
    select,
    type_coerce,
)

from db.appraisal_check import check_appraisals
from db.cells import parse_cell
from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import DataError, MedquantError
from db.files import table_of
from db.measured_check import check_measured
from db.models.base import Exact
from db.models.tables import (
    TRACKED,
    Acknowledgement,
    Comparison,
    Correction,
    Identified,
    Outcome,
    Record,
    Report,
    Reviewer,
    Screening,
    Study,
    StudyValue,
    Term,
    Variable,
)
from db.printed import Finding, Severity, check_comparison
from db.prisma import count_prisma
from db.prisma_checks import CheckStatus, check_prisma
from db.results_file import TABLES
from db.study_groups import check_groups
from db.team_check import check_full_text_votes, check_team
from db.verification_check import check_second_readings, check_verifiers
from db.vocabulary import Measure, Origin, Subject

EVERYWHERE = "*"
FLOW = frozenset(table_of(model).name for model in (Identified, Record, Report, Screening, Study))
MEASURED = frozenset(table.name for table in TABLES)
FLOW_UNREADABLE = Finding(
    Severity.ERROR,
    "prisma",
    "flow diagram",
    "its counts cannot be taken while rows hold values that are not allowed",
    "correct those rows first",
)


def check_database(connection: Connection) -> list[Finding]:
    """Check everything; findings that somebody accepted carry the reason in `accepted`."""
    blank = Codebook({}, {}, {})
    damage = [
        f for model in (Variable, Term, Outcome) for f in _table_cells(connection, blank, table_of(model))
    ]
    if damage:  # without its codebook nothing else can be judged
        return [*_foreign_keys(connection), *damage]
    codebook = codebook_from_database(connection)
    comparisons = _comparisons(connection)
    accepted = {
        (row.code, row.place): f"{row.reason} ({row.accepted_by})"
        for row in connection.execute(select(Acknowledgement.__table__))
    }
    cells = list(_cells(connection, codebook))
    findings = [
        *_foreign_keys(connection),
        *cells,
        *(_prisma(connection) if not any(f.where.split()[0] in FLOW for f in cells) else [FLOW_UNREADABLE]),
        *(check_full_text_votes(connection) if not any(f.where.split()[0] in FLOW for f in cells) else []),
        *_orphans(connection),
        *(finding for row in comparisons for finding in check_comparison(row)),
        *_ranges(comparisons, codebook),
        *check_second_readings(connection, comparisons),
        *check_verifiers(connection),
        *(
            check_team(connection)
            if not any(f.where.split()[0] == Reviewer.__tablename__ for f in cells)
            else []
        ),
        *_corrections(connection, comparisons),
        *check_groups(connection),
        *check_appraisals(connection),
        *(check_measured(connection) if not any(f.where.split()[0] in MEASURED for f in cells) else []),
    ]
    return [
        replace(f, accepted=accepted.get((f.code, f.where)) or accepted.get((f.code, EVERYWHERE)))
        for f in findings
    ]


def _foreign_keys(connection: Connection) -> Iterator[Finding]:
    for model in TRACKED:
        table = table_of(model)
        for constraint in table.foreign_key_constraints:
            pairs = [(e.parent, e.column) for e in constraint.elements]
            parent = pairs[0][1].table
            other = parent.alias("parent")
            there = exists().where(*(other.c[column.name] == own for own, column in pairs))
            for row in connection.execute(
                select(
                    *(_text(key).label(f"key_{key.name}") for key in table.primary_key),
                    *(_text(own).label(f"fk_{i}") for i, (own, _) in enumerate(pairs)),
                ).where(~there, *(own.is_not(None) for own, _ in pairs))
            ):
                key = tuple(row)[-len(pairs) :]
                yield Finding(
                    Severity.ERROR,
                    "foreign_key",
                    f"{table.name} {'|'.join(map(str, tuple(row)[: -len(pairs)]))}",
                    f"{', '.join(own.name for own, _ in pairs)} = {'|'.join(map(str, key))} has no row in {parent.name}",
                    f"add the row to {parent.name}, or correct the identifier",
                )


def _cells(connection: Connection, codebook: Codebook) -> Iterator[Finding]:
    """Read every coded or numeric cell as text, so that a stranger in a column is found and not tripped over."""
    for model in TRACKED:
        yield from _table_cells(connection, codebook, table_of(model))
    for study, variable, value in connection.execute(
        select(StudyValue.study_id, StudyValue.variable, StudyValue.value)
    ):
        try:
            codebook.check_value(variable, value)
        except DataError as error:
            yield Finding(
                Severity.ERROR,
                "vocabulary",
                f"study_values {study}|{variable}",
                str(error),
                "set an allowed value",
            )


_RULES = {Exact: "number", Integer: "number", Date: "date"}


def _text(column: Any) -> Any:  # noqa: ANN401
    """Read a column as plain text, whatever stands in it."""
    return type_coerce(cast(column, String), String)


def _table_cells(connection: Connection, codebook: Codebook, table: Table) -> Iterator[Finding]:
    columns = [
        column
        for column in table.columns
        if column.info.get("vocabulary")
        or column.info.get("number")
        or isinstance(column.type, (Exact, Enum, Integer, Date))
    ]
    if not columns:
        return
    query = select(
        *(_text(key).label(key.name) for key in table.primary_key),
        *(_text(column).label(f"cell_{column.name}") for column in columns),
    )
    keys = len(table.primary_key)
    good: list[set[str]] = [set() for _ in columns]  # most cells say what others say
    for row in connection.execute(query):
        for column, cell, fine in zip(columns, (text or "" for text in row[keys:]), good, strict=True):
            if cell in fine:
                continue
            try:
                parse_cell(column, cell, codebook)
                fine.add(cell)
            except DataError as error:
                key = "|".join(map(str, row[:keys]))
                yield Finding(
                    Severity.ERROR,
                    _RULES.get(type(column.type), "number" if column.info.get("number") else "vocabulary"),
                    f"{table.name} {key} {column.name}",
                    str(error),
                    "set an allowed value",
                )


def _prisma(connection: Connection) -> Iterator[Finding]:
    severities = {CheckStatus.FAILED: Severity.ERROR, CheckStatus.WARNING: Severity.WARNING}
    for check in check_prisma(count_prisma(connection)):
        if check.status in severities:
            yield Finding(
                severities[check.status],
                check.code,
                "flow diagram",
                f"{check.rule}: {check.detail}",
                check.remedy,
            )


def _orphans(connection: Connection) -> Iterator[Finding]:
    if connection.execute(select(Identified.record_id).limit(1)).first() is None:
        return
    without = ~exists().where(Identified.record_id == Record.record_id)
    for record in connection.scalars(select(Record.record_id).where(without)):
        yield Finding(
            Severity.WARNING,
            "orphan",
            f"records {record}",
            "no search hit led to this record",
            "log the hit in identified.csv",
        )


def _comparisons(connection: Connection) -> list[Mapping[str, Any]]:
    """Read comparisons with their numbers as text: a damaged number is `_cells`' finding, not a crash here."""
    table = table_of(Comparison)
    columns = [_text(c).label(c.name) if isinstance(c.type, (Exact, Enum)) else c for c in table.columns]
    rows = connection.execute(
        select(*columns).where(table.c.origin == Origin.REPORTED).order_by(table.c.position)
    )
    return [_with_numbers(dict(row)) for row in rows.mappings()]


def _with_numbers(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("baseline_value", "quantized_value", "change_value"):
        try:
            row[name] = None if row[name] is None else Decimal(row[name])
        except ArithmeticError:
            row[name] = None
    return row


def _ranges(comparisons: list[Mapping[str, Any]], codebook: Codebook) -> Iterator[Finding]:
    """Find shares outside 0 to 100 %, and sizes, times or energies that are not positive."""
    most = {"percent": 100, "fraction": 1}
    for row in comparisons:
        info = codebook.outcomes.get(str(row["outcome"]))
        for name in ("baseline_value", "quantized_value"):
            value = row[name]
            if value is None or info is None:
                continue
            share = info.measure == Measure.DIFFERENCE and row["unit"] in most
            if share and not 0 <= value <= most[row["unit"]]:
                allowed = f"0 to {most[row['unit']]} {row['unit']}"
            elif info.measure == Measure.LOG_RATIO and value <= 0:
                allowed = "more than 0"
            else:
                continue
            yield Finding(
                Severity.ERROR,
                "range",
                f"comparisons {row['comparison_id']} {name}",
                f"{info.label} of {value} cannot be; allowed: {allowed}",
                "correct the value or its unit",
            )


def _corrections(connection: Connection, comparisons: list[Mapping[str, Any]]) -> Iterator[Finding]:
    known = {row["comparison_id"] for row in comparisons}
    query = select(Correction.id, Correction.field).where(Correction.kind == Subject.COMPARISON)
    for row in connection.execute(query):
        if row.id not in known:
            yield Finding(
                Severity.WARNING,
                "correction",
                f"corrections {row.id} {row.field}",
                "the corrected comparison does not exist",
                "correct the identifier",
            )


def acknowledge(connection: Connection, code: str, place: str, *, reason: str, actor: str) -> None:
    """Accept a warning.

    Raises
    ------
    MedquantError
        If there is no such warning (errors cannot be accepted), or it is accepted already.
    """
    matching = [f for f in check_database(connection) if f.code == code and place in (f.where, EVERYWHERE)]
    if not matching:
        raise MedquantError(
            f"there is no finding {code} at {place}; `medquant db check` prints both words for each"
        )
    if any(finding.severity == Severity.ERROR for finding in matching):
        raise MedquantError(f"{code} at {place} is an error, which cannot be accepted; {matching[0].remedy}")
    if all(finding.accepted for finding in matching):
        raise MedquantError(f"{code} at {place} is accepted already: {matching[0].accepted}")
    last = connection.scalar(select(func.max(Acknowledgement.position))) or 0
    connection.execute(
        insert(Acknowledgement).values(
            code=code, place=place, reason=reason, accepted_by=actor, position=last + 1
        )
    )
