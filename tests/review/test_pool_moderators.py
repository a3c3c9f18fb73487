"""Classes, bit widths and settings: known answers, invariances, and no number where one group decides."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from review.effects import Effect
from review.pool import OutcomePool
from review.pooling.bits import bit_slope, bit_slopes
from review.pooling.subgroups import subgroups
from review.pooling.within import within_group

MakeEffect = Callable[..., Effect]
DOMINANT = "medquanbench2025+qu2025"


def by_technique(make: MakeEffect, values: dict[str, list[float]]) -> list[Effect]:
    return [
        make(f"{technique}{i}", y, technique=(technique,))
        for technique, its in values.items()
        for i, y in enumerate(its)
    ]


def test_two_classes_of_separate_groups_are_compared_by_welchs_statistic(make_effect: MakeEffect) -> None:
    values = {"ptq": [0.1, -0.4, -1.2, 0.3, -0.6], "qat": [-1.0, -2.5, -1.9]}
    found = subgroups(by_technique(make_effect, values), "technique")
    assert found.test is not None
    t = stats.ttest_ind(values["ptq"], values["qat"], equal_var=False).statistic
    a, b = 5, 3
    df = (1 / a + 1 / b) ** 2 / (1 / (a**2 * (a - 1)) + 1 / (b**2 * (b - 1)))
    assert found.test.statistic == pytest.approx(t**2)
    assert (found.test.df, found.test.df_denominator) == (1, pytest.approx(df))


def test_each_class_is_the_t_interval_of_its_group_means(make_effect: MakeEffect) -> None:
    effects = [
        *by_technique(make_effect, {"ptq": [0.5, -1.5, -2.0]}),
        make_effect("ptq0", 1.5),
        *by_technique(make_effect, {"qat": [0.0, 1.0]}),
    ]
    found = subgroups(effects, "technique")
    (ptq,) = found.pooled
    means = [1.0, -1.5, -2.0]
    assert ptq.pooled.effect is not None
    low, high = stats.t.interval(0.95, 2, np.mean(means), stats.sem(means))
    assert (ptq.name, ptq.effects, ptq.groups) == ("ptq", 4, 3)
    assert (ptq.pooled.effect.ci_low, ptq.pooled.effect.ci_high) == (pytest.approx(low), pytest.approx(high))
    assert found.test is None
    assert found.no_test == "only ptq has at least 3 study groups"


def test_a_group_in_both_classes_is_not_counted_as_two(make_effect: MakeEffect) -> None:
    both = [
        make_effect(f"g{i}", y, technique=(t,))
        for i in range(6)
        for t, y in (("ptq", 10.0 * i), ("qat", 10.0 * i + 1 + 0.1 * (-1) ** i))
    ]
    apart = [make_effect(f"{e.technique[0]}{e.group}", e.yi, technique=e.technique) for e in both]
    paired, unpaired = subgroups(both, "technique").test, subgroups(apart, "technique").test
    assert paired is not None
    assert unpaired is not None
    assert paired.p < 1e-4 < 0.5 < unpaired.p


def test_classes_that_say_nothing_are_pooled_but_not_tested(make_effect: MakeEffect) -> None:
    values = {"ptq": [0.1, 0.2, 0.4], "unspecified": [5.0, 6.0, 7.5]}
    found = subgroups(by_technique(make_effect, values), "technique")
    assert [one.name for one in found.pooled] == ["ptq", "unspecified"]
    assert found.test is None


def test_classes_with_equal_effects_have_no_test(make_effect: MakeEffect) -> None:
    found = subgroups(by_technique(make_effect, {"ptq": [1.0] * 3, "qat": [1.0] * 3}), "technique")
    assert (found.test, found.no_test) == (None, "all classes have the same effects")


def test_every_effect_is_in_one_class(shipped_pools: dict[str, OutcomePool]) -> None:
    for pool in shipped_pools.values():
        for found in pool.subgroups:
            assert sum(one.effects for one in found.classes) == len(pool.effects)
            assert all((one.pooled.result is None) == (one.groups < 3) for one in found.classes)
            assert (found.test is None) == (found.no_test is not None)


def widths(make: MakeEffect, slope: float, noise: float = 0.0) -> list[Effect]:
    bits = ["16", "8", "4", "2", "8", "4"]
    return [
        make(f"g{i}", -1.0 + slope * (3 - math.log2(float(b))) + noise * (-1) ** i, weight_bits=(b,))
        for i, b in enumerate(bits)
    ]


def test_a_slope_is_found_again(make_effect: MakeEffect) -> None:
    found = bit_slope(widths(make_effect, -2.0, 1e-6), "weight bits", "all")
    assert found.per_halving is not None
    assert found.at_eight is not None
    assert found.per_halving.estimate == pytest.approx(-2.0, abs=1e-5)
    assert found.at_eight.estimate == pytest.approx(-1.0, abs=1e-5)
    assert (found.effects, found.groups) == (6, 6)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_a_slope_follows_the_unit_and_not_the_order(make_effect: MakeEffect, unit: float) -> None:
    effects = widths(make_effect, -2.0, 0.3)
    scaled = [make_effect(e.group, unit * e.yi, weight_bits=e.weight_bits) for e in reversed(effects)]
    one, other = (bit_slope(rows, "weight bits", "all").per_halving for rows in (effects, scaled))
    assert one is not None
    assert other is not None
    assert other.estimate == pytest.approx(unit * one.estimate)
    assert (other.df, other.p) == (pytest.approx(one.df), pytest.approx(one.p))


def test_a_group_with_many_rows_weighs_once(make_effect: MakeEffect) -> None:
    effects = widths(make_effect, -2.0, 0.3)
    once, often = (
        bit_slope(effects, "weight bits", "all"),
        bit_slope([*effects, *[effects[2]] * 50], "weight bits", "all"),
    )
    assert once.per_halving is not None
    assert often.per_halving is not None
    assert often.per_halving.estimate == pytest.approx(once.per_halving.estimate)


def test_no_slope_rests_on_one_group(make_effect: MakeEffect) -> None:
    alone = [make_effect(f"g{i}", 0.1 * i) for i in range(5)] + [make_effect("low", -9.0, weight_bits=("4",))]
    found = bit_slope(alone, "weight bits", "all")
    assert found.per_halving is None
    assert found.too_few is not None
    assert found.too_few.startswith("hardly a study group differs")


@pytest.mark.parametrize(
    ("bits", "told"),
    [
        ([("8",), ("4",), ("8",)], "3 study group(s) that state the weight bits, at least 4 are needed"),
        ([("8",)] * 5, "all study groups that state the weight bits have the same"),
        ([("8", "16f"), ()], "0 study group(s) that state the weight bits, at least 4 are needed"),
    ],
)
def test_too_little_for_a_slope_is_told(
    make_effect: MakeEffect, bits: list[tuple[str, ...]], told: str
) -> None:
    effects = [make_effect(f"g{i}", 0.5 * i, weight_bits=b) for i, b in enumerate(bits)]
    found = bit_slope(effects, "weight bits", "all")
    assert (found.per_halving, found.too_few) == (None, told)


def test_effects_of_zero_have_no_slope(make_effect: MakeEffect) -> None:
    effects = [make_effect(f"g{i}", 0.0, weight_bits=(b,)) for i, b in enumerate("8482")]
    assert bit_slope(effects, "weight bits", "all").too_few == "no effect differs from 0"


def test_the_dominant_group_is_left_out_once(shipped_pools: dict[str, OutcomePool]) -> None:
    among = [(slope.moderator, slope.among) for slope in shipped_pools["dice"].bit_slopes]
    without = f"without {DOMINANT}"
    assert among == [
        ("weight bits", "all study groups"), ("weight bits", without),
        ("activation bits", "all study groups"), ("activation bits", without),
    ]  # fmt: skip
    assert {slope.among for slope in bit_slopes(shipped_pools["accuracy"].effects)} == {"all study groups"}


def test_settings_are_the_means_over_networks(shipped_pools: dict[str, OutcomePool]) -> None:
    dice = shipped_pools["dice"]
    assert dice.within is not None
    assert (dice.within.group, dice.within.effects, dice.within.networks) == (DOMINANT, 78, 13)
    assert len(dice.within.settings) == 6
    for s in dice.within.settings:
        changes = [
            e.yi for e in dice.effects
            if e.source == "medquanbench2025" and e.arm.startswith(s.bits)
            and s.granularity in e.arm.replace("-", " ")
        ]  # fmt: skip
        low, high = stats.t.interval(0.95, 12, np.mean(changes), stats.sem(changes))
        assert s.mean.estimate == pytest.approx(np.mean(changes))
        assert (s.mean.ci_low, s.mean.ci_high) == (pytest.approx(low), pytest.approx(high))


def test_a_difference_of_settings_is_the_paired_t_test(shipped_pools: dict[str, OutcomePool]) -> None:
    within = shipped_pools["dice"].within
    assert within is not None
    arms = {
        (e.architecture, e.dataset, e.arm[:4]): e.yi
        for e in shipped_pools["dice"].effects
        if e.source == "medquanbench2025" and "per-tensor" in e.arm
    }
    paired = [arms[a, d, "W4A4"] - y for (a, d, bits), y in arms.items() if bits == "W8A8"]
    (found,) = [c for c in within.differences if c.term == "W4A4 − W8A8, per tensor"]
    assert found.estimate == pytest.approx(np.mean(paired))
    assert (found.se, found.df) == (pytest.approx(stats.sem(paired)), pytest.approx(12))
    assert {test.terms[0] for test in within.tests} == {"bits", "granularity", "bits × granularity"}
    assert all(0 <= test.p < 0.001 for test in within.tests)


def settings(make: MakeEffect, networks: int, bits: tuple[str, ...] = ("8", "4")) -> list[Effect]:
    return [
        make(
            "g", 0.3 * n - 5 * (b == "4") - (n % 3) * (k == "per tensor"), weight_bits=(b,), activation_bits=(b,),
            arm=f"{b} {k}", architecture=f"net{n}",
        )
        for n in range(networks) for b in bits for k in ("per tensor", "per channel")
    ]  # fmt: skip


def test_settings_need_five_networks(make_effect: MakeEffect) -> None:
    assert within_group(settings(make_effect, 4)) is None
    found = within_group(settings(make_effect, 5))
    assert found is not None
    assert [(s.bits, s.granularity) for s in found.settings] == [
        ("W8A8", "per tensor"), ("W8A8", "per channel"), ("W4A4", "per tensor"), ("W4A4", "per channel")
    ]  # fmt: skip


def test_one_setting_is_nothing_to_compare(make_effect: MakeEffect) -> None:
    only = [e for e in settings(make_effect, 6, ("8",)) if "per tensor" in e.arm]
    assert within_group(only) is None
    assert within_group([make_effect("a", 1.0)]) is None


def test_settings_without_any_difference_do_not_break(make_effect: MakeEffect) -> None:
    flat = [make_effect("g", 0.0, arm=e.arm, weight_bits=e.weight_bits, activation_bits=e.activation_bits,
                        architecture=e.architecture) for e in settings(make_effect, 6)]  # fmt: skip
    found = within_group(flat)
    assert found is not None
    assert {s.mean.estimate for s in found.settings} == {0.0}
    assert (found.differences, found.tests) == ((), ())
