"""The words of analyses of small-study effects: lines to read, and the sentences of a paper."""

from typing import TYPE_CHECKING

from review.meta.tau2 import NAMES
from review.meta.wording import number, p_value

if TYPE_CHECKING:
    from review.meta.bias.egger import EggerTest
    from review.meta.bias.failsafe import FailSafeN
    from review.meta.bias.henmi_copas import HenmiCopas
    from review.meta.bias.pet_peese import PetPeese
    from review.meta.bias.ranktest import RankTest
    from review.meta.bias.regtest import RegressionTest
    from review.meta.bias.tes import ExcessSignificance
    from review.meta.bias.trim_and_fill import TrimAndFill
    from review.meta.result import Coefficient

PREDICTORS = {
    "sei": "the standard error",
    "vi": "the sampling variance",
    "ni": "the sample size",
    "ninv": "the inverse sample size",
    "sqrtni": "the root of the sample size",
    "sqrtninv": "the inverse root of the sample size",
}
TESTS = {
    "knha": "Knapp–Hartung standard errors, t distribution",
    "adhoc": "Knapp–Hartung standard errors, never below the usual ones, t distribution",
    "t": "usual standard errors, t distribution",
    "z": "usual standard errors, normal distribution",
    "dispersion": "dispersion factor, t distribution with k − 2 df",
}
KINDS = {
    "Rosenthal": "Rosenthal's fail-safe N (Rosenthal 1979)",
    "Orwin": "Orwin's fail-safe N (Orwin 1983)",
    "Rosenberg": "Rosenberg's fail-safe N (Rosenberg 2005)",
}
COUNTINGS = {
    "exact": "exact test (Francis 2013)",
    "chi2": "χ² test with 1 df",
    "binom": "binomial test",
}


def _interval(low: float, high: float, level: float) -> str:
    return f"{level:g}% CI {number(low)} to {number(high)}"


def _estimate(c: "Coefficient", level: float) -> str:
    name = "z" if c.df is None else f"t({number(c.df, 3)})"
    return (
        f"{number(c.estimate)} (SE {number(c.se)}, {_interval(c.ci_low, c.ci_high, level)}, "
        f"{name} = {number(c.statistic)}, {p_value(c.p)})"
    )


def regression_lines(r: "RegressionTest") -> list[str]:
    """Return a regression test in lines of text."""
    fit = "weighted least squares, weights 1 / vi" if r.method is None else f"meta-regression, {r.method}"
    lines = [
        f"regression test for funnel asymmetry; {r.k} rows",
        f"model: {fit}; predictor: {PREDICTORS[r.predictor]} ({r.predictor}); inference: {TESTS[r.test]}",
        f"slope: {_estimate(r.slope, r.level)}",
    ]
    if r.robust is not None:
        lines.append(f"robust slope ({r.clusters} clusters, CR2): {_estimate(r.robust, r.level)}")
    if r.limit is not None:
        lines.append(f"effect of an endless sample: {_estimate(r.limit, r.level)}")
    return lines


def regression_sentences(r: "RegressionTest") -> str:
    """Return the methods and results sentences of a regression test."""
    fit = (
        "weighted least squares with a dispersion factor"
        if r.method is None
        else f"meta-regression (τ² by {NAMES[r.method]}; {TESTS[r.test]})"
    )
    text = (
        f"Funnel asymmetry was tested by regression of the effect on {PREDICTORS[r.predictor]} by {fit} "
        f"(Egger et al. 1997; Sterne and Egger 2005). In {r.k} rows the slope was {_estimate(r.slope, r.level)}."
    )
    if r.robust is not None:
        text += f" With cluster-robust errors (CR2, {r.clusters} clusters): {_estimate(r.robust, r.level)}."
    if r.limit is not None:
        text += f" The effect of an endless sample would be {_estimate(r.limit, r.level)}."
    return text


def _egger(r: "EggerTest") -> str:
    return (
        f"{number(r.intercept)} (SE {number(r.se)}, {_interval(r.ci_low, r.ci_high, r.level)}, "
        f"t({r.df}) = {number(r.t)}, {p_value(r.p)})"
    )


def egger_lines(r: "EggerTest") -> list[str]:
    """Return Egger's test in lines of text."""
    return [
        f"Egger's regression of yi / se on 1 / se; {r.k} rows; t distribution with k − 2 df",
        f"intercept: {_egger(r)}",
        f"slope, the effect of an endless sample: {_estimate(r.limit, r.level)}",
    ]


def egger_sentences(r: "EggerTest") -> str:
    """Return the methods and results sentences of Egger's test."""
    return (
        f"Funnel asymmetry was tested by Egger's regression (Egger et al. 1997). In {r.k} rows the intercept was "
        f"{_egger(r)}."
    )


def pet_peese_lines(r: "PetPeese") -> list[str]:
    """Return PET-PEESE in lines of text."""
    return [
        f"PET-PEESE; {r.k} rows; weighted least squares, weights 1 / vi, t distribution with k − 2 df",
        f"PET: {_estimate(r.pet, r.level)}",
        f"PEESE: {_estimate(r.peese, r.level)}",
        f"chosen: {r.chosen}; rule: {r.rule}",
    ]


def pet_peese_sentences(r: "PetPeese") -> str:
    """Return the methods and results sentences of PET-PEESE."""
    return (
        "The effect corrected for small-study effects was estimated by PET-PEESE (Stanley and Doucouliagos 2014); "
        f"rule: {r.rule}. In {r.k} rows PET gave {_estimate(r.pet, r.level)} and PEESE "
        f"{_estimate(r.peese, r.level)}; {r.chosen} was chosen."
    )


def _rank(r: "RankTest") -> str:
    return f"Kendall's τ = {number(r.tau)}, {p_value(r.p)} ({'exact' if r.exact else 'normal approximation'})"


def rank_lines(r: "RankTest") -> list[str]:
    """Return a rank test in lines of text."""
    return [f"rank correlation test for funnel asymmetry; {r.k} rows", _rank(r)]


def rank_sentences(r: "RankTest") -> str:
    """Return the methods and results sentences of a rank test."""
    return (
        "Funnel asymmetry was tested by the rank correlation of standardised effects and variances (Begg and Mazumdar "
        f"1994): {_rank(r)}, {r.k} rows."
    )


def trim_and_fill_lines(r: "TrimAndFill") -> list[str]:
    """Return trim and fill in lines of text."""
    missing = f"missing on the {r.side}: {r.k0}" + ("" if r.se_k0 is None else f" (SE {number(r.se_k0)})")
    if r.p_k0 is not None:
        missing += f", {p_value(r.p_k0)} that none is"
    return [
        f"trim and fill; {r.k} rows; estimator {r.estimator}; side by: {r.side_rule}",
        f"estimator of τ²: {r.method}; inference: {TESTS[r.test]}",
        missing,
        f"as observed: {_estimate(r.observed, r.level)}",
        (
            f"with {r.k0} put in: {number(r.estimate)} (SE {number(r.se)}, {_interval(*r.ci, r.level)}, {p_value(r.p)}), "
            f"τ² = {number(r.tau2)}"
        ),
    ]


def trim_and_fill_sentences(r: "TrimAndFill") -> str:
    """Return the methods and results sentences of trim and fill."""
    return (
        f"Trim and fill with the estimator {r.estimator} (Duval and Tweedie 2000; τ² by {NAMES[r.method]}; "
        f"{TESTS[r.test]}; side by: {r.side_rule}) put {r.k0} effects in on the {r.side} of {r.k}: the pooled effect "
        f"went from {_estimate(r.observed, r.level)} to {number(r.estimate)} ({_interval(*r.ci, r.level)})."
    )


def failsafe_lines(r: "FailSafeN") -> list[str]:
    """Return a fail-safe N in lines of text."""
    lines = [f"{KINDS[r.kind]}; {r.k} rows", f"N = {r.n}"]
    if r.p is not None:
        lines.append(f"observed {p_value(r.p)}, aimed at {number(r.alpha)}")
    if r.mean is not None:
        lines.append(f"{'weighted' if r.weighted else 'unweighted'} mean effect: {number(r.mean)}")
    if r.target is not None:
        lines.append(f"aimed at: {number(r.target)}")
    return lines


def failsafe_sentences(r: "FailSafeN") -> str:
    """Return the methods and results sentences of a fail-safe N."""
    aim = (
        f"the p-value to {number(r.alpha)}"
        if r.target is None
        else f"the mean effect from {number(r.mean)} to {number(r.target)}"
    )
    return f"{KINDS[r.kind]}: {r.n} null results beside the {r.k} rows would bring {aim}."


def _excess(r: "ExcessSignificance") -> str:
    chi = "" if r.statistic is None else f"χ² = {number(r.statistic)}, "
    return f"{r.observed} significant, {number(r.expected)} expected ({chi}{p_value(r.p)}; {COUNTINGS[r.test]}, {r.excess})"


def excess_lines(r: "ExcessSignificance") -> list[str]:
    """Return a test of excess significance in lines of text."""
    lines = [
        f"test of excess significance; {r.k} rows; {r.alternative} tests at {r.alpha:g} against {r.null:g}",
        _excess(r),
        f"powers at the true effect {number(r.theta)} ({r.theta_rule}), τ² = {number(r.tau2)}",
    ]
    if r.theta_limit is not None:
        lines.append(f"limit estimate, where p = {r.limit_alpha:g}: {number(r.theta_limit)}")
    return lines


def excess_sentences(r: "ExcessSignificance") -> str:
    """Return the methods and results sentences of a test of excess significance."""
    return (
        "Whether more findings were significant than their power would give was tested by the test of excess "
        f"significance (Ioannidis and Trikalinos 2007) at the true effect {number(r.theta)} ({r.theta_rule}). Of {r.k} "
        f"rows {_excess(r)}."
    )


def _henmi_copas(r: "HenmiCopas") -> str:
    return f"{number(r.estimate)} (SE {number(r.se)}, {_interval(r.ci_low, r.ci_high, r.level)})"


def henmi_copas_lines(r: "HenmiCopas") -> list[str]:
    """Return Henmi and Copas's pool in lines of text."""
    return [
        f"pool with weights 1 / vi and Henmi and Copas's interval; {r.k} rows",
        f"estimate: {_henmi_copas(r)}; τ² (DerSimonian–Laird) = {number(r.tau2)}",
    ]


def henmi_copas_sentences(r: "HenmiCopas") -> str:
    """Return the methods and results sentences of Henmi and Copas's pool."""
    return (
        "As small studies weigh more in a random-effects pool, effects were pooled with weights 1 / vi and the interval "
        f"of Henmi and Copas (2010), with τ² by DerSimonian and Laird: {_henmi_copas(r)}, {r.k} rows."
    )
