"""The verbs of `medquant review` that say what to screen next, and what that would have saved."""

import argparse
from typing import TYPE_CHECKING

from db.command import Steps, add_json, add_verb, print_json, print_table, told, whole
from review.screening_cli import add_keywords, add_needed, at_least_one, file_given

if TYPE_CHECKING:
    from review.prioritise.records import Priorities
    from review.prioritise.simulate import Simulation, Spread

TITLE = 60


def add_prioritising_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `prioritise` and `simulate-screening`; scikit-learn is imported only when one of them runs."""
    prioritise = add_verb(
        verbs,
        "prioritise",
        "list the unscreened records, the most likely relevant first, and whether to go on",
    )
    prioritise.add_argument("--n", type=whole, default=20, metavar="N", help="how many (default: 20; 0: all)")
    prioritise.add_argument(
        "--reviewer",
        type=told,
        metavar="NAME",
        help="only this reviewer's queue, learned from no open vote of others",
    )
    prioritise.add_argument(
        "--classifier",
        choices=("logistic", "bayes"),
        default="logistic",
        help="what learns (default: logistic)",
    )
    prioritise.add_argument(
        "--start",
        choices=("keywords", "random"),
        default="keywords",
        help="the order while nothing can be learned yet (default: keywords)",
    )
    prioritise.add_argument(
        "--seed", type=whole, default=0, metavar="N", help="decides between equals (default: 0)"
    )
    add_needed(prioritise)
    add_keywords(prioritise)
    add_json(prioritise)
    prioritise.set_defaults(run=_prioritise)

    play = add_verb(
        verbs,
        "simulate-screening",
        "play the settled screening again, prioritised and at random, and compare the work",
    )
    play.add_argument("--seeds", type=at_least_one, default=20, metavar="N", help="how often (default: 20)")
    play.add_argument(
        "--batch",
        type=at_least_one,
        default=10,
        metavar="N",
        help="records between two trainings (default: 10)",
    )
    add_needed(play)
    add_keywords(play)
    add_json(play)
    play.set_defaults(run=_simulate)


def _prioritise(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.keywords import read_keywords
    from review.prioritise.ranker import Classifier
    from review.prioritise.records import prioritise
    from review.prioritise.stopping import ASSUMPTION

    keywords = read_keywords(file_given(given.keywords)) if given.start == "keywords" else None
    with reading(open_current(given.db)) as connection:
        found = prioritise(
            connection,
            n=given.n,
            reviewer=given.reviewer.strip() if given.reviewer else None,
            classifier=Classifier(given.classifier),
            keywords=keywords,
            needed=given.needed,
            seed=given.seed,
        )
    if given.json:
        print_json(asdict(found) | {"assumption": ASSUMPTION})
    else:
        _print_priorities(found)


def _print_priorities(found: "Priorities") -> None:
    from review.prioritise.stopping import ASSUMPTION, percent

    if found.records:
        rows = [
            [str(i), r.record_id, f"{r.score:.2f}", r.title[:TITLE], ", ".join(r.words)]
            for i, r in enumerate(found.records, start=1)
        ]
        print_table(["", "record", "score", "title", "speaks for it"], rows, (0, 2))
    print(
        f"{len(found.records)} of {found.unscreened} unscreened record(s), ordered by {found.how}; "
        f"decided: {found.included} included, {found.excluded} excluded"
    )
    if found.recall is not None and found.unscreened:
        print(
            f"recall: about {percent(found.recall.estimate)}, at least {percent(found.recall.low)} with "
            f"{percent(found.recall.level)} confidence; {ASSUMPTION}"
        )
    print(found.hint)


def _simulate(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.keywords import read_keywords
    from review.prioritise.records import settled_texts
    from review.prioritise.simulate import Strategy, simulate
    from review.screening import read_standings

    keywords = read_keywords(file_given(given.keywords))
    with reading(open_current(given.db)) as connection:
        texts, labels = settled_texts(read_standings(connection, given.needed).values())
    with Steps("games", len(Strategy) * given.seeds) as step:
        found = simulate(texts, labels, seeds=given.seeds, batch=given.batch, keywords=keywords, step=step)
    if given.json:
        print_json(asdict(found))
    else:
        print_simulation(found)


def print_simulation(found: "Simulation") -> None:
    """Print what each strategy saved, as mean ± standard deviation over the seeds."""
    header = [
        "order", "WSS@95", "recall after 10 %", "25 %", "50 %", "stops after", "at recall", "bound held", "saves more",
    ]  # fmt: skip
    rows = []
    for played in found.played:
        m = played.metrics
        cells = [
            _cell(m[k], found.seeds)
            for k in ("wss95", "recall10", "recall25", "recall50", "stop_screened", "stop_recall")
        ]
        held = m["bound_held"]
        rows.append(
            [
                played.strategy,
                *cells,
                "" if held is None else f"{held.mean * 100:.0f} %",
                "" if played.strategy == "random" else f"{played.better_than_random} of {found.seeds}",
            ]
        )
    print(
        f"{found.records} records, {found.relevant} included, {found.seeds} seed(s), {found.batch} records between two "
        "trainings; mean ± standard deviation over the seeds"
    )
    print_table(header, rows, tuple(range(1, len(header))))
    print(
        "WSS@95: work saved at 95 % recall over random sampling, a share of the records; stops after: share screened when "
        "the stopping rule (95 % recall, 95 % confidence) first says stop, and the true recall then; bound held: how often "
        "the true recall was no lower than its bound; saves more: in how many seeds WSS@95 was above random order's."
    )


def _cell(spread: "Spread | None", seeds: int) -> str:
    if spread is None:
        return "never"
    often = "" if spread.n == seeds else f" ({spread.n} of {seeds})"
    return f"{spread.mean:.3f} ± {spread.sd:.3f}{often}"
