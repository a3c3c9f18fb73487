"""The verb `medquant review dedupe`: what is one work, what is asked, and what a person decides."""

import argparse
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json, told

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from review.dedupe.find import MatchedPair
    from review.duplicates import Proposals

ABOUT = "show which records are one work and which pairs are doubtful; merge or decide only when told to"


def add_dedupe_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add the verb; nothing heavy is imported before it runs."""
    dedupe = add_verb(verbs, "dedupe", ABOUT)
    dedupe.add_argument("--maybe", action="store_true", help="explain each doubtful pair field by field")
    act = dedupe.add_mutually_exclusive_group()
    act.add_argument(
        "--apply",
        action="store_true",
        help="merge the sure groups; `review undo` takes it back as one change",
    )
    act.add_argument(
        "--same", nargs=2, metavar=("A", "B"), help="decide that two hits or records are one work"
    )
    act.add_argument(
        "--different", nargs=2, metavar=("A", "B"), help="decide that they are not; never asked again"
    )
    dedupe.add_argument(
        "--by", metavar="NAME", type=told, help="who decides (default: MEDQUANT_ACTOR, else log-in name)"
    )
    dedupe.add_argument(
        "--reason", type=told, help="why; needed with --apply, --same and --different, kept in the history"
    )
    add_json(dedupe)
    dedupe.set_defaults(run=_dedupe)


def _dedupe(given: argparse.Namespace) -> None:
    from db.errors import MedquantError

    act = next((word for word in ("apply", "same", "different") if getattr(given, word)), "")
    if act and given.maybe:
        raise MedquantError(f"--{act} changes rows and --maybe shows them; give one of the two")
    if act and not given.reason:
        raise MedquantError(f"--{act} changes rows; say why with --reason")
    if given.reason and not act:
        raise MedquantError(
            "--reason goes with --apply, --same or --different; without one of them nothing changes"
        )
    if act == "apply":
        _apply(given)
    elif act:
        _decide(given, act)
    else:
        _show(given)


def _show(given: argparse.Namespace) -> None:
    from db.schema import open_current
    from db.session import reading
    from review.duplicates import propose

    with reading(open_current(given.db)) as connection:
        found = propose(connection)
        blocked = _obstacles(connection, found)
    if given.json:
        print_json(_as_json(found, blocked))
        return
    _print_merges(found, blocked)
    _print_maybe(found, explained=given.maybe)
    records = len(found.hits.by_record)
    print(
        f"{len(found.hits.hits)} hits, {records} records: {len(found.merges)} sure group(s), {len(found.maybe)} to decide"
    )
    if found.merges:
        print("merge the sure groups: medquant review dedupe --apply --reason WHY")
    if found.maybe:
        print(
            "decide a pair: medquant review dedupe --same A B --reason WHY, or --different A B"
            + ("" if given.maybe else "; --maybe explains each")
        )


def _obstacles(connection: "Connection", found: "Proposals") -> dict[tuple[str, ...], str]:
    from review.merging import Merger

    merger = Merger(connection)
    told = {merge.records: merger.obstacle(merge.records) for merge in found.merges}
    return {records: why for records, why in told.items() if why}


def _print_merges(found: "Proposals", blocked: dict[tuple[str, ...], str]) -> None:
    titles = {hit.key: hit.title for hit in found.hits.hits}
    for merge in found.merges:
        print(f"sure: {', '.join(merge.records)}")
        for a, b, why in merge.pairs:
            print(f"  {a} = {b}: {why}")
            print(f"    {titles[a][:100]}\n    {titles[b][:100]}")
        if merge.records in blocked:
            print(f"  not merged: {blocked[merge.records]}")


def _print_maybe(found: "Proposals", *, explained: bool) -> None:
    for pair in found.maybe:
        against = f"; but {', '.join(pair.verdict.against)}" if pair.verdict.against else ""
        print(f"maybe: {_placed(pair, found)}: {pair.verdict.rule}{against}")
        if not explained:
            print(f"    {pair.a.title[:100]}\n    {pair.b.title[:100]}")
            continue
        for field in pair.fields:
            sign = {True: "=", False: "≠", None: " "}[field.agrees]
            score = "" if field.likeness is None else f"{field.likeness:.0f}"
            print(f"  {sign} {field.field:8} {score:>3}  {field.a[:110] or '-'}")
            print(f"{'':17}{field.b[:110] or '-'}")


def _placed(pair: "MatchedPair", found: "Proposals") -> str:
    record = found.hits.record
    return f"{pair.a.key} ({record[pair.a.key]}) and {pair.b.key} ({record[pair.b.key]})"


def _as_json(found: "Proposals", blocked: dict[tuple[str, ...], str]) -> dict[str, object]:
    from dataclasses import asdict

    record = found.hits.record
    return {
        "hits": len(found.hits.hits),
        "records": len(found.hits.by_record),
        "sure": [
            {
                "records": merge.records,
                "pairs": [{"a": a, "b": b, "why": why} for a, b, why in merge.pairs],
                "obstacle": blocked.get(merge.records),
            }
            for merge in found.merges
        ],
        "maybe": [
            {
                "a": pair.a.key,
                "b": pair.b.key,
                "record_a": record[pair.a.key],
                "record_b": record[pair.b.key],
                "rule": pair.verdict.rule,
                "against": pair.verdict.against,
                "fields": [asdict(field) for field in pair.fields],
            }
            for pair in found.maybe
        ],
    }


def _apply(given: argparse.Namespace) -> None:
    from db.schema import open_current
    from db.session import current_actor, reading, writing
    from review.duplicates import propose
    from review.settling import Merged, in_words, merge_groups

    engine = open_current(given.db)
    with reading(engine) as connection:  # others may write while duplicates are looked for
        groups = propose(connection).merges
    found = Merged(0, (), ())
    if groups:
        with writing(engine, actor=current_actor(given.by), reason=given.reason) as connection:
            found = merge_groups(connection, groups)
    reasons = {frozenset(group.records): in_words(group) for group in groups}
    merged = [
        {"kept": kept, "merged": list(gone), "why": reasons[frozenset((kept, *gone))]}
        for kept, gone in found.merged
    ]
    change = found.change if merged else None
    if given.json:
        left = [{"records": records, "obstacle": why} for records, why in found.left]
        print_json({"change": change, "merged": merged, "not_merged": left})
        return
    for one in merged:
        print(f"{one['kept']}: took in {', '.join(one['merged'])} ({one['why']})")
    for records, why in found.left:
        print(f"{', '.join(records)}: not merged: {why}")
    print(f"{len(merged)} group(s) merged" + (f", change {change}" if merged else "; nothing changed"))


def _decide(given: argparse.Namespace, act: str) -> None:
    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from db.vocabulary import Sameness
    from review.duplicates import decide

    actor, (one, other) = current_actor(given.by), getattr(given, act)
    with writing(open_current(given.db), actor=actor, reason=given.reason) as connection:
        a, b = decide(connection, one, other, Sameness(act), by=actor, reason=given.reason)
        number = connection.scalar(select(ChangeContext.change))
    if given.json:
        print_json({"a": a, "b": b, "decision": act, "change": number})
        return
    print(f"{a} and {b}: {act}, change {number}")
    if act == "same":
        print("their records are merged by `medquant review dedupe --apply`")
