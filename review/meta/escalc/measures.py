"""All measures by their codes: what each is called, on which scale it lives, and the way back from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from review.meta.escalc import (
    accuracy,
    association,
    correlations,
    log_ratio,
    means,
    paired_counts,
    paired_means,
    proportions,
    rates,
    ratios,
    two_by_two,
)
from review.meta.escalc.result import EffectSizes, Vector


def _same(yi: ArrayLike) -> Vector:
    return np.asarray(yi, dtype=np.float64)


def _exp(yi: ArrayLike) -> Vector:
    return np.exp(_same(yi))


def _tanh(yi: ArrayLike) -> Vector:
    return np.tanh(_same(yi))


def _expit(yi: ArrayLike) -> Vector:
    found: Vector = expit(_same(yi))
    return found


def _sine_squared(yi: ArrayLike) -> Vector:
    """Return shares; beyond 0 and π/2 the transformation has ended, and they stay 0 and 1."""
    return np.sin(np.clip(_same(yi), 0, np.pi / 2)) ** 2


@np.errstate(all="ignore")
def freeman_tukey_back(yi: ArrayLike, ni: ArrayLike) -> Vector:
    """Return the proportions of Freeman–Tukey double arcsines.

    Parameters
    ----------
    yi
        Double arcsines, shape (n,).
    ni
        Sample sizes, shape (n,) or one number; the harmonic mean of the sizes for a pooled value.

    Notes
    -----
    A value beyond what 0 or n events give is taken for 0 or 1.

    References
    ----------
    Miller (1978), The American Statistician 32, 138.
    """
    t, n = 2 * _same(yi), _same(ni)
    lowest, highest = np.arcsin(np.sqrt(1 / (n + 1))), np.arcsin(np.sqrt(n / (n + 1))) + np.pi / 2
    root = np.sqrt(np.maximum(1 - (np.sin(t) + (np.sin(t) - 1 / np.sin(t)) / n) ** 2, 0))
    p = (1 - np.sign(np.cos(t)) * root) / 2
    return np.where(t <= lowest, 0.0, np.where(t >= highest, 1.0, p))


@dataclass(frozen=True)
class EffectMeasure:
    """A measure of effect.

    Parameters
    ----------
    code
        Its code, as in metafor where it exists there.
    label
        Its name on the scale of yi, for an axis.
    scale
        The scale of yi.
    compute
        The function from raw data to effect sizes.
    back
        From yi to the scale of `back_label`; some need the sample size as well (`back_needs`).
    back_label
        The name on that scale.
    null
        The value of yi where there is no effect; None for measures of a single group.
    back_needs
        What `back` needs besides yi.
    """

    code: str
    label: str
    scale: str
    compute: Callable[..., EffectSizes]
    back: Callable[..., Vector]
    back_label: str
    null: float | None = 0.0
    back_needs: tuple[str, ...] = ()


_RATIO = "log ratio"
_DIFFERENCE = "difference"
_STANDARDIZED = "standardized difference"
_CORRELATION = "correlation"

_ALL = (
    EffectMeasure("RR", "log risk ratio", _RATIO, two_by_two.log_risk_ratio, _exp, "risk ratio"),
    EffectMeasure("OR", "log odds ratio", _RATIO, two_by_two.log_odds_ratio, _exp, "odds ratio"),
    EffectMeasure("RD", "risk difference", _DIFFERENCE, two_by_two.risk_difference, _same, "risk difference"),
    EffectMeasure(
        "AS",
        "arcsine risk difference",
        "arcsine",
        two_by_two.arcsine_difference,
        _same,
        "arcsine risk difference",
    ),
    EffectMeasure(
        "PETO", "log odds ratio (Peto)", _RATIO, two_by_two.peto_log_odds_ratio, _exp, "odds ratio"
    ),
    EffectMeasure("YUQ", "Yule's Q", _CORRELATION, association.yule_q, _same, "Yule's Q"),
    EffectMeasure("YUY", "Yule's Y", _CORRELATION, association.yule_y, _same, "Yule's Y"),
    EffectMeasure(
        "PHI", "phi coefficient", _CORRELATION, association.phi_coefficient, _same, "phi coefficient"
    ),
    EffectMeasure(
        "MPRD",
        "difference of paired proportions",
        _DIFFERENCE,
        paired_counts.paired_risk_difference,
        _same,
        "difference of paired proportions",
    ),
    EffectMeasure(
        "MPRR",
        "log ratio of paired proportions",
        _RATIO,
        paired_counts.paired_log_risk_ratio,
        _exp,
        "ratio of paired proportions",
    ),
    EffectMeasure(
        "MPOR",
        "log ratio of marginal odds",
        _RATIO,
        paired_counts.paired_log_odds_ratio,
        _exp,
        "ratio of marginal odds",
    ),
    EffectMeasure(
        "MPORC",
        "conditional log odds ratio",
        _RATIO,
        paired_counts.conditional_log_odds_ratio,
        _exp,
        "conditional odds ratio",
    ),
    EffectMeasure(
        "MPPETO",
        "conditional log odds ratio (Peto)",
        _RATIO,
        paired_counts.peto_conditional_log_odds_ratio,
        _exp,
        "conditional odds ratio",
    ),
    EffectMeasure("PR", "proportion", "proportion", proportions.proportion, _same, "proportion", None),
    EffectMeasure("PLN", "log proportion", "log", proportions.log_proportion, _exp, "proportion", None),
    EffectMeasure("PLO", "log odds", "log odds", proportions.logit_proportion, _expit, "proportion", None),
    EffectMeasure(
        "PAS",
        "arcsine proportion",
        "arcsine",
        proportions.arcsine_proportion,
        _sine_squared,
        "proportion",
        None,
    ),
    EffectMeasure(
        "PFT",
        "double arcsine proportion",
        "double arcsine",
        proportions.freeman_tukey_proportion,
        freeman_tukey_back,
        "proportion",
        None,
        ("ni",),
    ),
    EffectMeasure(
        "IRR", "log incidence rate ratio", _RATIO, rates.log_rate_ratio, _exp, "incidence rate ratio"
    ),
    EffectMeasure(
        "IRD",
        "incidence rate difference",
        _DIFFERENCE,
        rates.rate_difference,
        _same,
        "incidence rate difference",
    ),
    EffectMeasure(
        "IRSD",
        "square root incidence rate difference",
        "square root",
        rates.root_rate_difference,
        _same,
        "square root incidence rate difference",
    ),
    EffectMeasure("COR", "correlation", _CORRELATION, correlations.correlation, _same, "correlation"),
    EffectMeasure(
        "UCOR",
        "correlation, corrected for bias",
        _CORRELATION,
        correlations.unbiased_correlation,
        _same,
        "correlation",
    ),
    EffectMeasure("ZCOR", "Fisher's z", "Fisher's z", correlations.fisher_z, _tanh, "correlation"),
    EffectMeasure("MD", "mean difference", _DIFFERENCE, means.mean_difference, _same, "mean difference"),
    EffectMeasure(
        "SMD",
        "standardized mean difference",
        _STANDARDIZED,
        means.standardized_mean_difference,
        _same,
        "standardized mean difference",
    ),
    EffectMeasure(
        "SMDH",
        "standardized mean difference, unequal variances",
        _STANDARDIZED,
        means.heteroscedastic_smd,
        _same,
        "standardized mean difference",
    ),
    EffectMeasure(
        "SMD1",
        "standardized mean difference, SD of group 2",
        _STANDARDIZED,
        means.glass_delta,
        _same,
        "standardized mean difference",
    ),
    EffectMeasure("ROM", "log ratio of means", _RATIO, ratios.log_ratio_of_means, _exp, "ratio of means"),
    EffectMeasure(
        "VR", "log variability ratio", _RATIO, ratios.log_variability_ratio, _exp, "variability ratio"
    ),
    EffectMeasure(
        "CVR",
        "log ratio of coefficients of variation",
        _RATIO,
        ratios.log_cv_ratio,
        _exp,
        "ratio of coefficients of variation",
    ),
    EffectMeasure("MC", "mean change", _DIFFERENCE, paired_means.mean_change, _same, "mean change"),
    EffectMeasure(
        "SMCC",
        "standardized mean change, SD of the changes",
        _STANDARDIZED,
        paired_means.change_standardized_mean_change,
        _same,
        "standardized mean change",
    ),
    EffectMeasure(
        "SMCR",
        "standardized mean change, SD of condition 1",
        _STANDARDIZED,
        paired_means.raw_standardized_mean_change,
        _same,
        "standardized mean change",
    ),
    EffectMeasure(
        "ROMC",
        "log ratio of means, same cases",
        _RATIO,
        paired_means.paired_log_ratio_of_means,
        _exp,
        "ratio of means",
    ),
    EffectMeasure(
        "ACC",
        "accuracy difference, same images",
        _DIFFERENCE,
        accuracy.accuracy_difference,
        _same,
        "accuracy difference",
    ),
    EffectMeasure("LR", "log ratio, quantized over baseline", _RATIO, log_ratio.log_ratio, _exp, "ratio"),
)

MEASURES: Mapping[str, EffectMeasure] = MappingProxyType({measure.code: measure for measure in _ALL})
"""The measures, by code."""
