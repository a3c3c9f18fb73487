"""The tasks of `bench_meta.py` by the project's own arithmetic."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from serving import Columns, Job, Task, nothing, serve

SUBSETS, PERMUTATIONS = 10_000, 1000


def fit(data: Columns) -> Any:
    from review.meta.univariate import random_effects

    return random_effects(data["yi"], data["vi"], test="z")


def reml(data: Columns) -> Job:
    return lambda: fit(data), lambda found: (found.coefficients[0].estimate, found.tau2)


def leave_one_out(data: Columns) -> Job:
    from review.meta.sensitivity.leave_one_out import leave_one_out

    whole = fit(data)
    return lambda: leave_one_out(whole), lambda found: [r.estimate for r in found.refits]


def cumulative(data: Columns) -> Job:
    from review.meta.sensitivity.cumulative import cumulative

    whole = fit(data)
    return lambda: cumulative(whole), lambda found: [r.estimate for r in found.refits]


def permutation(data: Columns, method: Any = "REML") -> Job:
    from review.meta.permutation import permutation_test

    def permute() -> Any:
        return permutation_test(
            data["yi"], data["vi"], method=method, test="z", exact=False, iterations=PERMUTATIONS
        )

    return permute, nothing


def gosh(data: Columns) -> Job:
    from review.meta.sensitivity.gosh import gosh

    whole = fit(data)
    return lambda: gosh(whole, subsets=SUBSETS), nothing


def multilevel(data: Columns, rho: float | None = None) -> Any:
    from review.meta.multilevel.model import fit_multilevel

    return fit_multilevel(data["yi"], data["vi"], study=data["study"], rho=rho, test="z")


def three_level(data: Columns) -> Job:
    return lambda: multilevel(data), components


def che(data: Columns) -> Job:
    return lambda: multilevel(data, 0.6), components


def components(found: Any) -> Iterable[float]:
    return (found.coefficients[0].estimate, *found.sigma2)


def profile(data: Columns) -> Job:
    from review.meta.multilevel.profile import profile_intervals

    whole = multilevel(data)
    return lambda: profile_intervals(whole), lambda found: [x for limits in found.sigma2_ci for x in limits]


def forest(data: Columns) -> Job:
    from matplotlib import pyplot as plt

    from reports.figures.forest.plot import figure, pages
    from reports.figures.from_results.forest.model import forest_of

    whole = fit(data)

    def draw() -> None:
        for page in pages(forest_of(whole)):
            figure(page).canvas.draw()
        plt.close("all")

    return draw, nothing


TASKS: dict[str, Task] = {
    **{f"medquant {name}": reml for name in ("reml_10", "reml_72", "reml_1000")},
    "medquant leave_one_out": leave_one_out,
    "medquant cumulative": cumulative,
    "medquant permutation": permutation,
    "medquant permutation_dl": lambda data: permutation(data, "DL"),
    "medquant gosh": gosh,
    "medquant three_level": three_level,
    "medquant three_level_large": three_level,
    "medquant che": che,
    "medquant profile": profile,
    "medquant forest": forest,
}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    serve(TASKS, Path(sys.argv[1]))
