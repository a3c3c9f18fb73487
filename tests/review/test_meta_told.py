"""Every result of the statistics prints, converts to a table and to JSON, and writes sentences."""

import importlib
import inspect
import json
import math
import pkgutil
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import review.meta
from review.meta.aggregate import aggregate_rho
from review.meta.bias.egger import egger
from review.meta.bias.failsafe import fail_safe_n
from review.meta.bias.henmi_copas import henmi_copas
from review.meta.bias.pet_peese import pet_peese
from review.meta.bias.ranktest import rank_test
from review.meta.bias.regtest import regression_test
from review.meta.bias.tes import excess_significance
from review.meta.bias.trim_and_fill import trim_and_fill
from review.meta.case_deletion import case_deletion
from review.meta.contrasts import contrasts, expected_effects, likelihood_ratio
from review.meta.decisions import decide
from review.meta.escalc.accuracy import (
    accuracy_difference,
    accuracy_difference_from_margins,
    phi_sensitivity,
)
from review.meta.escalc.covariance import share_baseline
from review.meta.escalc.mcnemar import mcnemar
from review.meta.escalc.recovered import from_confidence_interval
from review.meta.front.answer import answer
from review.meta.front.question import Question
from review.meta.mantel_haenszel import mantel_haenszel
from review.meta.multilevel.clustering import robust_inference
from review.meta.multilevel.dominance import dominant_cluster, with_and_without_dominant
from review.meta.multilevel.egger import egger_multilevel
from review.meta.multilevel.model import fit_multilevel
from review.meta.multilevel.prediction import predict
from review.meta.multilevel.rho import rho_grid
from review.meta.multilevel.sensitivity import cumulative_by_study, leave_one_study_out
from review.meta.multilevel.study_influence import influence_by_study
from review.meta.no_variance import random_intercept
from review.meta.no_variance_prediction import predict_new_study
from review.meta.permutation import permutation_test
from review.meta.peto import peto
from review.meta.plain import Told
from review.meta.profile import shrunken_effects
from review.meta.regression import meta_regression
from review.meta.repeated import equivalence, repeated_counts, repeated_values
from review.meta.robust import cluster_robust
from review.meta.selection.step_function import selection_model
from review.meta.sensitivity.baujat import baujat
from review.meta.sensitivity.cumulative import cumulative
from review.meta.sensitivity.gosh import gosh
from review.meta.sensitivity.influence import influence
from review.meta.sensitivity.leave_one_out import leave_one_out
from review.meta.sensitivity.radial import radial
from review.meta.sensitivity.residuals import rstudent
from review.meta.subgroups import common_groups, separate_groups
from review.meta.univariate import random_effects

METHODS = ("to_dict", "to_json", "to_frame", "report_text", "__str__")
NO_ANSWERS = {
    "batch.BatchFit": "working: the fits of all rearrangements",
    "cluster_pieces.Pieces": "working: what each cluster adds to a robust covariance",
    "decision_result.Decision": "part of MarginDecision",
    "decision_result.NewStudy": "part of MarginDecision",
    "design.Design": "input: a design matrix that was read",
    "escalc.measures.EffectMeasure": "entry of the list of measures",
    "front.companions.Wish": "input: the companions asked for",
    "front.question.Question": "input: the question asked",
    "front.sample.Sample": "input: the rows it is asked of",
    "likelihood.FitStatistics": "part of every fit",
    "moderators.Moderators": "input: a formula that was read",
    "multilevel.blocks.Stack": "working: blocks of one size",
    "multilevel.estimation.Optimum": "working: where a likelihood is highest",
    "multilevel.inputs.Inputs": "input: rows of a multilevel model that were read",
    "multilevel.likelihood.Fit": "working: a fit at given variance components",
    "multilevel.likelihood.Problem": "working: what is maximised",
    "multilevel.likelihood.Slopes": "working: derivatives of a likelihood",
    "multilevel.setup.Setup": "working: a prepared fit",
    "multilevel.study_models.Leverage": "working: how far studies can pull a fit",
    "multilevel.study_refits.StudyRefit": "part of the series of refits",
    "multilevel.study_refits.StudySeries": "base of the series of refits by study",
    "random_intercept.InterceptVariances": "part of NoVarianceEstimate, in scaled units",
    "result.Coefficient": "part of every fit",
    "result.JointTest": "part of every fit with moderators",
    "result.PredictionInterval": "part of every fit with heterogeneity",
    "rows.ExcludedRow": "part of every result: a row left out",
    "rows.Rows": "input: rows that were read",
    "scaling.Scaled": "working: rows in units of a typical standard error",
    "selection.result.Interval": "part of SelectionEstimate",
    "selection.weighted_likelihood.WeightedLikelihood": "working: what is maximised",
    "sensitivity.cumulative.UpToRow": "part of Cumulative",
    "sensitivity.deletion.Deletion": "working: the arrays behind Influence and Residuals",
    "sensitivity.leave_one_out.WithoutRow": "part of LeaveOneOut",
    "sensitivity.refits.Refit": "part of the series of refits",
    "sensitivity.refits.Refits": "base of the series of refits by row",
    "sensitivity.subsets.SubsetFits": "working: fits of many subsets",
    "tables.ChiSquare": "part of TablePool",
    "tables.Tables": "input: tables that were read",
}
"""Public dataclasses that no user is handed as an answer, and why."""

NAN = math.nan
Y = [0.1, 0.5, -0.2, 0.8, 0.3, 0.4, NAN]
V = [0.02, 0.05, 0.03, 0.04, 0.02, 0.06, 0.01]
X = np.column_stack([np.ones(7), [1.0, 2, 3, 4, 5, 7, 6]])
LABELS = [f"trial {letter}" for letter in "ABCDEFG"]
STUDIES = ["one", "one", "two", "two", "three", "four", "four"]
TABLES = ([4, 6, 3], [119, 300, 228], [11, 29, 11], [128, 274, 209])


def pooled_results() -> list[Any]:
    """Return results of rows that do not depend on each other; trial G is left out."""
    whole = random_effects(Y, V, labels=LABELS)
    fuller = meta_regression(Y, V, X, method="ML", test="z", labels=LABELS)
    smaller = meta_regression(Y, V, X[:, :1], method="ML", test="z", labels=LABELS)
    table = pd.DataFrame({"yi": Y, "vi": V, "name": LABELS})
    by_group = (Y, V, ["a", "a", "a", "b", "b", "b", "b"])
    tests = (egger, fail_safe_n, henmi_copas, pet_peese, rank_test, regression_test, excess_significance)
    of_rows = (leave_one_out, cumulative, influence, rstudent, baujat, radial, gosh, shrunken_effects)
    return [
        *(test(Y, V, labels=LABELS) for test in (*tests, trim_and_fill)),
        *(analysis(whole) for analysis in of_rows),
        *(group(*by_group, labels=LABELS) for group in (separate_groups, common_groups)),
        whole,
        fuller,
        decide(whole, 0.5),
        selection_model(fuller),
        answer(table, Question(labels="name")),
        permutation_test(Y, V, labels=LABELS),
        contrasts(fuller, [[0.0, 1.0]]),
        *expected_effects(fuller, [[1.0, 2.0], [1.0, 3.0]]),
        *expected_effects(meta_regression(Y, V, X, method="FE", labels=LABELS), [1.0, 2.0]),
        likelihood_ratio(fuller, smaller),
        case_deletion(fuller),
        case_deletion(
            meta_regression([0.1, 0.5, 0.3, 0.4], V[:4], np.column_stack((np.ones(4), [1, 0, 0, 0])))
        ),
        mantel_haenszel(*TABLES),
        peto(*TABLES),
    ]


def dependent_results() -> list[Any]:
    """Return results of rows that depend on each other; trial G is left out."""
    fit = fit_multilevel(Y, V, study=STUDIES, rho=0.5, labels=LABELS)
    cluster = np.array([0, 0, 1, 1, 2, 3])
    return [
        fit,
        predict(fit),
        robust_inference(fit, "CR1p", "m-p"),
        cluster_robust(X[:6], np.array(Y[:6]), np.array(V[:6]), cluster, terms=("intercept", "x")),
        dominant_cluster(STUDIES),
        dominant_cluster(STUDIES, V),
        with_and_without_dominant(fit),
        rho_grid(fit, (0.0, 0.5)),
        egger_multilevel(fit),
        leave_one_study_out(fit),
        cumulative_by_study(fit),
        influence_by_study(fit),
        random_intercept(Y, STUDIES, labels=LABELS),
        predict_new_study(random_intercept(Y, STUDIES, labels=LABELS), [1.0]),
        aggregate_rho(Y, V, STUDIES, rho=0.5, labels=LABELS),
    ]


def raw_results() -> list[Any]:
    """Return what is computed from raw data; rows without a number are left out."""
    differences = accuracy_difference([5, 7, 0], [2, 4, 0], [100, 100, 100], labels=["a", "b", "c"])
    return [
        differences,
        accuracy_difference([0], [0], [100]),
        accuracy_difference_from_margins([0.9], [NAN], [100]),
        from_confidence_interval([0.5, NAN], [0.1, 0.2], [0.9, 0.4]),
        share_baseline(differences, np.full(3, 2e-4), ["x", "x", "x"]),
        share_baseline(differences, np.full(3, 2e-4), ["x", "y", "y"]),
        mcnemar([0, 15, 1], [0, 2, 0]),
        mcnemar([0], [0]),
        phi_sensitivity([90, 100, 80, NAN], [85, 100, 80, 70], [500] * 4, unit="percent"),
        phi_sensitivity([0.8], [0.8], [100], grid=[1.0]),
        repeated_counts([3, 4, 3], [1, 1, 1], [50, 50, 50]),
        repeated_values([0.5], [None]),
        equivalence(repeated_counts([3, 4], [1, 1], [50, 50]), 4.0, 0.5),
        equivalence(repeated_values([1.0, 1.1, 1.2], [None] * 3), 1.0, 0.5),
    ]


RESULTS = [*pooled_results(), *dependent_results(), *raw_results()]
every = pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)


@every
def test_a_result_prints_and_converts(result: Any) -> None:
    assert json.loads(result.to_json()) == result.to_dict()
    assert len(result.to_frame()) >= 1
    for text in (str(result), result.report_text()):
        assert any(letter.isdigit() for letter in text)
        assert not re.search(r"\b(nan|None|inf)\b", text), text
        assert not re.search(r"\w\(\w+=", text), text
    assert result.report_text().endswith(".")


@every
def test_a_result_tells_its_warnings_and_the_rows_left_out(result: Any) -> None:
    told = [(str(x.row), x.why) for x in getattr(result, "excluded_rows", getattr(result, "omitted", ()))]
    for text in (str(result), result.report_text()):
        for words in (*(part for row in told for part in row), *getattr(result, "warnings", ())):
            assert words in text


def answers() -> dict[str, type]:
    """Return the public frozen dataclasses below review.meta, abstract ones aside."""
    found: dict[str, type] = {}
    for module in pkgutil.walk_packages(review.meta.__path__, "review.meta."):
        for name, value in vars(importlib.import_module(module.name)).items():
            own = inspect.isclass(value) and value.__module__ == module.name and not name.startswith("_")
            if own and "__dataclass_params__" in vars(value) and not inspect.isabstract(value):
                assert vars(value)["__dataclass_params__"].frozen, f"{value} can be changed"
                found[f"{module.name.removeprefix('review.meta.')}.{name}"] = value
    return found


def lacking(result: type) -> list[str]:
    """Return the methods of a result that a class does not have."""
    empty = [Told.lines, Told.sentences]
    gone = [name for name in METHODS if getattr(result, name, object.__str__) is object.__str__]
    return gone + [name for name in ("lines", "sentences") if getattr(result, name, None) in empty]


def test_every_result_has_every_method_and_is_tried_here() -> None:
    must = {name: kind for name, kind in answers().items() if name not in NO_ANSWERS}
    assert {name: lacking(kind) for name, kind in must.items() if lacking(kind)} == {}
    tried = {type(result) for result in RESULTS}
    assert [name for name, kind in must.items() if kind not in tried] == []


def test_nothing_is_spared_that_need_not_be() -> None:
    found = answers()
    assert sorted(NO_ANSWERS.keys() - found.keys()) == []
    assert [name for name in NO_ANSWERS if not lacking(found[name])] == []


def test_the_words_hold_the_numbers() -> None:
    pooled = mantel_haenszel(*TABLES)
    assert f"{pooled.estimate.estimate:.4g}" in str(pooled)
    assert f"{pooled.estimate.estimate:.4g}" in pooled.report_text()
    drawn = permutation_test(Y, V)
    assert f"p = {drawn.p[0]:.3f}" in str(drawn)
    assert "64 rearrangements" in drawn.report_text()
