"""`medquant review meta` pools a spreadsheet, prints text or one JSON object, and tells mistakes in a sentence."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import medquant as front_door
from tests.reference.comparing import reference

KEYS = {
    "k", "method", "test", "coefficients", "tau2", "tau2_ci", "sigma2", "I2", "H2", "Q", "Q_df", "Q_p",
    "prediction_interval", "weights", "robust", "leave_one_out", "egger", "trimfill", "warnings", "excluded_rows",
}  # fmt: skip
COEFFICIENT = {"term", "estimate", "se", "statistic", "df", "p", "ci_low", "ci_high"}


def table_of(folder: Path, name: str) -> Path:
    """Write a data set of the reference as a table."""
    data = reference()["datasets"][name]
    n = len(data["yi"])
    columns = {key: x for key, x in data["inputs"].items() if isinstance(x, list) and len(x) == n}
    columns |= {"yi": data["yi"], "vi": data["vi"]}
    file = folder / f"{name}.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return file


def written(folder: Path, rows: Sequence[Sequence[object]], header: str = "yi,vi") -> Path:
    file = folder / "table.csv"
    file.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return file


def asked(capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> dict[str, Any]:
    """Return the JSON object that a command prints."""
    assert front_door.main(["review", "meta", str(file), *words, "--json"]) == 0, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> str:
    """Return the one sentence that a command ends with."""
    assert front_door.main(["review", "meta", str(file), *words]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("medquant: ")
    assert len(printed.err.splitlines()) == 1
    return printed.err


def test_a_pooled_effect_has_every_promised_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, table_of(tmp_path, "bcg_RR"), "--test", "z", "--prediction", "metafor")
    want = reference()["datasets"]["bcg_RR"]["univariate"]["fits"]["REML"]["z"]
    assert set(found) >= KEYS
    (c,) = found["coefficients"]
    assert set(c) == COEFFICIENT
    assert [c["estimate"], c["se"], found["tau2"], found["I2"], found["Q"]] == pytest.approx(
        [want["beta"][0], want["se"][0], want["tau2"], want["I2"], want["QE"]], rel=1e-8
    )
    assert found["sigma2"] is None
    assert sum(found["weights"]) == pytest.approx(100)
    interval = found["prediction_interval"]
    assert interval["df_rule"] == "normal"
    assert interval["low"] == pytest.approx(want["prediction"]["default"]["pi_lb"], rel=1e-8)


def test_numbers_are_printed_at_full_precision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from review.meta.univariate import random_effects

    data = reference()["datasets"]["bcg_RR"]
    found = asked(capsys, table_of(tmp_path, "bcg_RR"))
    assert (
        found["coefficients"][0]["estimate"]
        == random_effects(data["yi"], data["vi"]).coefficients[0].estimate
    )


def test_standard_errors_stand_in_for_variances(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_vi = asked(capsys, written(tmp_path, [(0.1, 0.04), (0.5, 0.01), (0.9, 0.09)]))
    by_se = asked(capsys, written(tmp_path, [(0.1, 0.2), (0.5, 0.1), (0.9, 0.3)], "yi,se"), "--se", "se")
    assert by_se["coefficients"][0]["estimate"] == pytest.approx(
        by_vi["coefficients"][0]["estimate"], rel=1e-12
    )


def test_moderators_by_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, table_of(tmp_path, "bcg_RR"), "--mods", "ablat + C(alloc)", "--test", "z")
    want = reference()["datasets"]["bcg_RR"]["metareg"]["ablat_alloc"]
    assert [c["term"] for c in found["coefficients"]][:2] == ["intercept", "ablat"]
    assert found["R2"] == pytest.approx(want["fits"]["REML"]["z"]["R2"], rel=1e-6)
    assert found["prediction_interval"] is None


def test_a_three_level_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table_of(tmp_path, "konstantopoulos2011")
    found = asked(capsys, file, "--multilevel", "district/school", "--test", "z", "--profile")
    want = reference()["datasets"]["konstantopoulos2011"]["multilevel"]["three_level_REML"]
    assert found["sigma2"] == pytest.approx(want["sigma2"], rel=1e-5)
    assert found["tau2"] is None
    assert found["tau2_ci"] is None
    (c,), (robust,) = found["coefficients"], found["robust"]
    assert [c["estimate"], c["se"]] == pytest.approx([want["beta"][0], want["se"][0]], rel=1e-5)
    cr2 = want["robust_CR2_satterthwaite"]
    assert [robust["se"], robust["df"]] == pytest.approx([cr2["se"][0], cr2["df"][0]], rel=1e-5)
    assert found["sigma2_ci"][0][0] > 0


def test_rho_gives_the_correlated_and_hierarchical_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table_of(tmp_path, "konstantopoulos2011")
    found = asked(capsys, file, "--multilevel", "district/school", "--rho", "0.6", "--test", "z")
    want = reference()["datasets"]["konstantopoulos2011"]["multilevel"]["CHE_REML"]
    assert found["rho"] == 0.6
    assert found["coefficients"][0]["se"] == pytest.approx(want["se"][0], rel=1e-5)


def test_one_column_gives_one_level(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, table_of(tmp_path, "konstantopoulos2011"), "--multilevel", "district")
    want = reference()["datasets"]["konstantopoulos2011"]["multilevel"]["study_only_REML"]
    assert found["sigma2"] == pytest.approx(want["sigma2"], rel=1e-5)


def test_clusters_add_robust_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, table_of(tmp_path, "konstantopoulos2011"), "--cluster", "district")
    want = reference()["datasets"]["konstantopoulos2011"]["multilevel"]["rma_uni_REML_CR2"]
    (robust,) = found["robust"]
    assert set(robust) >= {"term", "estimate", "se", "df", "p", "ci_low", "ci_high"}
    assert [robust["se"], robust["df"]] == pytest.approx([want["se"][0], want["df"][0]], rel=1e-5)


@pytest.mark.parametrize(
    ("words", "node"), [((), "no_variances_OLS_CR2"), (("--random-intercept",), "no_variances_REML_CR2")]
)
def test_without_variances(
    words: tuple[str, ...], node: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table_of(tmp_path, "konstantopoulos2011")
    found = asked(capsys, file, "--no-variance", "--cluster", "district", *words)
    want = reference()["datasets"]["konstantopoulos2011"]["multilevel"][node]
    (robust,) = found["robust"]
    assert [robust["estimate"], robust["se"], robust["df"]] == pytest.approx(
        [want["beta"][0], want["se"][0], want["df"][0]], rel=1e-5
    )


def test_leave_one_out_egger_and_trim_and_fill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--leave-one-out", "--egger", "--trimfill", "--test", "z", "--labels", "author")
    found = asked(capsys, table_of(tmp_path, "bcg_RR"), *words)
    want = reference()["datasets"]["bcg_RR"]["univariate"]
    assert len(found["leave_one_out"]) == 13
    assert found["leave_one_out"][0]["omitted"] == "Aronson"
    for key in ("estimate", "se", "tau2"):
        got = [one[key] for one in found["leave_one_out"]]
        assert got == pytest.approx(want["leave1out"]["REML"][key], rel=1e-6)
    egger = want["egger_classic"]
    keys = ("intercept", "se", "t", "df", "p")
    assert [found["egger"][key] for key in keys] == pytest.approx([egger[key] for key in keys], rel=1e-9)
    trim = want["trimfill"]["REML_L0_auto"]
    assert (found["trimfill"]["side"], found["trimfill"]["k0"]) == (trim["side"], trim["k0"])
    assert [found["trimfill"]["estimate"], found["trimfill"]["se"]] == pytest.approx(
        [trim["beta"], trim["se"]], rel=1e-6
    )


def test_what_takes_clustered_rows_for_independent_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(0.1 * i % 0.7, 0.01 + 0.003 * (i % 5), i // 2, i) for i in range(12)]
    file = written(tmp_path, rows, "yi,vi,study,es")
    asking = ("--egger", "--trimfill")
    told = "egger, trimfill: rows of one cluster are taken for independent"
    assert any(told in text for text in asked(capsys, file, *asking, "--cluster", "study")["warnings"])
    for words in ((), ("--cluster", "es"), ("--multilevel", "study/es")):
        assert not any(told in text for text in asked(capsys, file, *asking, *words)["warnings"])


def test_dependent_rows_leave_by_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table_of(tmp_path, "konstantopoulos2011")
    found = asked(capsys, file, "--multilevel", "district/school", "--leave-one-out", "--egger", "--trimfill")
    assert [one["omitted"] for one in found["leave_one_out"]][:2] == ["11", "12"]
    assert {"estimate", "se", "tau2", "sigma2"} <= set(found["leave_one_out"][0])
    assert {"intercept", "se", "t", "df", "p"} <= set(found["egger"])
    assert found["trimfill"] is None
    assert any("trimfill" in warning for warning in found["warnings"])


def test_every_companion_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "--leave-one-out",
        "--cumulative",
        "year",
        "--influence",
        "--subgroup",
        "alloc",
        "--egger",
        "--begg",
        "--pet-peese",
        "--trimfill",
        "--fail-safe",
        "--excess",
        "--henmi-copas",
        "--selection",
        "--margin",
        "0.1",
        "--report",
    ]
    assert front_door.main(["review", "meta", str(table_of(tmp_path, "bcg_RR")), *words]) == 0
    printed = capsys.readouterr().out
    for part in ("leave one out", "cumulative", "influence", "subgroup", "egger", "begg", "pet peese", "trimfill",
                 "fail safe", "excess", "henmi copas", "selection", "decision"):  # fmt: skip
        assert f"\n{part}:\n" in printed
    assert "(Egger et al. 1997)" in printed


def test_rows_left_out_are_told_with_their_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, [(0.1, 0.04), ("NA", 0.01), (0.9, ""), (0.3, "inf"), (0.2, 0.02)])
    found = asked(capsys, file)
    assert found["k"] == 2
    assert found["excluded_rows"] == [
        {"row": 2, "why": "yi is missing"},
        {"row": 3, "why": "vi is missing"},
        {"row": 4, "why": "vi is infinite"},
    ]


def test_rows_left_out_are_told_in_their_order_and_by_the_names_of_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[tuple[object, ...]] = [(0.1 * i, 0.1 + 0.01 * i, i * i, f"s{i // 2}") for i in range(1, 12)]
    rows[1] = (0.2, "inf", 4, "s1")
    rows[4] = (0.5, 0.1, "", "s2")
    rows[6] = ("", "", 49, "s3")
    rows.insert(8, ("", "", "", ""))
    told = [
        {"row": 2, "why": "error is infinite"},
        {"row": 5, "why": "x is missing"},
        {"row": 7, "why": "d is missing and error is missing"},
        {"row": 9, "why": "d is missing and error is missing and x is missing"},
    ]
    file = written(tmp_path, rows, "d,error,x,s")
    words = ("--yi", "d", "--se", "error")
    for route in ((), ("--multilevel", "s")):
        assert asked(capsys, file, *words, "--mods", "x", *route)["excluded_rows"] == told
        assert [r["row"] for r in asked(capsys, file, *words, *route)["excluded_rows"]] == [2, 7, 9]
        assert asked(capsys, file, *words, *route)["excluded_rows"][0]["why"] == "error is infinite"


def test_a_standard_error_whose_square_is_lost_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, [(1, 0.1), (2, 1e-200)], "yi,se")
    assert "row 2: se = 1e-200" in refused(capsys, file, "--se", "se")


def test_a_row_that_lacks_a_moderator_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(0.1 * i, 0.01 + 0.001 * i, i * i if i != 3 else "") for i in range(1, 8)]
    found = asked(capsys, written(tmp_path, rows, "yi,vi,x"), "--mods", "x", "--leave-one-out")
    assert found["excluded_rows"] == [{"row": 3, "why": "x is missing"}]
    assert found["leave_one_out"] is None
    assert "has moderators" in found["warnings"][-1]


def test_repeated_labels_keep_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(0.1, 0.04, "a", 3), (0.2, 0.01, "a", 2), ("", 0.02, "a", 1), (0.3, 0.02, "b", 0)]
    found = asked(
        capsys, written(tmp_path, rows, "yi,vi,who,year"), "--labels", "who", "--cumulative", "year"
    )
    assert [one["added"] for one in found["cumulative"]] == ["b", "a", "a"]


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ([(0.1, -0.04), (0.2, 0.1)], (), "row 1: vi = -0.04"),
        ([(0.1, 0.0), (0.2, 0.1)], (), "row 1: vi = 0"),
        ([("x", 0.1)], (), "row 1, column yi: 'x' is no number"),
        ([("", 0.1)], (), "no row can be pooled"),
        ([(0.1, 0.1)], ("--vi", "var"), "no column 'var'; allowed: yi, vi"),
        ([(0.1, 0.1)], ("--cluster", "lab"), "no column 'lab'"),
        ([(0.1, 0.1)], ("--level", "0.95"), "give it in percent"),
        ([(0.1, 0.1)], ("--rho", "0.6"), "multilevel"),
        ([(0.1, 0.1)], ("--multilevel", "a/b/c"), "study/es"),
        ([(0.1, 0.1)], ("--vi", "vi", "--se", "vi"), "name variances or standard errors"),
        ([(0.1, 0.1)], ("--no-variance",), "name the column of studies"),
        ([(0.1, 0.1), (0.3, 0.1)], ("--multilevel", "vi", "--test", "knha"), "choose t or z"),
        ([(0.1, 0.1), (0.3, 0.1)], ("--multilevel", "vi", "--method", "DL"), "choose REML or ML"),
        ([(0.1, 0.1), (0.3, 0.1)], ("--mods", "vi"), "saturated|leave nothing"),
        (
            [(0.1, 0.1), (0.3, 0.1)],
            ("--mods", "__import__('os').system('true')"),
            "cannot be read|no arithmetic",
        ),
    ],
)
def test_a_mistake_gets_one_sentence(
    rows: list[tuple[object, ...]],
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import re

    assert re.search(said, refused(capsys, written(tmp_path, rows), *words))


def test_one_row_is_handed_back_without_heterogeneity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, written(tmp_path, [(0.1, 0.04)]), "--egger", "--leave-one-out", "--trimfill")
    assert found["coefficients"][0]["estimate"] == 0.1
    assert found["tau2"] is None
    assert found["prediction_interval"] is None
    assert found["egger"] is None


def test_clusters_are_told_apart_as_they_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(0.1, 0.02, "1.1"), (0.3, 0.03, "1.10"), (0.2, 0.02, "2"), (0.4, 0.05, "3")]
    assert asked(capsys, written(tmp_path, rows, "yi,vi,lab"), "--cluster", "lab")["clusters"] == 4
