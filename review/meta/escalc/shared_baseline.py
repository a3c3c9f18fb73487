"""Effect sizes of several arms against one baseline, with the covariance that the baseline brings."""

from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from review.meta.errors import InvalidInput
from review.meta.escalc.accuracy import (
    ASSUMED_PHI,
    LABEL,
    MEASURE,
    UNIT,
    UNITS,
    Unit,
    accuracy_difference_from_margins,
    phi_range,
    read_margins,
)
from review.meta.escalc.covariance import SAME, Covaried, covaried, same_group, share_baseline
from review.meta.escalc.formula import measure
from review.meta.escalc.log_ratio import log_ratio
from review.meta.escalc.means import GROUPS, mean_difference
from review.meta.escalc.ratios import CORRECT_STATED, log_ratio_of_means
from review.meta.escalc.result import Vector
from review.meta.escalc.table import Labels, Table, choice
from review.meta.escalc.two_by_two import risk_difference

BASELINE: Final = """baseline
    The baseline of each row, shape (n,)."""
REFUSED: Final = "impossible values, rows of one baseline whose baseline values differ"
COVARIANCE: Final = "The effect sizes and the covariance matrix of their sampling errors."


@measure(GROUPS, BASELINE, refuses=REFUSED, returns=COVARIANCE)
def mean_differences(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    baseline: Sequence[Hashable],
    labels: Labels = None,
) -> Covaried:
    """Return mean differences m1 − m2 and their covariance, the second group being a shared baseline."""
    found = mean_difference(m1i, sd1i, n1i, m2i, sd2i, n2i, labels=labels)
    t = Table({"sd2i": sd2i, "n2i": n2i, "row": np.zeros(found.yi.size)}, labels)
    return share_baseline(found, t["sd2i"] ** 2 / t["n2i"], baseline)


@measure(GROUPS, BASELINE, CORRECT_STATED, refuses=REFUSED, returns=COVARIANCE)
def log_ratios_of_means(
    m1i: ArrayLike,
    sd1i: ArrayLike,
    n1i: ArrayLike,
    m2i: ArrayLike,
    sd2i: ArrayLike,
    n2i: ArrayLike,
    *,
    baseline: Sequence[Hashable],
    correct: bool,
    labels: Labels = None,
) -> Covaried:
    """Return log ratios of means ln(m1 / m2) and their covariance, the second group being a shared baseline.

    References
    ----------
    Lajeunesse (2011), Ecology 92, 2049–2055.
    """
    found = log_ratio_of_means(m1i, sd1i, n1i, m2i, sd2i, n2i, correct=correct, labels=labels)
    t = Table({"m2i": m2i, "sd2i": sd2i, "n2i": n2i, "row": np.zeros(found.yi.size)}, labels)
    return share_baseline(found, (t["sd2i"] / t["m2i"]) ** 2 / t["n2i"], baseline)


@measure(
    """quantized, reference
    The numbers of arm and baseline in one unit, shape (n,), > 0.
variance, reference_variance
    Sampling variances of their logarithms, shape (n,), ≥ 0.""",
    BASELINE,
    refuses=REFUSED,
    returns=COVARIANCE,
)
def log_ratios(
    quantized: ArrayLike,
    reference: ArrayLike,
    *,
    variance: ArrayLike,
    reference_variance: ArrayLike,
    baseline: Sequence[Hashable],
    labels: Labels = None,
) -> Covaried:
    """Return log ratios of sizes or latencies and their covariance under a shared baseline."""
    found = log_ratio(
        quantized, reference, variance=variance, baseline_variance=reference_variance, labels=labels
    )
    t = Table({"shared": reference_variance, "row": np.zeros(found.yi.size)}, labels)
    return share_baseline(found, t["shared"], baseline)


@measure(
    """ai, bi, ci, di
    Counts of the 2×2 tables, shape (n,), ≥ 0; nothing is added to empty cells.""",
    BASELINE,
    refuses=REFUSED,
    returns=COVARIANCE,
)
def risk_differences(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    baseline: Sequence[Hashable],
    labels: Labels = None,
) -> Covaried:
    """Return risk differences and their covariance, the second group being a shared, independent baseline.

    References
    ----------
    Gleser and Olkin (2009), in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 357–376.
    """
    found = risk_difference(ai, bi, ci, di, to="none", labels=labels)
    t = Table({"ci": ci, "di": di, "row": np.zeros(found.yi.size)}, labels)
    n2 = t["ci"] + t["di"]
    return share_baseline(found, t["ci"] / n2 * (t["di"] / n2) / n2, baseline)


@measure(
    """reference, quantized
    Accuracies of baseline and arm in the unit, shape (n,).
n
    Images tested, the same for rows of one baseline, shape (n,), > 0.""",
    BASELINE,
    """phi
    Correlation of any two networks' results on the same image, -1 to 1, clipped to what each pair of accuracies
    allows.""",
    UNIT,
    refuses=f"{REFUSED}, a correlation that cannot hold between all networks at once",
    returns=COVARIANCE,
)
def accuracy_differences(
    reference: ArrayLike,
    quantized: ArrayLike,
    n: ArrayLike,
    *,
    baseline: Sequence[Hashable],
    phi: float = ASSUMED_PHI,
    unit: Unit = "share",
    labels: Labels = None,
) -> Covaried:
    """Return accuracy differences on the same images and their covariance under a shared baseline.

    Notes
    -----
    All arms saw the same images, so the arms covary too: cov(x − b, y − b) is cov(x, y) − cov(x, b) − cov(y, b) +
    var(b). The results of single images, where known, need no assumption: `accuracy_differences_from_images`.
    """
    found = accuracy_difference_from_margins(reference, quantized, n, phi=phi, unit=unit, labels=labels)
    t = read_margins(reference, quantized, n, unit, labels)
    names, same = same_group(baseline, t.n)
    p, b, size = t["quantized"] / UNITS[unit], t["baseline"] / UNITS[unit], t["n"]
    differ = (
        (same > 0)
        & ((b[:, None] != b) | (size[:, None] != size))
        & np.isfinite(b + size + (b + size)[:, None])
    )
    if differ.any():
        i, j = (int(x) for x in np.argwhere(differ)[0])
        raise InvalidInput(
            f"rows {t.rows[i]} and {t.rows[j]} name one baseline ({names[i]}) but differ in its accuracy or in the "
            "number of images: correct them, or name two baselines"
        )
    s, s_b = np.sqrt(p * (1 - p)), np.sqrt(b * (1 - b))
    phi_b, phi_arms = np.clip(phi, *phi_range(p, b)), np.clip(phi, *phi_range(p[:, None], p))
    _refuse_impossible(phi_b, phi_arms, same, phi)
    with_b, among = phi_b * s * s_b, phi_arms * s * s[:, None]
    between = UNITS[unit] ** 2 * (among - with_b - with_b[:, None] + s_b**2) / size
    return covaried(found, between, names, same, f"same images, {found.correction}, between arms too")


def _refuse_impossible(phi_b: Vector, phi_arms: Vector, same: Vector, phi: float) -> None:
    for group in np.unique(same, axis=0):
        members = np.flatnonzero((group > 0) & np.isfinite(phi_b))
        joint = np.ones((members.size + 1, members.size + 1))
        joint[1:, 1:] = phi_arms[np.ix_(members, members)]
        joint[0, 1:] = joint[1:, 0] = phi_b[members]
        np.fill_diagonal(joint, 1.0)
        if np.linalg.eigvalsh(joint)[0] < -SAME:
            raise InvalidInput(
                f"phi = {phi:g} cannot hold between {members.size + 1} networks at once: "
                "correlations of 0 or more always can"
            )


def accuracy_differences_from_images(
    baseline_right: ArrayLike, arms_right: ArrayLike, *, unit: Unit = "share", labels: Labels = None
) -> Covaried:
    """Return accuracy differences of several arms and their covariance from the results of single images.

    Parameters
    ----------
    baseline_right
        Whether the baseline has each image right, shape (n,), 0 or 1.
    arms_right
        The same for each arm, shape (k, n).
    unit
        "share", or "percent" for percentage points.
    labels
        k labels that name the arms.

    Raises
    ------
    InvalidInput
        For values other than 0 and 1, unknown options, or shapes that disagree.

    Notes
    -----
    The diagonal equals the variance from discordant counts (McNemar); nothing is assumed.
    """
    choice("unit", unit, tuple(UNITS))
    b, x = np.asarray(baseline_right, dtype=np.float64), np.asarray(arms_right, dtype=np.float64)
    if b.ndim != 1 or x.ndim != 2 or not x.size or x.shape[1:] != b.shape:
        raise InvalidInput(
            f"arms_right has shape {x.shape} and baseline_right {b.shape}: give one row per arm, one column per image"
        )
    if not (np.isin(b, (0, 1)).all() and np.isin(x, (0, 1)).all()):
        raise InvalidInput("the results of single images must be 0 (wrong) or 1 (right), without gaps")
    change, n, s = x - b, b.size, UNITS[unit]
    yi = change.mean(axis=1)
    # sums of whole numbers are exact, so that arms without a change have a variance of exactly 0
    v = s**2 * (n * (change @ change.T) - np.outer(change.sum(axis=1), change.sum(axis=1))) / n**3
    t = Table({"yi": yi}, labels)
    found = t.effects(MEASURE, LABEL, s * yi, v.diagonal(), correction="none (results of single images)")
    return covaried(found, v, ("baseline",) * yi.size, np.ones_like(v), "same images, nothing assumed")
