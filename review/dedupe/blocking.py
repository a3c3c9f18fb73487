"""Which pairs are worth comparing: those that share an identifier, a title, rare words, or stand side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from review.dedupe.hit import Comparable
from review.dedupe.rules import BlockRules, Rules

Pair = tuple[int, int]
_CHUNK = 500_000
_SHORT_NAME = 6


def pairs_to_compare(records: Sequence[Comparable], rules: Rules) -> list[Pair]:
    """Return pairs of places in `records`, the smaller first, that may be one work.

    Notes
    -----
    All pairs of 100,000 records are five thousand million. Those that share an identifier, a whole title or a main title
    are kept as they are; those that rare words or the alphabet bring together are many, so a first look at the
    letters of their titles, in compiled code on all cores, leaves out what is merely on one topic.
    """
    exact = set(_exact(records, rules.blocks))
    likely = _unique(_by_words(records, rules.blocks), len(records))
    floor = min(rules.title.ask, rules.title.ask_supported)
    texts = [record.title.text for record in records]
    for start in range(0, len(likely), _CHUNK):
        part = likely[start : start + _CHUNK]
        scores = cpdist(
            [texts[i] for i in part[:, 0]],
            [texts[i] for i in part[:, 1]],
            scorer=fuzz.ratio,
            score_cutoff=floor,
            dtype=np.uint8,
            workers=-1,
        )
        exact.update((int(i), int(j)) for i, j in part[scores > 0])
    return sorted(exact)


def _exact(records: Sequence[Comparable], rules: BlockRules) -> Iterator[Pair]:
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in record.identifiers:
            blocks[key].append(place)
        if record.title.usable:
            blocks["title", record.title.text].append(place)
            # `FairQuant: …` meets its repository `FairQuant (README)`
            if record.title.main != record.title.text and len(record.title.main) >= _SHORT_NAME:
                blocks["title", record.title.main].append(place)
            joined = record.title.text.replace(" ", "")
            blocks["letters", joined].append(place)
    for members in blocks.values():
        if len(members) > 1:
            yield from pairwise(members) if len(members) > rules.largest else combinations(members, 2)


def _by_words(records: Sequence[Comparable], rules: BlockRules) -> Iterator[NDArray[np.int64]]:
    usable = [place for place, record in enumerate(records) if record.title.usable]
    keys = [_keys(records[place]) for place in usable]
    times = Counter(key for own in keys for key in own)
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, own in zip(usable, keys, strict=True):
        shared = sorted((times[key], key) for key in own if 1 < times[key] <= rules.rare)
        for _, key in shared[: rules.keys]:
            blocks[key].append(place)
    found = [pair for members in blocks.values() for pair in combinations(members, 2)]
    yield np.array(found, dtype=np.int64).reshape(-1, 2)
    for backwards in (False, True):
        step = -1 if backwards else 1
        order = np.array(sorted(usable, key=lambda place: records[place].title.text[::step]), dtype=np.int64)
        for distance in range(1, min(rules.window, len(order) - 1) + 1):
            yield np.stack([order[:-distance], order[distance:]], axis=1)


def _keys(record: Comparable) -> set[str]:
    telling = record.title.telling
    keys = {*telling, *(f"{a} {b}" for a, b in pairwise(telling))}
    # where all words are common in a field, who wrote it and where it stands tell more
    for name in record.people[0] if record.people else ():
        keys |= {f"by {name} {record.pages[0]}", *(f"by {name} {word}" for word in telling[:3])}
    return keys


def _unique(found: Iterable[NDArray[np.int64]], n: int) -> NDArray[np.int64]:
    pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *found])
    coded = (
        np.unique(pairs.min(axis=1) * n + pairs.max(axis=1)) if len(pairs) else np.empty(0, dtype=np.int64)
    )
    return np.stack([coded // max(n, 1), coded % max(n, 1)], axis=1)
