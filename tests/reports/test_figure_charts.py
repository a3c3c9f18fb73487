"""Promises about publications, coverage, gap maps, the UpSet plot and the alluvial diagram."""

import random
from collections import Counter

import pytest
from matplotlib.patches import Circle, PathPatch, Rectangle

from reports.figures import alluvial, coverage, gap_map, proof, publications, upset
from reports.figures.render import to_svg

TECHNIQUES = (
    "post-training",
    "quantization-aware",
    "low-bit",
    "fixed point",
    "mixed precision",
    "not specified",
)
MODALITIES = (
    "MRI",
    "CT",
    "X-ray",
    "ultrasound",
    "mammography",
    "histopathology",
    "clinical photo",
    "endoscopy",
    "OCT",
)


def clean(fig: object) -> bool:
    assert proof.faults(fig) == []  # type: ignore[arg-type]
    return True


def some_publications(n: int) -> publications.Publications:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    studies = tuple(
        publications.Publication(
            rng.choice([*range(2018, 2027), None]),
            tuple(rng.sample(TECHNIQUES[:5], rng.choice([0, 1, 1, 2]))),
        )
        for _ in range(n)
    )
    return publications.Publications(studies, TECHNIQUES, partial_year=2026)


@pytest.mark.parametrize("n", [3, 93, 930])
def test_publications_drop_no_study_and_overlap_nothing(n: int) -> None:
    data = some_publications(n)
    frame = publications.table(data)
    assert frame["all"].sum() == n
    assert (frame.drop(columns=["year", "all"]).sum(axis=1) == frame["all"]).all()
    fig = publications.figure(data)
    bars = [p for p in fig.axes[0].patches if isinstance(p, Rectangle)]
    assert sum(bar.get_height() for bar in bars) == n
    assert clean(fig)


def test_publications_count_a_study_once_and_show_the_undated_apart() -> None:
    data = publications.Publications(
        (
            publications.Publication(2020, ("low-bit", "post-training")),
            publications.Publication(2022, ("low-bit",)),
            publications.Publication(None, ()),
        )
    )
    frame = publications.table(data).set_index("year")
    assert list(frame.index) == ["2020", "2021", "2022", publications.NO_YEAR]
    assert frame.loc["2020", publications.SEVERAL] == 1
    assert frame.loc["2021", "all"] == 0
    assert frame.loc[publications.NO_YEAR, publications.UNKNOWN] == 1
    words = publications.alt_text(data)
    assert "3 studies" in words
    assert "Year not stated: 1" in words


def test_publications_only_undated() -> None:
    data = publications.Publications((publications.Publication(None, ("low-bit",)),))
    assert clean(publications.figure(data))
    assert "Year not stated: 1" in publications.alt_text(data)


COVERAGE = coverage.Coverage(
    (
        coverage.CoverageRow("PACS / RIS", 0, 0, 93),
        coverage.CoverageRow("energy", 16, 4, 73),
        coverage.CoverageRow("prospective or clinical use of the quantized network", 1, 92, 0),
    )
)


def test_coverage_bars_are_shares_and_counts_are_printed() -> None:
    fig = coverage.figure(COVERAGE)
    widths: dict[float, float] = Counter()
    for bar in fig.axes[0].patches:
        assert isinstance(bar, Rectangle)
        widths[round(bar.get_y(), 2)] += bar.get_width()
    assert [round(width, 6) for width in widths.values()] == [100, 100, 100]
    printed = {text for text, _ in proof.text_boxes(fig)}
    assert {"16", "4", "73", "92"} <= printed
    assert clean(fig)
    assert "energy: 16 of 93 studies reported, 4 unclear, 73 not mentioned" in coverage.alt_text(COVERAGE)
    assert coverage.table(COVERAGE)["studies"].tolist() == [93, 93, 93]


def test_coverage_of_no_study_is_an_empty_bar() -> None:
    assert clean(coverage.figure(coverage.Coverage((coverage.CoverageRow("energy", 0, 0, 0),))))


def some_map(rows: tuple[str, ...], columns: tuple[str, ...], largest: int) -> gap_map.GapMap:
    rng = random.Random(len(rows))  # noqa: S311 - a fixed sample
    counts = tuple(tuple(rng.choice([0, 0, 1, rng.randint(1, largest)]) for _ in columns) for _ in rows)
    return gap_map.GapMap(
        "technique",
        "modality",
        rows,
        columns,
        counts,
        tuple(map(sum, counts)),
        tuple(map(sum, zip(*counts, strict=True))),
        93,
    )


@pytest.mark.parametrize(
    ("rows", "columns", "largest"),
    [
        (TECHNIQUES, MODALITIES, 10),
        (TECHNIQUES, MODALITIES, 450),
        (("8", "4"), ("8", "16f", "not stated"), 3),
        (tuple(f"framework {i}" for i in range(20)), tuple(f"environment {i}" for i in range(20)), 28),
    ],
)
def test_gap_map_prints_every_count_and_hatches_every_gap(
    rows: tuple[str, ...], columns: tuple[str, ...], largest: int
) -> None:
    data = some_map(rows, columns, largest)
    fig = gap_map.figure(data)
    empty = len(gap_map.empty_cells(data))
    legend = 1
    assert sum(1 for p in fig.axes[0].patches if isinstance(p, Rectangle) and p.get_hatch()) == empty + legend
    printed = Counter(text for text, _ in proof.text_boxes(fig))
    expected = Counter(str(n) for row in data.counts for n in row if n)
    assert expected <= printed
    assert clean(fig)
    assert f"{empty} of {len(rows) * len(columns)} cells are empty" in gap_map.alt_text(data)


def test_gap_map_bubbles_have_an_area_that_follows_the_count() -> None:
    data = gap_map.GapMap("a", "b", ("r",), ("c", "d"), ((4, 16),), (20,), (4, 16), 20)
    one, two = [p.get_radius() for p in gap_map.figure(data).axes[0].patches if isinstance(p, Circle)][:2]
    assert two / one == pytest.approx(2)


def test_gap_map_refuses_counts_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="1 rows and 2 columns"):
        gap_map.GapMap("a", "b", ("r",), ("c", "d"), ((4,),), (4,), (4, 0), 4)


def test_gap_map_table_has_totals() -> None:
    data = some_map(TECHNIQUES, MODALITIES, 10)
    frame = gap_map.table(data)
    assert frame.shape == (len(TECHNIQUES) + 1, len(MODALITIES) + 2)
    assert frame.iloc[-1, -1] == 93


METHODS = ("pruning", "distillation", "low rank", "weight sharing", "federated", "architecture search")


def some_sets(n: int, most: int = 3) -> upset.UpSet:
    rng = random.Random(n)  # noqa: S311 - a fixed sample
    everything = TECHNIQUES + METHODS
    sets = tuple(tuple(rng.sample(everything, rng.randint(1, most))) for _ in range(n))
    return upset.UpSet(sets, (("quantization technique", TECHNIQUES), ("other compression", METHODS)))


@pytest.mark.parametrize("n", [1, 93, 930])
def test_upset_table_drops_nothing_and_the_figure_says_what_it_leaves_out(n: int) -> None:
    data = some_sets(n)
    assert upset.table(data)["studies"].sum() == n
    fig = upset.figure(data)
    assert clean(fig)
    combos, studies = upset.left_out(data)
    if combos:
        assert any(str(combos) in text and str(studies) in text for text, _ in proof.text_boxes(fig))
        assert str(combos) in upset.alt_text(data)
    else:
        assert n == 1


def test_upset_bars_and_sizes_match_the_counts() -> None:
    data = upset.UpSet((("low-bit", "pruning"), ("low-bit",), ("low-bit",)))
    assert upset.combinations(data) == [(frozenset({"low-bit"}), 2), (frozenset({"low-bit", "pruning"}), 1)]
    assert [(label, n) for _, label, n in upset.set_sizes(data)] == [("low-bit", 3), ("pruning", 1)]
    assert "Set sizes: low-bit 3 and pruning 1" in upset.alt_text(data)


def some_flows(n: int, codes: int) -> alluvial.Alluvial:
    rng = random.Random(codes)  # noqa: S311 - a fixed sample
    labels = [[f"{axis} code number {i}" for i in range(codes)] for axis in "abcd"]
    studies = tuple(
        tuple(tuple(rng.sample(axis, min(rng.choice([0, 1, 1, 2]), codes))) for axis in labels)
        for _ in range(n)
    )
    return alluvial.Alluvial(("technique", "architecture family", "modality", "environment"), studies)


@pytest.mark.parametrize(("n", "codes"), [(1, 1), (93, 6), (93, 14), (930, 40)])
def test_alluvial_keeps_every_study_and_every_label_apart(n: int, codes: int) -> None:
    data = some_flows(n, codes)
    for axis in alluvial.nodes(data):
        assert sum(node.weight for node in axis) == pytest.approx(n)
        assert len(axis) <= data.most_labels
    for weights in alluvial.flows(data):
        assert sum(weights.values()) == pytest.approx(n)
    fig = alluvial.figure(data)
    assert sum(isinstance(p, PathPatch) for p in fig.axes[0].patches) == sum(map(len, alluvial.flows(data)))
    assert clean(fig)


def test_alluvial_says_what_it_merged_and_what_is_silent() -> None:
    data = some_flows(930, 40)
    labels = [node.label for axis in alluvial.nodes(data) for node in axis]
    merged = [label for label in labels if label.startswith("other (")]
    assert len(merged) == 4
    assert merged[0] in alluvial.alt_text(data)
    assert labels.count(alluvial.UNKNOWN) == 4


def test_alluvial_splits_a_study_of_two_codes_and_counts_it_whole() -> None:
    data = alluvial.Alluvial(("a", "b"), ((("x", "y"), ("z",)), (("x",), ())))
    first = {node.label: (node.studies, node.weight) for node in alluvial.nodes(data)[0]}
    assert first == {"x": (2, 1.5), "y": (1, 0.5)}
    frame = alluvial.table(data).set_index(["from", "to"])["studies (split)"]
    assert frame["x", "not stated"] == 1
    assert frame["x", "z"] == frame["y", "z"] == 0.5


@pytest.mark.parametrize(
    ("module", "nothing"),
    [
        (publications, publications.Publications(())),
        (coverage, coverage.Coverage(())),
        (gap_map, gap_map.GapMap("a", "b", (), (), (), (), (), 0)),
        (upset, upset.UpSet(())),
        (alluvial, alluvial.Alluvial(("a", "b"), ())),
    ],
)
def test_nothing_to_draw_is_said_in_words(module: object, nothing: object) -> None:
    fig = module.figure(nothing)  # type: ignore[attr-defined]
    words = module.alt_text(nothing)  # type: ignore[attr-defined]
    assert words.startswith("No ")
    assert [text for text, _ in proof.text_boxes(fig)] == [words]
    assert len(module.table(nothing)) <= 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("module", "data"),
    [
        (publications, some_publications(50)),
        (coverage, COVERAGE),
        (gap_map, some_map(TECHNIQUES, MODALITIES, 10)),
        (upset, some_sets(60)),
        (alluvial, some_flows(60, 8)),
    ],
)
def test_two_renders_are_identical(module: object, data: object) -> None:
    assert to_svg(module.figure(data)) == to_svg(module.figure(data))  # type: ignore[attr-defined]
