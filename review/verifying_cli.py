"""`medquant review verify`: what a second reading of the source gave, by whom and when."""

import argparse
from typing import Any

from db.command import add_authorship, add_verb, told

VERDICTS = ("confirmed", "corrected", "not_seen_again")


def add_verifying_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `verify`; nothing heavy is imported before it runs."""
    act = add_verb(verbs, "verify", "say what a second reading of the source gave for a value")
    act.add_argument("key", metavar="KEY", help="identifier of a study, or of a comparison")
    act.add_argument(
        "fields",
        nargs="*",
        metavar="FIELD",
        help="variables of the study; a comparison is verified as a whole",
    )
    act.add_argument("--as", dest="verdict", required=True, choices=VERDICTS, help="what it gave")
    act.add_argument("--locator", type=told, metavar="TEXT", help="page, table or section where it was seen")
    act.add_argument("--source-url", type=told, metavar="URL", help="address of the text that was read")
    act.add_argument("--note", type=told, metavar="TEXT", help="a remark, of a comparison")
    add_authorship(act)
    act.set_defaults(run=_verify)


def _verify(given: argparse.Namespace) -> None:
    import datetime as dt

    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from db.vocabulary import Verification
    from review.verifying import verify_all

    actor, today = current_actor(given.by), dt.datetime.now(dt.UTC).date()
    with writing(open_current(given.db), actor=actor, reason=given.reason) as connection:
        verify_all(
            connection, given.key, given.fields, Verification(given.verdict), by=actor, today=today,
            locator=given.locator, source_url=given.source_url, note=given.note,
        )  # fmt: skip
        number = connection.scalar(select(ChangeContext.change))
    what = f" {', '.join(given.fields)}" if given.fields else ""
    print(f"{given.key}{what}: {given.verdict} by {actor} on {today}, change {number}")
