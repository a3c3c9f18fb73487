"""Mantel–Haenszel and Peto pools of 2×2 tables agree with statsmodels, count zeros as they are, and name bad tables."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.contingency_tables import StratifiedTable

from review.meta.errors import InvalidInput
from review.meta.mantel_haenszel import mantel_haenszel
from review.meta.peto import peto
from tests.reference.comparing import reference

BCG = reference()["datasets"]["bcg_OR"]["inputs"]
CELLS = ("tpos", "tneg", "cpos", "cneg")


def test_statsmodels_agrees_on_the_odds_ratio() -> None:
    a, b, c, d = (np.array(BCG[x], dtype=float) for x in CELLS)
    other = StratifiedTable([np.array([[a[i], b[i]], [c[i], d[i]]]) for i in range(13)])
    found = mantel_haenszel(a, b, c, d)
    assert found.estimate.estimate == pytest.approx(other.logodds_pooled, rel=1e-12)
    assert found.estimate.se == pytest.approx(other.logodds_pooled_se, rel=1e-12)
    assert found.tarone is not None
    assert found.tarone.statistic == pytest.approx(other.test_equal_odds(adjust=True).statistic, rel=1e-6)


def test_one_table_is_its_own_odds_ratio() -> None:
    table = np.array([[12, 38], [20, 30]])
    found = mantel_haenszel([12], [38], [20], [30])
    assert math.exp(found.estimate.estimate) == pytest.approx(
        odds_ratio(table, kind="sample").statistic, rel=1e-12
    )
    assert found.estimate.se == pytest.approx(math.sqrt((1 / table).sum()), rel=1e-12)
    assert (found.heterogeneity, found.breslow_day, found.tarone) == (None, None, None)
    # the continuity-corrected test with n − 1 in the place of n
    assert found.association is not None
    assert found.association.statistic == pytest.approx(
        chi2_contingency(table).statistic * 99 / 100, rel=1e-12
    )


def test_tables_with_zeros_count_as_they_are() -> None:
    found = mantel_haenszel([5, 0, 7], [45, 50, 43], [10, 3, 12], [40, 47, 38])
    up = 5 * 40 / 100 + 0 + 7 * 38 / 100
    down = 45 * 10 / 100 + 50 * 3 / 100 + 43 * 12 / 100
    assert found.estimate.estimate == pytest.approx(math.log(up / down), rel=1e-12)
    assert "1 tables with a zero" in found.correction
    assert found.heterogeneity is not None
    assert math.isfinite(found.heterogeneity.p)


def test_turning_groups_around_turns_the_sign() -> None:
    cells = [5, 2, 7], [45, 50, 43], [10, 3, 12], [40, 47, 38]
    for measure in ("OR", "RR", "RD"):
        one = mantel_haenszel(*cells, measure=measure)  # type: ignore[arg-type]
        other = mantel_haenszel(cells[2], cells[3], cells[0], cells[1], measure=measure)  # type: ignore[arg-type]
        assert other.estimate.estimate == pytest.approx(-one.estimate.estimate, rel=1e-12)
        assert other.estimate.se == pytest.approx(one.estimate.se, rel=1e-12)


@pytest.mark.parametrize("pool", [mantel_haenszel, peto])
def test_bad_tables_are_refused_by_name(pool: Any) -> None:
    with pytest.raises(InvalidInput, match="table Lee has a count below 0"):
        pool([1, -1], [1, 1], [1, 1], [1, 1], labels=["Kim", "Lee"])
    with pytest.raises(InvalidInput, match="table 2 has a group of nobody"):
        pool([1, 0], [1, 0], [1, 1], [1, 1])
    with pytest.raises(InvalidInput, match="one count per table"):
        pool([1, 2], [1], [1, 1], [1, 1])
    with pytest.raises(InvalidInput, match="k = 0 of 1"):
        pool([math.nan], [1], [1], [1])
    with pytest.raises(InvalidInput, match="not a number"):
        pool(["x"], [1], [1], [1])
    with pytest.raises(InvalidInput, match="one label per table"):
        pool([1], [1], [1], [1], labels=["a", "b"])


def test_no_events_anywhere_have_no_ratio() -> None:
    with pytest.raises(InvalidInput, match="2 tables together have no OR"):
        mantel_haenszel([0, 0], [10, 10], [0, 0], [10, 10])
    with pytest.raises(InvalidInput, match="none of the 1 tables has both"):
        peto([0], [10], [0], [10])
    with pytest.raises(InvalidInput, match="measure = 'HR' is unknown"):
        mantel_haenszel([1], [1], [1], [1], measure="HR")  # type: ignore[arg-type]


def test_tables_without_events_and_missing_counts_are_told() -> None:
    found = peto([5, 0, 4], [45, 50, None], [10, 0, 3], [40, 47, 4])  # type: ignore[arg-type]
    assert found.k == 2
    assert "1 of 2 tables" in found.warnings[0]
    assert [(x.row, x.why) for x in found.excluded_rows] == [(3, "a count is missing or infinite")]
    assert found.estimate == peto([5], [45], [10], [40]).estimate
