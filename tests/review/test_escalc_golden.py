"""Effect sizes equal metafor's to the last digits."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from review.meta.escalc.accuracy import accuracy_difference_from_margins
from review.meta.escalc.mcnemar import mcnemar
from review.meta.escalc.measures import MEASURES
from review.meta.escalc.ratios import log_cv_ratio
from review.meta.escalc.result import EffectSizes

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "golden" / "escalc.json").read_text(encoding="utf-8")
)
ESCALC, DATASETS = GOLDEN["escalc"], GOLDEN["datasets"]

CLOSED = {"rel": 1e-12, "abs": 0.0}
STATED = {"ROM": {"correct": False}, "ROMC": {"correct": False}}  # as the reference was computed
CELLS = ("ai", "bi", "ci", "di")
# columns of the reference by the names of ours
COLUMNS = {
    "two_group_means": {
        "m1i": "m1",
        "sd1i": "sd1",
        "n1i": "n1",
        "m2i": "m2",
        "sd2i": "sd2",
        "n2i": "n2",
    },
    "paired_means": {"m1i": "m1", "sd1i": "sd1", "m2i": "m2", "sd2i": "sd2", "ni": "n", "ri": "r"},
}
NOT_NEEDED = {"VR": ("m1i", "m2i"), "SMD1": ("sd1i",), "SMCR": ("sd2i",)}


def cases() -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Return family, measure, inputs and expected values of every measure in the reference."""
    found = []
    for family, inputs in (("measures_2x2", "inputs_2x2"), ("measures_paired", "inputs_paired_2x2")):
        for code, expected in ESCALC[family].items():
            found.append((family, code, {c: ESCALC[inputs][c] for c in CELLS}, expected))
    for family, names in (("proportion", ("xi", "ni")), ("correlation", ("ri", "ni"))):
        table = ESCALC[family]
        given = {c: table[c] for c in names}
        found += [(family, code, given, table[code]) for code in table.keys() - set(names)]
    for family, columns in COLUMNS.items():
        table = ESCALC[family]
        for code in table.keys() - {"inputs"}:
            given = {
                ours: table["inputs"][theirs]
                for ours, theirs in columns.items()
                if ours not in NOT_NEEDED.get(code, ())
            }
            found.append((family, code, given, table[code]))
    return sorted(found, key=lambda case: case[:2])


CASES = cases()


def same(found: EffectSizes, expected: dict[str, Any]) -> None:
    for column in expected.keys() & {"yi", "vi"}:
        assert list(getattr(found, column)) == pytest.approx(expected[column], **CLOSED), column


@pytest.mark.parametrize(("family", "code", "inputs", "expected"), CASES, ids=[case[1] for case in CASES])
def test_each_measure_gives_the_reference(
    family: str, code: str, inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = MEASURES[code].compute(**inputs, **STATED.get(code, {}))
    assert found.measure == code
    same(found, expected)
    assert found.omitted == ()


def test_every_number_of_the_reference_is_compared() -> None:
    compared = sum(len(column) for case in CASES for column in case[3].values())
    compared += 3 * len(ESCALC["mcnemar"])
    compared += sum(len(ESCALC["paired_from_marginals"][column]) for column in ("yi", "vi"))
    inputs = sum(
        len(table[name])
        for table, names in (
            (ESCALC["inputs_2x2"], CELLS),
            (ESCALC["inputs_paired_2x2"], CELLS),
            (ESCALC["proportion"], ("xi", "ni")),
            (ESCALC["correlation"], ("ri", "ni")),
            (ESCALC["paired_from_marginals"], ("p1", "p2", "n", "phi")),
            (ESCALC["two_group_means"]["inputs"], COLUMNS["two_group_means"].values()),
            (ESCALC["paired_means"]["inputs"], COLUMNS["paired_means"].values()),
        )
        for name in names
    ) + 2 * len(ESCALC["mcnemar"])
    assert compared + inputs == numbers(ESCALC)
    assert (compared, len(CASES)) == (240, 32)


def numbers(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(map(numbers, tree.values()))
    if isinstance(tree, list):
        return sum(map(numbers, tree))
    return isinstance(tree, int | float)


@pytest.mark.parametrize("row", range(4))
def test_mcnemar(row: int) -> None:
    expected = ESCALC["mcnemar"][row]
    found = mcnemar([expected["b"]], [expected["c"]])
    assert found.p_exact[0] == pytest.approx(expected["exact_p"], **CLOSED)
    assert found.statistic[0] == pytest.approx(expected["chisq"], **CLOSED)
    assert found.statistic_corrected[0] == pytest.approx(expected["chisq_cc"], **CLOSED)


def test_paired_difference_from_margins_and_phi() -> None:
    table = ESCALC["paired_from_marginals"]
    found = accuracy_difference_from_margins(table["p2"], table["p1"], table["n"], phi=table["phi"])
    # the reference was rebuilt from cells n·p, which rounds: p1 − p2 has 3 digits fewer than p1
    assert list(found.yi) == pytest.approx(table["yi"], rel=1e-12, abs=1e-15)
    assert list(found.vi) == pytest.approx(table["vi"], rel=1e-11, abs=0)


RENAMED = dict(zip(("tpos", "tneg", "cpos", "cneg"), CELLS, strict=True))


@pytest.mark.parametrize("name", DATASETS)
def test_data_sets(name: str) -> None:
    data = DATASETS[name]
    raw = DATASETS[data.get("inputs_of", name)]["inputs"]
    inputs = {RENAMED.get(column, column): values for column, values in raw.items()}
    if name == "curtis1998_ROM":  # elevated over ambient: the second group stands on top
        inputs = {column.translate(str.maketrans("12", "21")): values for column, values in inputs.items()}
    found = MEASURES[data["measure"]].compute(**inputs, **STATED.get(data["measure"], {}))
    assert list(found.yi) == pytest.approx(data["yi"], rel=1e-12, abs=1e-15)
    assert list(found.vi) == pytest.approx(data["vi"], **CLOSED)


def test_bias_of_the_log_cv_ratio_is_that_of_the_two_standard_deviations() -> None:
    # metafor 3 always corrected, metafor 5 says so with correct =: both are here, their difference is known
    inputs = ESCALC["two_group_means"]["inputs"]
    given = [inputs[c] for c in ("m1", "sd1", "n1", "m2", "sd2", "n2")]
    plain, corrected = log_cv_ratio(*given, correct=False), log_cv_ratio(*given, correct=True)
    cv = np.log(np.divide(inputs["sd1"], inputs["m1"])) - np.log(np.divide(inputs["sd2"], inputs["m2"]))
    assert list(plain.yi) == pytest.approx(list(cv), **CLOSED)
    n1, n2 = np.array(inputs["n1"]), np.array(inputs["n2"])
    bias = 1 / (2 * (n1 - 1)) - 1 / (2 * (n2 - 1))
    assert list(corrected.yi - plain.yi) == pytest.approx(list(bias), rel=1e-12)
    assert corrected.correction != plain.correction
