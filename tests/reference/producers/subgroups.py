"""Subgroups under the reference's names."""

from collections.abc import Mapping
from typing import Any

from review.meta.subgroups import common_groups, separate_groups
from tests.reference.comparing import Producer


def subgroups(data: Mapping[str, Any], node: str) -> Any:
    levels, groups = data[node]["levels"], data[node]["groups"]
    return {
        "groups": groups,
        "levels": sorted(set(groups), key=levels.index),
        "separate_tau2": {
            method: separate(data, groups, levels, method) for method in data[node]["separate_tau2"]
        },
        "common_tau2": {
            model: common(data, groups, levels, *model.split("_")) for model in data[node]["common_tau2"]
        },
    }


def separate(data: Mapping[str, Any], groups: list[str], levels: list[str], method: Any) -> dict[str, Any]:
    found = separate_groups(data["yi"], data["vi"], groups, method=method, test="z")
    by_name = dict(zip(found.groups, found.pooled, strict=True))
    pooled = [by_name[level] for level in levels]
    assert found.between is not None
    return {
        "k": [p.k for p in pooled],
        "estimate": [p.coefficients[0].estimate for p in pooled],
        "se": [p.coefficients[0].se for p in pooled],
        # of a single row we say that nothing can be told (None), the reference says 0
        "tau2": [p.tau2 if p.k > 1 else 0.0 for p in pooled],
        "Q_within": [p.Q if p.k > 1 else 0.0 for p in pooled],
        "I2": [p.I2 if p.k > 1 else 0.0 for p in pooled],
        "Q_between": found.between.statistic,
        "df": found.between.df,
        "p_between": found.between.p,
    }


def common(
    data: Mapping[str, Any], groups: list[str], levels: list[str], method: Any, test: Any
) -> dict[str, Any]:
    found = common_groups(data["yi"], data["vi"], groups, method=method, test=test)
    by_name = {c.term: c for c in found.model.coefficients}
    assert found.between is not None
    return {
        "tau2": found.model.tau2,
        "group_estimates": [by_name[level].estimate for level in levels],
        "group_se": [by_name[level].se for level in levels],
        "QM": found.between.statistic,
        "QMdf": (found.between.df, found.between.df_denominator),
        "QMp": found.between.p,
        "QE": found.model.Q,
        "R2": found.R2,
    }


PRODUCERS = {"subgroup_*": Producer(subgroups, rtol=1e-8, atol=1e-12)}
