"""The forest plot of the BCG trials as medquant draws it: `python tests/reports/forest_bcg.py OUT.png`.

The data are the BCG vaccine trials (Colditz et al., JAMA 1994;271:698–702) as tests/reference/golden.json holds them; the
same rows, subgroups and favours labels as in the picture of R's `meta` that reports/figures/README.md compares with.
"""

import json
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from reports.figures.forest import plot as forest
from reports.figures.forest.data import Forest
from reports.figures.from_results.forest.model import forest_of
from reports.figures.from_results.forest.rows import RawData
from review.meta.subgroups import separate_groups
from review.meta.univariate import random_effects

REFERENCE = Path(__file__).parents[1] / "reference" / "golden.json"


def bcg_forest() -> Forest:
    """Return the forest plot of the risk ratios, by allocation of treatment."""
    data = json.loads(REFERENCE.read_text(encoding="utf-8"))["datasets"]["bcg_RR"]
    given = data["inputs"]
    names = [f"{author} {year}" for author, year in zip(given["author"], given["year"], strict=True)]
    vaccinated = [a + b for a, b in zip(given["tpos"], given["tneg"], strict=True)]
    control = [a + b for a, b in zip(given["cpos"], given["cneg"], strict=True)]
    return forest_of(
        random_effects(data["yi"], data["vi"], labels=names),
        subgroups=separate_groups(data["yi"], data["vi"], given["alloc"], labels=names),
        columns=(
            RawData("Events", given["tpos"], over="Vaccinated", total=True),
            RawData("Total", vaccinated, over="Vaccinated", total=True),
            RawData("Events", given["cpos"], over="Control", total=True),
            RawData("Total", control, over="Control", total=True),
        ),
        measure="Risk ratio",
        estimate_head="RR",
        log=True,
        favours=("favours vaccine", "favours control"),
    )


def save(path: Path) -> None:
    """Write the picture as a png of few colours."""
    with BytesIO() as drawn:
        forest.figures(bcg_forest())[0].savefig(drawn, format="png", dpi=140, facecolor="white")
        Image.open(drawn).convert("RGB").quantize(48).save(path, optimize=True)


if __name__ == "__main__":
    save(Path(sys.argv[1]))
