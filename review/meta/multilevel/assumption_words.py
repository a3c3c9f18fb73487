"""The words of Egger's regression, the dominant cluster and the grid of rho, for dependent effects."""

from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.multilevel.study_words import LEVELS, inference, refit_line
from review.meta.no_variance_words import line
from review.meta.wording import number

if TYPE_CHECKING:
    from review.meta.multilevel.dominance import Dominance, DominantCluster
    from review.meta.multilevel.egger import EggerMultilevel
    from review.meta.multilevel.rho import RhoGrid


def egger_lines(s: "EggerMultilevel") -> str:
    """Return slope and limit in lines.

    Parameters
    ----------
    s
        The result.
    """
    lines = [
        f"Egger's regression on {s.predictor}; {s.model}; {s.k} rows in {s.clusters} studies",
        f"inference: {inference(s.inference, robust=False)}",
        line(s.slope, s.level),
        *(line(c, s.level) for c in s.others),
    ]
    return "\n".join(lines + remarks.lines(s.excluded_rows, s.warnings))


def egger_report(s: "EggerMultilevel") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    s
        The result.
    """
    result = line(s.slope, s.level)
    limit = "" if s.limit is None else f" Extrapolated to {s.at_limit}: {line(s.limit, s.level)}."
    return (
        f"Small-study effects were tested by Egger's regression for dependent effects (Rodgers and Pustejovsky 2021): "
        f"{s.predictor} was added as a moderator (model: {s.model}), and its slope tested with "
        f"{inference(s.inference, robust=False)}. In {s.k} rows of {s.clusters} studies: {result}.{limit}"
        f"{remarks.sentences(s.excluded_rows, s.warnings)}"
    )


def dominance_lines(s: "Dominance") -> str:
    """Return both fits in lines.

    Parameters
    ----------
    s
        The result.
    """
    lines = [dominant(s.dominant), refit_line(s.all_rows, s.level, s.sigma2_levels)]
    lines.append(refit_line(s.without, s.level, s.sigma2_levels))
    return "\n".join(lines + remarks.lines(s.excluded_rows, s.warnings))


def dominant(d: "DominantCluster") -> str:
    """Return a cluster and its share in words.

    Parameters
    ----------
    d
        The cluster.
    """
    weight = "" if d.weight_share is None else f" and {d.weight_share:.0f}% of the weight"
    return f"{d.cluster} gives {d.rows} of {d.k} rows ({100 * d.row_share:.0f}%){weight}, in {d.clusters} clusters in all"


def dominance_report(s: "Dominance") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    s
        The result.
    """
    text = f"{dominant(s.dominant)}. The model was fitted with and without it (model: {s.model})."
    text += f" With it: {refit_line(s.all_rows, s.level, s.sigma2_levels)}."
    text += f" Without it: {refit_line(s.without, s.level, s.sigma2_levels)}."
    return text + remarks.sentences(s.excluded_rows, s.warnings)


def rho_lines(s: "RhoGrid") -> str:
    """Return one line per correlation.

    Parameters
    ----------
    s
        The result.
    """
    lines = [f"sensitivity to rho; {s.base}; estimator: {s.method}"]
    lines += [f"rho = {refit_line(r, s.level, s.sigma2_levels)}" for r in s.fits]
    return "\n".join(lines + remarks.lines(s.excluded_rows, s.warnings))


def rho_report(s: "RhoGrid") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    s
        The result.
    """
    grid = ", ".join(f"{rho:g}" for rho in s.rhos)
    text = (
        f"The correlation of sampling errors within studies is not known; the model was fitted at rho = {grid} "
        f"(Pustejovsky and Tipton 2022), with {inference(s.test, robust=bool(s.fits[0].robust))}."
    )
    for j, c in enumerate(s.fits[0].inference):
        estimates = [r.inference[j].estimate for r in s.fits]
        errors = [r.inference[j].se for r in s.fits]
        text += (
            f" {c.term}: between {number(min(estimates))} and {number(max(estimates))} (SE {number(min(errors))} to "
            f"{number(max(errors))})."
        )
    for name, values in zip(
        s.sigma2_levels, zip(*(r.sigma2 or () for r in s.fits), strict=True), strict=True
    ):
        text += f" σ² {LEVELS[name]}: between {number(min(values))} and {number(max(values))}."
    return text + remarks.sentences(s.excluded_rows, s.warnings)
