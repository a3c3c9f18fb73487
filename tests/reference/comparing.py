"""Comparing what was computed with the reference values, leaf by leaf, so that none is left out."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
PROSE = frozenset({"note", "warnings", "order_name", "coef_names"})
"""Keys whose values are words of the reference's own."""
SECTIONS = ("univariate", "metareg", "multilevel")
"""What holds nodes one level down; every other key of a data set is a node, or an input."""
INPUTS = (
    "meta/*",
    "datasets/*/inputs/*",
    # these three data sets come with effects and variances; elsewhere they are effect sizes, and computed
    *(
        f"datasets/{name}/{column}/*"
        for name in ("bangertdrowns2004_SMD", "konstantopoulos2011", "assink2016")
        for column in ("yi", "vi")
    ),
    # at which of four stopping rules the reference's own iteration came to an end
    "datasets/*/used_threshold",
    # the correlation that two models assume
    "datasets/*/multilevel*/rho",
    "escalc/inputs_*",
    "escalc/mcnemar/*/[bc]",
    "escalc/proportion/[xn]i/*",
    "escalc/correlation/[rn]i/*",
    *(f"escalc/paired_from_marginals/{column}/*" for column in ("p1", "p2", "n", "phi")),
    "escalc/two_group_means/inputs/*",
    "escalc/paired_means/inputs/*",
)
"""Paths of what the reference was computed from."""
_INPUT = re.compile("|".join(map(translate, INPUTS)))


@dataclass(frozen=True)
class Producer:
    """What computes one node of the reference values.

    `compute` takes the data set (see `question`: its inputs, yi, vi, and the keys and words of all else that the
    reference holds of it, with None for numbers) and the node's name, and returns the node's tree: the same keys, lists of
    the same length. `rtol` and `atol` hold for every number
    unless `exceptions` has a pattern (fnmatch on the path below the node, such as "*/ci_low") that gives another pair;
    the first that fits counts. `why` explains a tolerance that is wider than rounding. `beyond` has patterns of paths
    where the reference gave up and holds null although a value exists: a number of ours is welcome there, nowhere else.
    """

    compute: Callable[[Mapping[str, Any], str], Any]
    rtol: float
    atol: float = 0.0
    exceptions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    why: str = ""
    beyond: tuple[str, ...] = ()


class Leaf(NamedTuple):
    """One value of the reference, and what was found in its place.

    `kind` is "input" (what the reference was computed from), "unstable" (differs between versions of the reference),
    "words", or "result".
    """

    path: str
    expected: Any
    found: Any
    kind: str

    @property
    def counts(self) -> bool:
        """Whether it is one of the numbers of the reference: no null, no word, no yes or no."""
        return isinstance(self.expected, int | float) and not isinstance(self.expected, bool)


@cache
def reference() -> Any:
    """Return the reference values as they were printed: null for NA, "Inf" and "-Inf" for infinities."""
    return json.loads((HERE / "golden.json").read_text(encoding="utf-8"))


@cache
def unstable() -> frozenset[str]:
    """Return the paths that differ by more than 1e-8 between versions of the reference; some name a whole list."""
    return frozenset(json.loads((HERE / "golden_unstable.json").read_text(encoding="utf-8")))


@cache
def producers() -> dict[str, Producer]:
    """Return what computes the nodes, by pattern, from all files beside this one in `producers`.

    Raises
    ------
    AssertionError
        If two files have the same pattern.
    """
    found: dict[str, Producer] = {}
    for room in sorted((HERE / "producers").glob("*.py")):
        own = import_module(f"tests.reference.producers.{room.stem}").PRODUCERS
        twice = found.keys() & own
        assert not twice, f"{room.name} computes {', '.join(twice)} once more"
        found |= own
    return found


def nodes() -> Iterator[tuple[str, str]]:
    """Yield data set and node of everything that is a result, such as "univariate/regtest" or "yi"."""
    for name, data in reference()["datasets"].items():
        for section, content in data.items():
            if section.startswith(SECTIONS):
                yield from (
                    (name, f"{section}/{key}") for key, value in content.items() if not isinstance(value, str)
                )
            elif not (section in {"source", "measure", "inputs"} or is_input(f"datasets/{name}/{section}/")):
                yield name, section
    yield from (("escalc", key) for key in reference()["escalc"] if not is_input(f"escalc/{key}"))


def data_of(name: str) -> Any:
    """Return what the reference holds of a data set, or of the table of effect sizes ("escalc")."""
    return reference()["escalc"] if name == "escalc" else reference()["datasets"][name]


@cache
def question(name: str, *, effects: bool = True) -> Any:
    """Return a data set as a producer sees it, and its name: every result is None, so that none can be handed back.

    Parameters
    ----------
    name
        The data set, or "escalc".
    effects
        Whether the effects and variances are shown, from which all other results follow.
    """
    shown = {f"datasets/{name}/{column}" for column in ("yi", "vi") if effects}
    root = "escalc" if name == "escalc" else f"datasets/{name}"
    return {**_blanked(data_of(name), root, shown), "name": name}


def computed(name: str, node: str) -> Any:
    """Return what a node's producer makes of its data set."""
    return producer_of(node).compute(question(name, effects=node not in {"yi", "vi"}), node)


def is_input(path: str) -> bool:
    """Return whether a path leads to what the reference was computed from."""
    return _INPUT.match(path) is not None


def producer_of(node: str) -> Producer:
    """Return the one producer whose pattern fits a node.

    Raises
    ------
    AssertionError
        If none does, or several do.
    """
    fitting = [pattern for pattern in producers() if fnmatchcase(node, pattern)]
    assert len(fitting) == 1, f"{node} is computed by {fitting or 'nobody'}"
    return producers()[fitting[0]]


def leaves(name: str, node: str, found: Any = None) -> Iterator[Leaf]:
    """Yield every value that the reference holds at a node, beside what was found there.

    Parameters
    ----------
    name
        The data set, or "escalc".
    node
        Keys joined by "/".
    found
        A tree of the same shape; a list that is longer yields one leaf more, its length.
    """
    root, expected = f"escalc/{node}" if name == "escalc" else f"datasets/{name}/{node}", data_of(name)
    for key in node.split("/"):
        expected = expected[key]
    yield from _leaves(expected, found, root, len(root), stable=True)


def tally(name: str, node: str) -> Counter[str]:
    """Count the numbers at a node: inputs, unstable ones, and results, which are compared."""
    return Counter(leaf.kind for leaf in leaves(name, node) if leaf.counts)


def deviations(name: str, node: str, found: Any, producer: Producer) -> list[str]:
    """Return what deviates from the reference at a node, one line each, with its path."""
    complaints = []
    for leaf in leaves(name, node, found):
        if leaf.kind == "words":
            if leaf.found is not _MISSING and leaf.found != leaf.expected:
                complaints.append(f"{name}/{node}{leaf.path}: {leaf.found!r} is not {leaf.expected!r}")
        elif leaf.kind == "result" and (complaint := _complaint(leaf, producer)):
            complaints.append(f"{name}/{node}{leaf.path}: {complaint}")
    return complaints


_MISSING = object()


def _blanked(tree: Any, path: str, shown: set[str]) -> Any:
    if path in shown or isinstance(tree, str) or is_input(path):
        return tree
    if isinstance(tree, dict):
        return {key: _blanked(value, f"{path}/{key}", shown) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_blanked(value, f"{path}/{i}", shown) for i, value in enumerate(tree)]
    return None


def _leaves(expected: Any, found: Any, path: str, root: int, *, stable: bool) -> Iterator[Leaf]:
    stable = stable and path not in unstable()
    if isinstance(expected, dict):
        for key, value in expected.items():
            if key not in PROSE:
                there = found.get(key, _MISSING) if isinstance(found, Mapping) else _MISSING
                yield from _leaves(value, there, f"{path}/{key}", root, stable=stable)
    elif isinstance(expected, list):
        items = [] if found is _MISSING or found is None else list(found)
        if len(items) > len(expected) and stable:
            yield Leaf(f"{path[root:]}/length", str(len(expected)), str(len(items)), "words")
        for i, value in enumerate(expected):
            yield from _leaves(
                value, items[i] if i < len(items) else _MISSING, f"{path}/{i}", root, stable=stable
            )
    elif is_input(path):
        yield Leaf(path[root:], expected, found, "input")
    elif not stable:
        yield Leaf(path[root:], expected, found, "unstable")
    else:
        words = isinstance(expected, str) and expected not in {"Inf", "-Inf"}
        yield Leaf(path[root:], expected, found, "words" if words else "result")


def _complaint(leaf: Leaf, producer: Producer) -> str | None:
    if leaf.expected is None:
        empty = (
            leaf.found is _MISSING
            or leaf.found is None
            or (isinstance(leaf.found, float) and math.isnan(leaf.found))
        )
        if empty or any(fnmatchcase(leaf.path, pattern) for pattern in producer.beyond):
            return None
        return f"{leaf.found!r}, but the reference has none"
    if leaf.found is _MISSING or leaf.found is None:
        return f"missing, the reference has {leaf.expected}"
    rtol, atol = _tolerance(leaf.path, producer)
    want, have = float(leaf.expected), float(leaf.found)
    if want == have or math.isclose(have, want, rel_tol=rtol, abs_tol=atol):
        return None
    return f"{have!r} is not {want!r} (off by {abs(have - want) / abs(want) if want else abs(have):.2g})"


def _tolerance(path: str, producer: Producer) -> tuple[float, float]:
    for pattern, pair in producer.exceptions.items():
        if fnmatchcase(path, pattern):
            return pair
    return producer.rtol, producer.atol
