"""Promises about the trade-off plane and the funnel."""

import math
import random

import pytest
from matplotlib.figure import Figure

from reports.figures import funnel, proof, tradeoff
from reports.figures.render import to_svg

TECHNIQUES = ("post-training", "quantization-aware", "low-bit", "fixed point", "not specified")


def points(n: int) -> tuple[tradeoff.TradeoffPoint, ...]:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    return tuple(
        tradeoff.TradeoffPoint(
            f"s{i}",
            f"author{i}-2024",
            rng.choice(TECHNIQUES),
            math.exp(rng.gauss(-1.2, 0.5)),
            rng.gauss(-1, 1),
            i % 9 == 8,
        )
        for i in range(n)
    )


def marks(fig: Figure, studies: set[str]) -> dict[str, tuple[float, float]]:
    return {
        str(line.get_gid()): (float(line.get_xdata()[0]), float(line.get_ydata()[0]))  # type: ignore[index]
        for line in fig.axes[0].lines
        if line.get_gid() in studies
    }


@pytest.mark.parametrize("n", [1, 15, 200])
def test_tradeoff_points_stand_at_their_numbers_and_names_do_not_overlap(n: int) -> None:
    data = tradeoff.Tradeoff(points(n), TECHNIQUES)
    fig = tradeoff.figure(data)
    found = marks(fig, {p.study for p in data.points})
    (x0, x1), (y0, y1) = tradeoff.limits(data)
    assert len(found) == n
    for p in data.points:
        x, y = math.log(p.size_ratio), p.accuracy_change
        assert found[p.study] == pytest.approx((min(max(x, x0), x1), min(max(y, y0), y1)))
    assert proof.faults(fig) == []
    written = [text for text, _ in proof.text_boxes(fig)]
    named = sum(any(text.startswith(p.label) for text in written) for p in data.points)
    assert named == n or f"{n - named} names without room: see the table" in written or named == n - 1
    assert len(tradeoff.table(data)) == n


def test_tradeoff_copes_with_a_collapsed_network() -> None:
    data = tradeoff.Tradeoff(
        (*points(15), tradeoff.TradeoffPoint("x", "collapse2025", "low-bit", 0.13, -70)), TECHNIQUES
    )
    assert tradeoff.limits(data)[1][0] > -15
    fig = tradeoff.figure(data)
    assert "collapse2025 (0.13, −70.0)" in [text for text, _ in proof.text_boxes(fig)]
    assert proof.faults(fig) == []
    assert "−70.00 to" in tradeoff.alt_text(data)


def test_tradeoff_measured_points_are_hollow() -> None:
    data = tradeoff.Tradeoff(points(18), TECHNIQUES)
    fig = tradeoff.figure(data)
    measured = {p.study for p in data.points if p.measured}
    for line in fig.axes[0].lines:
        if line.get_gid():
            assert (line.get_markerfacecolor() == "#fefefe") == (line.get_gid() in measured)
    assert "2 points measured" in tradeoff.alt_text(data)


def test_tradeoff_draws_intervals_and_the_cloud_behind_without_names() -> None:
    own = tradeoff.TradeoffPoint("int8", "int8", "PTQ", 0.3, -1.2, measured=True, ci_low=-2.0, ci_high=-0.3)
    cloud = ((0.25, -0.4), (0.5, 0.1))
    fig = tradeoff.figure(tradeoff.Tradeoff((own,), cloud=cloud))
    lines = fig.axes[0].lines
    dots = [(float(d.get_xdata()[0]), float(d.get_ydata()[0])) for d in lines if d.get_gid() == "cloud"]  # type: ignore[index]
    assert dots == [(math.log(x), y) for x, y in cloud]
    assert [list(line.get_ydata()) for line in lines if line.get_gid() == "interval"] == [[-2.0, -0.3]]
    assert proof.faults(fig) == []
    words = tradeoff.alt_text(tradeoff.Tradeoff((own,), cloud=cloud))
    assert "1 contrast" in words
    assert "2 contrasts of the literature as grey dots" in words


def test_tradeoff_refuses_a_ratio_without_logarithm() -> None:
    with pytest.raises(ValueError, match="above 0"):
        tradeoff.Tradeoff((tradeoff.TradeoffPoint("a", "a", "x", 0.0, 1.0),))


def some_funnel(n: int, *, log: bool = False) -> funnel.Funnel:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    found = []
    for i in range(n):
        se = 0.1 + rng.random()
        found.append(
            funnel.FunnelPoint(f"s{i}", rng.gauss(-0.3, se), se, filled=i % 9 == 8, measured=i % 11 == 10)
        )
    return funnel.Funnel(tuple(found), "difference, percentage points", log=log, pooled=-0.3)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("n", [1, 40, 400])
def test_funnel_shows_every_point_at_its_number(n: int, log: bool) -> None:
    data = some_funnel(n, log=log)
    fig = funnel.figure(data)
    shown = {
        (float(x), float(y))
        for line in fig.axes[0].lines
        if line.get_marker() in ("o", "D")
        for x, y in line.get_xydata()
    }
    assert shown == {(p.yi, p.se) for p in data.points}
    bottom, top = fig.axes[0].get_ylim()
    assert bottom > max(p.se for p in data.points) > top == 0
    assert proof.faults(fig) == []


def test_funnel_contours_stand_at_their_quantiles_around_the_null() -> None:
    data = some_funnel(20)
    ax = funnel.figure(data).axes[0]
    depth = ax.get_ylim()[0]
    ends = sorted(
        {round(float(line.get_xdata()[1]) / depth, 3) for line in ax.lines if len(line.get_xdata()) == 2}
    )  # type: ignore[arg-type, index]
    assert {-2.576, -1.96, -1.645, 1.645, 1.96, 2.576} <= set(ends)


def test_funnel_words_count_the_filled_apart() -> None:
    words = funnel.alt_text(some_funnel(20))
    assert "18 effects" in words
    assert "2 filled points" in words
    assert "Pooled estimate −0.30" in words


@pytest.mark.parametrize(
    ("module", "nothing"),
    [(tradeoff, tradeoff.Tradeoff(())), (funnel, funnel.Funnel((), "ratio of latencies"))],
)
def test_nothing_to_draw_is_said_in_words(module: object, nothing: object) -> None:
    fig = module.figure(nothing)  # type: ignore[attr-defined]
    assert [text for text, _ in proof.text_boxes(fig)] == [module.alt_text(nothing)]  # type: ignore[attr-defined]
    assert module.table(nothing).empty  # type: ignore[attr-defined]


def test_two_renders_are_identical() -> None:
    data = tradeoff.Tradeoff(points(30), TECHNIQUES)
    assert to_svg(tradeoff.figure(data)) == to_svg(tradeoff.figure(data))
    assert to_svg(funnel.figure(some_funnel(30))) == to_svg(funnel.figure(some_funnel(30)))
