"""Effects of nine studies, one of them large, that depend on each other, and fits of some of their rows."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from review.meta.multilevel.model import fit_multilevel
from review.meta.multilevel.study_models import Fitted
from review.meta.no_variance import equal_weight_regression, random_intercept

Array = NDArray[np.float64]

RNG = np.random.default_rng(7)
NUMBER = np.concatenate((np.repeat(0, 9), np.arange(1, 9), RNG.integers(1, 9, 15)))
STUDY = [f"study {i}" for i in NUMBER]
V = RNG.uniform(0.02, 0.3, NUMBER.size)
Y = (
    0.5
    + RNG.normal(size=9)[NUMBER] * 0.5
    + RNG.normal(size=NUMBER.size) * np.sqrt(0.05 + V)
    + 0.8 * np.sqrt(V)
)
X = np.column_stack((np.ones(NUMBER.size), RNG.normal(size=NUMBER.size)))
DATA = np.array([f"data {i // 3} {j}" for i, j in zip(NUMBER, RNG.integers(0, 3, NUMBER.size), strict=True)])
GROUP = ["large lab" if i < 2 else f"lab {i}" for i in NUMBER]
TERMS = ("intercept", "bits")


def fit(kind: str, keep: Any = slice(None), *, mods: bool = False, more: Array | None = None) -> Fitted:
    """Fit some of the rows by one of the routes."""
    design = X[keep] if mods else X[keep][:, :1]
    terms: tuple[str, ...] = TERMS if mods else TERMS[:1]
    if more is not None:
        design, terms = np.column_stack((design, more[keep])), (*terms, "se")
    study = np.array(STUDY)[keep].tolist()
    if kind == "no variances":
        return random_intercept(Y[keep], study, design, terms=terms)
    if kind == "equal weights":
        return equal_weight_regression(Y[keep], study, design, terms=terms)
    if kind == "equal studies":
        return equal_weight_regression(Y[keep], study, design, terms=terms, by="study")
    return fit_multilevel(
        Y[keep],
        V[keep],
        study=study,
        design=design,
        terms=terms,
        rho=0.6 if kind == "CHE" else None,
        crossed=DATA[keep].tolist() if kind == "crossed" else None,
        levels=("study",) if kind == "crossed" else ("study", "estimate"),
    )


KINDS = ["three levels", "CHE", "crossed", "no variances", "equal weights", "equal studies"]


def same(found: Any, expected: Any) -> None:
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        for key in ("estimate", "se", "df", "p", "ci_low", "ci_high"):
            assert getattr(a, key) == pytest.approx(getattr(b, key), rel=1e-6, abs=1e-9, nan_ok=True)
