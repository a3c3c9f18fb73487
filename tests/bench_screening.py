"""What prioritised screening saves on the shipped decisions, and how long it takes to rank: a program, not a test.

The shipped records have titles and no abstracts, and most of what was excluded speaks of quantization too, so that
little can be gained here; the numbers are printed as they come. `--copies` ranks many made-up titles and times it.
"""

import argparse
import resource
import time

import numpy as np

from db.command import Steps, whole
from db.corpus import SHIPPED, read_corpus
from db.files import table_of
from db.models.tables import Record, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Decision
from review.keywords import read_keywords
from review.prioritise.order import order_texts
from review.prioritise.ranker import Labels, terms_of
from review.prioritise.records import REMARK
from review.prioritise.simulate import Played, Simulation, Strategy, simulate
from review.prioritise.stopping import recall_so_far
from review.prioritise_cli import print_simulation

SCREENED = 2_000
"""So many of the made-up titles are screened already when the rest is ranked."""


def shipped() -> tuple[list[str], Labels]:
    """Return the titles of the shipped records and whether each was included."""
    rows = read_corpus(SHIPPED).rows
    included = {
        row["record_id"]: row["decision"] == Decision.INCLUDE
        for row in rows[table_of(Screening)]
        if row["reviewer"] == ADJUDICATED
    }
    records = [row for row in rows[table_of(Record)] if row["record_id"] in included]
    titles = [REMARK.sub("", row["title"]) for row in records]
    return titles, np.array([included[row["record_id"]] for row in records])


def verdict(found: Simulation) -> str:
    """Return in a sentence whether prioritising was worth it."""
    by_name = {played.strategy: played for played in found.played}
    learned = [strategy for strategy in Strategy if strategy != Strategy.RANDOM]
    chance = by_name[Strategy.RANDOM]
    return "\n".join(f"{strategy}: {_worth(by_name[strategy], chance, found.seeds)}" for strategy in learned)


def _worth(played: Played, chance: Played, seeds: int) -> str:
    ours, theirs = played.metrics["wss95"], chance.metrics["wss95"]
    assert ours is not None
    assert theirs is not None
    gain = 100 * (ours.mean - theirs.mean)
    early, by_chance = played.metrics["recall10"], chance.metrics["recall10"]
    assert early is not None
    assert by_chance is not None
    start = f"; recall after 10 % {early.mean:.3f} against {by_chance.mean:.3f}"
    if early.mean - by_chance.mean < 2 * by_chance.sd:
        start += ", within the spread of random order"
    if played.better_than_random < 0.95 * seeds:
        worse = seeds - played.better_than_random
        return (
            f"no better than random order in {worse} of {seeds} seeds ({gain:+.1f} points of WSS@95){start}"
        )
    return f"{gain:+.1f} points of WSS@95 over random order; seeds from {ours.least:.3f} to {ours.most:.3f}{start}"


def time_ranking(titles: list[str], labels: Labels, n: int) -> None:
    """Print how long it takes to rank so many titles, made up of the words of the shipped ones."""
    chance = np.random.default_rng(0)
    words = [word for title in titles for word in title.split()]
    many = [" ".join(chance.choice(words, 12)) for _ in range(n)]
    seen = np.arange(min(SCREENED, n // 2))
    known = chance.random(len(seen)) < labels.mean()
    start = time.perf_counter()
    terms = terms_of(many)
    numbers = time.perf_counter()
    order_texts(many, terms, seen, known, explained=20)
    ranked = time.perf_counter()
    recall_so_far(known, n - len(seen))
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{n:,} titles: {numbers - start:.1f} s to count words, {ranked - numbers:.1f} s to learn from {len(seen):,} and "
        f"rank, {end - ranked:.2f} s for the recall; peak {peak:,.0f} MiB"
    )


def main() -> None:
    """Play, print, judge, and time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=whole, default=20)
    parser.add_argument("--batch", type=whole, default=10)
    parser.add_argument(
        "--titles", type=whole, default=100_000, help="how many titles are ranked against the clock"
    )
    given = parser.parse_args()
    titles, labels = shipped()
    with Steps("games", len(Strategy) * given.seeds) as step:
        found = simulate(
            titles, labels, seeds=given.seeds, batch=given.batch, keywords=read_keywords(), step=step
        )
    print_simulation(found)
    print(verdict(found))
    if given.titles:
        time_ranking(titles, labels, given.titles)


if __name__ == "__main__":
    main()
