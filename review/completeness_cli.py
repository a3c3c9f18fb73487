"""`medquant review completeness`: which variables the studies report, by theme."""

import argparse
from typing import Any

from db.command import add_json, add_verb, print_json, print_table


def add_completeness_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add the verb; nothing heavy is imported before it runs."""
    verb = add_verb(verbs, "completeness", "tell how completely the studies report, by theme and variable")
    verb.add_argument("--by-study", action="store_true", help="a row a study instead of a row a variable")
    add_json(verb)
    verb.set_defaults(run=_completeness)


def _completeness(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.codebook.codebook import codebook_from_database
    from db.schema import open_current
    from db.session import reading
    from review.bias.completeness import completeness
    from review.matrix import study_matrix

    with reading(open_current(given.db)) as connection:
        found = completeness(study_matrix(connection), codebook_from_database(connection))
    if given.json:
        shares = {theme: found.share(theme) for theme in found.asked}
        print_json({**asdict(found), "shares": shares})
        return
    if given.by_study:
        header = ["study", *(f"{theme} (of {n})" for theme, n in found.asked.items())]
        rows = [[s.study_id, *(str(s.reported[theme]) for theme in found.asked)] for s in found.studies]
        print_table(header, rows, tuple(range(1, len(header))))
    else:
        rows = [
            [
                v.theme,
                v.label,
                str(v.reported),
                str(v.unclear),
                str(v.silent),
                _percent(v.reported, v.studies),
            ]
            for v in found.variables
        ]
        print_table(["theme", "variable", "reported", "unclear", "silent", "%"], rows, (2, 3, 4, 5))
    print()
    for theme, asked in found.asked.items():
        share = found.share(theme)
        told = "no study" if share is None else f"{100 * share:.0f} %"
        print(f"{theme}: a study reports {told} of {asked} variables on average")
    print("silent: the text that was read does not tell, which may be an abstract alone")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}" if whole else ""
