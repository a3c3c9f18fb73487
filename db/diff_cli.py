"""`medquant db diff`: what differs between two releases, a release and the database, or two dates of a database."""

import argparse
from typing import Any

from db.command import add_json, add_verb, print_json, whole

SIDE = "a folder of a release, `now`, a day (its end, UTC) or moment, or the name of a loaded release"


def add_sides(parser: argparse.ArgumentParser) -> None:
    """Let a verb take two states of the evidence."""
    parser.add_argument("before", metavar="A", help=SIDE)
    parser.add_argument("after", nargs="?", default="now", metavar="B", help="the same (default: now)")


def add_diff_verb(verbs: Any) -> None:  # noqa: ANN401
    """Add the verb; nothing heavy is imported before it runs."""
    diff = add_verb(verbs, "diff", "show what differs between two states of the evidence, cell by cell")
    add_sides(diff)
    diff.add_argument(
        "--limit",
        type=whole,
        default=20,
        metavar="N",
        help="show N rows of each kind in each file (default: 20; 0: all)",
    )
    add_json(diff)
    diff.set_defaults(run=_diff)


def _diff(given: argparse.Namespace) -> None:
    from db.diff import compare
    from db.diff_sides import read_state
    from db.diff_words import diff_as_dict, diff_lines

    diff = compare(read_state(given.before, given.db), read_state(given.after, given.db))
    if given.json:
        print_json(diff_as_dict(diff))
        return
    print("\n".join(diff_lines(diff, given.limit)))
