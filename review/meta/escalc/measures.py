"""All measures by their codes: what each is called, on which scale it lives, and the way back from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from review.meta.escalc import (
    accuracy,
    association,
    back,
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
from review.meta.escalc.back import freeman_tukey_back
from review.meta.escalc.result import EffectSizes, Vector


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
    EffectMeasure("RR", "log risk ratio", _RATIO, two_by_two.log_risk_ratio, back.exp, "risk ratio"),
    EffectMeasure("OR", "log odds ratio", _RATIO, two_by_two.log_odds_ratio, back.exp, "odds ratio"),
    EffectMeasure(
        "RD", "risk difference", _DIFFERENCE, two_by_two.risk_difference, back.same, "risk difference"
    ),
    EffectMeasure(
        "AS",
        "arcsine risk difference",
        "arcsine",
        two_by_two.arcsine_difference,
        back.same,
        "arcsine risk difference",
    ),
    EffectMeasure(
        "PETO", "log odds ratio (Peto)", _RATIO, two_by_two.peto_log_odds_ratio, back.exp, "odds ratio"
    ),
    EffectMeasure("YUQ", "Yule's Q", _CORRELATION, association.yule_q, back.same, "Yule's Q"),
    EffectMeasure("YUY", "Yule's Y", _CORRELATION, association.yule_y, back.same, "Yule's Y"),
    EffectMeasure(
        "PHI", "phi coefficient", _CORRELATION, association.phi_coefficient, back.same, "phi coefficient"
    ),
    EffectMeasure(
        "MPRD",
        "difference of paired proportions",
        _DIFFERENCE,
        paired_counts.paired_risk_difference,
        back.same,
        "difference of paired proportions",
    ),
    EffectMeasure(
        "MPRR",
        "log ratio of paired proportions",
        _RATIO,
        paired_counts.paired_log_risk_ratio,
        back.exp,
        "ratio of paired proportions",
    ),
    EffectMeasure(
        "MPOR",
        "log ratio of marginal odds",
        _RATIO,
        paired_counts.paired_log_odds_ratio,
        back.exp,
        "ratio of marginal odds",
    ),
    EffectMeasure(
        "MPORC",
        "conditional log odds ratio",
        _RATIO,
        paired_counts.conditional_log_odds_ratio,
        back.exp,
        "conditional odds ratio",
    ),
    EffectMeasure(
        "MPPETO",
        "conditional log odds ratio (Peto)",
        _RATIO,
        paired_counts.peto_conditional_log_odds_ratio,
        back.exp,
        "conditional odds ratio",
    ),
    EffectMeasure("PR", "proportion", "proportion", proportions.proportion, back.same, "proportion", None),
    EffectMeasure("PLN", "log proportion", "log", proportions.log_proportion, back.exp, "proportion", None),
    EffectMeasure(
        "PLO", "log odds", "log odds", proportions.logit_proportion, back.expit, "proportion", None
    ),
    EffectMeasure(
        "PAS",
        "arcsine proportion",
        "arcsine",
        proportions.arcsine_proportion,
        back.sine_squared,
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
        "IRR", "log incidence rate ratio", _RATIO, rates.log_rate_ratio, back.exp, "incidence rate ratio"
    ),
    EffectMeasure(
        "IRD",
        "incidence rate difference",
        _DIFFERENCE,
        rates.rate_difference,
        back.same,
        "incidence rate difference",
    ),
    EffectMeasure(
        "IRSD",
        "square root incidence rate difference",
        "square root",
        rates.root_rate_difference,
        back.same,
        "square root incidence rate difference",
    ),
    EffectMeasure("COR", "correlation", _CORRELATION, correlations.correlation, back.same, "correlation"),
    EffectMeasure(
        "UCOR",
        "correlation, corrected for bias",
        _CORRELATION,
        correlations.unbiased_correlation,
        back.same,
        "correlation",
    ),
    EffectMeasure("ZCOR", "Fisher's z", "Fisher's z", correlations.fisher_z, back.tanh, "correlation"),
    EffectMeasure("MD", "mean difference", _DIFFERENCE, means.mean_difference, back.same, "mean difference"),
    EffectMeasure(
        "SMD",
        "standardized mean difference",
        _STANDARDIZED,
        means.standardized_mean_difference,
        back.same,
        "standardized mean difference",
    ),
    EffectMeasure(
        "SMDH",
        "standardized mean difference, unequal variances",
        _STANDARDIZED,
        means.heteroscedastic_smd,
        back.same,
        "standardized mean difference",
    ),
    EffectMeasure(
        "SMD1",
        "standardized mean difference, SD of group 2",
        _STANDARDIZED,
        means.glass_delta,
        back.same,
        "standardized mean difference",
    ),
    EffectMeasure("ROM", "log ratio of means", _RATIO, ratios.log_ratio_of_means, back.exp, "ratio of means"),
    EffectMeasure(
        "VR", "log variability ratio", _RATIO, ratios.log_variability_ratio, back.exp, "variability ratio"
    ),
    EffectMeasure(
        "CVR",
        "log ratio of coefficients of variation",
        _RATIO,
        ratios.log_cv_ratio,
        back.exp,
        "ratio of coefficients of variation",
    ),
    EffectMeasure("MC", "mean change", _DIFFERENCE, paired_means.mean_change, back.same, "mean change"),
    EffectMeasure(
        "SMCC",
        "standardized mean change, SD of the changes",
        _STANDARDIZED,
        paired_means.change_standardized_mean_change,
        back.same,
        "standardized mean change",
    ),
    EffectMeasure(
        "SMCR",
        "standardized mean change, SD of condition 1",
        _STANDARDIZED,
        paired_means.raw_standardized_mean_change,
        back.same,
        "standardized mean change",
    ),
    EffectMeasure(
        "ROMC",
        "log ratio of means, same cases",
        _RATIO,
        paired_means.paired_log_ratio_of_means,
        back.exp,
        "ratio of means",
    ),
    EffectMeasure(
        "ACC",
        "accuracy difference, same images",
        _DIFFERENCE,
        accuracy.accuracy_difference,
        back.same,
        "accuracy difference",
    ),
    EffectMeasure("LR", "log ratio, quantized over baseline", _RATIO, log_ratio.log_ratio, back.exp, "ratio"),
)

MEASURES: Mapping[str, EffectMeasure] = MappingProxyType({measure.code: measure for measure in _ALL})
"""The measures, by code."""
