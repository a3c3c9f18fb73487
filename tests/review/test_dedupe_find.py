"""Groups: sure pairs join, no chain joins what contradicts or was decided otherwise, and the shipped labels are met."""

import csv
import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest

from db.corpus import SHIPPED
from review.dedupe.find import find_duplicates
from review.dedupe.hit import Hit
from review.dedupe.rules import FILE, shipped_rules

TITLE = "Integer-only inference of deep networks for portable retinal screening"
A = Hit("a", TITLE, doi="10.1000/one")
B = Hit("b", TITLE)
C = Hit("c", TITLE, doi="10.1000/two")


def groups(hits: list[Hit], **given: object) -> list[tuple[str, ...]]:
    return [group.keys for group in find_duplicates(hits, **given).groups]  # type: ignore[arg-type]


def test_a_record_without_doi_does_not_join_two_dois() -> None:
    found = find_duplicates([A, B, C])
    assert [group.keys for group in found.groups] == [("a", "b")]
    assert [(pair.a.key, pair.b.key, pair.verdict.against) for pair in found.maybe] == [
        ("a", "c", ("DOIs differ",))
    ]


def test_a_decision_is_kept_and_never_asked_again() -> None:
    found = find_duplicates([A, B, C], decided={("a", "c"): False})
    assert [group.keys for group in found.groups] == [("a", "b")]
    assert found.maybe == ()
    assert groups([A, B, C], decided={("a", "c"): True}) == [("a", "b", "c")]


def test_no_chain_goes_around_a_different() -> None:
    plain = [replace(B, key=key) for key in "xyz"]
    assert groups(plain) == [("x", "y", "z")]
    found = groups(plain, decided={("x", "z"): False})
    assert len(found) == 1
    assert not {"x", "z"} <= set(found[0])


def test_what_is_one_record_by_now_starts_joined() -> None:
    assert groups([A, Hit("q", "Something else")], together=[("a", "q")]) == [("a", "q")]


def test_two_records_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="same key"):
        find_duplicates([A, A])


def test_no_records_give_nothing() -> None:
    assert find_duplicates([]).groups == find_duplicates([A]).groups == ()


def test_the_order_of_records_changes_no_group() -> None:
    hits = [Hit(**{**vars(hit), "key": f"{hit.key}{n}"}) for n in range(3) for hit in (A, B)] + [
        Hit("z", "Another")
    ]
    wanted = {frozenset(group) for group in groups(hits)}
    for seed in range(5):
        random.Random(seed).shuffle(hits)  # noqa: S311
        assert {frozenset(group) for group in groups(hits)} == wanted


@pytest.fixture(scope="module")
def shipped_hits() -> tuple[list[Hit], dict[str, str]]:
    """Read the shipped hits without what their records know, and their labels."""
    with (SHIPPED / "identified.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hits = [
        Hit(r["raw_record_id"], r["title"], year=r["year"], doi=r["doi"], arxiv=r["arxiv_id"], url=r["url"])
        for r in rows
    ]
    return hits, {r["raw_record_id"]: r["record_id"] for r in rows}


def test_the_shipped_hits_are_merged_without_a_false_pair(
    shipped_hits: tuple[list[Hit], dict[str, str]],
) -> None:
    hits, label = shipped_hits
    found = find_duplicates(hits)
    pairs = [pair for group in found.groups for pair in itertools.combinations(group.keys, 2)]
    assert [pair for pair in pairs if label[pair[0]] != label[pair[1]]] == []
    assert (
        len(pairs) >= 337
    )  # of 452; the rest shares neither title nor identifier with its record, or is asked
    assert len(found.maybe) <= 20
    assert sum(label[pair.a.key] == label[pair.b.key] for pair in found.maybe) >= 12


def test_every_threshold_stands_with_its_reason() -> None:
    lines = Path(FILE).read_text(encoding="utf-8").splitlines()
    assert all("#" in line for line in lines if "=" in line)
    assert shipped_rules().title.near > shipped_rules().title.near_supported > shipped_rules().title.ask
