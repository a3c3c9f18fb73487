"""Promises about the forest plot's geometry at 5, 72 and 300 rows: the picture equals the table, and nothing overlaps."""

import random
from collections import Counter
from dataclasses import dataclass

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from reports.figures import proof
from reports.figures.forest import plot as forest
from reports.figures.forest.layout import PAGE
from reports.figures.forest.marks import PLAIN

GROUPS = ("int8", "int4", "mixed precision with a name that is far too long for one line of the figure " * 2)
COLUMNS = (
    forest.RawColumn("n", over="Test set"),
    forest.RawColumn("baseline"),
    forest.RawColumn("quantized"),
    forest.RawColumn("technique", left=True),
)
HETEROGENEITY = (
    "Heterogeneity: I² = 94.6 % [91.1; 96.7], τ² = 0.392 [0.106; 1.81], Q = 110 (df = 6), p < 0.001"
)


def pooled(label: str, at: float, *, wide: bool = False) -> forest.ForestSummary:
    reach = 40.0 if wide else 0.3
    return forest.ForestSummary(
        label, at, at - reach, at + reach, at - 4 * reach, at + 3 * reach, ("Random-effects model; τ² by REML.",),
        HETEROGENEITY, 33.3, ("1200", "", "", ""),
    )  # fmt: skip


def plot(n: int) -> forest.Forest:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    rows = []
    for i in range(n):
        y, se = rng.gauss(-0.4, 1), rng.uniform(0.05, 1.2)
        if i % 17 == 4:
            y *= 60
        if i % 11 == 3:
            se *= 60
        known = i % 4 != 1
        rows.append(
            forest.ForestRow(
                f"author{i // 3} 2024",
                f"network {i}, {'per channel, calibrated' * (i % 3 == 0)}",
                y,
                y - 1.96 * se if known else None,
                y + 1.96 * se if known else None,
                rng.uniform(0.01, 3) if known else None,
                (
                    f"{100 * i}",
                    f"{rng.uniform(80, 95):.2f} %",
                    "",
                    "post-training, static" if i % 2 else "PTQ",
                ),
                GROUPS[i % 3],
                measured=i % 7 == 0,
            )
        )
    groups = tuple(
        forest.ForestSubgroup(name, pooled("Random-effects model", -0.2 * j, wide=j == 1))
        for j, name in enumerate(GROUPS)
    )
    return forest.Forest(
        tuple(rows), pooled("Random-effects model", -0.35), "difference in accuracy, percentage points", columns=COLUMNS,
        subgroups=groups, also=(pooled("Cluster-robust (CR2)", -0.36),),
        between="Test for subgroup differences: χ² = 2.04 (df = 2), p = 0.361.", footer=("A last word. " * 30,),
    )  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    page: forest.ForestPage
    fig: Figure
    boxes: list[tuple[str, proof.Corners]]

    @property
    def ax(self) -> Axes:
        return self.fig.axes[1]


@dataclass(frozen=True)
class Case:
    data: forest.Forest
    pages: list[Drawn]


def xs(ax: Axes, gid: str) -> list[tuple[float, ...]]:
    return [tuple(map(float, line.get_xdata())) for line in ax.lines if line.get_gid() == gid]  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=[5, 72, 300])
def case(request: pytest.FixtureRequest) -> Case:
    data = plot(request.param)
    figures = [(page, forest.figure(page)) for page in forest.pages(data)]
    return Case(data, [Drawn(page, fig, proof.text_boxes(fig)) for page, fig in figures])


def test_every_row_and_every_pooled_estimate_stands_once(case: Case) -> None:
    data, pages = case.data, case.pages
    assert Counter(row for page in (one.page for one in pages) for row in page.rows) == Counter(data.rows)
    assert [row for page in (one.page for one in pages) for row in page.rows] == list(
        forest.grouped(data.rows)
    )
    written = Counter(text for one in pages for text, _ in one.boxes)
    for row in data.rows:
        assert written[forest.shown(data, row.yi)] >= 1
    assert written["Random-effects model"] == len(GROUPS) + 1
    assert written["Prediction interval"] == len(GROUPS) + 2
    assert written["33.3 %"] == len(GROUPS) + 2


def test_no_words_overlap_and_no_page_is_longer_than_the_paper(case: Case) -> None:
    for one in case.pages:
        assert proof.faults(one.fig, one.boxes) == []
        assert one.fig.get_size_inches()[1] * 72 <= PAGE + 10
        assert one.page.rows


def test_marks_and_intervals_stand_at_the_numbers_of_the_table(case: Case) -> None:
    data, pages = case.data, case.pages
    low, high = forest.limits(data)
    frame = forest.table(data).query("origin != 'pooled'")
    inside = frame[frame["difference"].between(low, high)]["difference"]
    marks = [x for ax in (one.ax for one in pages) for (x,) in xs(ax, "estimate")]
    assert sorted(marks) == sorted(inside)
    assert sum(len(xs(ax, "beyond")) for ax in (one.ax for one in pages)) == len(frame) - len(inside)
    known = frame.dropna(subset=["CI low"])
    expected = sorted(
        (max(a, low), min(b, high))
        for a, b in zip(known["CI low"], known["CI high"], strict=True)
        if max(a, low) < min(b, high)
    )
    assert sorted(x for ax in (one.ax for one in pages) for x in xs(ax, "interval")) == expected


def test_every_mark_is_level_with_its_words(case: Case) -> None:
    data, pages = case.data, case.pages
    for one in pages:
        words, ax = one.fig.axes
        levels = {(text.get_text(), round(text.get_position()[1], 6)) for text in words.texts}
        for line in ax.lines:
            if line.get_gid() == "estimate":
                x, y = float(line.get_xdata()[0]), float(line.get_ydata()[0])  # type: ignore[index]
                assert (forest.shown(data, x), round(y, 6)) in levels


def test_areas_of_squares_are_proportional_to_weights(case: Case) -> None:
    data, pages = case.data, case.pages
    weights = {row.yi: row.weight for row in data.rows}
    shares = []
    for ax in (one.ax for one in pages):
        for line in ax.lines:
            if line.get_gid() == "estimate":
                weight = weights[float(line.get_xdata()[0])]  # type: ignore[index]
                if weight is None:
                    assert line.get_markersize() == PLAIN
                else:
                    shares.append(line.get_markersize() ** 2 / weight)
    assert len(shares) > 1
    assert max(shares) == pytest.approx(min(shares))


def test_an_arrow_stands_wherever_something_leaves_the_axis(case: Case) -> None:
    data, pages = case.data, case.pages
    low, high = forest.limits(data)
    spans = [
        (row.ci_low, row.ci_high)
        for row in data.rows
        if row.ci_low is not None and row.ci_high is not None and low <= row.yi <= high
    ]
    for s in data.summaries:
        spans.append((s.ci_low, s.ci_high))
        assert s.prediction
        spans.append(s.prediction)
    left = sum(a < low for a, _ in spans)
    right = sum(b > high for _, b in spans)
    arrows = Counter(x for ax in (one.ax for one in pages) for (x,) in xs(ax, "arrow"))
    assert arrows[low] == left
    assert arrows[high] == right
    assert sum(arrows.values()) == left + right
    assert (left + right > 0) is (len(data.rows) > 5)


def test_diamonds_have_their_corners_at_estimate_and_limits(case: Case) -> None:
    data, pages = case.data, case.pages
    low, high = forest.limits(data)
    far = 3 * (high - low)
    for kind, sums in (
        ("subgroup diamond", [g.summary for g in data.subgroups]),
        ("diamond", list(data.overall)),
    ):
        found = sorted(
            [x for x, _ in patch.get_xy()[:4]]
            for ax in (one.ax for one in pages)
            for patch in ax.patches
            if isinstance(patch, Polygon) and patch.get_gid() == kind
        )
        expected = sorted(
            [max(s.ci_low, low - far), s.estimate, min(s.ci_high, high + far), s.estimate] for s in sums
        )
        assert found == expected


def test_a_subgroup_is_closed_on_the_page_of_its_last_row(case: Case) -> None:
    data, pages = case.data, case.pages
    for one in pages:
        page, ax = one.page, one.ax
        ordered = forest.grouped(data.rows)
        closed = sum(
            i + 1 == len(ordered) or ordered[i + 1].subgroup != ordered[i].subgroup
            for i in range(page.start, page.stop)
        )
        diamonds = [patch for patch in ax.patches if patch.get_gid() == "subgroup diamond"]
        assert len(diamonds) == closed


def test_every_page_has_null_line_pooled_line_and_the_same_axis(case: Case) -> None:
    data, pages = case.data, case.pages
    for ax in (one.ax for one in pages):
        assert ax.get_xlim() == forest.limits(data)
        assert xs(ax, "null") == [(0.0, 0.0)]
        assert xs(ax, "pooled") == [(-0.35, -0.35)]


def test_heterogeneity_lines_keep_left_of_the_plot(case: Case) -> None:
    for one in case.pages:
        ax = one.ax
        left = ax.get_window_extent().x0
        notes = [box for text, box in one.boxes if text.startswith("Heterogeneity")]
        below = min(line.get_ydata()[0] for line in ax.lines if line.get_gid() == "null")  # type: ignore[index]
        for box in notes:
            assert box[:, 0].max() < left or box[:, 1].max() < below
