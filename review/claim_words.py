"""The sentences that say why a claim has its verdict."""

from typing import TYPE_CHECKING, Any

from db.vocabulary import Quantity, Verdict

if TYPE_CHECKING:
    from review.reproduction import ClaimVerdict


def plain(value: float, *, sign: bool = False) -> str:
    """Return a number for a sentence: two decimals or three figures, a minus as a minus."""
    digits = f"{value:+.2f}" if sign else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
    return digits.replace("-", "−")


def published_words(row: Any) -> str:  # noqa: ANN401
    """Return what a reported comparison prints."""
    if row.as_printed:
        return str(row.as_printed)
    arms = [format(value, "f") for value in (row.baseline_value, row.quantized_value) if value is not None]
    return f"{' -> '.join(arms)} {row.unit}".strip()


def absent_words(claim: Any) -> str:  # noqa: ANN401
    """Say that runs are done but do not hold what answers the claim."""
    arms = (
        claim.arm_key if claim.arm_key == claim.baseline_key else f"{claim.arm_key} and {claim.baseline_key}"
    )
    place = " ".join(word for word in (claim.split, claim.part) if word)
    return (
        f"runs are done, but none holds the {claim.outcome} of {arms}{f' on {place} images' if place else ''}"
    )


def open_words(verdict: "ClaimVerdict") -> str:
    """Say what was measured of a question that its study leaves open."""
    return f"the study leaves it open; measured: {measured_words(verdict)}"


def measured_words(verdict: "ClaimVerdict") -> str:
    """Return the measured value with its 95 % interval and unit."""
    if verdict.measured is None:
        return "nothing"
    signed = verdict.unit == "percentage points"
    words = f"{plain(verdict.measured, sign=signed)} {verdict.unit}"
    if verdict.unit == "ratio":
        words = f"a ratio of {plain(verdict.measured)} ({_times(verdict.measured)})"
    if verdict.ci_low is None or verdict.ci_high is None or verdict.ci_low == verdict.ci_high:
        return words
    low, high = plain(verdict.ci_low, sign=signed), plain(verdict.ci_high, sign=signed)
    return f"{words}, 95 % interval {low} to {high}"


def _times(ratio: float) -> str:
    return f"{plain(1 / ratio)} times less" if ratio < 1 else f"{plain(ratio)} times as much"


def decided_words(verdict: "ClaimVerdict", state: Verdict) -> str:
    """Say how measured and published compare with the tolerance."""
    low, high = verdict.equivalence_low, verdict.equivalence_high
    if low is None or high is None:
        return "one run without a known sampling error gives no interval: run more seeds"
    ending = {
        Verdict.REPRODUCED: "within",
        Verdict.NOT_REPRODUCED: "wholly outside",
    }.get(state, "partly within and partly outside")
    if _is_ratio(verdict):
        allowed = f"±{verdict.tolerance:g} %"
        if low == high:
            return f"measured / published is {plain(low)}, {ending} {allowed}"
        return f"the 90 % interval of measured / published, {plain(low)} to {plain(high)}, lies {ending} {allowed}"
    bounds = f"{plain(low, sign=True)} to {plain(high, sign=True)}"
    return (
        f"the 90 % interval of measured − published, {bounds} percentage points, lies {ending} "
        f"±{verdict.tolerance:g}"
    )


def _is_ratio(verdict: "ClaimVerdict") -> bool:
    return verdict.unit not in ("percentage points", "percent")


def image_words(verdict: "ClaimVerdict", n_test: int | None) -> str:
    """Say so where the published change is no larger than one test image."""
    n = n_test or verdict.n_images
    if verdict.quantity != Quantity.CHANGE or verdict.unit != "percentage points" or not n:
        return ""
    images = 0 if verdict.published is None else round(abs(verdict.published) * n / 100)
    if not verdict.published or images > 1:
        return ""
    size = "one image" if images else "smaller than one image"
    change, share = plain(verdict.published, sign=True), plain(100 / n)
    return f"the published change of {change} points is {size}: one of {n:,} images is {share} points"


def seed_words(verdict: "ClaimVerdict") -> str:
    """Say so where one seed alone stands behind the interval."""
    if len(verdict.seeds) != 1 or verdict.n_images is None:
        return ""
    return "one seed: the interval speaks of other images, not of other trainings"


def elsewhere_words(verdict: "ClaimVerdict", other: "ClaimVerdict") -> str:
    """Say which other reading of the same published value is reproduced."""
    told = measured_words(other)
    against = f"{other.arm_key} against {other.baseline_key} instead of {verdict.baseline_key}"
    if verdict.outcome == "size":
        rests = (
            "the published ratio rests on what the baseline's file holds beside the weights, such as the "
            "optimizer's state, not on the reduced precision"
        )
        return f"{against} gives {told}, which reproduces the published value: {rests}"
    return f"{against} gives {told}, which reproduces the published value (claim {other.position})"
