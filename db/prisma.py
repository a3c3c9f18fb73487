"""PRISMA 2020: the counts of the flow diagram, taken from rows, and the arithmetic that they must obey.

The counts live in `db` because `medquant db status` and `medquant db check` need them; how they are exported
and drawn is the business of `review.prisma` and `reports.figures`.

Reference: Page MJ et al. The PRISMA 2020 statement. BMJ 2021;372:n71.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, or_, select

from db.about import COUNTS
from db.models.tables import Identified, Record, Release, Report, Screening, Study
from db.vocabulary import Answer, Decision, Removal, Route, Stage

ADJUDICATED = "adjudicated"
OTHER_METHODS = (Route.WEBSITE, Route.ORGANISATION, Route.CITATION)


@dataclass(frozen=True)
class PrismaCounts:
    """The boxes of the PRISMA 2020 flow diagram; None means that the stage or route was not done, never zero.

    Field names are the keys of the R package PRISMA2020 (version 1.1). `dbr_` fields count reports found through
    databases and registers, `other_` fields those found by other methods: records that no database gave, each
    under the route that gave it first. A report without a record is a further document of a study and no part of the
    flow.
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
    distinct_studies: int = 0
    unresolved: tuple[str, ...] = ()
    implied_reports: int = 0

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
    if name not in ("record_exclusion_reasons", "distinct_studies", "unresolved", "implied_reports")
)


def count_prisma(connection: Connection) -> PrismaCounts:
    """Count the flow of records and reports from the rows of the database."""
    hits = _count_hits(connection)
    routes, others, searched = hits.routes, Counter(hits.by_others.values()), bool(hits.routes)
    records = set(connection.scalars(select(Record.record_id)))
    through_databases = records - hits.by_others.keys()
    decisions = final_decisions(connection, Stage.TITLE_ABSTRACT)
    reasons = final_reasons(connection, Stage.TITLE_ABSTRACT)
    removed = _removed(connection)
    studies = connection.execute(select(Study.study_id, Study.record_id)).all()
    with_study = {row.record_id for row in studies}
    screened = [key for key in decisions if key in through_databases and key not in removed]
    excluded = [key for key in screened if decisions[key] == Decision.EXCLUDE]
    reports = _report_counts(connection, through_databases, with_study)
    new_reports = reports.included if reports.done else len(with_study)
    previous = _previous(connection)
    database_hits = sum(routes[Route.DATABASE].values()) + sum(routes[Route.REGISTER].values())
    return PrismaCounts(
        database_results=sum(routes[Route.DATABASE].values()) if searched else None,
        register_results=sum(routes[Route.REGISTER].values()) if routes[Route.REGISTER] else None,
        database_specific_results=dict(routes[Route.DATABASE].most_common()),
        register_specific_results=dict(routes[Route.REGISTER].most_common()),
        website_results=others[Route.WEBSITE] or None,
        organisation_results=others[Route.ORGANISATION] or None,
        citations_results=others[Route.CITATION] or None,
        duplicates=database_hits - hits.by_databases if searched else None,
        excluded_automatic=sum(why == Removal.AUTOMATION for why in removed.values()) or None,
        excluded_other=sum(why == Removal.OTHER for why in removed.values()) or None,
        records_screened=len(screened) if decisions else None,
        records_excluded=len(excluded) if decisions else None,
        **reports.fields,
        new_studies=len(studies),
        new_reports=new_reports,
        previous_studies=previous["previous_studies"],
        previous_reports=previous["previous_reports"],
        total_studies=(previous["previous_studies"] or 0) + len(studies),
        total_reports=(previous["previous_reports"] or 0) + new_reports,
        record_exclusion_reasons=dict(
            Counter(reasons.get(key) or "not stated" for key in excluded).most_common()
        ),
        distinct_studies=len({row.study_id for row in studies}),
        implied_reports=reports.implied,
        unresolved=tuple(sorted(_unresolved(connection, decisions, with_study, records, hits.by_others))),
    )


@dataclass(frozen=True)
class _Hits:
    """The hits by route and source, how many records databases or registers gave, and what only other methods gave."""

    routes: Mapping[Route, Counter[str]]
    by_databases: int
    by_others: Mapping[str, Route]


def _count_hits(connection: Connection) -> _Hits:
    place = func.min(Identified.position)
    routes: dict[Route, Counter[str]] = defaultdict(Counter)
    counts = select(Identified.route, Identified.source, func.count()).group_by(
        Identified.route, Identified.source
    )
    for route, source, n in connection.execute(counts.order_by(place)):
        routes[route or Route.DATABASE][source] += n
    in_databases = (
        select(Identified.record_id)
        .distinct()
        .where(or_(Identified.route.is_(None), Identified.route.not_in(OTHER_METHODS)))
    )
    by_databases = set(connection.scalars(in_databases))
    by_others: dict[str, Route] = {}
    elsewhere = select(Identified.record_id, Identified.route).where(Identified.route.in_(OTHER_METHODS))
    for key, route in connection.execute(elsewhere.order_by(Identified.position)):
        if key not in by_databases:
            by_others.setdefault(key, route or Route.DATABASE)
    return _Hits(routes, len(by_databases), by_others)


def _removed(connection: Connection) -> dict[str, Removal]:
    query = select(Record.record_id, Record.removed).where(Record.removed.is_not(None))
    return {row.record_id: row.removed for row in connection.execute(query)}


def _previous(connection: Connection) -> dict[str, int | None]:
    """Return what an earlier version of the review included, as the corpus says; None where there was none."""
    about = connection.scalar(select(Release.about).order_by(Release.id.desc()).limit(1)) or {}
    return {key: int(about[key]) if key in about else None for key in COUNTS}


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


def final_reasons(connection: Connection, stage: Stage) -> dict[str, str]:
    """Return the reason for each exclusion that stands: the adjudicated one, else the first that a vote gives."""
    query = select(Screening.record_id, Screening.reason).where(
        Screening.stage == stage, Screening.decision == Decision.EXCLUDE, Screening.reason.is_not(None)
    )
    reasons: dict[str, str] = {}
    for row in connection.execute(query.order_by(Screening.reviewer != ADJUDICATED, Screening.position)):
        reasons.setdefault(row.record_id, row.reason)
    return reasons


@dataclass(frozen=True)
class _Reports:
    done: bool
    included: int
    implied: int
    fields: dict[str, Any]


def _report_counts(connection: Connection, through_databases: set[str], with_study: set[str]) -> _Reports:
    """Count reports where they were a stage; a study whose record has no row there was read, so that it counts as one."""
    query = select(Report.record_id, Report.retrieved, Report.decision, Report.reason)
    rows = connection.execute(query.where(Report.record_id.is_not(None))).all()
    implied = with_study - {r.record_id for r in rows} if rows else set()
    fields: dict[str, Any] = {}
    for arm, inside in (("dbr", True), ("other", False)):
        its = [r for r in rows if (r.record_id in through_databases) == inside]
        more = sum((key in through_databases) == inside for key in implied)
        if not its and not more:
            continue
        fields[f"{arm}_sought_reports"] = len(its) + more
        fields[f"{arm}_notretrieved_reports"] = sum(r.retrieved == Answer.NO for r in its)
        assessed = sum(r.retrieved == Answer.YES and r.decision is not None for r in its)
        fields[f"{arm}_assessed"] = assessed + more
        gone = Counter(r.reason or "not stated" for r in its if r.decision == Decision.EXCLUDE)
        fields[f"{arm}_excluded"] = dict(gone.most_common())
    included = sum(r.decision == Decision.INCLUDE for r in rows) + len(implied)
    return _Reports(bool(rows), included, len(implied), fields)


def _unresolved(
    connection: Connection,
    decisions: Mapping[str, Decision],
    with_study: set[str],
    records: set[str],
    by_others: Mapping[str, Route],
) -> set[str]:
    """Return records that are neither removed, nor excluded, nor included with a study or an assessed report."""
    unresolved = set()
    assessed = {
        row.record_id for row in connection.execute(select(Report.record_id, Report.retrieved, Report.decision))
        if row.retrieved == Answer.NO or row.decision in (Decision.INCLUDE, Decision.EXCLUDE)
    }  # fmt: skip
    for key in records - _removed(connection).keys():
        decision = decisions.get(key)
        if decision == Decision.EXCLUDE and key not in with_study:
            continue
        if decision == Decision.INCLUDE and (key in with_study or key in assessed):
            continue
        if not decisions and key in with_study:  # the corpus does not log its screening
            continue
        if key in by_others and key in assessed:  # other methods lead straight to a report
            continue
        unresolved.add(key)
    return unresolved
