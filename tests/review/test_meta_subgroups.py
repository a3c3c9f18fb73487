"""Subgroups are what they are alone, and rows without a group are named."""

import math

import numpy as np
import pytest

from review.meta.errors import InvalidInput
from review.meta.subgroups import common_groups, separate_groups
from review.meta.univariate import random_effects

Y, V = [0.1, 0.5, 0.3, 0.9, 0.6, 1.4], [0.01, 0.02, 0.015, 0.05, 0.03, 0.02]


def test_rows_without_a_group_are_left_out_and_named() -> None:
    groups = ["a", None, "a", "b", "b", math.nan]
    found = separate_groups(Y, V, groups, labels=list("uvwxyz"))
    assert found.groups == ("a", "b")
    assert [(x.row, x.why) for x in found.excluded_rows] == [
        ("v", "group is missing"),
        ("z", "group is missing"),
    ]
    assert found.pooled[1].rows == ("x", "y")
    together = common_groups(Y, V, groups)
    assert together.model.k == 4


def test_each_group_is_what_it_is_alone() -> None:
    found = separate_groups(Y, V, list("ababab"), level=90)
    assert found.pooled[0].coefficients == random_effects(Y[::2], V[::2], level=90).coefficients


def test_a_group_of_one_row_is_said() -> None:
    found = separate_groups(Y, V, list("aaaaab"))
    assert "group of one row" in found.warnings[0]
    assert found.pooled[1].k == 1
    assert found.between is not None
    assert math.isfinite(found.between.p)


def test_a_group_whose_rows_all_lack_effects_is_gone() -> None:
    found = common_groups([*Y[:5], math.nan], V, list("aabbbc"))
    assert found.groups == ("a", "b")


def test_one_group_has_nothing_to_be_compared_with() -> None:
    assert separate_groups(Y, V, list("aaaaaa")).between is None
    with pytest.raises(InvalidInput, match="one group has nothing to be compared with"):
        common_groups(Y, V, list("aaaaaa"))
    with pytest.raises(InvalidInput, match="groups has 2 entries but yi has 6"):
        separate_groups(Y, V, ["a", "b"])


def test_order_and_names_of_groups_do_not_matter() -> None:
    a, b = common_groups(Y, V, list("ababab")), common_groups(Y, V, np.array([9, 7, 9, 7, 9, 7]))
    assert a.between is not None
    assert b.between is not None
    assert b.between.statistic == pytest.approx(a.between.statistic, rel=1e-12)
    assert b.groups == ("9", "7")
