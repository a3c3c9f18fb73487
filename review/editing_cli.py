"""The curating verbs of `medquant review`: list, show, add, set, undo."""

import argparse
from typing import Any

from db.command import add_authorship, add_json, add_verb, print_json, print_table
from review.verifying_cli import VERDICTS, add_verifying_verb

SUBJECTS = {
    "study": "the included studies and their variables",
    "record": "the screened records",
    "comparison": "the comparisons of a quantized arm with its baseline",
}


def add_curating_verbs(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `study`, `record`, `comparison` and `undo`; nothing heavy is imported before one of them runs."""
    for name, about in SUBJECTS.items():
        _build_subject(verbs, name, about)
    add_verifying_verb(verbs)
    undo = add_verb(verbs, "undo", "take back one change, by the number that `medquant db history` prints")
    undo.add_argument("change", type=int, metavar="CHANGE", help="number of the change")
    add_authorship(undo)
    undo.set_defaults(run=_undo)


def _build_subject(verbs: Any, name: str, about: str) -> None:  # noqa: ANN401
    subject = verbs.add_parser(
        name, help=f"list, show, add and change {about}", description=f"Curate {about}."
    )
    subject.set_defaults(parser=subject)
    acts = subject.add_subparsers(metavar="ACT")

    listing = add_verb(acts, "list", f"list {about}")
    listing.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="FIELD=CODE",
        help="only rows whose field holds this code (repeatable)",
    )
    add_json(listing)
    listing.set_defaults(run=_list, subject=name)

    show = add_verb(acts, "show", f"show one {name} with all its values")
    show.add_argument("key", metavar="ID", help=f"identifier of the {name}")
    add_json(show)
    show.set_defaults(run=_show, subject=name)

    for act, help_text in (
        ("add", f"add a {name}"),
        ("set", f"change fields of a {name}; FIELD= clears one"),
    ):
        change = add_verb(acts, act, help_text)
        change.add_argument("key", metavar="ID", help=f"identifier of the {name}")
        change.add_argument(
            "values",
            nargs="+",
            metavar="FIELD=VALUE",
            help="new values; several codes are separated by semicolons",
        )
        if act == "set":
            change.add_argument(
                "--seen",
                action="append",
                default=[],
                metavar="FIELD=VALUE",
                help="change it only if the field still holds this (repeatable)",
            )
        if name == "study":
            change.add_argument(
                "--verification",
                choices=VERDICTS,
                help="what a second reading of these values says; without it a verified value that changes is unverified",
            )
            for option in ("as-printed", "locator", "source-url"):
                change.add_argument(
                    f"--{option}", metavar="TEXT", help="provenance of these values, if not the study's"
                )
        add_authorship(change)
        change.set_defaults(run=_change, subject=name, act=act)


def _assignments(words: list[str]) -> dict[str, str]:
    from db.errors import MedquantError, shown

    values = {}
    for word in words:
        field, equals, value = word.partition("=")
        if not equals or not field:
            raise MedquantError(
                f"{shown(word)} is no assignment; allowed: FIELD=VALUE, quoted if the value has spaces"
            )
        if field in values:
            raise MedquantError(f"{shown(field)} is set twice; name each field once")
        values[field] = value
    return values


def _list(given: argparse.Namespace) -> None:
    from db.codebook.codebook import codebook_from_database
    from db.errors import MedquantError, one_of, shown
    from db.schema import open_current
    from db.session import reading
    from review.editing import SUBJECTS as CURATED
    from review.editing import fields_of, read_all

    subject, wanted = CURATED[given.subject], _assignments(given.where)
    with reading(open_current(given.db)) as connection:
        allowed = [subject.key, *fields_of(subject, codebook_from_database(connection))]
        for field in wanted:
            if field not in allowed:
                raise MedquantError(f"{shown(field)} is no field of a {subject.name}; {one_of(allowed)}")
        rows = read_all(connection, subject)
    rows = [row for row in rows if all(_holds(row.get(field, ""), code) for field, code in wanted.items())]
    if given.json:
        print_json(rows)
        return
    columns = {
        "study": ["study_id", "year", "modality", "technique", "title"],
        "record": ["record_id", "year", "title"],
        "comparison": [
            "comparison_id",
            "outcome",
            "baseline_value",
            "quantized_value",
            "change_value",
            "control",
            "arm",
        ],
    }[subject.name]
    print_table(columns, [[row.get(c, "")[:70] for c in columns] for row in rows])
    print(f"{len(rows)} row(s)")


def _holds(cell: str, code: str) -> bool:
    return cell == code or (code != "" and code in cell.split(";"))


def _show(given: argparse.Namespace) -> None:
    from db.schema import open_current
    from db.session import reading
    from review.editing import SUBJECTS as CURATED
    from review.editing import read_all, read_one

    subject = CURATED[given.subject]
    with reading(open_current(given.db)) as connection:
        row = read_one(connection, subject, given.key)
        related = (
            [r for r in read_all(connection, CURATED["comparison"]) if r["study_id"] == given.key]
            if subject.name == "study"
            else []
        )
    if given.json:
        print_json({**row, "comparisons": related} if subject.name == "study" else row)
        return
    width = max(map(len, row))
    for field, value in row.items():
        if value:
            print(f"{field.ljust(width)}  {value}")
    for comparison in related:
        print(
            f"  {comparison['comparison_id']}  {comparison['outcome']}: {comparison['as_printed']}  ({comparison['arm']})"
        )
    print(f"history: medquant db history {subject.table.name} {given.key}")


def _change(given: argparse.Namespace) -> None:
    from functools import partial

    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from review.editing import PROVENANCE, add_row, set_fields
    from review.editing import SUBJECTS as CURATED

    subject, values = CURATED[given.subject], _assignments(given.values)
    provenance = {
        name: getattr(given, name) for name in (*PROVENANCE, "verification") if getattr(given, name, None)
    }
    change = add_row if given.act == "add" else partial(set_fields, seen=_assignments(given.seen))
    with writing(open_current(given.db), actor=current_actor(given.by), reason=given.reason) as connection:
        findings = change(connection, subject, given.key, values, provenance)
        number = connection.scalar(select(ChangeContext.change))
    print(f"{subject.name} {given.key}: {given.act}, {len(values)} field(s), change {number}")
    for finding in findings:
        print(f"  {finding.severity} {finding.code}: {finding.problem}; {finding.remedy}")


def _undo(given: argparse.Namespace) -> None:
    from db.history import undo_change
    from db.schema import open_current
    from db.session import current_actor, writing

    with writing(open_current(given.db), actor=current_actor(given.by), reason=given.reason) as connection:
        restored = undo_change(connection, given.change)
    print(f"change {given.change}: taken back, {restored} row(s) restored")
