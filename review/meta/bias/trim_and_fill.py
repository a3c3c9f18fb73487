"""Duval and Tweedie's trim and fill: how many effects are missing on one side, and the pool with them put in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from review.meta.bias import words
from review.meta.bias.missing import settle
from review.meta.bias.reading import one_of, read_effects
from review.meta.bias.regtest import regression_test
from review.meta.bias.result import BiasResult
from review.meta.errors import InvalidInput
from review.meta.inference import check_level
from review.meta.result import Coefficient
from review.meta.rows import Rows
from review.meta.scaling import scale
from review.meta.tau2 import METHODS, Method
from review.meta.univariate import TESTS, Test, random_effects

Estimator = Literal["L0", "R0", "Q0"]
Side = Literal["auto", "left", "right"]
ESTIMATORS = ("L0", "R0", "Q0")
SIDES = ("auto", "left", "right")


@dataclass(frozen=True, kw_only=True)
class TrimAndFill(BiasResult):
    """The pooled effect after effects thought missing were put in.

    Parameters
    ----------
    side
        Where effects are thought missing: "left" (small ones) or "right" (large ones).
    side_rule
        Who chose it: "given", or "Egger's regression".
    estimator
        Of the number of missing effects: "L0", "R0" or "Q0".
    k0
        That number.
    se_k0
        Its standard error; None where its variance comes out negative.
    p_k0
        p-value of the test that none is missing (R0 only).
    k_total
        k + k0.
    method
        Estimator of tau2.
    test
        What the standard error rests on.
    level
        Confidence level in percent.
    estimate
        Pooled effect with the missing ones put in.
    se
        Its standard error.
    ci
        Its confidence limits.
    p
        Its two-sided p-value.
    tau2
        Between-row variance with the missing ones put in.
    observed
        Pooled effect of the rows as they are.
    filled_yi
        Effects put in, the least extreme first.
    filled_vi
        Their variances.
    iterations
        Rounds until the number settled.
    """

    side: str
    side_rule: str
    estimator: str
    k0: int
    se_k0: float | None
    p_k0: float | None
    k_total: int
    method: str
    test: str
    level: float
    estimate: float
    se: float
    ci: tuple[float, float]
    p: float
    tau2: float
    observed: Coefficient
    filled_yi: tuple[float, ...]
    filled_vi: tuple[float, ...]
    iterations: int

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return words.trim_and_fill_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return words.trim_and_fill_sentences(self)


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    estimator: Estimator = "L0",
    side: Side = "auto",
    method: Method = "REML",
    test: Test = "knha",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
) -> TrimAndFill:
    """Estimate how many effects are missing on one side of the funnel, put them in, and pool again.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    estimator
        Of the number missing: "L0", "R0" or "Q0".
    side
        "left", "right", or "auto": right when Egger's regression (with the same method) falls, else left.
    method
        Estimator of tau2, see `review.meta.tau2`; "FE" takes tau2 = 0.
    test
        Standard error of the pooled effects: "knha", "adhoc", "t" or "z".
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        For fewer than 3 rows, unknown options, side "auto" with equal variances, Q0 where it is not defined, or a
        number of missing effects that does not settle.

    Notes
    -----
    Ranks of deviations from the centre are given in the order of the effects where they are tied. The standard error
    of the number uses the estimate before it is rounded and truncated at 0, as metafor does.

    References
    ----------
    Duval and Tweedie (2000), Biometrics 56, 455–463; Duval and Tweedie (2000), Journal of the American Statistical
    Association 95, 89–98.
    """
    one_of(
        {
            "estimator": (estimator, ESTIMATORS),
            "side": (side, SIDES),
            "method": (method, METHODS),
            "test": (test, TESTS),
        }
    )
    level = check_level(level)
    rows = read_effects(yi, vi, labels, least=3, what="trim and fill")
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    warnings: list[str] = []
    where = _side(rows, method, warnings) if side == "auto" else side
    scaled = scale(rows.yi, rows.vi, rows.labels)
    sign = -1.0 if where == "right" else 1.0
    order = np.argsort(sign * scaled.y, kind="stable")
    y, v = sign * scaled.y[order], scaled.v[order]
    k = y.size
    raw, k0, centre, se, iterations = settle(estimator, method, y, v)
    if se is None:
        warnings.append(f"{estimator} before rounding is {raw:.4g}, for which its variance is negative")
    extreme = slice(k - k0, k)
    filled_yi = scaled.centre + scaled.unit * sign * (2 * centre - y[extreme])
    filled_vi = rows.vi[order][extreme]
    options = {"method": method, "test": test, "level": level}
    observed = random_effects(rows.yi, rows.vi, **options)  # type: ignore[arg-type]
    adjusted = random_effects(
        np.concatenate((rows.yi, filled_yi)),
        np.concatenate((rows.vi, filled_vi)),
        **options,  # type: ignore[arg-type]
    )
    warnings += [text for text in adjusted.warnings if "prediction" not in text]
    c = adjusted.coefficients[0]
    assert adjusted.tau2 is not None  # noqa: S101 - several rows are pooled; for the type checker
    return TrimAndFill(
        k=k,
        rows=rows.labels,
        warnings=tuple(warnings),
        excluded_rows=rows.excluded,
        side=where,
        side_rule="Egger's regression" if side == "auto" else "given",
        estimator=estimator,
        k0=k0,
        se_k0=se,
        p_k0=0.5 ** (k0 + 1) if estimator == "R0" else None,
        k_total=k + k0,
        method=method,
        test=test,
        level=level,
        estimate=c.estimate,
        se=c.se,
        ci=(c.ci_low, c.ci_high),
        p=c.p,
        tau2=adjusted.tau2,
        observed=observed.coefficients[0],
        filled_yi=tuple(filled_yi.tolist()),
        filled_vi=tuple(filled_vi.tolist()),
        iterations=iterations,
    )


def _side(rows: Rows, method: Method, warnings: list[str]) -> str:
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    if np.ptp(rows.vi) == 0:
        raise InvalidInput(
            f"all {rows.vi.size} variances are equal, so that Egger's regression cannot choose the side: "
            "give side left or right"
        )
    slope = regression_test(rows.yi, rows.vi, method=method, test="z", labels=rows.labels).slope
    if abs(slope.statistic) < 1e-10:
        warnings.append("Egger's regression favours no side: the left one was taken")
        return "left"
    return "right" if slope.estimate < 0 else "left"
