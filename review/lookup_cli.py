"""`medquant review lookup`: what Crossref, OpenAlex and arXiv say of records, as a proposal; `--apply` fills gaps."""

import argparse
import re
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json, print_table, told

if TYPE_CHECKING:
    from review.lookup.proposing import Looked
    from review.lookup.servers import Asking

_WIDEST = 60


def add_lookup_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `lookup`; nothing heavy is imported before it runs."""
    verb = add_verb(
        verbs,
        "lookup",
        "ask Crossref, OpenAlex and arXiv what a record lacks; needs a network, writes with --apply only",
    )
    verb.add_argument(
        "what", nargs="*", metavar="RECORD|DOI|ARXIV", help="a record, a DOI or an arXiv identifier"
    )
    verb.add_argument(
        "--missing", action="store_true", help="every record that lacks authors, year, venue or abstract"
    )
    verb.add_argument(
        "--most",
        type=_count,
        default=50,
        metavar="N",
        help="at most so many records of --missing (default: 50)",
    )
    verb.add_argument(
        "--apply", action="store_true", help="write what fills an empty field; nothing else changes"
    )
    verb.add_argument(
        "--mailto",
        type=_address,
        metavar="ADDRESS",
        help="an e-mail address for the servers, which then wait less",
    )
    verb.add_argument(
        "--timeout",
        type=_count,
        default=20,
        metavar="SECONDS",
        help="how long an answer may take (default: 20)",
    )
    verb.add_argument(
        "--by",
        metavar="NAME",
        type=told,
        help="who makes the change (default: MEDQUANT_ACTOR, else log-in name)",
    )
    verb.add_argument("--reason", type=told, help="why; the sources are named in any case")
    add_json(verb)
    verb.set_defaults(run=_lookup)


def _count(words: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,4}", words, re.ASCII):
        raise argparse.ArgumentTypeError(f"{words!r} is no count; allowed: 1 to 99999")
    return int(words)


def _address(words: str) -> str:
    if not re.fullmatch(r"[\w.+-]{1,64}@[\w.-]{1,190}", words, re.ASCII):
        raise argparse.ArgumentTypeError(f"{words!r} is no e-mail address")
    return words


def _lookup(given: argparse.Namespace) -> int:
    from db.errors import MedquantError
    from db.schema import open_current
    from db.session import reading
    from review.lookup.proposing import look_up, subjects, with_gaps
    from review.lookup.servers import Asking

    if bool(given.what) == given.missing:
        raise MedquantError("name records, DOIs or arXiv identifiers, or give --missing, but not both")
    engine = open_current(given.db)
    with reading(engine) as connection:
        rows = (
            with_gaps(connection) if given.missing else subjects(connection, list(dict.fromkeys(given.what)))
        )
    later = max(0, len(rows) - given.most) if given.missing else 0
    asking = Asking(given.mailto or "", float(given.timeout))
    found = [look_up(row, asking) for row in rows[: len(rows) - later]]
    if asking.down and not asking.answered:
        why = "; ".join(f"{name}: {reason}" for name, reason in asking.down.items())
        raise MedquantError(f"nothing was looked up and nothing written, since no server answered ({why})")
    written, change = _write(given, engine, found) if given.apply else (0, None)
    if given.json:
        print_json(_as_json(found, asking, later, written, change))
    else:
        _tell(found, asking, later, written, change, applied=given.apply)
    return 0 if not rows or any(looked.sources for looked in found) else 1


def _write(given: argparse.Namespace, engine: Any, found: "list[Looked]") -> tuple[int, int | None]:  # noqa: ANN401
    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.session import current_actor, writing
    from review.lookup.proposing import write

    filling = [looked for looked in found if looked.record and any(p.fills for p in looked.proposals)]
    if not filling:
        return 0, None
    sources = sorted({p.source for looked in filling for p in looked.proposals if p.fills})
    reason = f"{given.reason or 'gaps filled'} (looked up in {', '.join(sources)})"
    with writing(engine, actor=current_actor(given.by), reason=reason) as connection:
        written = write(connection, filling)
        return written, connection.scalar(select(ChangeContext.change)) if written else None


def _as_json(
    found: "list[Looked]", asking: "Asking", later: int, written: int, change: int | None
) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "looked_up": [asdict(looked) for looked in found],
        "not_reached": asking.down,
        "not_asked_yet": later,
        "fields_written": written,
        "change": change,
    }


def _tell(
    found: "list[Looked]", asking: "Asking", later: int, written: int, change: int | None, *, applied: bool
) -> None:
    for looked in found:
        print(f"{looked.record or 'no record here'} ({looked.asked or 'no identifier'})")
        rows = [
            [p.field, "fills" if p.fills else "differs", _short(p.present), _short(p.found), p.source]
            for p in looked.proposals
        ]
        if rows:
            print_table(["field", "", "present", "found", "source"], rows)
        elif looked.sources:
            print("nothing to add")
        for remark in looked.remarks:
            print(f"  {remark}")
        print()
    for name, why in asking.down.items():
        print(f"{name} was left out: {why}")
    if later:
        print(f"{later} more record(s) have gaps; run it again, or raise --most")
    gaps = sum(p.fills for looked in found if looked.record for p in looked.proposals)
    if change is not None:
        print(f"{written} empty field(s) filled, change {change}")
    else:
        print(
            "no empty field to fill"
            if applied
            else f"{gaps} empty field(s) could be filled; --apply writes them"
        )


def _short(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
