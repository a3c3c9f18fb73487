"""`medquant review unread`: what imported files held that could not be read."""

import argparse
from typing import Any

from db.command import add_json, add_verb, print_json, told


def add_unread_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `unread`; nothing heavy is imported before it runs."""
    listing = add_verb(verbs, "unread", "list what imported files held that could not be read, and why")
    listing.add_argument("--query", type=told, metavar="ID", help="only what came with this search")
    add_json(listing)
    listing.set_defaults(run=_unread)


def _unread(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.unread import read_unread

    with reading(open_current(given.db)) as connection:
        found = read_unread(connection, given.query)
    if given.json:
        print_json([asdict(entry) for entry in found])
        return
    for entry in found:
        print(
            f"{entry.query_id}  {entry.file}, {entry.place}: {'lost: ' if entry.lost else ''}{entry.reason}"
        )
        if entry.text:
            print(f"    {entry.text}")
    lost = sum(entry.lost for entry in found)
    print(f"{lost} lost, {len(found) - lost} remark(s)")
