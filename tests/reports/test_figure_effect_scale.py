"""Promises about how effects are said and put on axes, from 1e-16 to 1e16."""

import math

import pytest

from reports.figures import proof, style
from reports.figures.effect_scale import put_axis, said, ticks, widened


def test_effects_are_said_with_sign_as_ratios_or_with_an_exponent() -> None:
    assert [said(v) for v in (0.0, -0.3, 70.0, 0.0123, -1e-16, 1e16)] == [
        "0.00", "−0.30", "+70.00", "+0.012", "−1.00e−16", "+1.00e+16",
    ]  # fmt: skip
    assert [said(math.log(v), log=True) for v in (1.0, 0.25, 3e7, 1e-9)] == ["1.00", "0.25", "3e+07", "1e-09"]
    assert said(1e16, log=True) == "+1.00e+16"  # its ratio is no number


def test_limits_hold_what_they_are_given_and_are_never_equal() -> None:
    for low, high in ((0.0, 0.0), (5.0, 5.0), (-1e-16, 1e-16), (1e16, 1e16), (-3.0, 8.0), (1e16, 1e16 + 4)):
        a, b = widened(low, high)
        assert a < low <= high < b


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (-1e-16, 3e-16), (0, 3e16), (1e6, 1e6 + 3), (2010, 2024), (5 + 1e-8, 5 + 2e-8), (-1e6 - 2, -1e6), (-70, 3)],
)  # fmt: skip
def test_ticks_can_be_told_apart_and_say_what_they_leave_out(low: float, high: float) -> None:
    at, labels, left_out = ticks(low, high)
    assert len(at) >= 3
    assert len(set(labels)) == len(at)
    assert all(low - 1e-9 * (high - low) <= tick <= high + 1e-9 * (high - low) for tick in at)
    power, shift = 0.0, 0.0
    for part in left_out.split(", ") if left_out else []:
        if part.startswith("× 10"):
            power = float(part[4:].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
        else:
            shift = float(part.replace("− ", "-").replace("+ ", "").replace("−", "-"))
    read = [float(label.replace("−", "-")) * 10**power + shift for label in labels]
    assert read == pytest.approx(at, rel=1e-6, abs=1e-9 * (high - low))


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 1.0), (0.01, 0.03), (2.0, 2.5), (-40.0, 40.0), (-1e-9, 1e-9), (-1e16, 1e16)]
)
def test_log_axes_show_round_ratios_or_say_that_they_show_logarithms(low: float, high: float) -> None:
    fig = style.new_figure(80)
    ax = style.place(fig, 40, 30, 400, 40)
    ax.set_xlim(low, high)
    put_axis(ax, "x", "risk ratio", log=True)
    labels = [tick.get_text().replace("−", "-") for tick in ax.get_xticklabels()]
    assert len(labels) >= 3
    if "natural logarithm" not in ax.get_xlabel():
        assert [math.log(float(label)) for label in labels] == pytest.approx(list(ax.get_xticks()))
    else:
        assert high - low < 1e-6 or high > 250
    assert proof.faults(fig) == []


def test_a_long_name_is_cut_to_its_axis() -> None:
    fig = style.new_figure(80)
    ax = style.place(fig, 40, 30, 200, 40)
    put_axis(ax, "x", "a very long name of an effect " * 9)
    assert ax.get_xlabel().endswith("…")
    assert proof.faults(fig) == []
