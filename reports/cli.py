"""`medquant report`: the HTML page and the PDF from one document."""

import argparse
from pathlib import Path

from db.command import Steps
from db.dates import date_of_output, day

FORMS = ("html", "pdf")


def build(parser: argparse.ArgumentParser) -> None:
    """Add the options; nothing heavy is imported before the report is made."""
    parser.add_argument(
        "--db",
        metavar="URL",
        help="the database: an SQLite file or a SQLAlchemy URL (default: MEDQUANT_DB, else medquant.db)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build"), metavar="DIR", help="folder to write to (default: build)"
    )
    parser.add_argument("--form", choices=FORMS, action="append", help="only this form (default: both)")
    parser.add_argument(
        "--draft", action="store_true", help="build although the flow does not add up; marked as a draft"
    )
    parser.add_argument(
        "--outline", type=Path, metavar="FILE", help="TOML file with the sections' order and titles"
    )
    parser.add_argument(
        "--date",
        type=day,
        metavar="YYYY-MM-DD",
        help="date on the page (default: today, or SOURCE_DATE_EPOCH)",
    )
    parser.add_argument(
        "--since",
        metavar="DIR",
        help="folder of a release: the page tells what differs from it (default: what was edited since the load)",
    )
    parser.set_defaults(run=_report, parser=parser)


def _report(given: argparse.Namespace) -> None:
    date = date_of_output(
        given.date
    )  # first of all: a library that reads SOURCE_DATE_EPOCH itself would trip over it
    from db.errors import MedquantError
    from db.export import write_files
    from db.schema import open_current
    from db.session import reading
    from reports.document import OUTLINE, build_document, read_outline
    from reports.evidence import read_evidence
    from reports.figures.render import themed
    from reports.html.render import render_html
    from reports.pdf.render import PdfError, render_pdf
    from review.changes import changes_since

    forms = given.form or list(FORMS)
    outline = given.outline or OUTLINE
    engine = open_current(given.db)
    with Steps("report", total=len(read_outline(outline)) + 1 + len(forms)) as steps:
        steps("evidence")
        with reading(engine) as connection:
            evidence = read_evidence(connection, date=date)
            since = (
                changes_since(given.since, connection, evidence.pools) if given.since is not None else None
            )
        document = build_document(evidence, draft=given.draft, outline=outline, since=since, progress=steps)
        files: dict[str, bytes] = {}
        if "html" in forms:
            steps("HTML")
            page = render_html(
                document,
                figure_svg=lambda figure: themed(
                    figure.svg,
                    figure.title,
                    figure.alt,
                    identifier=figure.id,
                    link_labels=dict(figure.link_labels),
                ),
            )
            files["report.html"] = page.encode("utf-8")
        if "pdf" in forms:
            steps("PDF")
            try:
                files["report.pdf"] = render_pdf(document)
            except PdfError as error:
                raise MedquantError(str(error)) from error
        write_files(given.out, files)
    for name, content in files.items():
        print(f"{given.out / name}: {len(content) / 1e6:.1f} MB")
