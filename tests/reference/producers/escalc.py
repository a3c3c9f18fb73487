"""Effect sizes under the reference's names."""

from collections.abc import Mapping
from typing import Any

from review.meta.escalc.accuracy import accuracy_difference_from_margins
from review.meta.escalc.mcnemar import mcnemar
from review.meta.escalc.measures import MEASURES
from tests.reference.comparing import Producer

CELLS = ("ai", "bi", "ci", "di")
STATED = {"ROM": {"correct": False}, "ROMC": {"correct": False}}
"""Options that the reference was computed with where ours are others."""
COLUMNS = {
    **{f"{name}{group}i": f"{name}{group}" for name in ("m", "sd", "n") for group in "12"},
    "ni": "n",
    "ri": "r",
}
"""Columns of the reference by the names of ours."""
NOT_NEEDED = {"VR": ("m1i", "m2i"), "SMD1": ("sd1i",), "SMCR": ("sd2i",)}
MOMENTS = tuple(c for c in COLUMNS if c not in {"ni", "ri"})
NEEDED = {
    **dict.fromkeys(("RR", "OR", "RD"), CELLS),
    **dict.fromkeys(("MD", "SMD", "ROM"), MOMENTS),
    "ZCOR": ("ri", "ni"),
    "IRR": ("x1i", "t1i", "x2i", "t2i"),
}
"""Columns that the data sets' effect sizes are computed from."""
INPUTS_OF = {"measures_2x2": "inputs_2x2", "measures_paired": "inputs_paired_2x2"}
RENAMED = dict(zip(("tpos", "tneg", "cpos", "cneg"), CELLS, strict=True))
TURNED = {"curtis1998_ROM": str.maketrans("12", "21")}
"""The reference divides the second group by the first."""


def effect_sizes(code: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    found = MEASURES[code].compute(**inputs, **STATED.get(code, {}))
    assert found.measure == code
    assert found.omitted == ()
    return {"yi": found.yi, "vi": found.vi}


def of_counts(escalc: Mapping[str, Any], node: str) -> Any:
    inputs = {c: escalc[INPUTS_OF[node]][c] for c in CELLS}
    return {code: effect_sizes(code, inputs) for code in escalc[node]}


def of_columns(escalc: Mapping[str, Any], node: str) -> Any:
    columns = {c: values for c, values in escalc[node].items() if isinstance(values, list)}
    return {code: effect_sizes(code, columns) for code in escalc[node].keys() - columns.keys()}


def of_moments(escalc: Mapping[str, Any], node: str) -> Any:
    table = escalc[node]["inputs"]
    inputs = {ours: table[theirs] for ours, theirs in COLUMNS.items() if theirs in table}
    return {
        code: effect_sizes(code, {c: x for c, x in inputs.items() if c not in NOT_NEEDED.get(code, ())})
        for code in escalc[node].keys() - {"inputs"}
    }


def of_changed_pairs(escalc: Mapping[str, Any], node: str) -> Any:
    found = mcnemar([row["b"] for row in escalc[node]], [row["c"] for row in escalc[node]])
    columns = {"exact_p": found.p_exact, "chisq": found.statistic, "chisq_cc": found.statistic_corrected}
    return [{key: column[i] for key, column in columns.items()} for i in range(len(escalc[node]))]


def of_margins(escalc: Mapping[str, Any], node: str) -> Any:
    table = escalc[node]
    found = accuracy_difference_from_margins(table["p2"], table["p1"], table["n"], phi=table["phi"])
    return {"yi": found.yi, "vi": found.vi}


def of_a_data_set(data: Mapping[str, Any], node: str) -> Any:
    turned = TURNED.get(data["name"], {})
    inputs = {RENAMED.get(c, c).translate(turned): values for c, values in data["inputs"].items()}
    return effect_sizes(data["measure"], {c: inputs[c] for c in NEEDED[data["measure"]]})[node]


PRODUCERS = {
    "measures_2x2": Producer(of_counts, rtol=1e-12),
    "measures_paired": Producer(of_counts, rtol=1e-12),
    "proportion": Producer(of_columns, rtol=1e-12),
    "correlation": Producer(of_columns, rtol=1e-12),
    "two_group_means": Producer(of_moments, rtol=1e-12),
    "paired_means": Producer(of_moments, rtol=1e-12),
    "mcnemar": Producer(of_changed_pairs, rtol=1e-12),
    "paired_from_marginals": Producer(
        of_margins,
        rtol=1e-11,
        atol=1e-15,
        why="the reference was rebuilt from cells n·p, which rounds: p1 − p2 has 3 digits fewer than p1",
    ),
    "yi": Producer(of_a_data_set, rtol=1e-12, atol=1e-15, why="differences of nearly equal proportions"),
    "vi": Producer(of_a_data_set, rtol=1e-12),
}
