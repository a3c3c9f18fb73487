"""The multilevel model is the main one where variances allow it; small studies are tested where they can be."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from db.codebook.codebook import Codebook
from review.effects import Effect, Effects
from review.meta.errors import InvalidInput
from review.meta.multilevel.model import fit_multilevel
from review.meta.regression import meta_regression
from review.pool import OutcomePool, pool_outcome
from review.pooling.analysis import new_group_interval
from review.pooling.small_studies import small_study_test

MakeEffect = Callable[..., Effect]


def with_variances(make: MakeEffect, groups: int, rows: int = 2, without: int = 0) -> list[Effect]:
    rng = np.random.default_rng(4)
    known = [
        make(f"g{i}", float(rng.normal(-1, 0.8)), vi=float(rng.uniform(0.1, 1.5)), comparison_id=f"g{i}-{j}")
        for i in range(groups)
        for j in range(rows)
    ]
    return known + [make(f"h{i}", float(rng.normal(-1, 0.8))) for i in range(without)]


def pooled(effects: Sequence[Effect], codebook: Codebook, **given: float) -> OutcomePool:
    return pool_outcome(Effects(tuple(effects), ()), "accuracy", codebook, **given)  # type: ignore[arg-type]


def names(pool: OutcomePool) -> list[str]:
    return [analysis.name for analysis in pool.sensitivity]


def test_the_multilevel_model_is_main_where_five_groups_have_variances(
    make_effect: MakeEffect, codebook: Codebook
) -> None:
    effects = with_variances(make_effect, 6)
    pool = pooled(effects, codebook)
    expected = fit_multilevel(
        [e.yi for e in effects],
        [e.vi or math.nan for e in effects],
        study=[e.source for e in effects],
        rho=0.6,
    )
    assert (pool.main.name, pool.main.effect) == ("multilevel, rho 0.6", expected.robust[0])
    assert pool.new_group == (expected.prediction_interval.low, expected.prediction_interval.high)  # type: ignore[union-attr]
    assert "each study group once" in names(pool)
    assert [n for n in names(pool) if n.startswith("multilevel")] == [
        f"multilevel, rho {rho}" for rho in ("0", "0.2", "0.4", "0.8")
    ]


@pytest.mark.parametrize(("groups", "without"), [(4, 0), (6, 7), (0, 6)])
def test_else_every_group_weighs_the_same(
    make_effect: MakeEffect, codebook: Codebook, groups: int, without: int
) -> None:
    effects = with_variances(make_effect, groups, without=without)
    pool = pooled(effects, codebook)
    assert pool.main.name == "each study group once"
    assert pool.new_group == new_group_interval(effects)
    assert ("multilevel, rho 0.6" in names(pool)) == (groups >= 3)


def test_rho_changes_nothing_where_each_study_gives_one_effect(
    make_effect: MakeEffect, codebook: Codebook
) -> None:
    pool = pooled(with_variances(make_effect, 6, rows=1), codebook)
    assert [n for n in names(pool) if n.startswith("multilevel")] == []


def test_rho_and_level_are_passed_on(make_effect: MakeEffect, codebook: Codebook) -> None:
    effects = with_variances(make_effect, 6)
    wide, narrow = (
        pooled(effects, codebook, rho=0.2, level=99.0),
        pooled(effects, codebook, rho=0.2, level=80.0),
    )
    assert wide.main.name == "multilevel, rho 0.2"
    for a, b in zip((wide.main, *wide.sensitivity), (narrow.main, *narrow.sensitivity), strict=True):
        if a.effect is None or b.effect is None:
            assert a.effect is b.effect
            continue
        assert (a.result.level, b.result.level) == (99.0, 80.0)  # type: ignore[union-attr]
        assert a.effect.ci_high - a.effect.ci_low > b.effect.ci_high - b.effect.ci_low
    assert wide.new_group is not None
    assert narrow.new_group is not None
    assert wide.new_group[0] < narrow.new_group[0] < narrow.new_group[1] < wide.new_group[1]


def test_a_wrong_level_is_refused(make_effect: MakeEffect, codebook: Codebook) -> None:
    with pytest.raises(InvalidInput, match="percent"):
        pooled(with_variances(make_effect, 3), codebook, level=0.95)


def test_each_group_is_left_out_once(make_effect: MakeEffect, codebook: Codebook) -> None:
    effects = with_variances(make_effect, 0, without=5)
    pool = pooled(effects, codebook)
    assert [a.name for a in pool.leave_one_out] == [f"h{i}" for i in range(5)]
    for analysis in pool.leave_one_out:
        assert analysis.effect is not None
        rest = [e.yi for e in effects if e.group != analysis.name]
        assert analysis.effect.estimate == pytest.approx(np.mean(rest))
    assert pooled(effects[:3], codebook).leave_one_out == ()


def asymmetric(make: MakeEffect, groups: int = 6, rows: int = 3) -> list[Effect]:
    errors = np.linspace(0.2, 2.0, groups * rows)
    noise = np.random.default_rng(8).normal(0, 0.05, errors.size)
    return [
        make(f"g{i % groups}", float(-2.0 * s + e), vi=float(s**2), comparison_id=str(i))
        for i, (s, e) in enumerate(zip(errors, noise, strict=True))
    ]


def test_small_studies_that_differ_are_found(make_effect: MakeEffect) -> None:
    effects = asymmetric(make_effect)
    found = small_study_test(effects)
    assert found.slope is not None
    assert found.slope.estimate == pytest.approx(-2.0, abs=0.1)
    assert found.slope.p < 0.001
    expected = meta_regression(
        [e.yi for e in effects],
        [e.vi or math.nan for e in effects],
        [[1.0, math.sqrt(e.vi or math.nan)] for e in effects],
        cluster=[e.group for e in effects],
    )
    assert found.slope.se == pytest.approx(expected.robust[1].se)
    assert (found.effects, found.groups) == (18, 6)


@pytest.mark.parametrize(
    ("groups", "rows", "told"),
    [
        (3, 3, "9 effect(s) with a standard error, at least 10 are needed"),
        (3, 4, "3 study group(s) with a standard error, at least 4 are needed"),
    ],
)
def test_too_few_small_studies_are_told(make_effect: MakeEffect, groups: int, rows: int, told: str) -> None:
    found = small_study_test(asymmetric(make_effect, groups, rows))
    assert (found.slope, found.too_few) == (None, told)


def test_equal_standard_errors_tell_nothing(make_effect: MakeEffect) -> None:
    effects = [make_effect(f"g{i}", 0.1 * i, vi=0.5) for i in range(12)]
    assert small_study_test(effects).too_few == "all standard errors are equal"
