"""Finding duplicates among plain records: sure groups, and a queue of doubtful pairs that explain themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.dedupe.blocking import pairs_to_compare
from review.dedupe.explain import FieldLikeness, compare_fields
from review.dedupe.groups import Groups
from review.dedupe.hit import Comparable, Hit, comparable
from review.dedupe.judge import Likeness, Verdict, judge, shared_identifiers, title_likeness
from review.dedupe.rules import Rules, shipped_rules

KeyPair = tuple[str, str]


@dataclass(frozen=True)
class MatchedPair:
    """Two records, what was judged of them, and how their fields compare."""

    a: Hit
    b: Hit
    verdict: Verdict
    fields: tuple[FieldLikeness, ...]


@dataclass(frozen=True)
class Group:
    """Records that are one work: their keys in the order given, and the pairs that say so."""

    keys: tuple[str, ...]
    pairs: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Duplicates:
    """What was found: groups to merge, and pairs to look at, the likeliest first."""

    groups: tuple[Group, ...]
    maybe: tuple[MatchedPair, ...]


def find_duplicates(
    hits: Sequence[Hit],
    *,
    decided: Mapping[KeyPair, bool] | None = None,
    together: Iterable[Sequence[str]] = (),
    rules: Rules | None = None,
) -> Duplicates:
    """Find which records are one work.

    Parameters
    ----------
    hits
        Records with unique keys.
    decided
        Pairs of keys that a person judged: True for the same work, False for different ones. They are never asked again,
        and no chain of sure pairs goes around a "different".
    together
        Groups of keys that are one record by now; they start joined and are not asked about within.
    rules
        Thresholds, else those that ship.

    Raises
    ------
    ValueError
        If a key stands twice.
    """
    rules = rules or shipped_rules()
    places = {hit.key: place for place, hit in enumerate(hits)}
    if len(places) < len(hits):
        raise ValueError("two records have the same key")
    records = [comparable(hit) for hit in hits]
    said = {
        (places[a], places[b]): same
        for (a, b), same in (decided or {}).items()
        if a in places and b in places
    }
    groups = Groups(records, [pair for pair, same in said.items() if not same])
    reasons: list[tuple[int, int, str]] = []
    for keys in together:
        for key in keys[1:]:
            groups.join(places[keys[0]], places[key], decided=True)
    for (a, b), same in said.items():
        if same and not groups.join(a, b, decided=True):
            reasons.append((a, b, "decided"))
    maybe = _join_sure(records, groups, reasons, rules)
    linked: dict[int, list[tuple[str, str, str]]] = {}
    for a, b, why in reasons:
        linked.setdefault(groups.root(a), []).append((hits[a].key, hits[b].key, why))
    found = tuple(
        Group(tuple(hits[place].key for place in group), tuple(linked.get(groups.root(group[0]), ())))
        for group in groups.members()
    )
    return Duplicates(found, tuple(_asked(records, groups, maybe)))


def _join_sure(
    records: Sequence[Comparable], groups: Groups, reasons: list[tuple[int, int, str]], rules: Rules
) -> list[tuple[int, int, Verdict]]:
    """Join the sure pairs, the strongest first; return the doubtful ones and those that a group would not take."""
    sure, maybe = [], []
    for a, b in pairs_to_compare(records, rules):
        verdict = judge(records[a], records[b], rules)
        if verdict.likeness == Likeness.SURE:
            sure.append((_strength(records[a], records[b]), a, b, verdict))
        elif verdict.likeness == Likeness.MAYBE:
            maybe.append((a, b, verdict))
    for _, a, b, verdict in sorted(sure, key=lambda found: found[:3]):
        reasons.append((a, b, verdict.rule))
        if refused := groups.join(a, b):
            reasons.pop()
            maybe.append((a, b, Verdict(Likeness.MAYBE, verdict.rule, (refused,))))
    return maybe


def _strength(a: Comparable, b: Comparable) -> int:
    shared = shared_identifiers(a, b)
    return 0 if shared and shared[0] != "url" else 1 if shared else 2


def _asked(
    records: Sequence[Comparable], groups: Groups, maybe: Iterable[tuple[int, int, Verdict]]
) -> list[MatchedPair]:
    """Return one pair for each two groups in doubt, the likeliest, with its fields."""
    best: dict[tuple[int, int], tuple[tuple[int, float, int, int], Verdict]] = {}
    for a, b, verdict in maybe:
        one, other = sorted((groups.root(a), groups.root(b)))
        if one == other or groups.kept_apart(a, b):
            continue
        rank = (len(verdict.against), -title_likeness(records[a], records[b]), a, b)
        if (one, other) not in best or rank < best[one, other][0]:
            best[one, other] = rank, verdict
    return [
        MatchedPair(records[a].hit, records[b].hit, verdict, compare_fields(records[a], records[b]))
        for (_, _, a, b), verdict in sorted(best.values(), key=lambda found: found[0])
    ]
