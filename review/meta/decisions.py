"""Decisions against a margin: is the change small enough, is it not harmful, and will a new study exceed the margin."""

import math
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from review.meta.decision_result import Decision, MarginDecision, NewStudy, Verdict
from review.meta.errors import InvalidInput
from review.meta.inference import critical_value
from review.meta.result import Coefficient, PredictionInterval

Direction = Literal["lower", "higher"]
Inference = Literal["auto", "model", "robust"]

DIRECTIONS = ("lower", "higher")
INFERENCES = ("auto", "model", "robust")
FEW_DF = 4
"""Degrees of freedom below which a robust test cannot be relied on (Tipton 2015)."""


class Result(Protocol):
    """What a result must have to be decided upon: estimates, and where there is one a prediction interval."""

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """The estimates with the model's own standard errors."""

    @property
    def level(self) -> float:
        """Confidence level of its intervals, in percent."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know."""


def decide(
    result: Result,
    margin: float,
    *,
    alpha: float = 0.05,
    direction: Direction = "lower",
    term: str = "intercept",
    inference: Inference = "auto",
) -> MarginDecision:
    """Test equivalence and non-inferiority of a pooled change, and predict a new study.

    Parameters
    ----------
    result
        Any result with coefficients; robust standard errors and the prediction interval are used where it has them.
    margin
        The largest change that does not matter, in units of yi, > 0 (for log ratios: of the log).
    alpha
        Level of each one-sided test, more than 0 and less than 0.5.
    direction
        Which change is harmful: "lower" (a fall) or "higher" (a rise).
    term
        The coefficient to test; the prediction interval is that of the intercept.
    inference
        "model" or "robust" standard errors of the mean; "auto" takes robust ones where there are any.

    Raises
    ------
    InvalidInput
        For a margin or alpha out of range, an unknown term, or an estimate without a standard error.

    Notes
    -----
    Two one-sided tests at alpha agree with asking whether the (1 − 2 alpha) interval lies within the margins. The predictive
    distribution is the one behind the result's prediction interval: t with its df rule (or normal) about the pooled effect.
    It rests on the model's standard error, also where the mean is tested with a robust one.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657–680; Higgins, Thompson and Spiegelhalter
    (2009), Journal of the Royal Statistical Society A 172, 137–159.
    """
    margin, alpha = _checked(margin, alpha)
    for name, given, allowed in (("direction", direction, DIRECTIONS), ("inference", inference, INFERENCES)):
        if given not in allowed:
            raise InvalidInput(f"{name} = {given!r} is unknown: choose one of {', '.join(allowed)}")
    robust: tuple[Coefficient, ...] = getattr(result, "robust", ()) or ()
    if inference == "robust" and not robust:
        raise InvalidInput(
            "the result has no robust standard errors: give clusters when pooling, or choose model"
        )
    use_robust = bool(robust) and inference != "model"
    tested = _found(robust if use_robust else result.coefficients, term)
    warnings = list(result.warnings)
    if use_robust and tested.df is not None and tested.df < FEW_DF:
        warnings.append(
            f"the robust test has {tested.df:.2g} degrees of freedom only: below {FEW_DF} its p-values cannot be relied on"
        )
    mean = held_against(tested.estimate, tested.se, tested.df, margin, alpha=alpha, direction=direction)
    new_study = None
    interval: PredictionInterval | None = getattr(result, "prediction_interval", None)
    if term != "intercept":
        warnings.append("no prediction for a new study: it is made for the pooled effect only")
    elif interval is not None:
        new_study = _predicted(result, interval, margin, alpha, direction)
        if use_robust and new_study is not None:
            warnings.append(
                "the prediction for a new study rests on the model's own standard error, not on the robust one"
            )
    if term == "intercept" and new_study is None:
        warnings.append("no prediction for a new study: the result has no prediction interval of any width")
    return MarginDecision(
        term=term,
        margin=margin,
        alpha=alpha,
        direction=direction,
        inference="CR2" if use_robust else "model",
        mean=mean,
        new_study=new_study,
        warnings=tuple(warnings),
        excluded_rows=getattr(result, "excluded_rows", ()),
    )


def held_against(
    estimate: float,
    se: float,
    df: float | None,
    margin: float,
    *,
    alpha: float = 0.05,
    direction: Direction = "lower",
) -> Decision:
    """Hold an estimate against a margin by two one-sided tests.

    Parameters
    ----------
    estimate
        In units of yi.
    se
        Its standard error, > 0.
    df
        Degrees of freedom, > 0; None for the normal distribution.
    margin
        In units of yi, > 0.
    alpha
        Level of each one-sided test, more than 0 and less than 0.5.
    direction
        Which change is harmful: "lower" or "higher".

    Raises
    ------
    InvalidInput
        For numbers out of range.
    """
    margin, alpha = _checked(margin, alpha)
    if direction not in DIRECTIONS:
        raise InvalidInput(f"direction = {direction!r} is unknown: choose one of {', '.join(DIRECTIONS)}")
    if not (math.isfinite(estimate) and math.isfinite(se) and se > 0 and (df is None or df > 0)):
        error = "no standard error" if math.isnan(se) else f"a standard error of {se:g}"
        raise InvalidInput(
            f"an estimate of {estimate:g} with {error} cannot be tested against a margin: pool at least 2 "
            "clusters or rows that differ, or choose another test (adhoc, z)"
        )
    half = -float(ndtri(alpha) if df is None else stdtrit(df, alpha)) * se
    low, high = estimate - half, estimate + half
    above_lower = _tail(-(estimate + margin) / se, df)
    below_upper = _tail((estimate - margin) / se, df)
    harmless = above_lower if direction == "lower" else below_upper
    worse = (estimate + margin) / se if direction == "lower" else (margin - estimate) / se
    p_worse = _tail(worse, df)
    equivalence: Verdict = "not shown"
    if max(above_lower, below_upper) < alpha:
        equivalence = "equivalent"
    elif p_worse < alpha:
        equivalence = "worse"
    elif high < -margin or low > margin:
        equivalence = "better"
    return Decision(
        estimate=estimate,
        se=se,
        df=df,
        ci_low=low,
        ci_high=high,
        p_above_lower=above_lower,
        p_below_upper=below_upper,
        p_equivalence=max(above_lower, below_upper),
        p_non_inferiority=harmless,
        p_worse=p_worse,
        equivalence=equivalence,
        non_inferiority="non-inferior" if harmless < alpha else "worse" if p_worse < alpha else "not shown",
    )


def _predicted(
    result: Result, interval: PredictionInterval, margin: float, alpha: float, direction: Direction
) -> NewStudy | None:
    centre = _found(result.coefficients, "intercept").estimate
    spread = (interval.high - interval.low) / 2 / critical_value(result.level, interval.df)
    if not (spread > 0 and math.isfinite(spread)):
        return None
    decision = held_against(centre, spread, interval.df, margin, alpha=alpha, direction=direction)
    below, above = decision.p_above_lower, decision.p_below_upper
    return NewStudy(
        decision=decision,
        df_rule=interval.df_rule,
        p_below_lower=below,
        p_above_upper=above,
        p_within=_within(centre, spread, interval.df, margin),
        p_harmful=below if direction == "lower" else above,
    )


def _within(centre: float, spread: float, df: float | None, margin: float) -> float:
    """Return the probability between the margins, from tails that are small, so that no digits are lost."""
    near, far = (abs(centre) - margin) / spread, (abs(centre) + margin) / spread
    return _tail(-near, df) - _tail(-far, df) if near > 0 else 1 - _tail(near, df) - _tail(-far, df)


def _tail(statistic: float, df: float | None) -> float:
    return float(ndtr(statistic) if df is None else stdtr(df, statistic))


def _found(coefficients: Sequence[Coefficient], term: str) -> Coefficient:
    for c in coefficients:
        if c.term == term:
            return c
    raise InvalidInput(
        f"the result has no coefficient {term!r}: choose one of {', '.join(c.term for c in coefficients)}"
    )


def _checked(margin: float, alpha: float) -> tuple[float, float]:
    for name, given in (("margin", margin), ("alpha", alpha)):
        if isinstance(given, bool) or not isinstance(given, int | float | np.integer | np.floating):
            raise InvalidInput(f"{name} = {given!r} is not a number: give one number")
    if not (margin > 0 and math.isfinite(margin)):
        raise InvalidInput(
            f"margin = {margin:g} must be greater than 0 and finite: give the largest change that does not matter, in the "
            "units of the effects"
        )
    if not 0 < alpha < 0.5:
        raise InvalidInput(f"alpha = {alpha:g} must be more than 0 and less than 0.5, such as 0.05")
    return float(margin), float(alpha)
