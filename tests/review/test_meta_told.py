"""Small results too print, convert to a table and to JSON, and write sentences."""

import json

import numpy as np
import pytest

from review.meta.contrasts import contrasts, likelihood_ratio
from review.meta.mantel_haenszel import mantel_haenszel
from review.meta.permutation import permutation_test
from review.meta.peto import peto
from review.meta.plain import Told
from review.meta.profile import shrunken_effects
from review.meta.regression import meta_regression
from review.meta.univariate import random_effects

Y, V = [0.1, 0.5, -0.2, 0.8, 0.3, 0.4], [0.02, 0.05, 0.03, 0.04, 0.02, 0.06]
X = np.column_stack([np.ones(6), [1.0, 2, 3, 4, 5, 7]])
TABLES = ([4, 6, 3], [119, 300, 228], [11, 29, 11], [128, 274, 209])


def results() -> list[Told]:
    fuller = meta_regression(Y, V, X, method="ML", test="z")
    smaller = meta_regression(Y, V, X[:, :1], method="ML", test="z")
    return [
        mantel_haenszel(*TABLES),
        peto(*TABLES),
        permutation_test(Y, V),
        contrasts(fuller, [[0.0, 1.0]]),
        likelihood_ratio(fuller, smaller),
        shrunken_effects(random_effects(Y, V)),
    ]


@pytest.mark.parametrize("result", results(), ids=lambda result: type(result).__name__)
def test_a_result_prints_and_converts(result: Told) -> None:
    assert json.loads(result.to_json()) == result.to_dict()
    assert len(result.to_frame()) >= 1  # type: ignore[attr-defined]
    for text in (str(result), result.report_text()):
        assert any(letter.isdigit() for letter in text)
        assert "nan" not in text
    assert result.report_text().endswith(".")


def test_the_words_hold_the_numbers() -> None:
    pooled = mantel_haenszel(*TABLES)
    assert f"{pooled.estimate.estimate:.4g}" in str(pooled)
    assert f"{pooled.estimate.estimate:.4g}" in pooled.report_text()
    drawn = permutation_test(Y, V)
    assert f"p = {drawn.p[0]:.3f}" in str(drawn)
    assert "64 rearrangements" in drawn.report_text()
