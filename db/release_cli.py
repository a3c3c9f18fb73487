"""`medquant db release`: freeze the corpus as a folder to publish, or check such a folder."""

import argparse
import os
from pathlib import Path
from typing import Any

from db.command import add_json, add_verb, print_json, told
from db.dates import day


def add_release_verb(verbs: Any) -> None:  # noqa: ANN401
    """Add the verb; nothing heavy is imported before it runs."""
    release = add_verb(
        verbs,
        "release",
        "freeze the corpus as a folder to publish, or check one with --verify; exit code 1 if it is broken",
    )
    release.add_argument("name", nargs="?", metavar="NAME", help="name of the release, such as 2026.1")
    release.add_argument("--out", type=Path, metavar="DIR", help="new folder that the release is written to")
    release.add_argument(
        "--since",
        type=Path,
        metavar="DIR",
        help="folder of the release before (default: the release that was loaded)",
    )
    release.add_argument(
        "--author",
        action="append",
        default=[],
        metavar="NAME",
        help="'Family, Given' or a body, <https://orcid.org/…> may follow; once for each (default: the project's own)",
    )
    release.add_argument(
        "--date",
        type=day,
        metavar="YYYY-MM-DD",
        help="date of the release (default: today, or SOURCE_DATE_EPOCH)",
    )
    release.add_argument(
        "--by", type=told, metavar="NAME", help="who freezes it (default: MEDQUANT_ACTOR, else not told)"
    )
    release.add_argument("--reason", type=told, help="why, for the changelog")
    release.add_argument("--verify", type=Path, metavar="DIR", help="check the release in this folder")
    add_json(release)
    release.set_defaults(run=_release)


def _release(given: argparse.Namespace) -> int:
    from db.errors import MedquantError

    if given.verify is not None:
        if given.name is not None or given.out is not None:
            raise MedquantError(
                "--verify DIR checks a release and takes neither a NAME nor --out; give it alone"
            )
        return _verify(given)
    if given.name is None or given.out is None:
        raise MedquantError(
            "a release needs a name and a folder: medquant db release 2026.1 --out DIR (or --verify DIR to check one)"
        )
    _freeze(given)
    return 0


def _freeze(given: argparse.Namespace) -> None:
    from db.dates import date_of_output
    from db.release import Wish, freeze
    from db.schema import open_current
    from db.session import reading

    wish = Wish(
        name=given.name,
        date=date_of_output(given.date),
        authors=given.author,
        # not the log-in name: a release is published, and its bytes are the same on every machine
        by=given.by or os.environ.get("MEDQUANT_ACTOR") or None,
        reason=given.reason,
        since=given.since,
    )
    with reading(open_current(given.db)) as connection:
        files = freeze(connection, given.out, wish)
    if given.json:
        sizes = {name: len(content) for name, content in sorted(files.items())}
        print_json({"release": given.name, "folder": str(given.out), "files": sizes})
        return
    print(f"{given.out}: release {given.name}, {len(files)} files written")


def _verify(given: argparse.Namespace) -> int:
    from dataclasses import asdict

    from db.release_verify import verify_release

    found = verify_release(given.verify)
    if given.json:
        print_json(asdict(found))
    else:
        for problem in found.problems:
            print(f"error: {problem}")
        print(f"release {found.name}: {found.files} files, {len(found.problems)} error(s)")
    return 1 if found.problems else 0
