"""The registry names every measure and leads back; results print, convert and cannot be changed."""

import inspect
import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest

from review.meta.escalc.mcnemar import mcnemar
from review.meta.escalc.means import mean_difference
from review.meta.escalc.measures import MEASURES, freeman_tukey_back
from review.meta.escalc.proportions import freeman_tukey_proportion
from review.meta.escalc.rates import rate_difference, root_rate_difference
from review.meta.escalc.ratios import log_cv_ratio
from review.meta.escalc.two_by_two import log_odds_ratio, log_risk_ratio
from tests.reference.comparing import reference


def test_mcnemar_without_a_changed_pair_tests_nothing() -> None:
    found = mcnemar([0, 5, 1], [0, 5, 0])
    assert np.isnan([found.p[0], found.p_exact[0], found.statistic[0]]).all()
    assert found.omitted[0].why == "no pair changed, so there is nothing to test"
    assert (found.p_exact[1], found.p_mid[1], found.statistic_corrected[1]) == (1.0, pytest.approx(1.0), 0.0)
    # one pair: exact p = 1, mid-p = 1 − 1/2
    assert (found.p_exact[2], found.p_mid[2]) == (pytest.approx(1.0), pytest.approx(0.5))


def test_rate_differences_have_poisson_variances() -> None:
    given = ([9.0, 0.0], [100.0, 50.0], [16.0, 4.0], [400.0, 25.0])
    raw, root = rate_difference(*given, to="none"), root_rate_difference(*given)
    assert list(raw.yi) == pytest.approx([0.09 - 0.04, -0.16], rel=1e-12)
    assert list(raw.vi) == pytest.approx([9 / 100**2 + 16 / 400**2, 4 / 25**2], rel=1e-12)
    assert list(root.yi) == pytest.approx([0.3 - 0.2, -0.4], rel=1e-12)
    assert list(root.vi) == pytest.approx([1 / 400 + 1 / 1600, 1 / 200 + 1 / 100], rel=1e-12)
    assert root.correction == "none"
    assert rate_difference(*given).correction == "0.5 added to every cell of row 2 (to = only0)"


def test_every_measure_is_named_and_leads_back() -> None:
    y = np.array([0.2, 0.4])
    for code, measure in MEASURES.items():
        assert code == measure.code
        assert measure.label
        back = measure.back(y, 50) if measure.back_needs else measure.back(y)
        assert np.isfinite(back).all()
        assert (np.diff(back) > 0).all()
    assert MEASURES["OR"].back(math.log(2.0)) == pytest.approx(2.0, rel=1e-15)
    assert MEASURES["ZCOR"].back(MEASURES["ZCOR"].compute([0.7], [30]).yi)[0] == pytest.approx(0.7, rel=1e-14)
    assert [code for code, m in MEASURES.items() if m.null is None] == ["PR", "PLN", "PLO", "PAS", "PFT"]


@pytest.mark.parametrize("code", ["PR", "PLN", "PLO", "PAS", "PFT"])
def test_proportions_come_back(code: str) -> None:
    x, n = np.array([1, 5, 19, 10]), np.array([20, 20, 20, 20])
    measure = MEASURES[code]
    yi = measure.compute(x, n).yi
    back = measure.back(yi, n) if measure.back_needs else measure.back(yi)
    assert list(back) == pytest.approx(list(x / n), rel=1e-9)


def test_double_arcsines_of_no_event_and_of_nothing_else_come_back() -> None:
    found = freeman_tukey_proportion([0, 12], [12, 12])
    assert freeman_tukey_back(found.yi, 12).tolist() == [0.0, 1.0]
    assert freeman_tukey_back([-1.0, 3.0], 12).tolist() == [0.0, 1.0]


def test_results_print_convert_and_cannot_be_changed() -> None:
    found = log_odds_ratio([0, 12, None], [40, 38, 1], [3, 20, 1], [37, 30, 1], labels=["a", "b", "c"])  # type: ignore[list-item]
    text = str(found)
    assert "log odds ratio (OR): 2 of 3 rows, 2 with a variance" in text
    assert "left out: row c (ai is missing)" in text
    plain = json.loads(found.to_json())
    assert plain["yi"] == [*found.yi[:2], None]
    assert plain["omitted"] == [{"row": "c", "why": "ai is missing"}]
    frame = found.to_frame()
    assert frame["omitted"].tolist()[2] == "ai is missing"
    assert frame["yi"].isna().tolist() == [False, False, True]
    low, high = found.interval(95)
    assert high[0] - low[0] == pytest.approx(2 * 1.959963984540054 * found.sei[0], rel=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        found.yi[0] = 1


def test_rows_of_one_label_keep_their_own_reasons() -> None:
    found = log_risk_ratio([1, None, 3], [5, 5, None], 4, 6, labels=["Lee", "Lee", "Lee"])  # type: ignore[list-item]
    assert found.reasons() == [None, "ai is missing", "bi is missing"]


def test_columns_of_pandas_and_single_numbers_are_read() -> None:
    found = mean_difference(pd.Series([1.0, None], dtype="Float64"), 1.0, 10, pd.Series([2.0, 2.0]), 1.0, 10)  # type: ignore[arg-type]
    assert found.yi[0] == -1.0
    assert found.vi[0] == pytest.approx(0.2, rel=1e-15)
    assert found.omitted[0].why == "m1i is missing"


def test_bias_of_the_log_cv_ratio_is_that_of_the_two_standard_deviations() -> None:
    # metafor 3 always corrected, metafor 5 says so with correct =: both are here, their difference is known
    inputs = reference()["escalc"]["two_group_means"]["inputs"]
    given = [inputs[c] for c in ("m1", "sd1", "n1", "m2", "sd2", "n2")]
    plain, corrected = log_cv_ratio(*given, correct=False), log_cv_ratio(*given, correct=True)
    cv = np.log(np.divide(inputs["sd1"], inputs["m1"])) - np.log(np.divide(inputs["sd2"], inputs["m2"]))
    assert list(plain.yi) == pytest.approx(list(cv), rel=1e-12, abs=0)
    n1, n2 = np.array(inputs["n1"]), np.array(inputs["n2"])
    bias = 1 / (2 * (n1 - 1)) - 1 / (2 * (n2 - 1))
    assert list(corrected.yi - plain.yi) == pytest.approx(list(bias), rel=1e-12)
    assert corrected.correction != plain.correction


@pytest.mark.parametrize("code", MEASURES)
def test_every_measure_tells_of_all_it_takes_and_can_be_found_by_its_name(code: str) -> None:
    compute = MEASURES[code].compute
    told = inspect.getdoc(compute)
    assert told is not None
    sections = [line for line in told.splitlines() if line in {"Parameters", "Returns", "Raises"}]
    assert sections == ["Parameters", "Returns", "Raises"]
    lines = told.split("Parameters")[1].split("Returns")[0].splitlines()
    names = [name for line in lines[2:] if line and not line.startswith(" ") for name in line.split(", ")]
    assert sorted(names) == sorted(inspect.signature(compute).parameters)
    assert pickle.loads(pickle.dumps(compute)) is compute  # noqa: S301 - our own function
