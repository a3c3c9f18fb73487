"""From a question to the fitted model."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from review.meta.front.question import Question
from review.meta.front.sample import Sample, read_sample, variances_of
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


def fit(data: "pd.DataFrame", question: Question, sample: Sample | None = None) -> Any:  # noqa: ANN401
    """Fit the model that a question asks for.

    Parameters
    ----------
    data
        One row per effect.
    question
        What is asked.
    sample
        Its columns, if they were read already.

    Returns
    -------
    `PooledEstimate`, `RegressionEstimate`, `MultilevelFit` or `RandomIntercept`.

    Raises
    ------
    InvalidInput
        For what `read_sample` or the model refuses.
    """
    sample = sample or read_sample(data, question)
    if not question.variances:
        result = _without_variances(question, sample)
    elif question.multilevel:
        result = _multilevel(question, sample)
    elif question.mods is not None:
        from review.meta.moderators import regress

        table = data.reset_index(drop=True)
        if question.se is not None:
            table = table.assign(**{question.se: variances_of(table, question, range(1, len(table) + 1))})
        result = regress(
            question.mods,
            table,
            yi=question.yi,
            vi=str(question.se or question.vi),
            labels=question.labels,
            cluster=question.cluster,
            method=question.method,  # type: ignore[arg-type]
            test=question.test or "knha",  # type: ignore[arg-type]
            level=question.level,
        )
    else:
        from review.meta.univariate import random_effects

        assert sample.vi is not None  # noqa: S101 - variances were asked for; for the type checker
        result = random_effects(
            sample.yi,
            sample.vi,
            method=question.method,  # type: ignore[arg-type]
            test=question.test or "knha",  # type: ignore[arg-type]
            level=question.level,
            labels=sample.labels,
            cluster=sample.cluster,
            prediction=question.prediction,  # type: ignore[arg-type]
        )
    # a regression of independent rows reads the formula itself
    by_formula = () if question.independent else sample.excluded
    both = [*by_formula, *result.excluded_rows]
    return replace(result, excluded_rows=_in_words_of(question, both)) if both else result


def _in_words_of(question: Question, excluded: list[ExcludedRow]) -> tuple[ExcludedRow, ...]:
    """Return the rows left out in their order, with the table's own names of effects and variances."""
    names = {"yi": question.yi, "vi": str(question.se or question.vi)}
    told = []
    for row in excluded:
        whys = [why.partition(" is ") for why in row.why.split(" and ")]
        told.append(ExcludedRow(row.row, " and ".join(f"{names.get(a, a)}{b}{c}" for a, b, c in whys)))
    return tuple(sorted(told, key=lambda row: row.row if isinstance(row.row, int) else 0))


def _without_variances(question: Question, sample: Sample) -> Any:  # noqa: ANN401
    from review.meta.no_variance import equal_weight_regression, random_intercept

    assert sample.cluster is not None  # noqa: S101 - checked before; for the type checker
    given: dict[str, Any] = {"level": question.level, "labels": sample.labels}
    if question.random_intercept:
        return random_intercept(sample.yi, sample.cluster, sample.design, terms=sample.terms or None, **given)
    design, terms = sample.design, sample.terms
    if design is None:
        design, terms = np.ones((len(sample.labels), 1)), ("intercept",)
    return equal_weight_regression(sample.yi, sample.cluster, design, terms=terms, **given)


def _multilevel(question: Question, sample: Sample) -> Any:  # noqa: ANN401
    from review.meta.multilevel.model import fit_multilevel

    assert sample.study is not None  # noqa: S101 - a study was asked for; for the type checker
    return fit_multilevel(
        sample.yi,
        sample.vi,
        study=sample.study,
        estimate=sample.estimate,
        crossed=sample.crossed,
        rho=question.rho,
        levels=("study",) if question.estimate is None else ("study", "estimate"),
        design=sample.design,
        terms=sample.terms or None,
        method=question.method,  # type: ignore[arg-type]
        test=question.test or "t",  # type: ignore[arg-type]
        level=question.level,
        labels=sample.labels,
        cluster=sample.cluster if question.cluster else None,
    )
