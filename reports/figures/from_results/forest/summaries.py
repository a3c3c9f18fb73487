"""The diamonds of a forest plot, made from what an analysis pooled."""

from reports.figures.forest.data import ForestSummary
from reports.figures.from_results.forest import words
from review.meta.multilevel.result import MultilevelFit
from review.meta.no_variance_result import NoVarianceEstimate
from review.meta.result import Coefficient, PooledEstimate, PredictionInterval

Pooled = PooledEstimate | MultilevelFit | NoVarianceEstimate


def summaries(result: Pooled, cells: tuple[str, ...] = ()) -> tuple[ForestSummary, ...]:
    """Return the diamonds of a result: the model's own, and the cluster-robust one where it differs.

    Parameters
    ----------
    result
        What was pooled.
    cells
        Totals for the raw-data columns.

    Raises
    ------
    ValueError
        If the model has moderators: then there is no one pooled effect.
    """
    if not isinstance(result, PooledEstimate) and result.p != 1:
        raise ValueError(
            f"The model has {result.p} coefficients, so there is no one pooled effect for a forest plot: fit it without "
            "moderators, or draw a bubble plot."
        )
    if isinstance(result, MultilevelFit):
        return _of_multilevel(result, cells)
    if isinstance(result, NoVarianceEstimate):
        return (_without_variances(result, cells),)
    footer = words.model(
        result.model,
        None if result.tau2 is None else result.method,
        result.test,
        prediction_rule=_rule(result.prediction_interval),
        limits=result.tau2_ci is not None,
    )
    first = _summary(
        words.named(result.method, result.k),
        result.coefficients[0],
        result.prediction_interval,
        footer,
        words.heterogeneity(result),
        None if result.vi is None else 100.0,
        cells,
    )
    return (first, *_robust(result.robust, result.coefficients, result.clusters))


def _of_multilevel(fit: MultilevelFit, cells: tuple[str, ...]) -> tuple[ForestSummary, ...]:
    first = _summary(
        "Multilevel model",
        fit.coefficients[0],
        fit.prediction_interval,
        words.multilevel_model(fit, _rule(fit.prediction_interval)),
        words.multilevel_heterogeneity(fit),
        100.0,
        cells,
    )
    return (first, *_robust(fit.robust, fit.coefficients, fit.robust_clusters))


def _without_variances(fit: NoVarianceEstimate, cells: tuple[str, ...]) -> ForestSummary:
    rule = _rule(fit.prediction_interval)
    return _summary(
        "Mean, equal weights" if fit.sigma2 is None else "Random-intercept model",
        fit.coefficients[0],
        fit.prediction_interval,
        words.model(fit.model, None, fit.test, prediction_rule=rule),
        words.scatter(fit),
        None,
        cells,
    )


def _summary(
    label: str,
    c: Coefficient,
    interval: PredictionInterval | None,
    footer: str,
    heterogeneity: str,
    weight: float | None,
    cells: tuple[str, ...],
) -> ForestSummary:
    return ForestSummary(
        label,
        c.estimate,
        c.ci_low,
        c.ci_high,
        None if interval is None else interval.low,
        None if interval is None else interval.high,
        (footer,),
        heterogeneity,
        weight,
        cells,
    )


def _rule(interval: PredictionInterval | None) -> str | None:
    return None if interval is None else interval.df_rule


def _robust(
    robust: tuple[Coefficient, ...], usual: tuple[Coefficient, ...], clusters: int | None
) -> tuple[ForestSummary, ...]:
    """Return the diamond of the cluster-robust interval, or nothing where there is none or it is the model's own."""
    if not robust or robust == usual:
        return ()
    r = robust[0]
    footer = (words.robust(r, clusters),)
    return (ForestSummary("Cluster-robust (CR2)", r.estimate, r.ci_low, r.ci_high, footer=footer),)
