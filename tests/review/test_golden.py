"""Every stable number of the reference (R metafor and clubSandwich) comes out of our own arithmetic."""

import math
from collections import Counter
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.reference.comparing import (
    Producer,
    computed,
    data_of,
    deviations,
    leaves,
    nodes,
    producer_of,
    producers,
    question,
    reference,
    tally,
    unstable,
)

NUMBERS = 69_692
"""How many numbers the reference holds, inputs included."""
KINDS = {"result": 64_875, "unstable": 540, "input": 651}
"""How many of them stand at nodes, by kind: no result turns into an input, nor is skipped, unnoticed."""
BESIDE = 3_626
"""How many stand beside the nodes: what the data sets and the table of effect sizes were computed from."""
NODES = list(nodes())


def _none(data: Any, node: str) -> None:
    """Compute nothing."""


EXACT = Producer(_none, rtol=0.0)


@pytest.mark.parametrize(("name", "node"), NODES)
def test_a_node_of_the_reference_is_met(name: str, node: str) -> None:
    complaints = deviations(name, node, computed(name, node), producer_of(node))
    assert not complaints, f"{len(complaints)} numbers deviate:\n" + "\n".join(complaints[:20])


def test_no_number_of_the_reference_is_left_out() -> None:
    at_nodes = sum((tally(name, node) for name, node in NODES), Counter())
    beside_them = numbers(reference()["meta"]) + numbers(inputs_beside_the_nodes())
    assert numbers(reference()) == NUMBERS
    assert beside_them + at_nodes.total() == NUMBERS
    assert (beside_them, dict(at_nodes)) == (BESIDE, KINDS)


def test_every_node_has_one_producer_and_every_producer_a_node() -> None:
    for _, node in NODES:
        producer_of(node)
    idle = [p for p in producers() if not any(fnmatchcase(node, p) for _, node in NODES)]
    assert not idle


def test_wide_tolerances_are_explained() -> None:
    for pattern, producer in producers().items():
        widest = max(rtol for rtol, _ in [(producer.rtol, 0), *producer.exceptions.values()])
        assert widest <= 1e-8 or producer.why, pattern


def test_every_unstable_path_is_one_of_the_reference() -> None:
    for path in unstable():
        found = reference()
        for key in path.split("/"):
            found = found[int(key)] if isinstance(found, list) else found[key]


BCG = reference()["datasets"]["bcg_RR"]["univariate"]["fits"]["REML"]["z"]
AT = ("bcg_RR", "univariate/fits/REML/z")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, None),
        ({"k": 13.0, "used_threshold": None, "words": "more"}, None),
        ({"tau2": BCG["tau2"] * (1 + 1e-9)}, "off by 1e-09"),
        ({"tau2": math.nan}, "nan is not"),
        ({"tau2": None}, "missing, the reference has 0.31"),
        ({"se": []}, "se/0: missing"),
        ({"se": [BCG["se"][0], 0.1]}, "se/length: '2' is not '1'"),
        ({"R2": 0.0}, "0.0, but the reference has none"),
        ({"R2": math.nan}, None),
        ({"test": "t"}, "'t' is not 'z'"),
        ({"prediction": {}}, "prediction/default/pred: missing"),
    ],
)
def test_a_change_of_any_kind_is_found(change: dict[str, Any], complaint: str | None) -> None:
    found = "\n".join(deviations(*AT, BCG | change, EXACT))
    assert complaint in found if complaint else not found


def test_no_leaf_can_be_left_out() -> None:
    for name, node in NODES:
        told = [leaf for leaf in leaves(name, node) if leaf.kind == "result" and leaf.expected is not None]
        assert len(deviations(name, node, None, EXACT)) == len(told)
        assert tally(name, node)["result"] <= len(told)


def test_no_producer_sees_the_answers() -> None:
    for name, node in NODES:
        seen = question(name, effects=node not in {"yi", "vi"})
        for key in node.split("/"):
            seen = seen[key]
        assert numbers(seen) == tally(name, node)["input"]


def test_exceptions_and_what_goes_beyond_hold_where_they_say() -> None:
    off = BCG | {"tau2": BCG["tau2"] * 1.001, "R2": 5.0}
    assert (
        deviations(*AT, off, Producer(_none, 0.0, exceptions={"/tau2": (0.01, 0.0)}, beyond=("/R2",))) == []
    )
    assert (
        len(deviations(*AT, off, Producer(_none, 0.0, exceptions={"/se/*": (1.0, 1.0)}, beyond=("/I2",))))
        == 2
    )


def test_what_is_unstable_is_skipped_with_all_below_it() -> None:
    name, node = "assink2016", "multilevel/study_only_REML"
    found = dict(data_of(name)["multilevel"]["study_only_REML"]) | {"pval": [1, 2, 3]}
    assert deviations(name, node, found, EXACT) == []


def inputs_beside_the_nodes() -> list[Any]:
    """Return what no node holds: the inputs of data sets, and of the table of effect sizes."""
    mine = {(name, node.split("/")[0]) for name, node in NODES}
    sets = [("escalc", reference()["escalc"]), *reference()["datasets"].items()]
    return [content for name, data in sets for key, content in data.items() if (name, key) not in mine]


def numbers(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(map(numbers, tree.values()))
    if isinstance(tree, list):
        return sum(map(numbers, tree))
    return isinstance(tree, int | float) and not isinstance(tree, bool)
