"""A quantity measured with several seeds on the same images: its mean, its interval, and equivalence tests.

A cell is one image under one seed. Cells of one image are not independent, and neither are cells of one seed. The
variance of the mean is the sum of two components: that of images (clusters of cells, a ratio estimator) and that of
seeds (s² / S). Noise of single cells counts in both, so that the interval is rather too wide than too narrow.

References: Bonett DG, Price RM. J Educ Behav Stat 2012;37:479-88 (paired proportions, one cell gained and one lost
added). Agresti A, Coull BA. Am Stat 1998;52:119-26 (one proportion, two cells right and two wrong added). Cochran WG.
Sampling Techniques, 3rd ed. 1977, eq. 6.9 (ratio estimator). Satterthwaite FE. Biometrics 1946;2:110-4 (degrees of
freedom). Schuirmann DJ. J Pharmacokinet Biopharm 1987;15:657-80 (two one-sided tests).
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from review.meta import repeated_words
from review.meta.plain import Told

if TYPE_CHECKING:
    import pandas as pd

ONE_GAINED_ONE_LOST = (1.0, -1.0)
TWO_RIGHT_TWO_WRONG = (1.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class RepeatedMean(Told):
    """The mean of a quantity over seeds.

    `value` is the mean as measured; `centre` is the centre of its intervals, which added cells draw a little
    towards the middle; `variance` is that of the mean, None where nothing tells it, 0 for what has no error; `df` are
    its degrees of freedom; `by_seed` holds each seed's value; `clusters` is the number of images (0: not counted);
    `unit` is None where it is that of the values given.
    """

    value: float
    centre: float
    variance: float | None
    df: float
    by_seed: tuple[float, ...]
    clusters: int
    unit: str | None = None

    @property
    def seed_sd(self) -> float | None:
        """Standard deviation of the seeds' values; None for one seed."""
        return float(np.std(self.by_seed, ddof=1)) if len(self.by_seed) > 1 else None

    def interval(self, level: float = 95.0) -> tuple[float, float] | None:
        """Return the confidence interval of a level in percent; None where the variance is not known."""
        if self.variance is None:
            return None
        half = float(student.ppf(0.5 + level / 200, self.df)) * math.sqrt(self.variance)
        return self.centre - half, self.centre + half

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per mean, with its 95% interval."""
        import pandas as pd

        numbers = {name: value for name, value in asdict(self).items() if name != "by_seed"}
        low, high = self.interval() or (math.nan, math.nan)
        line = {
            **numbers,
            "seeds": len(self.by_seed),
            "seed_sd": self.seed_sd,
            "ci_low": low,
            "ci_high": high,
        }
        return pd.DataFrame([line]).astype({"variance": "float64", "seed_sd": "float64"})

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return repeated_words.mean_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return f"The {'; '.join(self.lines())}."


@dataclass(frozen=True)
class Equivalence(Told):
    """Two one-sided tests at 5 %: the 90 % interval of measured - published against ± tolerance."""

    low: float
    high: float
    tolerance: float
    unit: str | None = None

    @property
    def within(self) -> bool:
        """Whether the whole interval lies within the tolerance: equivalent."""
        return -self.tolerance <= self.low and self.high <= self.tolerance

    @property
    def outside(self) -> bool:
        """Whether the whole interval lies outside the tolerance: different."""
        return self.low > self.tolerance or self.high < -self.tolerance

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and None, with what the tests decide."""
        return {**super().to_dict(), "within": self.within, "outside": self.outside}

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per test."""
        import pandas as pd

        return pd.DataFrame([{**asdict(self), "within": self.within, "outside": self.outside}])

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return repeated_words.equivalence_lines(self)

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        tests, found = self.lines()
        return f"Equivalence was tested by {tests}. Found: {found}."


def equivalence(mean: RepeatedMean, published: float, tolerance: float) -> Equivalence | None:
    """Test whether a measured mean equals a published value within a tolerance, by two one-sided tests at 5 %.

    Parameters
    ----------
    mean
        What was measured.
    published
        The published value, taken as it is printed: its own sampling error is not counted.
    tolerance
        Largest difference that still counts as equal, more than 0, in the units of both.

    Notes
    -----
    Both tests reject at 5 % exactly when the 90 % interval lies within the tolerance. None where the variance of the
    mean is not known.
    """
    interval = mean.interval(90.0)
    if interval is None:
        return None
    return Equivalence(interval[0] - published, interval[1] - published, tolerance, mean.unit)


def repeated_change(
    baseline: Sequence[NDArray[np.bool_]],
    quantized: Sequence[NDArray[np.bool_]],
    images: Sequence[NDArray[np.str_]],
) -> RepeatedMean:
    """Return the paired change of accuracy over seeds in percentage points.

    Parameters
    ----------
    baseline, quantized
        For each seed: which images the arm has right, [n].
    images
        For each seed: what names each image, [n]; the same name under two seeds is the same image.

    Notes
    -----
    One cell gained and one lost are added, each a cluster of its own, so that no change never means certainty. With
    one seed the interval is exactly that of Bonett and Price (2012, adjusted Wald).
    """
    differences = [q.astype(float) - b for b, q in zip(baseline, quantized, strict=True)]
    return _clustered(differences, images, ONE_GAINED_ONE_LOST, "percentage points")


def repeated_level(correct: Sequence[NDArray[np.bool_]], images: Sequence[NDArray[np.str_]]) -> RepeatedMean:
    """Return the accuracy over seeds in percent.

    Parameters
    ----------
    correct
        For each seed: which images the arm has right, [n].
    images
        For each seed: what names each image, [n].

    Notes
    -----
    Two cells right and two wrong are added. With one seed the interval is that of Agresti and Coull (1998) in its
    "add two successes and two failures" form.
    """
    return _clustered([c.astype(float) for c in correct], images, TWO_RIGHT_TWO_WRONG, "percent")


def _clustered(
    cells: Sequence[NDArray[np.float64]],
    images: Sequence[NDArray[np.str_]],
    added: tuple[float, ...],
    unit: str,
) -> RepeatedMean:
    """Return the mean of cells in percent, clustered by image, with the spread of seeds."""
    by_seed = [float(c.mean()) * 100 for c in cells]
    names, index = np.unique(np.concatenate(images), return_inverse=True)
    totals = np.append(np.bincount(index, weights=np.concatenate(cells)), added)
    sizes = np.append(np.bincount(index), np.ones(len(added)))
    centre = totals.sum() / sizes.sum()
    within = float(((totals - sizes * centre) ** 2).sum() / sizes.sum() ** 2) * 1e4
    return _with_seeds(by_seed, float(centre) * 100, within, len(names), unit)


def repeated_counts(gained: Sequence[int], lost: Sequence[int], n: Sequence[int]) -> RepeatedMean:
    """Return the paired change of accuracy in percentage points from counts of changed images alone.

    Parameters
    ----------
    gained, lost
        For each seed: images that only the quantized, only the baseline arm has right.
    n
        For each seed: images tested.

    Notes
    -----
    Without the images themselves it is not known which change under several seeds: they are taken to be the same
    (the widest case), so that the component of images is the mean of the seeds' own variances.
    """
    by_seed, centres, variances = [], [], []
    for g, k, size in zip(gained, lost, n, strict=True):
        by_seed.append((g - k) / size * 100)
        share = (g - k) / (size + 2)
        centres.append(share * 100)
        variances.append(((g + k + 2) / (size + 2) - share**2) / (size + 2) * 1e4)
    return _with_seeds(
        by_seed, float(np.mean(centres)), float(np.mean(variances)), max(n), "percentage points"
    )


def repeated_values(
    values: Sequence[float], variances: Sequence[float | None], *, exact: bool = False, shared: bool = False
) -> RepeatedMean:
    """Return the mean of values, one for each seed.

    Parameters
    ----------
    values
        One for each seed.
    variances
        The sampling variance of each, None where it is not known.
    exact
        Whether a value has no sampling error, as the size of a file has none.
    shared
        Whether the seeds' sampling errors come from the same images, and do not average out.

    Notes
    -----
    Without variances the seeds' spread alone makes the interval; one value without variance has none.
    """
    count = len(values)
    known = [v for v in variances if v is not None]
    centre = float(np.mean(values))
    if len(known) == count:
        return _with_seeds(list(values), centre, sum(known) / (count if shared else count**2), 0)
    if exact or count > 1:
        return _with_seeds(list(values), centre, 0.0, 0)
    return RepeatedMean(centre, centre, None, math.inf, tuple(values), 0)


def _with_seeds(
    by_seed: list[float], centre: float, within: float, clusters: int, unit: str | None = None
) -> RepeatedMean:
    """Add the component of seeds; Welch-Satterthwaite degrees of freedom, those of `within` taken as infinite."""
    count = len(by_seed)
    between = float(np.var(by_seed, ddof=1)) / count if count > 1 else 0.0
    df = (within + between) ** 2 / (between**2 / (count - 1)) if between > 0 else math.inf
    return RepeatedMean(float(np.mean(by_seed)), centre, within + between, df, tuple(by_seed), clusters, unit)
