"""Standard errors are recovered from what a study printed, and the row says so."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from review.meta.errors import InvalidInput
from review.meta.escalc.combine import first_known
from review.meta.escalc.means import mean_difference
from review.meta.escalc.recovered import from_confidence_interval, from_p_value, from_statistic

EFFECT = st.integers(-4000, 4000).filter(bool).map(lambda n: n / 1000)
SE = st.integers(1, 4000).map(lambda n: n / 1000)
DF = st.one_of(st.none(), st.integers(1, 500))


def distribution(df: float | None) -> object:
    return stats.norm() if df is None else stats.t(df)


@settings(deadline=None)
@given(EFFECT, SE, DF, st.sampled_from([80.0, 90.0, 95.0, 99.9]))
def test_an_interval_gives_back_the_error_it_was_made_with(
    y: float, se: float, df: int | None, level: float
) -> None:
    half = distribution(df).ppf(0.5 + level / 200) * se  # type: ignore[attr-defined]
    found = from_confidence_interval([y], [y - half], [y + half], level=level, df=df)
    assert found.vi[0] == pytest.approx(se**2, rel=1e-9)
    assert found.yi[0] == y
    assert found.recovered == (f"{level:g}% CI, normal" if df is None else f"{level:g}% CI, t({df})",)
    assert found.warnings == ()


@settings(deadline=None)
@given(EFFECT, SE, DF)
def test_a_p_value_gives_back_the_error_it_was_made_with(y: float, se: float, df: int | None) -> None:
    p = 2 * distribution(df).sf(abs(y) / se)  # type: ignore[attr-defined]
    if not 0 < p < 1:
        return
    two, one = from_p_value([y], [p], df=df), from_p_value([y], [p / 2], df=df, one_sided=True)
    # p near 1 says little: its digits, not the formula, are the limit
    assert two.vi[0] == pytest.approx(se**2, rel=1e-9 if p < 0.99 else 1e-4)
    assert one.vi[0] == pytest.approx(two.vi[0], rel=1e-12)
    assert two.recovered[0] == ("two-sided p, normal" if df is None else f"two-sided p, t({df})")


def test_altman_and_bland_example() -> None:
    # BMJ 2011;343:d2090: a difference of 10.2 with P = 0.03 has a standard error of about 4.7
    assert from_p_value([10.2], [0.03]).sei[0] == pytest.approx(10.2 / 2.170090, rel=1e-6)


def test_ratios_are_taken_to_logarithms_first() -> None:
    low, high = 0.8 * math.exp(-0.3), 0.8 * math.exp(0.3)
    found = from_confidence_interval([0.8], [low], [high], log=True)
    assert found.yi[0] == pytest.approx(math.log(0.8), rel=1e-12)
    assert found.sei[0] == pytest.approx(0.3 / 1.959963984540054, rel=1e-12)
    with pytest.raises(InvalidInput, match="low must be greater than 0, but row 1 has 0"):
        from_confidence_interval([0.8], [0.0], [1.0], log=True)


def test_without_an_estimate_the_middle_is_taken() -> None:
    assert from_confidence_interval(None, [1.0], [4.0]).yi[0] == 2.5


def test_an_estimate_far_from_the_middle_brings_a_warning() -> None:
    ratio = from_confidence_interval([0.5], [0.25], [1.0], labels=["Lee"])
    assert "row Lee is more than 10% of the half-width away" in ratio.warnings[0]
    assert from_confidence_interval([0.5], [0.25], [1.0], log=True).warnings == ()


def test_a_statistic_gives_back_its_error() -> None:
    found = from_statistic([0.6, -0.6, 0.0], [3.0, 3.0, 0.0])
    assert list(found.sei[:2]) == pytest.approx([0.2, 0.2], rel=1e-15)
    assert found.omitted[0].row == 3
    assert found.recovered == ("test statistic", "test statistic", None)


def test_degrees_of_freedom_may_differ_by_row() -> None:
    found = from_confidence_interval([0.0, 0.0], [-1, -1], [1, 1], df=[5, math.inf])
    assert found.sei[0] == pytest.approx(1 / stats.t(5).ppf(0.975), rel=1e-10)
    assert found.sei[1] == pytest.approx(1 / stats.norm().ppf(0.975), rel=1e-12)


@pytest.mark.parametrize(("yi", "p"), [(0.5, 0.0), (0.5, 1.0), (0.0, 0.4)])
def test_what_tells_no_error_keeps_its_effect_and_says_so(yi: float, p: float) -> None:
    found = from_p_value([yi], [p])
    assert found.yi[0] == yi
    assert math.isnan(found.vi[0])
    assert "tells no standard error" in found.omitted[0].why
    assert found.recovered == (None,)


def test_an_interval_of_no_width_has_no_variance() -> None:
    found = from_confidence_interval([1.0], [1.0], [1.0])
    assert math.isnan(found.vi[0])
    assert "claims certainty" in found.omitted[0].why


def test_impossible_intervals_and_p_values_are_refused_by_row() -> None:
    with pytest.raises(InvalidInput, match="low must be at most high, but row 2 has 3"):
        from_confidence_interval([1, 1], [0, 3], [2, 2])
    with pytest.raises(InvalidInput, match="yi must be within its interval, but row 1 has 5"):
        from_confidence_interval([5], [0], [2])
    with pytest.raises(InvalidInput, match=r"p must be from 0 to 1, but row 1 has 1\.2"):
        from_p_value([1], [1.2])
    with pytest.raises(InvalidInput, match="p holds something that is not a number"):
        from_p_value([1], ["<0.05"])
    with pytest.raises(InvalidInput, match="df must be greater than 0"):
        from_p_value([1], [0.1], df=0)
    with pytest.raises(InvalidInput, match="df must be one number or one per row"):
        from_p_value([1], [0.1], df=[3, 4])
    with pytest.raises(InvalidInput, match=r"level = 0\.95"):
        from_confidence_interval([1], [0], [2], level=0.95)


def test_the_best_source_of_each_row_is_taken_and_flagged() -> None:
    nan = math.nan
    computed = mean_difference([3, 3, nan, nan], [1, nan, 1, 1], 10, [1, 1, 1, nan], [1, 1, 1, 1], 10)
    interval = from_confidence_interval([2.0, 2.0, 2.0, nan], [1, 1, nan, nan], [3, 3, nan, nan])
    p = from_p_value([2.0, 2.0, 2.0, 2.0], [0.01, 0.01, 0.01, 1.0])
    found = first_known(computed, interval, p)
    assert found.recovered == (None, "95% CI, normal", "two-sided p, normal", None)
    assert found.vi[0] == computed.vi[0]
    assert found.vi[1] == interval.vi[1]
    assert found.vi[2] == p.vi[2]
    assert found.yi[3] == 2.0
    assert [x.row for x in found.omitted] == [4]
    assert np.isnan(found.vi[3])
    # an effect alone gives way to one with a variance, wherever that stands
    bare = from_p_value([2.5], [1.0])
    assert first_known(bare, from_statistic([2.0], [4.0])).yi[0] == 2.0
    assert first_known(bare, from_p_value([3.0], [1.0])).yi[0] == 2.5
    with pytest.raises(InvalidInput, match="different rows"):
        first_known(computed, from_p_value([1.0], [0.5]))
    with pytest.raises(InvalidInput, match="no source"):
        first_known()
