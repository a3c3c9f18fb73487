"""`medquant review changes`: how the flow and the pooled estimates moved between two states of the evidence."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json
from db.diff_cli import add_sides

if TYPE_CHECKING:
    from review.changes import Changes, PooledNumber, PoolMoved


def add_changes_verb(verbs: Any) -> None:  # noqa: ANN401
    """Add the verb; nothing heavy is imported before it runs."""
    changes = add_verb(
        verbs,
        "changes",
        "show how the flow and the pooled estimates moved between two states of the evidence",
    )
    add_sides(changes)
    add_json(changes)
    changes.set_defaults(run=_changes)


def _changes(given: argparse.Namespace) -> None:
    from review.changes import read_changes

    found = read_changes(given.before, given.after, given.db)
    if given.json:
        print_json(changes_as_dict(found))
        return
    print("\n".join(_lines(found)))


def _lines(found: "Changes") -> Iterator[str]:
    from db.diff import tallies

    yield f"{found.diff.before} -> {found.diff.after}"
    for tally in tallies(found.diff):
        yield f"  {tally.what}: {tally.added:,} added, {tally.removed:,} removed, {tally.changed:,} changed"
    yield "flow:" if found.counts else "flow: every count is the same"
    for count in found.counts:
        yield f"  {count.box}: {_count(count.before)} -> {_count(count.after)}"
    still = found.pooled - len(found.pools)
    yield f"pools: {len(found.pools)} of {found.pooled} outcomes moved" if found.pooled else "pools: none"
    for moved in found.pools:
        yield from _moved(moved)
    if found.pools and still:
        yield f"  the other {still} are the same"


def _moved(moved: "PoolMoved") -> Iterator[str]:
    shift = f", moved by {moved.shift:+.3f}" if moved.shift is not None else ""
    yield f"  {moved.label} ({moved.unit}){shift}"
    yield f"    before: {number(moved.before)}"
    yield f"    after:  {number(moved.after)}"


def number(one: "PooledNumber | None") -> str:
    """Return a pooled number in words."""
    if one is None:
        return "no effects"
    told = f"{one.effects} effects, {one.studies} studies, {one.groups} groups: "
    if one.estimate is None:
        return told + (one.too_few or "no number")
    told += f"{one.estimate:.3f} [{one.ci_low:.3f}, {one.ci_high:.3f}]"
    if one.prediction is not None:
        told += f", a new study group {one.prediction[0]:.3f} to {one.prediction[1]:.3f}"
    return told + (f", certainty {one.certainty}" if one.certainty else "")


def _count(value: int | str | None) -> str:
    return "not done" if value is None or value == "" else str(value)


def changes_as_dict(found: "Changes") -> dict[str, Any]:
    """Return changes as plain values; what is not finite becomes None."""
    from dataclasses import asdict

    from db.diff_words import diff_as_dict
    from review.meta.plain import finite

    plain: dict[str, Any] = finite(
        {
            "before": found.diff.before,
            "after": found.diff.after,
            "summary": diff_as_dict(found.diff)["summary"],
            "prisma": [asdict(count) for count in found.counts],
            "pooled_outcomes": found.pooled,
            "pools": [asdict(moved) | {"shift": moved.shift} for moved in found.pools],
        }
    )
    return plain
