"""`medquant review todo`: what is left to do."""

import argparse

from db.command import add_json, add_verb, print_json, print_table, told


def add_todo_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `todo`; nothing heavy is imported before it runs."""
    todo = add_verb(verbs, "todo", "tell what is left to do, first things first")
    todo.add_argument(
        "--reviewer",
        type=told,
        metavar="NAME",
        help="for whom (default: MEDQUANT_ACTOR, else the log-in name)",
    )
    add_json(todo)
    todo.set_defaults(run=_todo)


def _todo(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import current_actor, reading
    from review.todo import what_next

    reviewer = current_actor(given.reviewer)
    with reading(open_current(given.db)) as connection:
        tasks = what_next(connection, reviewer)
    if given.json:
        print_json({"reviewer": reviewer, "tasks": [asdict(task) for task in tasks]})
    elif tasks:
        rows = [[task.work.value, f"{task.n:,}", task.words] for task in tasks]
        print_table(["work", "n", f"what {reviewer} finds"], rows, (1,))
    else:
        print(f"nothing is left to do for {reviewer}")
