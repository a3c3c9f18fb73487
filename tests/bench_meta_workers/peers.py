"""The tasks of `bench_meta.py` by three Python packages, each called as its documentation shows it."""

import sys
from pathlib import Path
from typing import Any

from serving import Columns, Job, Task, nothing, serve

PERMUTATIONS = 1000


def pymetaanalysis(data: Columns) -> Any:
    import meta_analyze

    return meta_analyze.meta_analysis(effect=data["yi"], variance=data["vi"], tau2_method="REML")


def pymetaanalysis_reml(data: Columns) -> Job:
    return lambda: pymetaanalysis(data), lambda found: (found.estimate, found.tau2)


def pymetaanalysis_leave_one_out(data: Columns) -> Job:
    whole = pymetaanalysis(data)
    return whole.leave_one_out, lambda found: [r.estimate for r in found.results]


def pymetaanalysis_cumulative(data: Columns) -> Job:
    whole = pymetaanalysis(data)
    # it starts at the second row; the first one's effect is its estimate
    return whole.cumulative, lambda found: [data["yi"][0], *(r.estimate for r in found.results)]


def pymetaanalysis_forest(data: Columns) -> Job:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from meta_analyze.plotting.forest import forest_plot

    whole = pymetaanalysis(data)

    def draw() -> None:
        axes = forest_plot(whole)
        axes.figure.canvas.draw()
        plt.close("all")

    return draw, nothing


def pymare(data: Columns, reml: bool = True) -> Any:
    from pymare import Dataset
    from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

    chosen = VarianceBasedLikelihoodEstimator(method="REML") if reml else DerSimonianLaird()
    return chosen.fit_dataset(Dataset(data["yi"], data["vi"])).summary()


def pymare_reml(data: Columns) -> Job:
    return lambda: pymare(data), lambda found: (found.fe_params.item(), found.tau2.item())


def pymare_permutation(data: Columns, reml: bool = True) -> Job:
    whole = pymare(data, reml)
    return lambda: whole.permutation_test(PERMUTATIONS), nothing


def pystatsbio_reml(data: Columns) -> Job:
    from pystatsbio.meta import rma

    return lambda: rma(data["yi"], data["vi"], method="REML"), lambda found: (found.estimate, found.tau2)


SIZES = ("reml_10", "reml_72", "reml_1000")
TASKS: dict[str, Task] = {
    **{f"PyMetaAnalysis {name}": pymetaanalysis_reml for name in SIZES},
    **{f"PyMARE {name}": pymare_reml for name in SIZES},
    **{f"pystatsbio {name}": pystatsbio_reml for name in SIZES},
    "PyMetaAnalysis leave_one_out": pymetaanalysis_leave_one_out,
    "PyMetaAnalysis cumulative": pymetaanalysis_cumulative,
    "PyMetaAnalysis forest": pymetaanalysis_forest,
    "PyMARE permutation": pymare_permutation,
    "PyMARE permutation_dl": lambda data: pymare_permutation(data, reml=False),
}

if __name__ == "__main__":
    serve(TASKS, Path(sys.argv[1]))
