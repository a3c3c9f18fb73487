"""The reference's names for selection models."""

from collections.abc import Mapping
from typing import Any

from review.meta.selection.step_function import selection_model
from review.meta.univariate import random_effects
from tests.reference.comparing import Producer

MODELS = {"threePSM_025": "two.sided", "threePSM_greater": "greater", "threePSM_less": "less"}


def selmodel(data: Mapping[str, Any], node: str) -> Any:
    pooled = random_effects(data["yi"], data["vi"], method="ML", test="z")
    found = {}
    for name, alternative in MODELS.items():
        result = selection_model(pooled, steps=0.025, alternative=alternative)  # type: ignore[arg-type]
        assert result.selection_test is not None
        found[name] = {
            "beta": result.coefficients[0].estimate,
            "se": result.coefficients[0].se,
            "tau2": result.tau2,
            "delta": [one.delta for one in result.intervals],
            "LRT": result.selection_test.statistic,
            "LRTp": result.selection_test.p,
            "ll": result.log_likelihood,
        }
    return found


PRODUCERS = {
    "univariate/selmodel": Producer(
        selmodel,
        rtol=1e-5,
        atol=1e-7,
        exceptions={"/threePSM_greater/LRT": (1e-5, 6e-4), "/threePSM_greater/LRTp": (1e-5, 0.02)},
        why="the reference's own search stops near the top, and where tau2 is 0 below the one without selection (hart1999_IRR, "
        "greater: it reports a test of 0 where the top is 0.0005)",
    )
}
