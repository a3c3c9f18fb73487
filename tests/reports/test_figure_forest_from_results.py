"""Promises about forest plots made from results alone: every number of the picture and its words is the result's."""

import importlib.util
import json
import math
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from reports.figures import proof
from reports.figures.forest import plot as forest
from reports.figures.forest.data import Forest
from reports.figures.from_results.forest.model import forest_of
from reports.figures.from_results.forest.rows import RawData
from review.meta.equal_weight import equal_weights
from review.meta.multilevel.model import fit_multilevel
from review.meta.no_variance import random_intercept
from review.meta.subgroups import common_groups, separate_groups
from review.meta.univariate import random_effects

DATA = json.loads((Path(__file__).parents[1] / "reference" / "golden.json").read_text(encoding="utf-8"))
BCG = DATA["datasets"]["bcg_RR"]
YEAR = BCG["inputs"]["year"]
NAMES = [f"{a} {y}" for a, y in zip(BCG["inputs"]["author"], YEAR, strict=True)]
POOLED = random_effects(BCG["yi"], BCG["vi"], labels=NAMES)
APART = separate_groups(BCG["yi"], BCG["vi"], BCG["inputs"]["alloc"], labels=NAMES)


@pytest.fixture(scope="module")
def picture() -> ModuleType:
    path = Path(__file__).with_name("forest_bcg.py")
    spec = importlib.util.spec_from_file_location("forest_bcg", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said(text: str) -> str:
    return text.replace("\u00a0", " ")


def written(data: Forest) -> list[str]:
    return [said(text) for fig in forest.figures(data) for text, _ in proof.text_boxes(fig)]


def clean(data: Forest) -> bool:
    return all(proof.faults(fig) == [] for fig in forest.figures(data))


def simulated(n: int, scale: float = 1.0) -> tuple[Any, Any]:
    rng = np.random.default_rng(n)
    vi = rng.uniform(0.1, 0.8, n) ** 2
    return scale * rng.normal(-0.4, np.sqrt(0.2 + vi)), scale**2 * vi


def test_rows_intervals_weights_and_the_diamond_are_the_result() -> None:
    data = forest_of(POOLED, log=True, measure="risk ratio")
    assert tuple(row.yi for row in data.rows) == POOLED.yi
    assert tuple(row.weight for row in data.rows) == POOLED.weights
    assert [row.study for row in data.rows] == NAMES
    for row, vi in zip(data.rows, POOLED.vi or (), strict=True):
        assert row.ci_low is not None
        assert row.ci_high is not None
        assert row.ci_high - row.yi == pytest.approx(1.959963984540054 * math.sqrt(vi))
        assert row.yi - row.ci_low == pytest.approx(1.959963984540054 * math.sqrt(vi))
    c, s = POOLED.coefficients[0], data.summary
    assert s is not None
    assert (s.estimate, s.ci_low, s.ci_high) == (c.estimate, c.ci_low, c.ci_high)
    assert POOLED.prediction_interval is not None
    assert s.prediction == (POOLED.prediction_interval.low, POOLED.prediction_interval.high)


def test_the_alternative_text_has_the_numbers_of_the_result() -> None:
    words = said(forest.alt_text(forest_of(POOLED, subgroups=APART, log=True, measure="risk ratio")))
    c, pi = POOLED.coefficients[0], POOLED.prediction_interval
    assert pi is not None
    numbers = [f"{math.exp(x):.2f}" for x in (c.estimate, c.ci_low, c.ci_high, pi.low, pi.high)]
    assert (
        f"{numbers[0]} [{numbers[1]}; {numbers[2]}], prediction interval [{numbers[3]}; {numbers[4]}]"
        in words
    )
    for p in (POOLED, *APART.pooled):
        assert p.I2 is not None
        assert p.I2_ci is not None
        assert p.tau2 is not None
        assert p.tau2_ci is not None
        assert p.Q is not None
        assert f"I² = {p.I2:.3g} % [{p.I2_ci[0]:.3g}; {p.I2_ci[1]:.3g}]" in words
        assert f"τ² = {p.tau2:.3g} [{p.tau2_ci[0]:.3g}; {p.tau2_ci[1]:.3g}]" in words
        assert f"Q = {p.Q:.3g} (df = {p.Q_df})" in words
    assert APART.between is not None
    assert f"χ² = {APART.between.statistic:.3g} (df = 2), p = {APART.between.p:.3f}" in words
    assert words.startswith("Forest plot of risk ratio (log scale): 13 effects, 0.20 to 1.56")


def test_the_picture_of_the_bcg_trials_has_every_feature(picture: ModuleType, tmp_path: Path) -> None:
    data = picture.bcg_forest()
    assert clean(data)
    found = written(data)
    for words in (
        "Vaccinated", "Control", "Events", "Total", "RR [95 % CI]", "Weight", "random", "alternate", "systematic",
        "191064", "166283", "Risk ratio (log scale)", "← favours vaccine", "favours control →", "Prediction interval",
        "100.0 %", "50.5 %", "0.49", "[0.33; 0.73]",
    ):  # fmt: skip
        assert words in found
    everything = " ".join(found)
    assert "τ² by REML; Knapp–Hartung standard error" in everything
    assert "Test for subgroup differences" in everything
    ticks = [
        float(text) for text in found if re.fullmatch(r"0\.\d+|\d+", text) and text in {"0.1", "1", "10"}
    ]
    assert {0.1, 1.0, 10.0} <= set(ticks)
    picture.save(tmp_path / "bcg.png")
    kept = Path(forest.__file__).parents[1] / "forest_bcg.png"
    for file in (tmp_path / "bcg.png", kept):
        assert file.read_bytes().startswith(b"\x89PNG")
        assert file.stat().st_size < 80_000


def test_subgroups_have_their_rows_their_diamond_and_their_share_of_the_weight() -> None:
    total = RawData("n", list(range(13)), total=True)
    data = forest_of(POOLED, subgroups=APART, columns=(total,))
    weights = dict(zip(NAMES, POOLED.weights, strict=True))
    assert [group.name for group in data.subgroups] == list(APART.groups)
    for group, p in zip(data.subgroups, APART.pooled, strict=True):
        rows = [row for row in data.rows if row.subgroup == group.name]
        assert [row.study for row in rows] == list(p.rows)
        s, c = group.summary, p.coefficients[0]
        assert (s.estimate, s.ci_low, s.ci_high) == (c.estimate, c.ci_low, c.ci_high)
        assert s.weight == pytest.approx(sum(weights[str(row)] for row in p.rows))
        assert s.cells == (str(sum(NAMES.index(str(row)) for row in p.rows)),)
    assert sum(group.summary.weight or 0 for group in data.subgroups) == pytest.approx(100)
    assert data.summary is not None
    assert data.summary.cells == ("78",)


def test_subgroups_of_one_model_name_the_common_tau2() -> None:
    fits = common_groups(BCG["yi"], BCG["vi"], BCG["inputs"]["alloc"], labels=NAMES)
    data = forest_of(POOLED, subgroups=fits)
    for group, c in zip(data.subgroups, fits.model.coefficients, strict=True):
        assert (group.summary.estimate, group.summary.ci_low) == (c.estimate, c.ci_low)
    words = said(" ".join(data.footer))
    assert f"τ² = {fits.model.tau2:.3g}" in words
    assert "common τ²" in words
    assert fits.between is not None
    assert f"F = {fits.between.statistic:.3g} (df = 2 and 10)" in data.between
    assert clean(data)


def test_subgroups_can_stand_without_a_model_of_all_rows() -> None:
    data = forest_of(APART)
    assert data.summary is None
    assert len(data.rows) == 13
    assert [group.name for group in data.subgroups] == list(APART.groups)
    assert "Nothing is pooled" in forest.alt_text(data)
    assert clean(data)


def test_rows_with_equal_labels_keep_their_own_group_and_name() -> None:
    yi, vi, names = [0.1, 0.5, 0.1, 0.4], [0.1, 0.1, 0.2, 0.1], ["a", "a", "a", "b"]
    fits = separate_groups(yi, vi, ["x", "y", "z", "z"], labels=names)
    data = forest_of(random_effects(yi, vi, labels=names), subgroups=fits)
    assert [(row.study, row.subgroup) for row in data.rows] == [
        ("a (1)", "x"),
        ("a (2)", "y"),
        ("a (3)", "z"),
        ("b", "z"),
    ]


def test_a_multilevel_model_stands_by_study_with_both_intervals_and_every_level() -> None:
    yi, vi = simulated(36)
    studies = [f"study {i % 12}" for i in range(36)]
    fit = fit_multilevel(yi, vi, study=studies)
    data = forest_of(fit, labels=[f"arm {i}" for i in range(36)])
    assert [row.study for row in data.rows] == studies
    assert [row.study for row in forest.grouped(data.rows)][:3] == ["study 0"] * 3
    assert sum(row.weight or 0 for row in data.rows) == pytest.approx(100)
    model, robust = data.overall
    assert (model.estimate, model.ci_low) == (fit.coefficients[0].estimate, fit.coefficients[0].ci_low)
    assert (robust.ci_low, robust.ci_high) == (fit.robust[0].ci_low, fit.robust[0].ci_high)
    assert fit.prediction_interval is not None
    assert model.prediction == (fit.prediction_interval.low, fit.prediction_interval.high)
    words = said(model.heterogeneity)
    assert f"I² = {fit.I2:.3g} %" in words
    for value, groups in zip(fit.sigma2, fit.sigma2_groups, strict=True):
        assert f"= {value:.3g} ({groups} groups)" in words
    assert "variance components by REML" in " ".join(model.footer)
    assert clean(data)


def test_a_model_with_moderators_has_no_forest() -> None:
    yi, vi = simulated(12)
    design = np.column_stack([np.ones(12), np.arange(12)])
    fit = fit_multilevel(yi, vi, study=[i // 2 for i in range(12)], design=design)
    with pytest.raises(ValueError, match="no one pooled effect"):
        forest_of(fit)


def test_rows_without_variances_are_hollow_and_weightless() -> None:
    data = forest_of(equal_weights([0.1, 0.3, 0.2, 0.5], ["a", "a", "b", "c"]))
    assert all(row.hollow and row.weight is None for row in data.rows)
    assert "Weight" not in written(data)
    assert any(text.startswith("No variances") for text in written(data))


def test_rows_beside_are_drawn_and_never_weighed() -> None:
    beside = (
        forest.ForestRow("own run", "int8", 0.2, 0.1, 0.3, measured=True),
        forest.ForestRow("no error", "int8", 0.1),
    )
    data = forest_of(POOLED, beside=beside)
    frame = forest.table(data)
    assert frame[frame.study == "own run"].origin.item() == "measured"
    assert math.isnan(frame[frame.study == "no error"]["weight, percent"].item())
    assert "1 of 15 without a standard error, drawn hollow. 1 row measured" in forest.alt_text(data)


def test_a_random_intercept_without_variances_is_hollow_with_its_own_diamond() -> None:
    yi, _ = simulated(24)
    fit = random_intercept(yi, [f"study {i // 4}" for i in range(24)])
    data = forest_of(fit)
    assert all(row.hollow and row.weight is None for row in data.rows)
    assert len({row.study for row in data.rows}) == 6
    c, s = fit.coefficients[0], data.summary
    assert s is not None
    assert (s.estimate, s.ci_low, s.ci_high) == (c.estimate, c.ci_low, c.ci_high)
    assert fit.sigma2 is not None
    assert f"variance between studies = {fit.sigma2[0]:.3g}" in s.heterogeneity
    assert clean(data)


@pytest.mark.parametrize("scale", [1e-16, 1e-8, 1e-3, 1.0, 1e4, 1e8, 1e16])
def test_any_scale_prints_numbers_that_differ_and_words_that_do_not_touch(scale: float) -> None:
    yi, vi = simulated(6, scale)
    data = forest_of(random_effects(yi, vi), subgroups=separate_groups(yi, vi, list("aabbbc")))
    assert clean(data)
    printed = {forest.shown(data, row.yi) for row in data.rows}
    assert len(printed) == 6
    low, high = forest.limits(data)
    assert all(low <= y <= high for y in (0.0, *yi))


@pytest.mark.parametrize("scale", [1e-4, 1.0, 20.0, 500.0])
def test_any_log_ratio_prints_a_ratio(scale: float) -> None:
    yi, vi = simulated(6, scale)
    data = forest_of(random_effects(yi / 2, vi), log=True)
    assert clean(data)
    assert all(re.fullmatch(r"[\d.,]+(e[+-]\d+)?", forest.shown(data, row.yi)) for row in data.rows)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_rows_are_drawn_with_what_is_known(k: int) -> None:
    yi, vi = simulated(3)
    data = forest_of(random_effects(yi[:k], vi[:k]))
    assert clean(data)
    assert ("Prediction interval" in written(data)) is (k == 3)
    assert ("τ² by REML" in " ".join(written(data))) is (k > 1)


def test_equal_effects_and_one_cluster_are_drawn() -> None:
    assert clean(forest_of(random_effects([0.3] * 4, [0.1, 0.2, 0.3, 0.4])))
    lone = forest_of(equal_weights([0.1, 0.4], ["a", "a"]))
    assert clean(lone)
    assert "[not known]" in written(lone)
    gids = [line.get_gid() for line in forest.figures(lone)[0].axes[1].lines]
    assert "pooled without interval" in gids


def test_rows_left_out_and_warnings_are_said() -> None:
    result = random_effects([0.1, math.nan, 0.3, 0.2], [0.1, 0.1, 0.2, 0.1])
    assert "1 row left out: row 2 (" in " ".join(written(forest_of(result)))


def test_odd_names_stay_on_their_line() -> None:
    names = ["a\nb", "$x_1$ & <b>", "  ", "Ærø, naïve", "x" * 400]
    data = forest_of(
        random_effects([0.1, 0.2, 0.3, 0.1, 0.2], [0.1] * 5),
        labels=names,
        columns=(RawData("w", ["a\n\tb"] * 5),),
    )
    assert clean(data)
    assert {"a b", "$x_1$ & <b>"} <= set(written(data))


def test_wrong_lengths_and_strange_subgroups_are_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"labels has 2 entries but the result has 13 rows"):
        forest_of(POOLED, labels=["a", "b"])
    with pytest.raises(ValueError, match=r"column n has 1 entries"):
        forest_of(POOLED, columns=(RawData("n", [1]),))
    with pytest.raises(ValueError, match="groups names subgroups"):
        forest_of(POOLED, subgroups=APART, groups=["a"] * 13)
    with pytest.raises(ValueError, match="same rows"):
        forest_of(random_effects([0.1, 0.2], [0.1, 0.1]), subgroups=APART)
    with pytest.raises(ValueError, match="points too wide"):
        forest.figures(forest_of(POOLED, columns=tuple(RawData(f"column {i}", [""] * 13) for i in range(12))))
