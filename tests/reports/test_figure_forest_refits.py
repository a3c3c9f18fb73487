"""Promises about leave-one-out and cumulative forests: a row per refit, at the refit's numbers."""

import numpy as np
import pytest

from reports.figures import proof
from reports.figures.forest import plot as forest
from reports.figures.forest.data import Forest
from reports.figures.from_results.forest.refits import cumulative_forest, leave_one_out_forest
from review.meta.multilevel.model import fit_multilevel
from review.meta.multilevel.sensitivity import cumulative_by_study, leave_one_study_out
from review.meta.sensitivity.cumulative import cumulative
from review.meta.sensitivity.leave_one_out import leave_one_out
from review.meta.univariate import random_effects

RNG = np.random.default_rng(24)
VI = RNG.uniform(0.1, 0.8, 24) ** 2
YI = RNG.normal(-0.4, np.sqrt(0.2 + VI))
YEAR = list(range(2024, 2000, -1))
POOLED = random_effects(YI, VI, labels=[f"trial {year}" for year in YEAR])


def clean(data: Forest) -> bool:
    return all(proof.faults(fig) == [] for fig in forest.figures(data))


def test_leave_one_out_has_a_row_for_each_omitted_one() -> None:
    result = leave_one_out(POOLED)
    data = leave_one_out_forest(result, log=True)
    assert [(row.study, row.yi, row.ci_low, row.ci_high) for row in data.rows] == [
        (r.omitted, r.estimate, r.ci_low, r.ci_high) for r in result.refits
    ]
    assert [row.cells[1:] for row in data.rows] == [(f"{r.tau2:.3g}", f"{r.I2:.1f} %") for r in result.refits]
    assert data.summary is not None
    assert data.summary.estimate == pytest.approx(POOLED.coefficients[0].estimate)
    assert "all rows but the one named" in " ".join(data.footer)
    assert clean(data)


def test_cumulative_rows_come_in_order_and_end_with_all() -> None:
    result = cumulative(POOLED, YEAR, ordered_by="year of publication")
    data = cumulative_forest(result, log=True)
    assert [row.study for row in data.rows] == [str(r.added) for r in result.refits]
    assert data.summary is not None
    assert data.rows[-1].yi == pytest.approx(data.summary.estimate)
    assert "year of publication" in " ".join(data.footer)
    assert clean(data)


def test_studies_left_out_or_added_have_a_row_each_with_the_robust_interval() -> None:
    fit = fit_multilevel(YI, VI, study=[f"study {i // 4}" for i in range(24)])
    without, added = leave_one_study_out(fit), cumulative_by_study(fit)
    for result, data in ((without, leave_one_out_forest(without)), (added, cumulative_forest(added))):
        assert [(row.study, row.yi, row.ci_low, row.ci_high) for row in data.rows] == [
            (r.name, r.inference[0].estimate, r.inference[0].ci_low, r.inference[0].ci_high)
            for r in result.refits
        ]
        assert data.summary is not None
        assert data.summary.ci_low == pytest.approx(fit.robust[0].ci_low)
        assert clean(data)
    assert "all studies but the one named" in " ".join(leave_one_out_forest(without).footer)
