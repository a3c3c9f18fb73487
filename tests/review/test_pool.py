"""Each study group weighs once, too little evidence gives no number, and measured rows stay beside reported ones."""

import math
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from scipy import stats
from sqlalchemy import Engine, insert

from db.models.tables import StudyGroup
from db.session import reading, writing
from db.vocabulary import Bound, Control, Measure, Origin
from review.effects import CORRELATION_GRID, Effect, Effects, read_effects
from review.meta.result import PooledEstimate
from review.meta.univariate import random_effects
from review.pool import OutcomePool, pool_database
from review.pooling.analysis import Analysis, new_group_interval

POOLED = ["accuracy", "dice", "size", "latency", "memory"]
TOO_FEW = ["f1", "auc", "sensitivity", "specificity", "precision", "iou", "power"]
ONE_GROUP = "medquanbench2025+qu2025"
# (gained, lost) of 400 test cases each
DISCORDANT = {"boers2023": (4, 12), "guddati2024": (9, 11), "song2023": (2, 20)}
AddComparison = Callable[..., str]


def named(pool: OutcomePool, name: str) -> Analysis:
    return next(analysis for analysis in pool.sensitivity if analysis.name == name)


def group_means(effects: tuple[Effect, ...] | list[Effect]) -> "pd.Series[float]":
    frame = pd.DataFrame([asdict(effect) for effect in effects])
    return frame.groupby("group")["yi"].mean()


def pooled(engine: Engine, outcome: str) -> OutcomePool:
    with reading(engine) as connection:
        (pool,) = pool_database(connection, [outcome])
    return pool


def assert_is_t_interval(analysis: Analysis, means: "pd.Series[float]") -> None:
    assert analysis.result is not None
    (found,) = analysis.result.coefficients
    low, high = stats.t.interval(0.95, len(means) - 1, means.mean(), stats.sem(means))
    assert found.estimate == pytest.approx(means.mean(), abs=1e-12)
    assert (found.ci_low, found.ci_high) == (pytest.approx(low), pytest.approx(high))
    assert found.df == pytest.approx(len(means) - 1)


@pytest.mark.parametrize("outcome", POOLED)
def test_main_estimate_is_the_t_interval_of_group_means(
    shipped_pools: dict[str, OutcomePool], outcome: str
) -> None:
    pool = shipped_pools[outcome]
    assert_is_t_interval(pool.main, group_means(pool.effects))


@pytest.mark.parametrize("outcome", POOLED)
def test_every_group_has_the_same_weight(shipped_pools: dict[str, OutcomePool], outcome: str) -> None:
    pool = shipped_pools[outcome]
    assert pool.main.result is not None
    weights = pd.Series(pool.main.result.weights).groupby([e.group for e in pool.effects]).sum()
    assert weights.to_list() == pytest.approx([100 / pool.groups] * pool.groups)


@pytest.mark.parametrize("outcome", POOLED)
def test_each_comparison_once_is_the_plain_mean(shipped_pools: dict[str, OutcomePool], outcome: str) -> None:
    pool = shipped_pools[outcome]
    result = named(pool, "each comparison once").result
    assert result is not None
    assert result.coefficients[0].estimate == pytest.approx(
        math.fsum(e.yi for e in pool.effects) / len(pool.effects)
    )


def test_shipped_corpus_pools_these_outcomes(shipped_pools: dict[str, OutcomePool]) -> None:
    assert {code: pool.groups for code, pool in shipped_pools.items() if pool.main.result is not None} == {
        "accuracy": 11, "dice": 4, "size": 12, "latency": 7, "memory": 4
    }  # fmt: skip


@pytest.mark.parametrize("outcome", TOO_FEW)
def test_too_few_groups_give_no_number_and_say_so(
    shipped_pools: dict[str, OutcomePool], outcome: str
) -> None:
    pool = shipped_pools[outcome]
    assert pool.groups < 3
    assert pool.main.result is None
    assert pool.main.too_few == f"{pool.groups} independent study group(s), at least 3 are needed"
    assert all(analysis.result is None for analysis in pool.sensitivity)


def test_each_analysis_has_a_number_or_a_reason(shipped_pools: dict[str, OutcomePool]) -> None:
    for pool in shipped_pools.values():
        for analysis in (pool.main, *pool.sensitivity):
            assert (analysis.result is None) == (analysis.too_few is not None), (
                pool.outcome.code,
                analysis.name,
            )


def test_only_clean_reported_rows_are_pooled(
    shipped_pools: dict[str, OutcomePool], shipped_effects: Effects
) -> None:
    for code, pool in shipped_pools.items():
        assert {(e.control, e.origin) for e in pool.effects} == {(Control.CLEAN, Origin.REPORTED)}
        others = [e for e in shipped_effects.effects if e.outcome == code and e.control != Control.CLEAN]
        assert pool.not_clean == len(others)


def test_unit_follows_the_measure(shipped_pools: dict[str, OutcomePool]) -> None:
    assert (shipped_pools["dice"].measure, shipped_pools["dice"].unit) == (
        Measure.DIFFERENCE,
        "percentage points",
    )
    assert (shipped_pools["size"].measure, shipped_pools["size"].unit) == (Measure.LOG_RATIO, "log ratio")


def test_two_repositories_of_one_group_weigh_once(shipped_pools: dict[str, OutcomePool]) -> None:
    dice = shipped_pools["dice"]
    assert {"medquanbench2025", "qu2025"} <= {e.source for e in dice.effects}
    assert (dice.studies, dice.groups, dice.largest_group) == (5, 4, ONE_GROUP)
    assert ONE_GROUP in {e.group for e in dice.effects}


def test_dominant_group_is_left_out_once(shipped_pools: dict[str, OutcomePool]) -> None:
    dice = shipped_pools["dice"]
    rest = [e for e in dice.effects if e.group != ONE_GROUP]
    assert len(rest) == 6
    assert_is_t_interval(named(dice, f"without {ONE_GROUP}"), group_means(rest))


def test_without_a_dominant_group_nothing_is_left_out(shipped_pools: dict[str, OutcomePool]) -> None:
    accuracy = shipped_pools["accuracy"]
    assert accuracy.largest_group is None
    assert not any(analysis.name.startswith("without ") for analysis in accuracy.sensitivity)


@pytest.mark.parametrize("outcome", POOLED)
def test_all_contrasts_add_those_that_are_not_clean(
    shipped_pools: dict[str, OutcomePool], shipped_effects: Effects, outcome: str
) -> None:
    pool = shipped_pools[outcome]
    everything = shipped_effects.of(outcome, control=None)
    assert_is_t_interval(named(pool, "all contrasts"), group_means(everything))


@pytest.mark.parametrize("outcome", ["accuracy", "dice", "size", "latency"])
def test_exact_values_alone_leave_bounds_out(shipped_pools: dict[str, OutcomePool], outcome: str) -> None:
    pool = shipped_pools[outcome]
    exact = [e for e in pool.effects if e.bound == Bound.EXACT]
    assert len(exact) < len(pool.effects)
    assert_is_t_interval(named(pool, "exact values only"), group_means(exact))


def test_a_group_declared_later_weighs_once(seeded_db: Engine) -> None:
    before = pooled(seeded_db, "accuracy")
    first, second = sorted({e.source for e in before.effects})[:2]
    with writing(seeded_db, actor="tester", reason="same data") as connection:
        connection.execute(
            insert(StudyGroup),
            [
                {"study_id": s, "group": "both", "reason": "same data", "position": 99}
                for s in (first, second)
            ],
        )
    after = pooled(seeded_db, "accuracy")
    assert (after.groups, after.studies) == (before.groups - 1, before.studies)
    assert_is_t_interval(after.main, group_means(after.effects))


def test_measured_rows_never_enter_the_main_pool(seeded_db: Engine, add_comparison: AddComparison) -> None:
    before = pooled(seeded_db, "accuracy")
    add_comparison(seeded_db, "m-1", run="run-1", quantized_value=Decimal(40))
    after = pooled(seeded_db, "accuracy")
    assert after.main == before.main
    assert [e.comparison_id for e in after.measured] == ["m-1"]
    assert "m-1" not in {e.comparison_id for e in after.effects}


def test_measured_rows_enter_their_own_sensitivity_analysis(
    seeded_db: Engine, add_comparison: AddComparison
) -> None:
    assert not any(a.name == "with measured rows" for a in pooled(seeded_db, "accuracy").sensitivity)
    add_comparison(seeded_db, "m-1", run="run-1", quantized_value=Decimal(40))
    pool = pooled(seeded_db, "accuracy")
    analysis = named(pool, "with measured rows")
    assert analysis.result is not None
    assert analysis.result.k == len(pool.effects) + 1
    assert_is_t_interval(analysis, group_means([*pool.effects, *pool.measured]))


def with_counts(engine: Engine, add: AddComparison, studies: int = 3) -> None:
    for study, (gained, lost) in list(DISCORDANT.items())[:studies]:
        add(
            engine, f"{study}-counted", study=study, n_test=400, discordant_gained=gained, discordant_lost=lost,
            quantized_value=Decimal(90) + Decimal(gained - lost) / 4,
        )  # fmt: skip


def without_n_test(engine: Engine) -> None:
    with writing(engine, actor="tester", reason="only the new rows have a variance") as connection:
        connection.exec_driver_sql("UPDATE comparisons SET n_test = NULL")


def test_inverse_variance_waits_for_three_groups(seeded_db: Engine, add_comparison: AddComparison) -> None:
    without_n_test(seeded_db)
    with_counts(seeded_db, add_comparison, studies=2)
    analysis = named(pooled(seeded_db, "accuracy"), "inverse variance")
    assert analysis.result is None
    assert analysis.too_few == "2 study group(s) with a known variance, at least 3 are needed"


def test_inverse_variance_is_reml_with_knapp_hartung(
    seeded_db: Engine, add_comparison: AddComparison
) -> None:
    without_n_test(seeded_db)
    with_counts(seeded_db, add_comparison)
    yi = [100 * (gained - lost) / 400 for gained, lost in DISCORDANT.values()]
    vi = [(g + x - (g - x) ** 2 / 400) / 400**2 * 1e4 for g, x in DISCORDANT.values()]
    expected = random_effects(yi, vi, test="knha", cluster=list(DISCORDANT))
    found = named(pooled(seeded_db, "accuracy"), "inverse variance").result
    assert isinstance(found, PooledEstimate)
    assert (found.method, found.test, found.k) == ("REML", "knha", 3)
    assert found.tau2 == pytest.approx(expected.tau2)
    spread = [found.I2, found.Q]
    assert spread == pytest.approx([expected.I2, expected.Q])
    for ours, theirs in zip(
        (*found.coefficients, *found.robust), (*expected.coefficients, *expected.robust), strict=True
    ):
        assert (ours.estimate, ours.ci_low, ours.ci_high) == pytest.approx(
            (theirs.estimate, theirs.ci_low, theirs.ci_high)
        )


def test_known_counts_need_no_grid_of_correlations(seeded_db: Engine, add_comparison: AddComparison) -> None:
    without_n_test(seeded_db)
    with_counts(seeded_db, add_comparison)
    assert not any("correlation" in a.name for a in pooled(seeded_db, "accuracy").sensitivity)


@pytest.mark.parametrize(
    "spread",
    [{}, {"baseline_sd": Decimal(6), "quantized_sd": Decimal(7)}],
    ids=["n_test", "standard deviations"],
)
def test_assumed_correlation_is_varied(
    seeded_db: Engine, add_comparison: AddComparison, spread: dict[str, Decimal]
) -> None:
    without_n_test(seeded_db)
    for study, (gained, lost) in DISCORDANT.items():
        quantized = Decimal(90) + Decimal(gained - lost) / 4
        add_comparison(seeded_db, f"{study}-n", study=study, n_test=400, quantized_value=quantized, **spread)
    pool = pooled(seeded_db, "accuracy")
    largest: list[float] = []
    for phi in CORRELATION_GRID:
        with reading(seeded_db) as connection:
            rows = [e for e in read_effects(connection, correlation=phi).of("accuracy") if e.vi is not None]
        expected = random_effects([e.yi for e in rows], [e.vi or math.nan for e in rows], test="knha")
        found = named(pool, f"inverse variance, correlation {phi}").result
        assert isinstance(found, PooledEstimate)
        assert found.vi is not None
        largest.append(max(found.vi))
        assert found.tau2 == pytest.approx(expected.tau2)
        assert found.coefficients[0].estimate == pytest.approx(expected.coefficients[0].estimate)
    assert named(pool, "inverse variance").result == named(pool, "inverse variance, correlation 0.5").result
    assert largest == sorted(largest, reverse=True)


def test_outcomes_come_in_the_order_of_the_codebook(shipped: Engine) -> None:
    with reading(shipped) as connection:
        found = [pool.outcome.code for pool in pool_database(connection)]
    assert found == [
        "accuracy", "f1", "auc", "sensitivity", "specificity", "precision", "dice", "iou", "size", "latency",
        "memory", "power",
    ]  # fmt: skip


def test_empty_database_has_nothing_to_pool(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        assert pool_database(connection) == []


def test_the_interval_of_a_new_group_is_the_prediction_interval_of_one_more_mean() -> None:
    # Worked by hand: means 1, 2, 3 have sd 1; t(2, 0.975) = 4.302653; 2 ± 4.302653 * sqrt(4/3)
    effects = [SimpleNamespace(group=g, yi=y) for g, y in (("a", 0.0), ("a", 2.0), ("b", 2.0), ("c", 3.0))]
    low, high = new_group_interval(effects)  # type: ignore[arg-type, misc]
    assert (low, high) == (pytest.approx(2 - 4.968276, abs=1e-5), pytest.approx(2 + 4.968276, abs=1e-5))


def test_two_groups_give_no_interval_for_a_third() -> None:
    assert new_group_interval([SimpleNamespace(group=g, yi=1.0) for g in "ab"]) is None  # type: ignore[misc]
