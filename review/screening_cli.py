"""The screening verbs of `medquant review`: a reviewer's queue, a decision, the conflicts."""

import argparse
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json, print_table, told, whole
from review.team_cli import add_team_verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from review.keywords import Keywords
    from review.screening import Standing, Vote

NOT_RETRIEVED = "not_retrieved"
SHOWN = 70
WIDTH = 110


def add_screening_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `queue`, `screen` and `conflicts`; nothing heavy is imported before one of them runs."""
    queue = add_verb(
        verbs, "queue", "list what a reviewer still has to judge, without the decisions of others"
    )
    queue.add_argument("--reviewer", required=True, type=told, metavar="NAME", help="who screens")
    add_stage(queue)
    add_needed(queue)
    add_keywords(queue)
    add_json(queue)
    queue.set_defaults(run=_queue)

    screen = add_verb(
        verbs, "screen", "decide of a record, as one reviewer or as the consensus on a conflict"
    )
    screen.add_argument("record", metavar="RECORD", help="identifier of the record")
    screen.add_argument(
        "decision",
        choices=("include", "exclude", "maybe", NOT_RETRIEVED),
        help=f"what is decided; {NOT_RETRIEVED} of a full text that could not be had",
    )
    screen.add_argument("--reviewer", required=True, type=told, metavar="NAME", help="who decides")
    screen.add_argument(
        "--reason-code", type=told, metavar="CODE", help="why it is excluded, a code of the codebook"
    )
    screen.add_argument("--reason", required=True, type=told, help="why, in words; it is kept in the history")
    screen.add_argument("--note", type=told, metavar="TEXT", help="a remark that stays with the decision")
    screen.add_argument(
        "--adjudicate",
        action="store_true",
        help="settle the record, or its full text, for all; the votes stay",
    )
    add_stage(screen)
    add_needed(screen)
    screen.set_defaults(run=_screen)

    add_team_verb(verbs)
    conflicts = add_verb(verbs, "conflicts", "list the records on which all votes are in and do not agree")
    conflicts.add_argument(
        "--active",
        action="append",
        default=[],
        type=told,
        metavar="NAME",
        help="a reviewer who still screens (repeatable; default: who `review team` says take part); records that these "
        "cannot finish are listed too",
    )
    add_needed(conflicts)
    add_json(conflicts)
    conflicts.set_defaults(run=_conflicts)


def add_stage(parser: argparse.ArgumentParser) -> None:
    """Let a verb choose the stage of the review."""
    parser.add_argument(
        "--stage",
        choices=("title_abstract", "full_text"),
        default="title_abstract",
        help="stage of the review (default: title_abstract)",
    )


def add_needed(parser: argparse.ArgumentParser) -> None:
    """Let a verb be told how many reviewers judge a record."""
    parser.add_argument(
        "--needed",
        type=at_least_one,
        metavar="N",
        help="reviewers who judge each record (default: what `review team` has set, else 2)",
    )


def add_keywords(parser: argparse.ArgumentParser) -> None:
    """Let a verb be told the words of the project."""
    parser.add_argument(
        "--keywords",
        metavar="FILE",
        help="the words to mark, a TOML file (default: those of the shipped review)",
    )


def at_least_one(words: str) -> int:
    """Return a whole number of the command line, 1 or more."""
    number = whole(words)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{words!r} is too few; allowed: 1 or more")
    return number


def file_given(name: str | None) -> "Path | None":
    """Return the path of a file that was named."""
    from pathlib import Path

    return None if name is None else Path(name)


def _queue(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from db.models.tables import Release
    from db.schema import open_current
    from db.session import reading
    from db.vocabulary import Stage
    from review.keywords import read_keywords
    from review.screening import count_states, queue_of, read_standings

    keywords = read_keywords(file_given(given.keywords))
    with reading(open_current(given.db)) as connection:
        standings = read_standings(connection, given.needed).values()
        about = connection.scalar(select(Release.about).order_by(Release.id.desc()).limit(1)) or {}
    waiting = queue_of(standings, given.reviewer.strip(), Stage(given.stage))
    counts, criteria = count_states(standings), about.get("eligibility")
    if given.json:
        print_json(
            {
                "reviewer": given.reviewer,
                "stage": given.stage,
                "criteria": criteria,
                "states": counts,
                "queue": [_as_dict(standing, keywords) for standing in waiting],
            }
        )
        return
    if criteria:
        print(f"criteria: {criteria}\n")
    if waiting:
        rows = [
            [s.record_id, "" if s.year is None else str(s.year), s.title[:SHOWN], _marked(s, keywords)]
            for s in waiting
        ]
        print_table(["record", "year", "title", "keywords"], rows)
        _print_abstracts(waiting)
    print(f"{len(waiting)} record(s) for {given.reviewer} at {given.stage}; {_told_states(counts)}")


def _as_dict(standing: "Standing", keywords: "Keywords") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "record_id": standing.record_id,
        "title": standing.title,
        "year": standing.year,
        "abstract": standing.abstract,
        "marks": [asdict(mark) for mark in keywords.marks(standing.title)],
        "abstract_marks": [asdict(mark) for mark in keywords.marks(standing.abstract or "")],
    }


def _marked(standing: "Standing", keywords: "Keywords") -> str:
    marks = [*keywords.marks(standing.title), *keywords.marks(standing.abstract or "")]
    return " ".join(dict.fromkeys(f"{'+' if m.speaks_for else '-'}{m.words.casefold()}" for m in marks))


def _print_abstracts(waiting: "Sequence[Standing]") -> None:
    from textwrap import fill

    for standing in waiting:
        if standing.abstract:
            print(f"\n{standing.record_id}  {standing.title}")
            print(fill(standing.abstract, WIDTH, initial_indent="    ", subsequent_indent="    "))
    if any(standing.abstract for standing in waiting):
        print()


def _told_states(counts: "Mapping[Any, int]") -> str:
    told_of = ", ".join(f"{state}: {n}" for state, n in counts.items() if n)
    return f"all records: {told_of}" if told_of else "there is no record yet"


def _screen(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from db.errors import MedquantError
    from db.models.tables import ChangeContext
    from db.schema import open_current
    from db.session import writing
    from db.vocabulary import Decision, Stage
    from review.deciding import adjudicate, cast_vote, settle_document
    from review.full_text_votes import vote_on_full_text
    from review.settings import read_settings

    full_text = given.stage == Stage.FULL_TEXT
    decision = None if given.decision == NOT_RETRIEVED else Decision(given.decision)
    if decision is None and not full_text:
        raise MedquantError(f"{NOT_RETRIEVED} is said of a full text; add --stage full_text")
    extra = {"reason": given.reason_code, "note": given.note, "needed": given.needed}
    with writing(open_current(given.db), actor=given.reviewer.strip(), reason=given.reason) as connection:
        rules = read_settings(connection)
        if full_text and given.adjudicate and rules.full_text_votes == 1:
            raise MedquantError(
                "a full text has one decision, so there is nothing to adjudicate; leave --adjudicate out"
            )
        if decision is None or (full_text and (given.adjudicate or rules.full_text_votes == 1)):
            standing = settle_document(connection, given.record, decision, **extra)
        elif full_text:
            standing = vote_on_full_text(connection, given.record, given.reviewer, decision, **extra)
        elif given.adjudicate:
            standing = adjudicate(connection, given.record, decision, **extra)
        else:
            standing = cast_vote(connection, given.record, given.reviewer, decision, **extra)
        number = connection.scalar(select(ChangeContext.change))
    needed = rules.reviewers_needed if given.needed is None else given.needed
    print(f"record {given.record}: {given.decision}, change {number}; now {_told_state(standing, needed)}")


def _told_state(standing: "Standing", needed: int) -> str:
    missing = 0
    if standing.state == "to_screen":
        missing = needed - len(standing.votes)
    elif standing.state == "full_text" and standing.full_text_needed > 1:
        missing = standing.full_text_needed - len(standing.full_text_votes)
    return f"{standing.state} ({missing} decision(s) missing)" if missing else str(standing.state)


def _print_votes(votes: "Sequence[Vote]") -> None:
    for vote in votes:
        why = " ".join(part for part in (vote.reason, vote.note) if part)
        print(f"    {vote.reviewer}: {vote.decision}{f' ({why})' if why else ''}")


def _conflicts(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from db.vocabulary import Stage
    from review.screening import beyond_reach, conflicts_of, read_standings
    from review.settings import needed_of
    from review.team import active_names

    with reading(open_current(given.db)) as connection:
        needed = needed_of(connection, given.needed)
        standings = read_standings(connection, needed).values()
        active = given.active or active_names(connection)
    disputed = conflicts_of(standings)
    full_texts = conflicts_of(standings, Stage.FULL_TEXT)
    stranded = beyond_reach(standings, active, needed) if active else []
    if given.json:
        rows = [
            [
                {"record_id": s.record_id, "title": s.title, "votes": [asdict(v) for v in votes]}
                for s, votes in some
            ]
            for some in (
                [(s, s.votes) for s in disputed],
                [(s, s.full_text_votes) for s in full_texts],
            )
        ]
        print_json(
            {
                "conflicts": rows[0],
                "full_text_conflicts": rows[1],
                "beyond_reach": [s.record_id for s in stranded],
            }
        )
        return
    for standing in disputed:
        print(f"{standing.record_id}  {standing.title[:SHOWN]}")
        _print_votes(standing.votes)
    for standing in full_texts:
        print(f"{standing.record_id}  full text: {standing.title[:SHOWN]}")
        _print_votes(standing.full_text_votes)
    if full_texts:
        print(
            f"{len(full_texts)} conflict(s) at the full text; `medquant review screen RECORD … --stage full_text "
            "--adjudicate` settles one"
        )
    print(
        f"{len(disputed)} conflict(s)"
        + ("; `medquant review screen RECORD … --adjudicate` settles one" if disputed else "")
    )
    if active:
        names = ", ".join(standing.record_id for standing in stranded[:10]) + (
            " …" if len(stranded) > 10 else ""
        )
        print(
            f"{len(stranded)} record(s) that {', '.join(active)} cannot finish"
            + (f": {names}" if names else "")
        )
