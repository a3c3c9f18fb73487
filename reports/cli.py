"""`medquant report`: the HTML page and the PDF from one document."""

import argparse
import datetime as dt
import os
from pathlib import Path

from db.command import Steps

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
        type=_date,
        metavar="YYYY-MM-DD",
        help="date on the page (default: today, or SOURCE_DATE_EPOCH)",
    )
    parser.set_defaults(run=_report, parser=parser)


def _date(words: str) -> dt.date:
    try:
        return dt.date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r} is not a date; allowed: YYYY-MM-DD") from None


def page_date(given: dt.date | None) -> dt.date:
    """Return the date that the page bears: what was given, else SOURCE_DATE_EPOCH, else today."""
    from db.errors import MedquantError, shown

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None:
        return given
    if epoch is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        raise MedquantError(
            f"SOURCE_DATE_EPOCH is {shown(epoch)}; allowed: seconds since 1970 as a whole number"
        ) from None


def _report(given: argparse.Namespace) -> None:
    date = page_date(
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

    forms = given.form or list(FORMS)
    outline = given.outline or OUTLINE
    engine = open_current(given.db)
    with Steps("report", total=len(read_outline(outline)) + 1 + len(forms)) as steps:
        steps("evidence")
        with reading(engine) as connection:
            evidence = read_evidence(connection, date=date)
        document = build_document(evidence, draft=given.draft, outline=outline, progress=steps)
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
