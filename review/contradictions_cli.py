"""`medquant review contradictions`: what the numbers of a study say that cannot both be true."""

import argparse
from typing import Any

from db.command import add_json, add_verb, print_json


def add_contradictions_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `contradictions`; nothing heavy is imported before it runs."""
    verb = add_verb(
        verbs, "contradictions", "list numbers that contradict each other: changes, arms, cells, sizes, times"
    )
    verb.add_argument("--study", metavar="ID", help="only this study, or this run")
    verb.add_argument("--rule", metavar="NAME", help="only this rule")
    add_json(verb)
    verb.set_defaults(run=_contradictions)


def _contradictions(given: argparse.Namespace) -> None:
    from collections import Counter
    from dataclasses import asdict

    from db.errors import MedquantError, one_of, shown
    from db.schema import open_current
    from db.session import reading
    from review.contradictions import RULES, find_contradictions

    if given.rule is not None and given.rule not in RULES:
        raise MedquantError(f"{shown(given.rule)} is no rule; {one_of(RULES)}")
    with reading(open_current(given.db)) as connection:
        found = find_contradictions(connection, given.study)
    found = [one for one in found if given.rule in (None, one.rule)]
    if given.json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        print(f"{', '.join(one.comparisons)}  {one.rule}")
        print(f"  said:    {one.said}")
        print(f"  follows: {one.follows}")
        print(f"  may be:  {one.may_be}")
    counts = Counter(one.rule for one in found)
    several = ", ".join(f"{rule} {n}" for rule, n in counts.items())
    print(f"{len(found)} contradiction(s)" + (f": {several}" if several else ""))
