"""`medquant review extraction` and `agree`: extractors' values side by side, and the consensus as a value of its own."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from db.command import add_authorship, add_json, add_verb, print_json, print_table

if TYPE_CHECKING:
    from review.extraction import ExtractedValue


def add_extraction_verbs(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `extraction` and `agree`; nothing heavy is imported before one of them runs."""
    shown = add_verb(
        verbs, "extraction", "show a study's values: each extractor's beside the consensus, and what is open"
    )
    shown.add_argument("study", metavar="STUDY", help="identifier of the study")
    shown.add_argument("--open", action="store_true", help="only what is missing, conflicting or unverified")
    shown.add_argument(
        "--blind", metavar="NAME", help="hide what NAME has not extracted yet, so that NAME reads it unbiased"
    )
    add_json(shown)
    shown.set_defaults(run=_extraction)

    extract = add_verb(
        verbs,
        "extract",
        "keep what one extractor read, beside what others read; the consensus stays as it is",
    )
    extract.add_argument(
        "key", metavar="STUDY", help="identifier of a study, or of a comparison for its numbers"
    )
    extract.add_argument(
        "variable", metavar="VARIABLE", help="variable of the matrix, or number of the comparison"
    )
    extract.add_argument("--value", required=True, help="codes, or a number as printed, such as '12,000 kB'")
    extract.add_argument(
        "--seen", metavar="VALUE", help="write only if the own value is still this ('': none)"
    )
    for option in ("as-printed", "locator", "source-url"):
        extract.add_argument(
            f"--{option}", metavar="TEXT", help="where it stands, if the row does not say so yet"
        )
    add_authorship(extract)
    extract.set_defaults(run=_extract)

    agree = add_verb(
        verbs, "agree", "set the consensus of a value; the extractors' own values stay beside it"
    )
    agree.add_argument(
        "key", metavar="STUDY", help="identifier of a study, or of a comparison for its numbers"
    )
    agree.add_argument(
        "variable", metavar="VARIABLE", help="variable of the matrix, or field of the comparison"
    )
    agree.add_argument(
        "--value", required=True, help="the consensus; a number may be as printed, such as '12,000 kB'"
    )
    agree.add_argument(
        "--extracted",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="what extractors read, where it is not kept yet",
    )
    agree.add_argument("--seen", metavar="VALUE", help="write only if the row still holds this value")
    for option in ("as-printed", "locator", "source-url"):
        agree.add_argument(f"--{option}", metavar="TEXT", help="provenance of a variable, if not the study's")
    add_authorship(agree)
    agree.set_defaults(run=_agree)


def _extraction(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.extraction import OPEN, ValueState, blinded, read_extraction

    with reading(open_current(given.db)) as connection:
        values = read_extraction(connection, given.study)
    if given.blind:
        values = [blinded(value, given.blind) for value in values]
    if given.open:
        values = [value for value in values if value.unverified or value.state in OPEN]
    if given.json:
        print_json([asdict(value) for value in values])
        return
    extractors = sorted({name for value in values for name in value.values})
    header = ["of", "value", *extractors, "consensus", "state", "verified"]
    print_table(header, [_line(value, extractors) for value in values])
    for value in values:
        if value.told:
            print(f"  {value.key} {value.field}: {value.told}")
    states = [value.state for value in values]
    counted = ", ".join(f"{states.count(state)} {state}" for state in ValueState if state in states)
    print(f"{len(values)} value(s): {counted}; {sum(value.unverified for value in values)} unverified")


def _line(value: "ExtractedValue", extractors: Sequence[str]) -> list[str]:
    cells = [value.values.get(name, "")[:40] for name in extractors]
    verified = "" if not value.consensus else "no" if value.unverified else "yes"
    return [value.key, value.field, *cells, value.consensus[:40], str(value.state), verified]


def _extract(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from review.editing import PROVENANCE
    from review.extracting import extract_value

    provenance = {name: getattr(given, name) for name in PROVENANCE if getattr(given, name)}
    by = current_actor(given.by)
    with writing(open_current(given.db), actor=by, reason=given.reason) as connection:
        extract_value(
            connection, given.key, given.variable, given.value, by=by, provenance=provenance, seen=given.seen
        )
        number = connection.scalar(select(ChangeContext.change))
    print(f"{given.key} {given.variable}: {by} read {given.value.strip()}, change {number}")


def _agree(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from db.errors import MedquantError, shown
    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from review.agreeing import agree_on
    from review.contradictions import contradictions_with
    from review.editing import PROVENANCE

    votes = {}
    for words in given.extracted:
        name, equals, value = words.partition("=")
        if not equals or not name or not value:
            raise MedquantError(f"{shown(words)} is no extractor's value; allowed: NAME=VALUE")
        votes[name] = value
    provenance = {name: getattr(given, name) for name in PROVENANCE if getattr(given, name)}
    with writing(open_current(given.db), actor=current_actor(given.by), reason=given.reason) as connection:
        stored, findings = agree_on(
            connection, given.key, given.variable, given.value,
            reason=given.reason, votes=votes, provenance=provenance, seen=given.seen,
        )  # fmt: skip
        number = connection.scalar(select(ChangeContext.change))
        clashes = contradictions_with(connection, given.key)
    print(f"{given.key} {given.variable}: {stored or '(empty)'}, change {number}")
    for finding in findings:
        print(f"  {finding.severity} {finding.code}: {finding.problem}; {finding.remedy}")
    for clash in clashes:
        print(f"  contradiction {clash.rule}: {clash.said}; {clash.follows}; may be {clash.may_be}")
