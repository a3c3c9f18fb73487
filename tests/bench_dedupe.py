"""Measure deduplication on the shipped hits and on made-up records, beside bib-dedupe: `make bench-dedupe`.

The shipped hits are labelled by the record that each belongs to. The made-up records are works whose titles are halves of
two shipped titles, so that many works share half a title, with the copies that databases make of them: misprints, cut
subtitles and lists of authors, abbreviated venues and pages, lost DOIs, preprints; and near relatives that are no copies:
errata, second parts, new editions of a title years later, meeting abstracts. Precision and recall count pairs of
records that end in one group; `asked` counts true pairs that would be reached if a person answered the queue.
Our own time on up to 10,000 records is the best of three rounds, since it is short; bib-dedupe runs once, imports left out.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from review.dedupe.find import find_duplicates
from review.dedupe.hit import Hit
from review.dedupe.people import people

EVIDENCE = Path(__file__).parent.parent / "db" / "evidence"
PEER = Path(__file__).parent / "bench_dedupe_peer.py"
TIMES_AS_FAST = 20
ROUNDS, SMALL = 3, 10_000
Labels = dict[str, str]


def shipped() -> tuple[list[Hit], Labels]:
    """Return the shipped hits as they were found, without what their records know, and their labels."""
    with (EVIDENCE / "identified.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hits = [
        Hit(r["raw_record_id"], r["title"], year=r["year"], doi=r["doi"], arxiv=r["arxiv_id"], url=r["url"])
        for r in rows
    ]
    return hits, {r["raw_record_id"]: r["record_id"] for r in rows}


VENUES = (
    ("Medical Image Analysis", "Med Image Anal"),
    ("IEEE Transactions on Medical Imaging", "IEEE Trans Med Imaging"),
    ("Computers in Biology and Medicine", "Comput Biol Med"),
    ("Journal of Biomedical and Health Informatics", "J Biomed Health Inform"),
    ("Artificial Intelligence in Medicine", "Artif Intell Med"),
    ("Biomedical Signal Processing and Control", "Biomed Signal Process Control"),
)
GIVEN = ("Wei", "Maria", "John", "Anna", "Ravi", "Li", "Fatima", "Peter", "Elena", "Omar", "Yuki", "Chloe")


def made_up(n: int, seed: int = 1) -> tuple[list[Hit], Labels]:
    """Return `n` records with their labels: works, copies of a third of them, and relatives that are no copies."""
    chance = random.Random(seed)  # noqa: S311 - the same records in every run
    with (EVIDENCE / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    titles = [
        r["title"].split()
        for r in rows
        if not r["title"].startswith(("[", "(")) and len(r["title"].split()) > 5
    ]
    families = sorted(
        {
            a.split()[-1]
            for r in rows
            for a in r["authors"].split(";")
            if a.strip() and a.split()[-1].isalpha()
        }
    )
    hits: list[Hit] = []
    labels: Labels = {}
    seen: set[str] = set()

    def add(hit: Hit, label: str) -> None:
        key = f"m{len(hits):06d}"
        hits.append(replace(hit, key=key))
        labels[key] = label

    while len(hits) < n:
        first, second = chance.choice(titles), chance.choice(titles)
        title = " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])
        if title in seen:
            continue
        seen.add(title)
        number = len(seen)
        venue, _ = chance.choice(VENUES)
        start = chance.randint(1, 2400)
        work = Hit(
            key="",
            title=title,
            authors="; ".join(
                f"{chance.choice(families)}, {chance.choice(GIVEN)}" for _ in range(chance.randint(2, 6))
            ),
            year=str(chance.randint(2014, 2026)),
            venue=venue,
            volume=str(chance.randint(1, 90)),
            pages=f"{start}-{start + chance.randint(4, 19)}",
            doi=f"10.1016/j.made.{number}" if chance.random() < 0.7 else "",
        )
        add(work, f"w{number}")
        if chance.random() < 0.35:
            for _ in range(chance.choice((1, 1, 1, 2, 3))):
                add(_copy(work, number, chance), f"w{number}")
        if chance.random() < 0.04:
            add(_relative(work, number, chance), f"x{number}")
    hits = hits[:n]
    chance.shuffle(hits)
    return hits, {hit.key: labels[hit.key] for hit in hits}


def _copy(work: Hit, number: int, chance: random.Random) -> Hit:
    title, people = work.title, work.authors.split("; ")
    if chance.random() < 0.4:
        title = _misprinted(title, chance)
    if chance.random() < 0.3:
        title = title.upper() if chance.random() < 0.3 else title.lower()
    if chance.random() < 0.15:
        title += "."
    if chance.random() < 0.5:
        people = [f"{p.split(', ')[0]} {p.split(', ')[1][0]}" for p in people]
    if chance.random() < 0.15:
        people = people[:1]
    short = dict(VENUES)[work.venue]
    copy = replace(
        work,
        title=title,
        authors="; ".join(people),
        venue=short if chance.random() < 0.5 else work.venue,
        pages=work.pages.split("-")[0] if chance.random() < 0.2 else work.pages,
        doi=work.doi if chance.random() < 0.6 else "",
        year=str(int(work.year) + chance.choice((0, 0, 0, 0, 1))),
        volume=work.volume if chance.random() < 0.8 else "",
    )
    if chance.random() < 0.1:
        copy = replace(
            copy,
            doi=f"10.48550/arXiv.{2000 + number % 500}.{number % 100_000:05d}",
            venue="arXiv",
            volume="",
            pages="",
        )
    return copy


def _misprinted(title: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2))):
        words = title.split()
        long = [i for i, word in enumerate(words) if len(word) > 5]
        if not long:
            break
        place = chance.choice(long)
        word, at = words[place], chance.randint(1, len(words[place]) - 2)
        words[place] = chance.choice(
            (word[:at] + word[at + 1 :], word[: at + 1] + word[at:], word[:at] + "-" + word[at:])
        )
        title = " ".join(words)
    return title


def _relative(work: Hit, number: int, chance: random.Random) -> Hit:
    other = replace(
        work, doi=f"10.1016/j.other.{number}" if work.doi else "", pages=str(chance.randint(3000, 4000))
    )
    kind = chance.randrange(4)
    if kind == 0:
        return replace(other, title=f"Erratum to: {work.title}")
    if kind == 1:
        return replace(other, title=f"{work.title}: Part II", volume=str(int(work.volume) + 1))
    if kind == 2:
        return replace(other, year=str(int(work.year) + 4), volume=str(int(work.volume) + 4))
    return replace(other, venue=f"{work.venue} Supplement", pages=f"S{chance.randint(1, 400)}")


def pairs_of(groups: Iterable[Sequence[str]]) -> set[tuple[str, str]]:
    """Return all pairs within groups."""
    return {(min(a, b), max(a, b)) for group in groups for i, a in enumerate(group) for b in group[i + 1 :]}


def score(
    name: str, seconds: float, groups: list[list[str]], maybe: list[list[str]], labels: Labels
) -> tuple[float, float]:
    """Print a line of results; return precision and recall."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for key, label in labels.items():
        by_label[label].append(key)
    true, found = pairs_of(by_label.values()), pairs_of(groups)
    precision, recall = len(true & found) / max(len(found), 1), len(true & found) / max(len(true), 1)
    asked = _reached(groups, [pair for pair in maybe if labels[pair[0]] == labels[pair[1]]])
    reach = len(true & pairs_of(asked)) / max(len(true), 1)
    print(
        f"  {name:22} {seconds:8.2f} s  precision {precision:.4f}  recall {recall:.4f}  asked {reach:.4f}  "
        f"false pairs {len(found - true):5d}  missed {len(true - found):6d}  queue {len(maybe):6d}"
    )
    return precision, recall


def _reached(groups: list[list[str]], pairs: list[list[str]]) -> list[list[str]]:
    """Join groups by pairs that a person would have confirmed."""
    above: dict[str, str] = {}

    def root(key: str) -> str:
        while above.setdefault(key, key) != key:
            key = above[key]
        return key

    for group in [*groups, *pairs]:
        for key in group[1:]:
            above[root(key)] = root(group[0])
    joined: dict[str, list[str]] = defaultdict(list)
    for key in list(above):
        joined[root(key)].append(key)
    return list(joined.values())


def ours(hits: list[Hit], labels: Labels, *, listed: bool = False) -> tuple[float, float, float]:
    """Time and score our own; return seconds, precision, recall."""
    seconds = []
    for _ in range(ROUNDS if len(hits) <= SMALL else 1):
        people.cache_clear()
        start, busy = time.perf_counter(), time.process_time()
        found = find_duplicates(hits)
        seconds.append((time.perf_counter() - start, time.process_time() - busy))
    groups = [list(group.keys) for group in found.groups]
    result = score(
        "medquant", min(seconds)[0], groups, [[pair.a.key, pair.b.key] for pair in found.maybe], labels
    )
    if listed:
        _list_errors(hits, labels, groups)
    print(f"  medquant used the processors for {min(busy for _, busy in seconds):.2f} s")
    return min(seconds)[0], *result


def _list_errors(hits: list[Hit], labels: Labels, groups: list[list[str]]) -> None:
    by_key = {hit.key: hit for hit in hits}
    group_of = {key: number for number, group in enumerate(groups) for key in group}
    for group in groups:
        if len({labels[key] for key in group}) > 1:
            print("  false merge:", *(f"\n    {labels[k]} {k} {by_key[k].title[:110]}" for k in group))
    for label, n in Counter(labels.values()).items():
        parts: dict[object, str] = {}
        for key in labels if n > 1 else ():
            if labels[key] == label:
                parts.setdefault(group_of.get(key, key), key)
        if len(parts) > 1:
            print(f"  not joined: {label}", *(f"\n    {k} {by_key[k].title[:110]}" for k in parts.values()))


def peer(python: Path, hits: list[Hit], labels: Labels) -> tuple[float, float, float] | None:
    """Time and score bib-dedupe, if its environment is there."""
    with tempfile.TemporaryDirectory() as folder:
        records, answer = Path(folder) / "records.csv", Path(folder) / "answer.json"
        with records.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Hit)])
            writer.writeheader()
            writer.writerows(asdict(hit) for hit in hits)
        done = subprocess.run([python, PEER, records, answer], capture_output=True, text=True)
        if done.returncode or not answer.exists():
            print(f"  bib-dedupe failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
            return None
        read = json.loads(answer.read_text(encoding="utf-8"))
    print(f"  bib-dedupe used the processors for {read['cpu_seconds']:.2f} s")
    result = score(f"bib-dedupe {read['version']}", read["seconds"], read["groups"], read["maybe"], labels)
    return read["seconds"], *result


def main() -> int:
    """Measure, compare, and say whether the gates hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, help="the Python that has bib-dedupe")
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[6_000, 100_000], help="numbers of made-up records"
    )
    parser.add_argument(
        "--peer-most", type=int, default=6_000, help="largest number that bib-dedupe is given"
    )
    given = parser.parse_args()
    has_peer = given.peers is not None and given.peers.exists()
    if not has_peer:
        print("bib-dedupe is not installed: no comparison")
    ok = True
    hits, labels = shipped()
    for name, (records, known) in {
        f"shipped hits ({len(hits)})": (hits, labels),
        **{f"made-up records ({n:,})": made_up(n) for n in given.sizes},
    }.items():
        print(name)
        own = ours(records, known, listed=records is hits)
        if has_peer and len(records) <= given.peer_most and (other := peer(given.peers, records, known)):
            holds = own[1] >= other[1] and own[2] >= other[2] and own[0] * TIMES_AS_FAST <= other[0]
            ok &= holds
            print(f"  {other[0] / own[0]:.0f} times as fast; gate {'holds' if holds else 'FAILS'}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
