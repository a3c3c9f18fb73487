"""The arithmetic that the flow diagram must obey: eleven checks on its counts."""

from dataclasses import dataclass
from enum import StrEnum

from db.prisma import PrismaCounts

SMALL_DATABASE_COUNT = 100


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
