"""Everything that a page tells, read from the database once; the sections are pure functions of it."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, select

from db.cells import render_cell
from db.check import check_database
from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import MedquantError
from db.history import HistoryEntry, changes_since_release
from db.models.tables import (
    Comparison,
    Identified,
    Record,
    Release,
    Report,
    Screening,
    Search,
    SearchPurpose,
    SecondReading,
    Study,
    StudyValue,
)
from db.printed import Finding
from db.prisma import ADJUDICATED, PrismaCounts, count_prisma, final_decisions, final_reasons
from db.prisma_checks import PrismaCheck, check_prisma
from db.schema import schema_of
from db.status import current_hash
from db.vocabulary import Decision, Stage
from reports.measured import Measured, read_measured
from review.agreement import (
    Agreement,
    FieldShare,
    coding_agreement,
    extraction_agreement,
    screening_agreement,
)
from review.bias.appraisals import Appraised, read_appraisals
from review.effects import Effects, read_effects
from review.matrix import several, study_matrix
from review.pool import OutcomePool, pool_database

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """The evidence of one database at one moment.

    `matrix` has one row a study; `provenance` holds what differs from the study's own source, by (study, variable);
    `about` is what the corpus says of itself; `measured` is what our own runs say.
    """

    codebook: Codebook
    matrix: "pd.DataFrame"
    provenance: dict[tuple[str, str], Row]
    counts: PrismaCounts
    checks: tuple[PrismaCheck, ...]
    findings: tuple[Finding, ...]
    searches: tuple[Row, ...]
    records: tuple[Row, ...]
    comparisons: tuple[Row, ...]
    agreement: Agreement
    coding: tuple[FieldShare, ...]
    extraction: tuple[FieldShare, ...]
    second_readings: dict[str, int]
    effects: Effects
    pools: tuple[OutcomePool, ...]
    measured: Measured
    appraisals: tuple[Appraised, ...]
    changes: tuple[HistoryEntry, ...]
    release: str
    release_hash: str
    content_hash: str
    schema: str
    about: dict[str, str]
    description: str
    date: dt.date

    @property
    def edited(self) -> bool:
        """Whether rows were changed since the release was loaded."""
        return self.release_hash != self.content_hash

    def has(self, *variables: str) -> bool:
        """Return whether the matrix has all these variables: another codebook may lack some."""
        return all(variable in self.matrix.columns for variable in variables)

    def codes(self, variable: str) -> dict[str, tuple[str, ...]]:
        """Return the codes of a variable by study."""
        return {str(study): several(cell) for study, cell in self.matrix[variable].items()}

    def labels(self, variable: str) -> dict[str, tuple[str, ...]]:
        """Return the names for people of a variable's codes, by study."""
        vocabulary = self.codebook.variables[variable].vocabulary or ""
        return {
            study: tuple(self.codebook.label(vocabulary, code) for code in codes)
            for study, codes in self.codes(variable).items()
        }


def read_evidence(connection: Connection, *, date: dt.date) -> Evidence:
    """Read everything that a page tells.

    Parameters
    ----------
    connection
        An open connection to a database of the current schema.
    date
        The date that the page bears.

    Raises
    ------
    MedquantError
        If no corpus was loaded.
    """
    codebook = codebook_from_database(connection)
    if not codebook.variables:
        raise MedquantError(
            "the database holds no corpus yet; `medquant db load` with the same --db fills it"
        )
    counts = count_prisma(connection)
    release = (
        connection.execute(select(Release.__table__).order_by(Release.id.desc()).limit(1)).mappings().first()
    )
    content = current_hash(connection)
    comparisons, effects = _comparisons(connection), read_effects(connection)
    readings = connection.execute(select(SecondReading.verdict, func.count()).group_by(SecondReading.verdict))
    return Evidence(
        codebook=codebook,
        matrix=study_matrix(connection),
        provenance=_provenance(connection),
        counts=counts,
        checks=check_prisma(counts),
        findings=tuple(check_database(connection)),
        searches=_searches(connection),
        records=_records(connection),
        comparisons=comparisons,
        agreement=screening_agreement(connection),
        coding=tuple(coding_agreement(connection)),
        extraction=tuple(extraction_agreement(connection)),
        second_readings={verdict.value: n for verdict, n in readings},
        effects=effects,
        pools=tuple(pool_database(connection)),
        measured=read_measured(connection, effects, comparisons),
        appraisals=tuple(read_appraisals(connection)),
        changes=tuple(changes_since_release(connection)),
        release=release["name"] if release else "none",
        release_hash=release["sha256"] if release else "",
        content_hash=content,
        schema=schema_of(connection) or "",
        about=dict((release["about"] if release else None) or {}),
        description=(release["description"] if release else None) or "",
        date=date,
    )


def _provenance(connection: Connection) -> dict[tuple[str, str], Row]:
    own = (
        StudyValue.locator.is_not(None)
        | StudyValue.source_url.is_not(None)
        | StudyValue.as_printed.is_not(None)
    )
    rows = connection.execute(select(StudyValue.__table__).where(own)).mappings()
    return {(row["study_id"], row["variable"]): dict(row) for row in rows}


def _searches(connection: Connection) -> tuple[Row, ...]:
    query = (
        select(Search.__table__, SearchPurpose.purpose)
        .outerjoin(SearchPurpose, SearchPurpose.query_id == Search.query_id)
        .order_by(Search.position)
    )
    return tuple(dict(row) for row in connection.execute(query).mappings())


def _comparisons(connection: Connection) -> tuple[Row, ...]:
    query = select(Comparison.__table__).order_by(Comparison.origin.desc(), Comparison.position)
    return tuple(
        {
            **row,
            **{
                name: render_cell(row[name]) for name in ("baseline_value", "quantized_value", "change_value")
            },
        }
        for row in connection.execute(query).mappings()
    )


def _records(connection: Connection) -> tuple[Row, ...]:
    """Return every record with the decision that stands, its reason, its report, its hits and its studies."""
    hits = dict(
        connection.execute(select(Identified.record_id, func.count()).group_by(Identified.record_id)).all()
    )
    studies = _by_record(connection, select(Study.record_id, Study.study_id).order_by(Study.position))
    judges = _by_record(
        connection,
        select(Screening.record_id, Screening.reviewer)
        .where(Screening.stage == Stage.TITLE_ABSTRACT, Screening.reviewer != ADJUDICATED)
        .order_by(Screening.position),
    )
    decisions = final_decisions(connection, Stage.TITLE_ABSTRACT)
    reasons = final_reasons(connection, Stage.TITLE_ABSTRACT)
    reports: dict[str, list[Row]] = {}
    for row in connection.execute(select(Report.__table__).order_by(Report.position)).mappings():
        reports.setdefault(row["record_id"], []).append(dict(row))
    rows = []
    for row in connection.execute(select(Record.__table__).order_by(Record.position)).mappings():
        key = row["record_id"]
        decision = (
            decisions[key].value if key in decisions else "undecided" if key in judges else "not screened"
        )
        rows.append(
            {
                **row,
                "hits": hits.get(key, 0),
                "studies": studies.get(key, []),
                "decision": f"removed ({row['removed'].value})" if row["removed"] else decision,
                "reason": reasons.get(key) if decision == Decision.EXCLUDE else None,
                "reports": reports.get(key, []),
                "judges": judges.get(key, []),
            }
        )
    return tuple(rows)


def _by_record(connection: Connection, query: Select[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record, value in connection.execute(query):
        found.setdefault(record, []).append(value)
    return found
