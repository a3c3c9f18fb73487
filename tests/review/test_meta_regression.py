"""Meta-regression keeps its digits with moderators that are not centred, and tells which rows it rests on."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from review.meta.case_deletion import case_deletion
from review.meta.heterogeneity import typical_variance
from review.meta.moderators import regress
from review.meta.regression import meta_regression
from tests.reference.comparing import reference

GOLDEN = reference()["datasets"]


def frame(name: str) -> pd.DataFrame:
    data = GOLDEN[name]
    return pd.DataFrame({**data["inputs"], "yi": data["yi"], "vi": data["vi"]})


@pytest.mark.parametrize("name", ["bcg_RR", "bcg_OR", "bcg_RD"])
def test_fit_is_exact_with_years_that_are_not_centred(name: str) -> None:
    found = regress("ablat + year", frame(name), method="FE", test="z")
    y, w = [Fraction(a) for a in found.yi], [1 / Fraction(a) for a in found.vi]
    columns = [[Fraction(row[j]) for row in found.design] for j in range(3)]
    # Gram–Schmidt in rational numbers
    residual, basis = y, []
    for column in [*columns, y]:
        residual = column
        for other in basis:
            share = _product(w, residual, other) / _product(w, other, other)
            residual = [a - share * b for a, b in zip(residual, other, strict=True)]
        basis.append(residual)
    assert pytest.approx(float(_product(w, residual, residual)), rel=1e-13) == found.Q
    # the last column stands free of the others, so that its coefficient follows from it alone
    free = basis[2]
    last, error = _product(w, y, free) / _product(w, free, free), 1 / _product(w, free, free)
    assert found.coefficients[2].estimate == pytest.approx(float(last), rel=1e-10)
    assert found.coefficients[2].se == pytest.approx(math.sqrt(error), rel=1e-10)


def _product(a: list[Fraction], b: list[Fraction], c: list[Fraction]) -> Fraction:
    return sum((x * y * z for x, y, z in zip(a, b, c, strict=True)), Fraction(0))


def test_a_row_that_metafor_cannot_leave_out_is_left_out() -> None:
    found = regress("ablat + year", frame("bcg_RR"), test="z")
    rest = regress("ablat + year", frame("bcg_RR").drop(index=1), test="z")
    left_out = case_deletion(found)
    assert left_out.tau2[1] == pytest.approx(rest.tau2, rel=1e-9)
    moved = np.array(found.design) @ [
        a.estimate - b.estimate for a, b in zip(found.coefficients, rest.coefficients, strict=True)
    ]
    assert left_out.cooks_distance[1] == pytest.approx(
        float((moved**2 / (np.array(found.vi) + found.tau2)).sum()), rel=1e-8
    )


def test_rows_without_a_moderator_are_counted_and_named() -> None:
    data = frame("bangertdrowns2004_SMD")
    found = regress("length", data)
    assert len(found.excluded_rows) == len(data) - found.k == int(data["length"].isna().sum()) > 0
    assert {row.why for row in found.excluded_rows} == {"length is missing"}
    assert {row.row for row in found.excluded_rows}.isdisjoint(found.rows)


def test_hat_values_sum_to_the_number_of_coefficients() -> None:
    found = regress("length * wic", frame("bangertdrowns2004_SMD"))
    assert math.fsum(found.hat) == pytest.approx(found.p, rel=1e-12)


def test_i2_rests_on_the_typical_variance_of_the_design() -> None:
    found = regress("ablat", frame("bcg_RR"))
    basis = np.linalg.qr(np.array(found.design))[0]
    typical = typical_variance(np.array(found.vi), basis)
    assert pytest.approx(100 * found.tau2 / (found.tau2 + typical), rel=1e-12) == found.I2


def test_formula_and_matrix_are_one_fit() -> None:
    data = frame("bcg_RR")
    by_formula = regress("ablat + year", data)
    by_matrix = meta_regression(
        data["yi"], data["vi"], np.column_stack([np.ones(13), data["ablat"], data["year"]])
    )
    assert [c.estimate for c in by_matrix.coefficients] == [c.estimate for c in by_formula.coefficients]
