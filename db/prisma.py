"""PRISMA 2020: the counts of the flow diagram, taken from rows, and the arithmetic that they must obey.

The counts live in `db` because `medquant db status` and `medquant db check` need them; how they are exported
and drawn is the business of `review.prisma` and `reports.figures`.

Reference: Page MJ et al. The PRISMA 2020 statement. BMJ 2021;372:n71.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from db.models.tables import Identified, Record, Report, Screening, Study
from db.vocabulary import Answer, Decision, Removal, Route, Stage

ADJUDICATED = "adjudicated"
SMALL_DATABASE_COUNT = 100
OTHER_METHODS = (Route.WEBSITE, Route.ORGANISATION, Route.CITATION)


@dataclass(frozen=True)
class PrismaCounts:
    """The boxes of the PRISMA 2020 flow diagram; None means that the stage or route was not done, never zero.

    Field names are the keys of the R package PRISMA2020 (version 1.1). `dbr_` fields count reports found through
    databases and registers, `other_` fields those found by other methods.
    """

    previous_studies: int | None = None
    previous_reports: int | None = None
    database_results: int | None = None
    register_results: int | None = None
    database_specific_results: Mapping[str, int] = field(default_factory=dict)
    register_specific_results: Mapping[str, int] = field(default_factory=dict)
    website_results: int | None = None
    organisation_results: int | None = None
    citations_results: int | None = None
    duplicates: int | None = None
    excluded_automatic: int | None = None
    excluded_other: int | None = None
    records_screened: int | None = None
    records_excluded: int | None = None
    dbr_sought_reports: int | None = None
    dbr_notretrieved_reports: int | None = None
    other_sought_reports: int | None = None
    other_notretrieved_reports: int | None = None
    dbr_assessed: int | None = None
    dbr_excluded: Mapping[str, int] | None = None
    other_assessed: int | None = None
    other_excluded: Mapping[str, int] | None = None
    new_studies: int = 0
    new_reports: int = 0
    total_studies: int = 0
    total_reports: int = 0
    record_exclusion_reasons: Mapping[str, int] = field(default_factory=dict)
    included_without_full_text: int = 0
    distinct_studies: int = 0
    unresolved: tuple[str, ...] = ()

    @property
    def full_text_done(self) -> bool:
        """Whether reports were sought and assessed as a stage of its own."""
        return self.dbr_sought_reports is not None or self.other_sought_reports is not None

    @property
    def identified(self) -> int | None:
        """Hits of databases and registers together."""
        if self.database_results is None and self.register_results is None:
            return None
        return (self.database_results or 0) + (self.register_results or 0)

    def as_keys(self) -> dict[str, int | str | None]:
        """Return the counts by PRISMA2020 key; lists read `name, n; name, n` as that package wants them."""
        keys: dict[str, int | str | None] = {}
        for name in _KEYS:
            value = getattr(self, name)
            keys[name] = (
                "; ".join(f"{k}, {n}" for k, n in value.items()) if isinstance(value, Mapping) else value
            )
        return keys


_KEYS = tuple(
    name
    for name in PrismaCounts.__dataclass_fields__
    if name
    not in ("record_exclusion_reasons", "included_without_full_text", "distinct_studies", "unresolved")
)


def count_prisma(connection: Connection) -> PrismaCounts:
    """Count the flow of records and reports from the rows of the database."""
    hits = connection.execute(select(Identified.record_id, Identified.source, Identified.route)).all()
    routes: dict[Route, Counter[str]] = defaultdict(Counter)
    arms: dict[str, set[bool]] = defaultdict(set)
    for hit in hits:
        route = hit.route or Route.DATABASE
        routes[route][hit.source] += 1
        arms[hit.record_id].add(route in OTHER_METHODS)
    records = connection.execute(select(Record.record_id, Record.removed)).all()
    through_databases = {row.record_id for row in records if arms[row.record_id] != {True}}
    decisions = final_decisions(connection, Stage.TITLE_ABSTRACT)
    reasons = {row.record_id: row.reason for row in _deciding_rows(connection, Stage.TITLE_ABSTRACT)}
    removed = {row.record_id: row.removed for row in records if row.removed}
    studies = connection.execute(select(Study.study_id, Study.record_id)).all()
    with_study = {row.record_id for row in studies}
    screened = [key for key in through_databases if key in decisions and key not in removed]
    excluded = [key for key in screened if decisions[key] == Decision.EXCLUDE]
    reports = _report_counts(connection, through_databases)
    new_reports = reports.included if reports.done else len(with_study)
    database_hits = sum(routes[Route.DATABASE].values()) + sum(routes[Route.REGISTER].values())
    return PrismaCounts(
        database_results=sum(routes[Route.DATABASE].values()) if hits else None,
        register_results=sum(routes[Route.REGISTER].values()) if routes[Route.REGISTER] else None,
        database_specific_results=dict(routes[Route.DATABASE].most_common()),
        register_specific_results=dict(routes[Route.REGISTER].most_common()),
        website_results=_or_none(routes[Route.WEBSITE]),
        organisation_results=_or_none(routes[Route.ORGANISATION]),
        citations_results=_or_none(routes[Route.CITATION]),
        duplicates=database_hits - len({key for key in arms if False in arms[key]}) if hits else None,
        excluded_automatic=sum(why == Removal.AUTOMATION for why in removed.values()) or None,
        excluded_other=sum(why == Removal.OTHER for why in removed.values()) or None,
        records_screened=len(screened) if decisions else None,
        records_excluded=len(excluded) if decisions else None,
        **reports.fields,
        new_studies=len(studies),
        new_reports=new_reports,
        total_studies=len(studies),
        total_reports=new_reports,
        record_exclusion_reasons=dict(
            Counter(reasons.get(key) or "not stated" for key in excluded).most_common()
        ),
        included_without_full_text=0 if reports.done else len(with_study & through_databases),
        distinct_studies=len({row.study_id for row in studies}),
        unresolved=tuple(sorted(_unresolved(connection, decisions, with_study, through_databases))),
    )


def final_decisions(connection: Connection, stage: Stage) -> dict[str, Decision]:
    """Return the decision on each record that stands: the adjudicated one, else what all reviewers agree on.

    Records in conflict, or left at "maybe", are not in the result.
    """
    by_record: dict[str, set[Decision]] = defaultdict(set)
    settled: dict[str, Decision] = {}
    for row in connection.execute(
        select(Screening.record_id, Screening.reviewer, Screening.decision).where(Screening.stage == stage)
    ):
        if row.reviewer == ADJUDICATED:
            settled[row.record_id] = row.decision
        by_record[row.record_id].add(row.decision)
    agreed = {key: next(iter(votes)) for key, votes in by_record.items() if len(votes) == 1}
    return {key: decision for key, decision in (agreed | settled).items() if decision != Decision.MAYBE}


def _deciding_rows(connection: Connection, stage: Stage):  # type: ignore[no-untyped-def]  # noqa: ANN202
    query = select(Screening.record_id, Screening.reason).where(Screening.stage == stage)
    return connection.execute(query.order_by(Screening.reviewer == ADJUDICATED)).all()


@dataclass(frozen=True)
class _Reports:
    done: bool
    included: int
    fields: dict[str, Any]


def _report_counts(connection: Connection, through_databases: set[str]) -> _Reports:
    rows = connection.execute(
        select(Report.record_id, Report.retrieved, Report.decision, Report.reason)
    ).all()
    fields: dict[str, Any] = {}
    for arm, inside in (("dbr", True), ("other", False)):
        its = [r for r in rows if (r.record_id in through_databases or r.record_id is None) == inside]
        if not its:
            continue
        fields[f"{arm}_sought_reports"] = len(its)
        fields[f"{arm}_notretrieved_reports"] = sum(r.retrieved == Answer.NO for r in its)
        fields[f"{arm}_assessed"] = sum(r.retrieved == Answer.YES and r.decision is not None for r in its)
        gone = Counter(r.reason or "not stated" for r in its if r.decision == Decision.EXCLUDE)
        fields[f"{arm}_excluded"] = dict(gone.most_common())
    return _Reports(bool(rows), sum(r.decision == Decision.INCLUDE for r in rows), fields)


def _unresolved(
    connection: Connection,
    decisions: Mapping[str, Decision],
    with_study: set[str],
    through_databases: set[str],
) -> set[str]:
    """Return records that are neither removed, nor excluded, nor included with a study or an assessed report."""
    unresolved = set()
    assessed = {
        row.record_id for row in connection.execute(select(Report.record_id, Report.retrieved, Report.decision))
        if row.retrieved == Answer.NO or row.decision in (Decision.INCLUDE, Decision.EXCLUDE)
    }  # fmt: skip
    for key, removed in connection.execute(select(Record.record_id, Record.removed)):
        decision = decisions.get(key)
        if removed or (decision == Decision.EXCLUDE and key not in with_study):
            continue
        if decision == Decision.INCLUDE and (key in with_study or key in assessed):
            continue
        if key not in through_databases and key in assessed:  # other methods lead straight to a report
            continue
        unresolved.add(key)
    return unresolved


def _or_none(counts: Counter[str]) -> int | None:
    return sum(counts.values()) or None


class CheckStatus(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class PrismaCheck:
    """One arithmetic rule of the flow diagram and what came of it; `remedy` says what to do if it is broken."""

    number: int
    rule: str
    status: CheckStatus
    detail: str
    remedy: str = ""

    @property
    def code(self) -> str:
        """The code under which a warning can be accepted."""
        return f"prisma_{self.number}"


def check_prisma(counts: PrismaCounts) -> tuple[PrismaCheck, ...]:
    """Run the eleven arithmetic checks of the flow diagram."""
    c = counts
    full = "no separate full-text stage was done"
    others = _total(c.website_results, c.organisation_results, c.citations_results)
    return (
        _sum_of_sources(c),
        _equal(2, "records screened = hits - duplicates - removed", c.records_screened,
               _less(c.identified, c.duplicates, c.excluded_automatic or 0, c.excluded_other or 0),
               "hits were not logged or nothing was screened", "screen the records that have no decision yet"),
        _equal(3, "reports sought = records screened - records excluded", _sought(c, c.dbr_sought_reports),
               _less(c.records_screened, c.records_excluded), full,
               "give each record that passed screening a row in reports.csv"),
        _equal(4, "reports assessed = sought - not retrieved", c.dbr_assessed,
               _less(c.dbr_sought_reports, c.dbr_notretrieved_reports), full,
               "give each retrieved report a decision"),
        _reasons(c),
        _equal(6, "reports sought by other methods = hits of websites, organisations and citations",
               _sought(c, c.other_sought_reports) if others or c.other_sought_reports else None, others or 0,
               "no other methods were used, or no full-text stage was done", "give each hit of other methods a row in reports.csv"),
        _new_reports(c),
        _studies(c),
        _totals(c),
        _terminal(c),
        _database_count(c),
    )  # fmt: skip


def _sought(c: PrismaCounts, reports: int | None) -> int | None:
    """Return the reports of one arm: none is zero where the other arm has some."""
    return 0 if reports is None and c.full_text_done else reports


def _less(start: int | None, *parts: int | None) -> int | None:
    return (
        None if start is None or any(part is None for part in parts) else start - sum(p for p in parts if p)
    )


def _total(*parts: int | None) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _equal(
    number: int, rule: str, left: int | None, right: int | None, absent: str, remedy: str
) -> PrismaCheck:
    if left is None or (right is None):
        return PrismaCheck(number, rule, CheckStatus.NOT_APPLICABLE, absent)
    status = CheckStatus.PASSED if left == right else CheckStatus.FAILED
    return PrismaCheck(number, rule, status, f"{left} against {right}", remedy)


def _sum_of_sources(c: PrismaCounts) -> PrismaCheck:
    parts = sum(c.database_specific_results.values())
    return _equal(1, "sum over sources = database results", c.database_results, parts,
                  "hits were not logged", "name the source of every hit")  # fmt: skip


def _reasons(c: PrismaCounts) -> PrismaCheck:
    rule = "sum over reasons = excluded records and reports"
    remedy = "give every excluded record and report one reason"
    records = (c.records_excluded or 0, sum(c.record_exclusion_reasons.values()))
    lists = (c.record_exclusion_reasons, c.dbr_excluded or {}, c.other_excluded or {})
    missing = sum(reasons.get("not stated", 0) for reasons in lists)
    detail = f"{records[0]} against {records[1]}, {missing} without a reason"
    ok = records[0] == records[1] and not missing
    return PrismaCheck(5, rule, CheckStatus.PASSED if ok else CheckStatus.FAILED, detail, remedy)


def _new_reports(c: PrismaCounts) -> PrismaCheck:
    rule = "new reports = assessed - excluded, over both arms"
    remedy = "give each assessed report a decision, and each excluded one a reason"
    if not c.full_text_done:
        left, right = c.new_reports, _less(c.records_screened, c.records_excluded)
        rule = "new reports = records screened - excluded (no full-text stage)"
        return _equal(
            7, rule, left, right, "nothing was screened", "give each included record a study, and only these"
        )
    assessed = _total(c.dbr_assessed, c.other_assessed) or 0
    gone = sum((c.dbr_excluded or {}).values()) + sum((c.other_excluded or {}).values())
    return _equal(7, rule, c.new_reports, assessed - gone, "", remedy)


def _studies(c: PrismaCounts) -> PrismaCheck:
    rule = "studies are distinct and not more than reports"
    ok = c.new_studies <= c.new_reports and c.new_studies == c.distinct_studies
    detail = f"{c.new_studies} studies, {c.distinct_studies} distinct, {c.new_reports} reports"
    remedy = "give each study a record or report of its own"
    return PrismaCheck(8, rule, CheckStatus.PASSED if ok else CheckStatus.FAILED, detail, remedy)


def _totals(c: PrismaCounts) -> PrismaCheck:
    rule = "totals = previous + new"
    studies = (c.previous_studies or 0) + c.new_studies
    reports = (c.previous_reports or 0) + c.new_reports
    ok = (c.total_studies, c.total_reports) == (studies, reports)
    detail = f"studies {c.total_studies} against {studies}, reports {c.total_reports} against {reports}"
    remedy = "correct the counts of the previous version"
    return PrismaCheck(9, rule, CheckStatus.PASSED if ok else CheckStatus.FAILED, detail, remedy)


def _terminal(c: PrismaCounts) -> PrismaCheck:
    rule = "every record ends excluded, removed or in a study"
    shown = ", ".join(c.unresolved[:5]) + (" …" if len(c.unresolved) > 5 else "")
    detail = f"{len(c.unresolved)} unresolved" + (f": {shown}" if c.unresolved else "")
    status = CheckStatus.FAILED if c.unresolved else CheckStatus.PASSED
    return PrismaCheck(
        10, rule, status, detail, "settle the decision, or extract the study of an included record"
    )


def _database_count(c: PrismaCounts) -> PrismaCheck:
    rule = f"databases gave at least {SMALL_DATABASE_COUNT} hits"
    if c.database_results is None:
        return PrismaCheck(11, rule, CheckStatus.NOT_APPLICABLE, "hits were not logged")
    status = CheckStatus.PASSED if c.database_results >= SMALL_DATABASE_COUNT else CheckStatus.WARNING
    remedy = "log every hit of the search, or record why so few are right"
    return PrismaCheck(11, rule, status, f"{c.database_results} hits", remedy)
