"""`medquant review code`: add a code to a vocabulary of the codebook."""

import argparse
from typing import Any

from db.command import add_authorship, add_json, add_verb, print_json, told


def add_code_verb(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `code`; nothing heavy is imported before it runs."""
    code = verbs.add_parser(
        "code",
        help="add a code to a vocabulary of the codebook",
        description="Add a code to a vocabulary of the codebook.",
    )
    code.set_defaults(parser=code)
    acts = code.add_subparsers(metavar="ACTION")
    add = add_verb(acts, "add", "add a code to a vocabulary; `review undo` takes it back")
    add.add_argument("vocabulary", metavar="VOCABULARY", help="such as modality")
    add.add_argument("code", metavar="CODE", help="small letters, digits and _")
    add.add_argument("--label", required=True, type=told, metavar="TEXT", help="its name for people")
    add.add_argument("--definition", type=told, metavar="TEXT", help="what it means")
    add_authorship(add)
    add_json(add)
    add.set_defaults(run=_add)


def _add(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import current_actor, writing
    from review.codebook_editing import add_code

    with writing(open_current(given.db), actor=current_actor(given.by), reason=given.reason) as connection:
        add_code(connection, given.vocabulary, given.code, label=given.label, definition=given.definition)
        change = connection.scalar(select(ChangeContext.change))
    if given.json:
        print_json(
            {
                "vocabulary": given.vocabulary,
                "code": given.code,
                "label": given.label,
                "definition": given.definition,
                "change": change,
            }
        )
    else:
        print(f"{given.vocabulary}: {given.code} ({given.label}) added, change {change}")
