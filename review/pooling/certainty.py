"""How certain a pooled change is, domain by domain, by the rules of `certainty.toml`."""

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

from db.vocabulary import Measure, Verification
from review.effects import Effect
from review.meta.result import Coefficient
from review.pooling.classes import dataset_names
from review.pooling.small_studies import SmallStudies

RULES = Path(__file__).with_name("certainty.toml")
READ_TWICE = (Verification.CONFIRMED, Verification.CORRECTED)


@dataclass(frozen=True)
class Domain:
    """One domain of certainty: how many levels it takes off, and what the data say."""

    name: str
    down: int
    reason: str


@dataclass(frozen=True)
class Certainty:
    """How certain a pooled change is: "high", "moderate", "low", "very low", and why.

    `margin` is the smallest change that matters, in units of yi.
    """

    level: str
    margin: float
    domains: tuple[Domain, ...]


@dataclass(frozen=True)
class Grounds:
    """What certainty is judged by.

    `effects` are the clean effects, `all_effects` how many the outcome has of any contrast; `text_basis` tells how much of
    each study's text was read.
    """

    outcome: str
    measure: Measure
    effects: Sequence[Effect]
    all_effects: int
    pooled: Coefficient
    expected: tuple[float, float] | None
    small_studies: SmallStudies
    text_basis: Mapping[str, str]

    @property
    def groups(self) -> list[str]:
        """The study groups."""
        return list(dict.fromkeys(effect.group for effect in self.effects))

    def share(self, holds: Callable[[Effect], bool]) -> float:
        """Return the mean over groups of the share of effects of which something holds."""
        return fmean(fmean(holds(e) for e in self.effects if e.group == group) for group in self.groups)


@cache
def rules() -> dict[str, Any]:
    """Return the rules as written."""
    return tomllib.loads(RULES.read_text(encoding="utf-8"))


def margin(measure: Measure) -> float:
    """Return the smallest change that matters, in units of yi.

    Parameters
    ----------
    measure
        "difference" (percentage points) or "log_ratio".
    """
    stated = rules()["margin"]
    return float(stated["difference"]) if measure == Measure.DIFFERENCE else math.log(stated["log_ratio"])


def certainty(grounds: Grounds) -> Certainty:
    """Judge how certain a pooled change is.

    Parameters
    ----------
    grounds
        What it is judged by.

    References
    ----------
    Guyatt et al. (2008), BMJ 336, 924–926.
    """
    stated = rules()
    domains = (
        _risk_of_bias(grounds, stated["risk_of_bias"]),
        _inconsistency(grounds, stated["inconsistency"]),
        _indirectness(grounds, stated["indirectness"]),
        _imprecision(grounds, stated["imprecision"]),
        _publication_bias(grounds, stated["publication_bias"]),
    )
    levels = stated["levels"]
    place = levels.index(stated["start"]) - sum(domain.down for domain in domains)
    return Certainty(levels[max(0, place)], margin(grounds.measure), domains)


def _risk_of_bias(grounds: Grounds, stated: Mapping[str, Any]) -> Domain:
    verified = grounds.share(lambda e: e.verification in READ_TWICE)
    clean = len(grounds.effects) / grounds.all_effects
    down = (verified < stated["least_verified"]) + (clean < stated["least_clean"])
    return Domain(
        "risk of bias",
        int(down),
        f"{100 * verified:.0f} % of the values were read twice; {100 * clean:.0f} % of all effects of the outcome are clean contrasts",
    )


def _inconsistency(grounds: Grounds, stated: Mapping[str, Any]) -> Domain:
    name = "inconsistency"
    if grounds.expected is None:
        return Domain(name, 1, "there is no prediction interval to judge it by")
    held = _margins_within(*grounds.expected, margin(grounds.measure))
    told = (
        "the prediction interval lies on one side of every margin",
        "the prediction interval holds a margin: in some study groups the change matters, in others it does not",
        "the prediction interval holds both margins: a loss and a gain that matter are both expected",
    )
    return Domain(name, int(held * stated["per_margin"]), told[held])


def _indirectness(grounds: Grounds, stated: Mapping[str, Any]) -> Domain:
    datasets = frozenset().union(*(dataset_names(effect) for effect in grounds.effects))
    down = int(len(datasets) < stated["fewest_datasets"])
    reason = f"different data sets that are named: {len(datasets)}"
    if grounds.outcome in stated["on_device"]:
        named = grounds.share(lambda e: bool(e.device))
        down += named < stated["least_device"]
        reason += f"; {100 * named:.0f} % of the effects name the device"
    return Domain("indirectness", int(down), reason)


def _imprecision(grounds: Grounds, stated: Mapping[str, Any]) -> Domain:
    few = len(grounds.groups) < stated["fewest_groups"]
    held = _margins_within(grounds.pooled.ci_low, grounds.pooled.ci_high, margin(grounds.measure))
    told = ("holds no margin", "holds a margin", "holds both margins")[held]
    return Domain(
        "imprecision",
        min(2, few + held * int(stated["per_margin"])),
        f"{len(grounds.groups)} study groups; the confidence interval {told}",
    )


def _publication_bias(grounds: Grounds, stated: Mapping[str, Any]) -> Domain:
    name, slope = "publication bias", grounds.small_studies.slope
    if slope is not None:
        down = slope.p < stated["egger_p"]
        return Domain(name, int(down), f"Egger's test with CR2 gives p = {slope.p:.3f}")
    abstracts = grounds.share(lambda e: grounds.text_basis.get(e.source) == "abstract")
    return Domain(
        name,
        int(abstracts > stated["most_abstracts"]),
        f"Egger's test cannot be made ({grounds.small_studies.too_few}); "
        f"{100 * abstracts:.0f} % of the study groups were read as an abstract alone",
    )


def _margins_within(low: float, high: float, width: float) -> int:
    """Return how many of the margins ± width an interval holds."""
    return int(low < -width < high) + int(low < width < high)
