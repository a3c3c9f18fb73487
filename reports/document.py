"""The document: sections in the order of the outline, built from the evidence."""

import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from db.errors import MedquantError, one_of, shown
from db.printed import Severity
from db.prisma_checks import CheckStatus
from reports.context import Document, Meta, Paragraph, Section, text
from reports.evidence import Evidence
from reports.plates import Plates
from reports.sections.agreement import agreement
from reports.sections.appraisal import appraisal
from reports.sections.changes import changes
from reports.sections.checklist import checklist
from reports.sections.claims import claims
from reports.sections.closing import citing, limitations, references
from reports.sections.comparisons import comparisons
from reports.sections.effects import effects
from reports.sections.flow import flow, records
from reports.sections.landscape import landscape
from reports.sections.searches import queries, searches
from reports.sections.studies import studies
from reports.sections.summary import summary
from review.changes import Changes

OUTLINE = Path(__file__).parent / "outline.toml"
TITLE = "Quantized neural networks in medical imaging"
SUBTITLE = "A living systematic review whose evidence can be re-measured"
Progress = Callable[[str], None]


def refuse_broken_flow(evidence: Evidence) -> None:
    """Raise `MedquantError` if the check finds an error, or a warning about the flow has no recorded reason."""
    for check in evidence.checks:
        if check.status == CheckStatus.FAILED:
            raise MedquantError(
                f"the flow diagram does not add up, check {check.number} ({check.rule}): {check.detail}; "
                f"{check.remedy}, or build a draft with --draft"
            )
    for finding in evidence.findings:
        if finding.severity == Severity.ERROR:
            raise MedquantError(
                f"the database has errors, the first is {finding.code} at {finding.where}: {finding.problem}; "
                f"{finding.remedy} (`medquant db check` lists all), or build a draft with --draft"
            )
        if finding.code.startswith("prisma_") and not finding.accepted:
            raise MedquantError(
                f"{finding.problem}; {finding.remedy}: medquant db acknowledge {finding.code} '{finding.where}' "
                "--reason …, or build a draft with --draft"
            )


def build_document(
    evidence: Evidence,
    *,
    draft: bool = False,
    outline: Path = OUTLINE,
    since: Changes | None = None,
    progress: Progress = lambda _: None,
) -> Document:
    """Build the document that both templates print.

    Parameters
    ----------
    evidence
        What `read_evidence` gave.
    draft
        Whether a broken flow is let pass; the page is marked as a draft.
    outline
        TOML file with the order and titles of the sections.
    since
        What differs from the release that was named; None tells what was edited since the load.
    progress
        Called with the name of each section before it is built.

    Raises
    ------
    MedquantError
        If the flow is broken and the page is no draft, or the outline or the checklist has a mistake.
    """
    if not draft:
        refuse_broken_flow(evidence)
    plates = Plates()
    tool = version("medquant")
    wanted = read_outline(outline)
    builders: dict[str, Callable[[str], Section]] = {
        "summary": lambda title: summary(evidence, title),
        "flow": lambda title: flow(evidence, title, plates),
        "searches": lambda title: searches(evidence, title),
        "agreement": lambda title: agreement(evidence, title),
        "studies": lambda title: studies(evidence, title),
        "landscape": lambda title: landscape(evidence, title, plates),
        "appraisal": lambda title: appraisal(evidence, title, plates),
        "effects": lambda title: effects(evidence, title, plates),
        "data": lambda title: _data(title, plates),
        "claims": lambda title: claims(evidence, title, plates),
        "limitations": lambda title: limitations(evidence, title),
        "checklist": lambda title: checklist(evidence, title, [name for name, _ in wanted]),
        "references": lambda title: references(evidence, title),
        "citing": lambda title: citing(evidence, title, tool),
        "changes": lambda title: changes(evidence, title, since),
        "comparisons-section": lambda title: comparisons(evidence, title),
        "records-section": lambda title: records(evidence, title),
        "queries-section": lambda title: queries(evidence, title),
    }
    if stranger := next((name for name, _ in wanted if name not in builders), None):
        raise MedquantError(f"{outline.name}: {shown(stranger)} is no section; {one_of(list(builders))}")
    if not evidence.appraisals:  # nothing to tell: the limitations say that no tool was applied
        wanted = [entry for entry in wanted if entry[0] != "appraisal"]
    sections = {}
    for name, title in sorted(wanted, key=lambda entry: entry[0] == "data"):  # it prints what the others drew
        progress(name)
        sections[name] = builders[name](title)
    return Document(_meta(evidence, tool, draft), tuple(sections[name] for name, _ in wanted))


def read_outline(path: Path) -> list[tuple[str, str]]:
    """Return (id, title) of each section, in order.

    Raises
    ------
    MedquantError
        If the file cannot be read or a section lacks id or title.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("section", [])
        wanted = [(str(entry["id"]), str(entry["title"])) for entry in entries]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise MedquantError(
            f"{path} is no outline ({error}); each [[section]] needs an id and a title"
        ) from None
    twice = next((name for name, _ in wanted if [n for n, _ in wanted].count(name) > 1), None)
    if twice is not None or not wanted:
        raise MedquantError(
            f"{path}: {'no section' if twice is None else shown(twice) + ' stands twice'}; name each once"
        )
    return wanted


def _data(title: str, plates: Plates) -> Section:
    told = text(
        "One table a figure, with the numbers that it draws; each can be opened and saved on the HTML page."
    )
    return Section("data", title, (Paragraph(told), *plates.tables))


def _meta(evidence: Evidence, tool: str, draft: bool) -> Meta:
    return Meta(
        title=TITLE,
        subtitle=SUBTITLE,
        release=f"{evidence.release}{' (edited since)' if evidence.edited else ''}",
        release_hash=evidence.content_hash,
        version=tool,
        schema=evidence.schema,
        date=evidence.date.isoformat(),
        licence=evidence.about.get("licence", "not stated"),
        draft=draft,
        description=f"{SUBTITLE}: {evidence.counts.new_studies} studies, release {evidence.release}.",
        keywords=("quantization", "medical imaging", "systematic review", "meta-analysis", "PRISMA 2020"),
    )
