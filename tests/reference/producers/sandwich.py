"""The reference's cluster-robust, no-variance and aggregation nodes from our own results, translated name by name."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from review.meta.aggregate import aggregate_rho
from review.meta.cluster_pieces import Kind
from review.meta.equal_weight import equal_weights
from review.meta.no_variance import equal_weight_regression, random_intercept
from review.meta.regression import meta_regression
from review.meta.result import Coefficient
from review.meta.robust import RobustFit
from review.meta.sandwich import Array, Block, robust_blocks, wald_htz
from review.meta.univariate import random_effects
from tests.reference.comparing import Producer

Node = dict[str, Any]
KINDS: tuple[Kind, ...] = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")


def moderators(data: Mapping[str, Any], node: str) -> tuple[Array, tuple[str, ...]]:
    """Return the design matrix of a multilevel section and the names of its columns."""
    section, inputs = node.split("/", maxsplit=1)[0], data["inputs"]
    ones = np.ones(len(data["yi"]))
    if section == "multilevel":
        return ones[:, None], ("intercept",)
    year = np.array([np.nan if x is None else x for x in inputs["year"]], dtype=np.float64)
    if section == "multilevel_year":
        return np.column_stack((ones, year - 1990)), ("intercept", "year")
    levels = sorted(set(inputs["deltype"]))[1:]
    dummies = [[float(x == level) for x in inputs["deltype"]] for level in levels]
    return np.column_stack((ones, *dummies, year)), ("intercept", *levels, "year")


def studies(data: Mapping[str, Any], node: str) -> list[Any]:
    """Return the cluster of each row."""
    return list(data["inputs"][data[node.split("/", maxsplit=1)[0]]["cluster"]])


def coefficients_node(coefficients: Sequence[Coefficient]) -> Node:
    """Return coefficients as the reference lists clubSandwich's tests."""
    return {
        "beta": [c.estimate for c in coefficients],
        "se": [c.se for c in coefficients],
        "tstat": [c.statistic for c in coefficients],
        "df": [c.df for c in coefficients],
        "p": [c.p for c in coefficients],
        "ci_lb": [c.ci_low for c in coefficients],
        "ci_ub": [c.ci_high for c in coefficients],
    }


def robust_nodes(design: Array, y: Array, blocks: Sequence[Block], terms: Sequence[str]) -> Node:
    """Return every robust_* key of a multilevel node; blocks hold the marginal covariance of each study's rows."""
    found: Node = {}
    for kind in KINDS:
        fit = robust_blocks(design, y, blocks, terms=terms, kind=kind)
        found[f"robust_{kind}_satterthwaite"] = coefficients_node(fit.coefficients)
    fit = robust_blocks(design, y, blocks, terms=terms, kind="CR1p", df_rule="m-p")
    found["robust_cr1_metafor"] = {
        **_as_metafor(fit),
        "stat": [c.statistic for c in fit.coefficients],
        "df": [fit.coefficients[0].df],
        "n_clusters": fit.clusters,
    }
    fit = robust_blocks(design, y, blocks, terms=terms)
    found["robust_metafor_clubSandwich"] = {**_as_metafor(fit), "df": [c.df for c in fit.coefficients]}
    if len(terms) > 1:
        test = wald_htz(fit, terms[1:])
        found["robust_metafor_clubSandwich"] |= {
            "QM": test.statistic,
            "QMdf": [test.df, test.df_denominator],
            "QMp": test.p,
        }
    return found


def wald_node(fit: RobustFit, tested: Sequence[int]) -> Node:
    """Return the wald_HTZ key; `tested` counts columns from 1, as the reference's coefs_tested does."""
    test = wald_htz(fit, [fit.coefficients[i - 1].term for i in tested])
    return {
        "coefs_tested": list(tested),
        "Fstat": test.statistic,
        "df_num": test.df,
        "df_denom": test.df_denominator,
        "p": test.p,
    }


def _as_metafor(fit: RobustFit) -> Node:
    return {
        "se": [c.se for c in fit.coefficients],
        "pval": [c.p for c in fit.coefficients],
        "ci_lb": [c.ci_low for c in fit.coefficients],
        "ci_ub": [c.ci_high for c in fit.coefficients],
    }


def _two_level(data: Mapping[str, Any], node: str) -> Node:
    design, terms = moderators(data, node)
    cluster = studies(data, node)
    if len(terms) == 1:
        pooled = random_effects(data["yi"], data["vi"], cluster=cluster)
        return {**coefficients_node(pooled.robust), "tau2": pooled.tau2}
    fit = meta_regression(data["yi"], data["vi"], design, terms=terms, cluster=cluster)
    return {**coefficients_node(fit.robust), "tau2": fit.tau2}


def _least_squares(data: Mapping[str, Any], node: str) -> Node:
    design, terms = moderators(data, node)
    cluster = studies(data, node)
    if len(terms) == 1:
        return coefficients_node(equal_weights(data["yi"], cluster).coefficients)
    return coefficients_node(equal_weight_regression(data["yi"], cluster, design, terms=terms).coefficients)


def _random_intercept(data: Mapping[str, Any], node: str) -> Node:
    design, terms = moderators(data, node)
    fit = random_intercept(data["yi"], studies(data, node), design, terms=terms)
    assert fit.sigma2 is not None
    return {
        **coefficients_node(fit.coefficients),
        "model_se": fit.model_se,
        "tau2_between": fit.sigma2[0],
        "sigma2_within": fit.sigma2[1],
        "logLik": fit.log_likelihood,
    }


def _aggregated(data: Mapping[str, Any], node: str) -> Node:
    rho = data[node.split("/", maxsplit=1)[0]]["aggregate_rho"]["rho"]
    found = aggregate_rho(data["yi"], data["vi"], studies(data, node), rho=rho)
    return {"study": [str(s) for s in found.studies], "yi": found.yi, "vi": found.vi, "rho": found.rho}


PRODUCERS = {
    "multilevel*/rma_uni_REML_CR2": Producer(_two_level, rtol=1e-8),
    "multilevel*/no_variances_OLS_CR2": Producer(_least_squares, rtol=1e-9),
    "multilevel*/no_variances_REML_CR2": Producer(
        _random_intercept,
        rtol=1e-5,
        atol=1e-6,
        why="the reference prints its variances with 7 digits and stops its search at about 1e-6",
    ),
    "multilevel*/aggregate_rho": Producer(_aggregated, rtol=1e-12),
}
