"""Pools of 2×2 tables, and a pooled correlation led back from Fisher's z, under the reference's names."""

from collections.abc import Mapping
from typing import Any

from review.meta.escalc.measures import MEASURES
from review.meta.mantel_haenszel import mantel_haenszel
from review.meta.peto import peto
from review.meta.tables import TablePool
from review.meta.univariate import random_effects
from tests.reference.comparing import Producer

CELLS = ("tpos", "tneg", "cpos", "cneg")


def told(found: TablePool) -> dict[str, Any]:
    c = found.estimate
    values = {"beta": c.estimate, "se": c.se, "pval": c.p, "ci_lb": c.ci_low, "ci_ub": c.ci_high}
    for key, test in (
        ("QE", found.heterogeneity),
        ("MH", found.association),
        ("BD", found.breslow_day),
        ("TA", found.tarone),
    ):
        if test is not None:
            values |= {key: test.statistic, f"{key}p": test.p}
    return values


def by_mantel_and_haenszel(data: Mapping[str, Any], node: str) -> Any:
    return told(mantel_haenszel(*(data["inputs"][c] for c in CELLS), measure=data["measure"]))


def by_peto(data: Mapping[str, Any], node: str) -> Any:
    return told(peto(*(data["inputs"][c] for c in CELLS)))


def led_back(data: Mapping[str, Any], node: str) -> Any:
    found = random_effects(data["yi"], data["vi"], method="REML", test="z", prediction="metafor")
    c, interval, back = found.coefficients[0], found.prediction_interval, MEASURES[data["measure"]].back
    assert interval is not None
    values = {"pred": c.estimate, "ci_lb": c.ci_low, "ci_ub": c.ci_high}
    values |= {"pi_lb": interval.low, "pi_ub": interval.high}
    return {key: float(back(x)) for key, x in values.items()}


TAILS = {"/*p": (1e-10, 0.0), "/pval": (1e-10, 0.0)}
PRODUCERS = {
    "mantel_haenszel": Producer(
        by_mantel_and_haenszel, rtol=1e-12, exceptions=TAILS, why="two tail functions differ at p = 1e-75"
    ),
    "peto": Producer(by_peto, rtol=1e-12, exceptions=TAILS, why="two tail functions differ at p = 1e-31"),
    "backtransformed": Producer(led_back, rtol=1e-8),
}
