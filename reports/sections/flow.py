"""The PRISMA 2020 flow: the diagram, its arithmetic checks, and the reasons for exclusion."""

from collections.abc import Mapping

from db.codebook.codebook import Codebook
from db.prisma import PrismaCounts
from db.prisma_checks import CheckStatus
from db.vocabulary import Answer, Decision
from reports.context import Block, Cell, Column, Note, Paragraph, Section, Table, text
from reports.evidence import Evidence, Row
from reports.figures import prisma_flow
from reports.figures.prisma_flow import FlowBox, FlowItem, OtherMethods, PrismaFlow
from reports.plates import Plates

RECORDS = "records"
MERGED = "merged"


def flow(evidence: Evidence, title: str, plates: Plates) -> Section:
    """Return the flow diagram with its checks."""
    data = diagram(evidence.counts, evidence.codebook)
    figure = plates.add(
        "flow",
        prisma_flow.figure(data),
        title="PRISMA 2020 flow of records, reports and studies",
        caption=text(
            "Every count is taken from rows of the database. Dashed boxes are stages that were not done. "
            "On the HTML page a box leads to its records; that of duplicates to the records into which they were merged."
        ),
        alt=prisma_flow.alt_text(data),
        data=prisma_flow.table(data),
        link_labels=prisma_flow.link_labels(data),
    )
    blocks: list[Block] = [figure]
    if not evidence.counts.full_text_done:
        blocks.append(
            Note(
                text("There was no separate full-text stage: a record that passed screening became a study."),
                "info",
            )
        )
    if implied := evidence.counts.implied_reports:
        blocks.append(
            Note(
                text(
                    f"{implied:,} included studies have no report of their own in the log of full texts; each counts as one "
                    "report that was read and included."
                ),
                "info",
            )
        )
    blocks += [
        Paragraph(text("Eleven arithmetic checks run before a page is built; an error stops a final build.")),
        _checks(evidence),
    ]
    return Section("flow", title, tuple(blocks))


def diagram(c: PrismaCounts, codebook: Codebook, *, links: bool = True) -> PrismaFlow:
    """Return the counts as the boxes of the diagram.

    Parameters
    ----------
    c
        The counts.
    codebook
        Names of the reasons.
    links
        Whether boxes lead into the report's table of records.
    """

    def to(address: str) -> str | None:
        return address if links else None

    reasons = {codebook.label("exclusion_reason", code): n for code, n in c.record_exclusion_reasons.items()}
    sources = {**c.database_specific_results, **c.register_specific_results}
    removed = {
        "duplicates": c.duplicates,
        "marked ineligible by automation": c.excluded_automatic,
        "removed for other reasons": c.excluded_other,
    }
    reports = [FlowItem("reports", c.new_reports)]
    return PrismaFlow(
        identified=FlowBox(
            c.identified, to("#searches"), tuple(FlowItem(name, n) for name, n in sources.items())
        ),
        removed=FlowBox(_sum(removed.values()), to(f"#{RECORDS}?Duplicates={MERGED}"), _items(removed)),
        screened=FlowBox(c.records_screened, to(f"#{RECORDS}")),
        excluded=FlowBox(
            c.records_excluded,
            to(f"#{RECORDS}?Decision=exclude"),
            tuple(FlowItem(label, n, to(f"#{RECORDS}?Reason={label}")) for label, n in reasons.items()),
        ),
        sought=FlowBox(c.dbr_sought_reports),
        not_retrieved=FlowBox(c.dbr_notretrieved_reports),
        assessed=FlowBox(c.dbr_assessed),
        reports_excluded=_reports_excluded(codebook, c.dbr_excluded),
        included=FlowBox(c.new_studies, to("#studies"), tuple(reports)),
        previous=None if c.previous_studies is None else FlowBox(c.previous_studies),
        other=_other(codebook, c),
        total=None if c.previous_studies is None else FlowBox(c.total_studies),
    )


def _other(codebook: Codebook, c: PrismaCounts) -> OtherMethods | None:
    found = {
        "websites": c.website_results,
        "organisations": c.organisation_results,
        "citations": c.citations_results,
    }
    total = _sum(found.values())
    if total is None:
        return None
    return OtherMethods(
        FlowBox(total, None, _items(found)),
        FlowBox(c.other_sought_reports),
        FlowBox(c.other_notretrieved_reports),
        FlowBox(c.other_assessed),
        _reports_excluded(codebook, c.other_excluded),
    )


def _reports_excluded(codebook: Codebook, reasons: Mapping[str, int] | None) -> FlowBox:
    if reasons is None:
        return FlowBox(None)
    labels = {codebook.label("exclusion_reason", code): n for code, n in reasons.items()}
    return FlowBox(sum(reasons.values()), None, _items(labels))


def _items(counts: Mapping[str, int | None]) -> tuple[FlowItem, ...]:
    return tuple(FlowItem(label, n) for label, n in counts.items() if n is not None)


def _sum(values: object) -> int | None:
    known = [n for n in values if n is not None]  # type: ignore[attr-defined]
    return sum(known) if known else None


def _checks(evidence: Evidence) -> Table:
    words = {
        CheckStatus.PASSED: "✓ passed",
        CheckStatus.WARNING: "⚠ warning",
        CheckStatus.FAILED: "✗ failed",
        CheckStatus.NOT_APPLICABLE: "– not applicable",
    }
    rows = tuple(
        (Cell(str(c.number), sort=c.number), Cell(c.rule), Cell(words[c.status]), Cell(c.detail))
        for c in evidence.checks
    )
    columns = (
        Column("No.", "right", 0.5),
        Column("Rule", width=3),
        Column("Result", width=1.3),
        Column("Counts", width=2.6),
    )
    return Table("flow-checks", "Arithmetic checks of the flow", columns, rows)


def records(evidence: Evidence, title: str) -> Section:
    """Return the appendix of all records with the decision that stands, its reason and, where sought, the report."""
    full_text = any(r["reports"] for r in evidence.records)
    rows = []
    for r in evidence.records:
        reason = evidence.codebook.label("exclusion_reason", r["reason"]) if r["reason"] else ""
        study = Cell("; ".join(r["studies"]), href=f"#study-{r['studies'][0]}") if r["studies"] else Cell("")
        rows.append(
            (
                Cell(r["record_id"]),
                Cell(r["title"], href=r["url"], note=r["dedup_note"]),
                Cell(str(r["year"] or ""), sort=r["year"]),
                Cell(str(r["hits"]), sort=r["hits"]),
                Cell(MERGED if r["hits"] > 1 else ""),
                Cell(", ".join(r["judges"])),
                Cell(r["decision"]),
                Cell(reason),
                *([Cell(_report_words(evidence, r["reports"]))] if full_text else []),
                study,
            )
        )
    columns = (
        Column("Record", width=0.8),
        Column("Title", width=5),
        Column("Year", "right", 0.6, filter="choice"),
        Column("Hits", "right", 0.5),
        Column("Duplicates", width=0.9, paper=False, filter="choice"),
        Column("Judged by", width=0.9, paper=False),
        Column("Decision", width=0.9, filter="choice"),
        Column("Reason", width=1.7, filter="choice"),
        *([Column("Report", width=1.7, filter="choice")] if full_text else []),
        Column("Study", width=1.7),
    )
    caption = "Records with the decision that stands; the note of a title tells which hits were merged"
    stage = (
        "on title and abstract; what became of its report stands beside it" if full_text else "and its reason"
    )
    about = text(f"Each record with the decision that stands {stage}.")
    table = Table(RECORDS, caption, columns, tuple(rows), interactive=True)
    return Section("records-section", title, (Paragraph(about), table))


def _report_words(evidence: Evidence, reports: list[Row]) -> str:
    """Return what became of a record's reports."""
    words = []
    for report in reports:
        if report["retrieved"] == Answer.NO:
            words.append("not retrieved")
        elif report["decision"] == Decision.EXCLUDE:
            reason = report["reason"]
            words.append(
                f"exclude: {evidence.codebook.label('exclusion_reason', reason)}" if reason else "exclude"
            )
        else:
            words.append(report["decision"].value if report["decision"] else "not assessed")
    return "; ".join(words)
