"""From a meta-regression to its bubble plot: the line, its bands, and the other moderators held still."""

import math
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from reports.figures.bubble import Bubble, BubblePoint, Line
from reports.figures.from_results.names import one_line
from review.meta.errors import InvalidInput
from review.meta.inference import critical_value

if TYPE_CHECKING:
    from review.meta.regression_result import RegressionEstimate

STEPS: Final = 121
"""Places at which a fitted line is computed."""


def bubble_of(
    regression: "RegressionEstimate",
    term: str,
    *,
    measure: str = "effect",
    log: bool = False,
    null: float | None = 0.0,
    hold: Mapping[str, float] | None = None,
    measured: Collection[object] = (),
) -> Bubble:
    """Take a bubble plot from a fitted meta-regression.

    Parameters
    ----------
    regression
        The fit.
    term
        Name of the coefficient whose moderator is drawn.
    measure
        Name of the effect.
    log
        Whether yi is a log ratio, to be labelled as a ratio.
    null
        Effect at which a line is drawn; None for none.
    hold
        Values of other moderators, by term; those not named are held at their means over the rows.
    measured
        Labels of the rows that were measured.

    Raises
    ------
    InvalidInput
        For a term that the model does not have, the intercept, or one that also enters through another term, where one
        line would not tell its effect.

    Notes
    -----
    Limits rest on the same distribution as the tests of the fit (its df); the prediction interval adds tau2 to the
    variance of the mean and is left out where the model has no tau2.
    """
    column, hold = _checked(regression, term, hold or {})
    design = np.asarray(regression.design, dtype=np.float64)
    covariance = np.asarray(regression.covariance, dtype=np.float64)
    estimates = np.array([c.estimate for c in regression.coefficients])
    x = np.linspace(design[:, column].min(), design[:, column].max(), STEPS)
    means = {name: float(design[:, j].mean()) for j, name in enumerate(regression.terms)}
    grid = np.tile([hold.get(name, mean) for name, mean in means.items()], (STEPS, 1))
    grid[:, column] = x
    fit = grid @ estimates
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", grid, covariance, grid), 0.0))
    reach = critical_value(regression.level, regression.df)
    wide = reach * np.hypot(spread, math.sqrt(regression.tau2))
    predicted = regression.method != "FE"
    slope = regression.coefficients[column]
    rows = zip(regression.rows, design[:, column].tolist(), regression.yi, regression.weights, strict=True)
    return Bubble(
        points=tuple(BubblePoint(one_line(row), value, y, w, row in measured) for row, value, y, w in rows),
        line=Line(
            tuple(x.tolist()),
            tuple(fit.tolist()),
            tuple((fit - reach * spread).tolist()),
            tuple((fit + reach * spread).tolist()),
            tuple((fit - wide).tolist()) if predicted else None,
            tuple((fit + wide).tolist()) if predicted else None,
        ),
        term=term,
        measure=measure,
        level=regression.level,
        slope=(slope.estimate, slope.ci_low, slope.ci_high, slope.p),
        held=tuple(
            (name, hold.get(name, mean))
            for j, (name, mean) in enumerate(means.items())
            if j != column and np.ptp(design[:, j]) > 0
        ),
        log=log,
        null=null,
    )


def _checked(
    regression: "RegressionEstimate", term: str, hold: Mapping[str, float]
) -> tuple[int, Mapping[str, float]]:
    """Return the column of the term, if one line can tell its effect."""
    design = np.asarray(regression.design, dtype=np.float64)
    choices = [name for j, name in enumerate(regression.terms) if np.ptp(design[:, j]) > 0]
    if term not in choices:
        raise InvalidInput(
            f"the model has no moderator {term!r} to draw: choose one of {', '.join(choices) or '(it has none)'}"
        )
    strangers = [name for name in hold if name not in choices or name == term]
    if strangers:
        raise InvalidInput(
            f"{strangers[0]!r} cannot be held: it is not one of the other moderators of the model, "
            f"{', '.join(name for name in choices if name != term) or '(it has none)'}"
        )
    word = re.compile(rf"(?<![\w.]){re.escape(term)}(?![\w.])")
    shared = [
        name
        for name in choices
        if name != term
        and (term in name.split(":") or ("(" in name and term.isidentifier() and word.search(name)))
    ]
    if shared:
        raise InvalidInput(
            f"{term!r} also enters through {', '.join(shared)}, so that no single line tells its effect: "
            "fit a model without that term to draw it"
        )
    return regression.terms.index(term), hold
