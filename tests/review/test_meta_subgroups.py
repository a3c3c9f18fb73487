"""Subgroups with separate and with common tau2 give metafor's numbers."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from review.meta.errors import InvalidInput
from review.meta.subgroups import common_groups, separate_groups
from review.meta.univariate import random_effects

GOLDEN: dict[str, Any] = {
    f"{data_set}/{key}": {**value, "yi": data["yi"], "vi": data["vi"]}
    for data_set, data in json.loads(
        (Path(__file__).parent / "golden" / "metareg.json").read_text(encoding="utf-8")
    )["datasets"].items()
    for key, value in data.items()
    if key.startswith("subgroup_")
}
SEPARATE = [(name, method) for name in GOLDEN for method in GOLDEN[name]["separate_tau2"]]
COMMON = [(name, model) for name in GOLDEN for model in GOLDEN[name]["common_tau2"]]
ITERATIVE = {"rel": 1e-8, "abs": 1e-12}
SHARE = {"rel": 1e-8, "abs": 1e-8}

Y, V = [0.1, 0.5, 0.3, 0.9, 0.6, 1.4], [0.01, 0.02, 0.015, 0.05, 0.03, 0.02]


def test_six_groupings_are_compared() -> None:
    assert len(GOLDEN) == 6
    assert len(SEPARATE) == 18
    assert len(COMMON) == 24


@pytest.mark.parametrize(("name", "method"), SEPARATE)
def test_separate_tau2(name: str, method: Any) -> None:
    data = GOLDEN[name]
    golden = data["separate_tau2"][method]
    found = separate_groups(data["yi"], data["vi"], data["groups"], method=method, test="z")
    by_name = dict(zip(found.groups, found.pooled, strict=True))
    pooled = [by_name[level] for level in data["levels"]]
    assert [p.k for p in pooled] == golden["k"]
    for key, values in (
        ("estimate", [p.coefficients[0].estimate for p in pooled]),
        ("se", [p.coefficients[0].se for p in pooled]),
        ("tau2", [p.tau2 or 0.0 for p in pooled]),
        ("Q_within", [p.Q or 0.0 for p in pooled]),
    ):
        assert values == pytest.approx(golden[key], **ITERATIVE), key
    if "I2" in golden:
        assert [p.I2 or 0.0 for p in pooled] == pytest.approx(golden["I2"], **SHARE)
    assert found.between is not None
    assert found.between.statistic == pytest.approx(golden["Q_between"], **ITERATIVE)
    assert found.between.df == golden["df"]
    assert found.between.p == pytest.approx(golden["p_between"], rel=1e-7)


@pytest.mark.parametrize(("name", "model"), COMMON)
def test_common_tau2(name: str, model: str) -> None:
    data = GOLDEN[name]
    golden, (method, test) = data["common_tau2"][model], model.split("_")
    found = common_groups(data["yi"], data["vi"], data["groups"], method=method, test=test)  # type: ignore[arg-type]
    by_name = {c.term: c for c in found.model.coefficients}
    assert found.model.tau2 == pytest.approx(golden["tau2"], **ITERATIVE)
    assert [by_name[x].estimate for x in data["levels"]] == pytest.approx(
        golden["group_estimates"], **ITERATIVE
    )
    assert [by_name[x].se for x in data["levels"]] == pytest.approx(golden["group_se"], **ITERATIVE)
    assert found.between is not None
    assert found.between.statistic == pytest.approx(golden["QM"], **ITERATIVE)
    assert [found.between.df, found.between.df_denominator] == golden["QMdf"]
    assert found.between.p == pytest.approx(golden["QMp"], rel=1e-7)
    assert pytest.approx(golden["QE"], **ITERATIVE) == found.model.Q
    assert pytest.approx(golden["R2"], **SHARE) == found.R2


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
