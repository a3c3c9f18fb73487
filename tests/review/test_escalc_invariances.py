"""Effect sizes change as they should when groups swap places, events turn, units change, or counts are doubled."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.meta.escalc.measures import MEASURES
from review.meta.mantel_haenszel import mantel_haenszel
from review.meta.peto import peto

TABLE = st.tuples(*[st.integers(1, 500)] * 4)
TABLES = st.lists(TABLE, min_size=1, max_size=8)
MEAN, SD, SIZE = st.integers(1, 5000), st.integers(1, 400), st.integers(4, 300)
GROUPS = st.lists(st.tuples(MEAN, SD, SIZE, MEAN, SD, SIZE), min_size=1, max_size=8)
NAMES = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
CLOSE = {"rel": 1e-9, "abs": 1e-11}


def effects(code: str, rows: list[tuple[int, ...]], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(rows, dtype=float).reshape(len(rows), -1)
    given = dict(zip(names, table.T, strict=True))
    if code == "VR":
        given = {name: values for name, values in given.items() if not name.startswith("m")}
    found = MEASURES[code].compute(**given, **({"correct": True} if code == "ROM" else {}))
    return found.yi, found.vi


def of_tables(code: str, rows: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    return effects(code, rows, ("ai", "bi", "ci", "di"))


def of_means(code: str, rows: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    return effects(code, rows, NAMES)


@settings(deadline=None, max_examples=50)
@given(TABLES, st.sampled_from(["RR", "OR", "RD", "AS", "PETO", "YUQ", "YUY", "PHI"]))
def test_groups_that_swap_places_turn_the_sign(rows: list[tuple[int, ...]], code: str) -> None:
    y, v = of_tables(code, rows)
    swapped_y, swapped_v = of_tables(code, [(c, d, a, b) for a, b, c, d in rows])
    assert swapped_y == pytest.approx(-y, **CLOSE)
    assert swapped_v == pytest.approx(v, **CLOSE)


@settings(deadline=None, max_examples=50)
@given(TABLES, st.sampled_from(["OR", "RD", "AS", "PETO", "YUQ", "YUY", "PHI"]))
def test_events_that_become_non_events_turn_the_sign(rows: list[tuple[int, ...]], code: str) -> None:
    y, v = of_tables(code, rows)
    turned_y, turned_v = of_tables(code, [(b, a, d, c) for a, b, c, d in rows])
    assert turned_y == pytest.approx(-y, **CLOSE)
    assert turned_v == pytest.approx(v, **CLOSE)


@settings(deadline=None, max_examples=50)
@given(TABLES, st.sampled_from(["RR", "OR", "RD", "AS", "YUQ", "YUY", "PHI"]))
def test_doubled_counts_halve_the_variance(rows: list[tuple[int, ...]], code: str) -> None:
    y, v = of_tables(code, rows)
    doubled_y, doubled_v = of_tables(code, [tuple(2 * n for n in row) for row in rows])
    assert doubled_y == pytest.approx(y, **CLOSE)
    assert doubled_v == pytest.approx(v / 2, **CLOSE)


@settings(deadline=None, max_examples=50)
@given(GROUPS, st.sampled_from(["MD", "SMD", "SMDH", "ROM", "VR", "CVR"]))
def test_means_that_swap_places_turn_the_sign(rows: list[tuple[int, ...]], code: str) -> None:
    y, v = of_means(code, rows)
    swapped_y, swapped_v = of_means(code, [row[3:] + row[:3] for row in rows])
    assert swapped_y == pytest.approx(-y, **CLOSE)
    assert swapped_v == pytest.approx(v, **CLOSE)


@settings(deadline=None, max_examples=50)
@given(GROUPS, st.integers(-20, 20), st.sampled_from(["SMD", "SMDH", "ROM", "VR", "CVR"]))
def test_units_of_measurement_do_not_matter_to_what_has_none(
    rows: list[tuple[int, ...]], exponent: int, code: str
) -> None:
    unit = 2.0**exponent
    scaled: Any = [(unit * m1, unit * s1, n1, unit * m2, unit * s2, n2) for m1, s1, n1, m2, s2, n2 in rows]
    for one, other in zip(of_means(code, rows), of_means(code, scaled), strict=True):
        assert other == pytest.approx(one, rel=1e-12, abs=1e-13)


@settings(deadline=None, max_examples=50)
@given(GROUPS, st.integers(-3000, 3000))
def test_the_origin_does_not_matter_to_differences(rows: list[tuple[int, ...]], shift: int) -> None:
    moved = [(m1 + shift, s1, n1, m2 + shift, s2, n2) for m1, s1, n1, m2, s2, n2 in rows]
    for code in ("MD", "SMD", "SMDH"):
        for one, other in zip(of_means(code, rows), of_means(code, moved), strict=True):
            assert other == pytest.approx(one, rel=1e-12, abs=1e-13)


@settings(deadline=None, max_examples=50)
@given(TABLES, st.sampled_from(["RR", "OR", "RD"]))
def test_every_row_is_computed_for_itself(rows: list[tuple[int, ...]], code: str) -> None:
    y, v = of_tables(code, rows)
    for i, row in enumerate(rows):
        alone = of_tables(code, [row])
        assert (alone[0][0], alone[1][0]) == (y[i], v[i])


@settings(deadline=None, max_examples=50)
@given(TABLES, st.sampled_from(["OR", "RR", "RD"]), st.integers(0, 7))
def test_two_halves_of_a_table_weigh_what_it_weighed(
    rows: list[tuple[int, ...]], measure: Any, at: int
) -> None:
    table = 2 * np.array(rows)
    halved = np.vstack([table, table[at % len(rows)] // 2])
    halved[at % len(rows)] //= 2
    a, b = mantel_haenszel(*table.T, measure=measure), mantel_haenszel(*halved.T, measure=measure)
    assert b.estimate.estimate == pytest.approx(a.estimate.estimate, **CLOSE)
    assert b.estimate.se == pytest.approx(a.estimate.se, **CLOSE)


@settings(deadline=None, max_examples=50)
@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_tables_and_names_of_events_do_not_matter_to_pools(
    rows: list[tuple[int, ...]], random: Any
) -> None:
    turned = list(rows)
    random.shuffle(turned)
    for pool in (mantel_haenszel, peto):
        a, b = (pool(*np.array(x).T).estimate for x in (rows, turned))
        assert [b.estimate, b.se] == pytest.approx([a.estimate, a.se], **CLOSE)
        mirrored = pool(*np.array([(b, a, d, c) for a, b, c, d in rows]).T).estimate
        assert [mirrored.estimate, mirrored.se] == pytest.approx([-a.estimate, a.se], **CLOSE)
