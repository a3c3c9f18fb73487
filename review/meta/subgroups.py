"""Do effects differ between groups of rows? Each group pooled, with a tau2 of its own or a common one."""

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from review.meta.contrasts import contrasts
from review.meta.errors import InvalidInput
from review.meta.inference import check_level
from review.meta.regression import meta_regression
from review.meta.result import JointTest, PooledEstimate
from review.meta.rows import absent, read_rows
from review.meta.subgroup_result import CommonGroups, SeparateGroups
from review.meta.tau2 import Method
from review.meta.univariate import Test, random_effects

SINGLE = "a group of one row enters the comparison with its own variance as if its τ² were 0"


def separate_groups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Hashable] | NDArray[np.generic],
    *,
    method: Method = "REML",
    test: Test = "knha",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
) -> SeparateGroups:
    """Pool every group on its own and compare the estimates.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    groups
        n names of groups; a row without one is left out.
    method
        Estimator of tau2, see `review.meta.tau2`.
    test
        "knha", "adhoc", "t" or "z", see `review.meta.univariate.random_effects`.
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.

    Raises
    ------
    InvalidInput
        As for `random_effects`.

    Notes
    -----
    Q-between is Σ (mean − overall)² / se² over the groups, ~ χ²(m − 1), with the usual standard errors whatever the
    test: Knapp–Hartung errors of small groups have no common distribution.

    References
    ----------
    Borenstein, Hedges, Higgins and Rothstein (2009), Introduction to Meta-Analysis, ch. 19.
    """
    level = check_level(level)
    rows = read_rows(yi, vi, labels=labels, design=_coded(groups, yi), terms=("group",))
    assert rows.vi is not None  # noqa: S101 - variances were given; for the type checker
    member = np.array([str(list(groups)[i]) for i in rows.kept])
    names = tuple(dict.fromkeys(member.tolist()))
    pooled, weights = [], []
    for name in names:
        mine = member == name
        found = random_effects(
            rows.yi[mine],
            rows.vi[mine],
            method=method,
            test=test,
            level=level,
            labels=[rows.labels[i] for i in np.flatnonzero(mine)],
        )
        pooled.append(found)
        weights.append(float((1 / (rows.vi[mine] + (found.tau2 or 0.0))).sum()))
    warnings = (SINGLE,) if any(p.k == 1 for p in pooled) and method != "FE" else ()
    return SeparateGroups(
        names, tuple(pooled), _between(names, pooled, np.array(weights)), warnings, rows.excluded
    )


def common_groups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Hashable] | NDArray[np.generic],
    *,
    method: Method = "REML",
    test: Test = "knha",
    level: float = 95.0,
    labels: Sequence[object] | None = None,
    cluster: Sequence[Hashable] | NDArray[np.generic] | None = None,
) -> CommonGroups:
    """Pool the groups in one model with one tau2, and test whether their means differ.

    Parameters
    ----------
    yi
        Effects, shape (n,); missing, NaN and infinite values leave the row out.
    vi
        Sampling variances, shape (n,), > 0; missing, NaN and infinite values leave the row out.
    groups
        n names of groups; a row without one is left out.
    method
        Estimator of tau2, see `review.meta.tau2`.
    test
        "knha", "adhoc", "t" or "z", see `review.meta.univariate.random_effects`.
    level
        Confidence level in percent.
    labels
        n labels that name the rows in messages; None numbers them from 1.
    cluster
        n cluster labels; the model's `robust` then holds CR2 standard errors of the groups' means.

    Raises
    ------
    InvalidInput
        As for `meta_regression`, and with fewer than 2 groups.

    References
    ----------
    Borenstein, Hedges, Higgins and Rothstein (2009), Introduction to Meta-Analysis, ch. 19.
    """
    level = check_level(level)
    rows = read_rows(yi, vi, labels=labels, cluster=cluster, design=_coded(groups, yi), terms=("group",))
    given = list(groups)
    names = tuple(dict.fromkeys(str(given[i]) for i in rows.kept))
    if len(names) < 2:
        raise InvalidInput("one group has nothing to be compared with: use random_effects")
    design = np.array([[math.nan if absent(x) else float(str(x) == name) for name in names] for x in given])
    model = meta_regression(
        yi,
        vi,
        design,
        terms=names,
        method=method,
        test=test,
        level=level,
        labels=labels,
        cluster=cluster,
    )
    m = len(names)
    against = np.column_stack([-np.ones(m - 1), np.eye(m - 1)])
    between = contrasts(model, against, [f"{name} − {names[0]}" for name in names[1:]]).together
    return CommonGroups(names, model, between, model.R2)


def _between(
    names: tuple[str, ...], pooled: list[PooledEstimate], w: NDArray[np.float64]
) -> JointTest | None:
    if len(names) < 2:
        return None
    means = np.array([p.coefficients[0].estimate for p in pooled])
    overall = float(w @ means) / float(w.sum())
    q, df = float(w @ (means - overall) ** 2), len(names) - 1
    return JointTest(names, q, df, None, float(chdtrc(df, q)))


def _coded(groups: Sequence[Hashable] | NDArray[np.generic], yi: ArrayLike) -> NDArray[np.float64]:
    """Return one column of group numbers, NaN where a row has no group."""
    given = list(groups)
    n = np.size(np.asarray(yi, dtype=object))
    if len(given) != n:
        raise InvalidInput(f"groups has {len(given)} entries but yi has {n}: give one group per row")
    numbers: dict[str, int] = {}
    column = [math.nan if absent(x) else numbers.setdefault(str(x), len(numbers)) for x in given]
    return np.array(column, dtype=np.float64)[:, None]
