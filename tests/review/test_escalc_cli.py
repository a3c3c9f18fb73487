"""`medquant review escalc` turns raw data into effects that `review meta` pools."""

import json
from pathlib import Path

import pytest

import medquant as front_door
from tests.reference.comparing import reference


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    """Write the vaccine trials of the reference, as counts."""
    inputs = reference()["datasets"]["bcg_RR"]["inputs"]
    names = ["trial", "tpos", "tneg", "cpos", "cneg"]
    lines = [",".join(map(str, row)) for row in zip(*(inputs[name] for name in names), strict=True)]
    file = tmp_path / "trials.csv"
    file.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    return file


COUNTS = ("--from", "ai=tpos", "bi=tneg", "ci=cpos", "di=cneg")


def test_effects_go_on_to_be_pooled(trials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = trials.with_name("effects.csv")
    assert (
        front_door.main(["review", "escalc", str(trials), "--measure", "RR", *COUNTS, "--out", str(out)]) == 0
    )
    assert capsys.readouterr().out.endswith("effects.csv: written\n")
    assert front_door.main(["review", "meta", str(out), "--test", "z", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    want = reference()["datasets"]["bcg_RR"]["univariate"]["fits"]["REML"]["z"]
    assert found["coefficients"][0]["estimate"] == pytest.approx(want["beta"][0], rel=1e-8)


def test_json_holds_every_row_at_full_precision(trials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert front_door.main(["review", "escalc", str(trials), "--measure", "RR", *COUNTS, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    data = reference()["datasets"]["bcg_RR"]
    assert found["yi"] == pytest.approx(data["yi"], rel=1e-12)
    assert found["vi"] == pytest.approx(data["vi"], rel=1e-12)


def test_without_a_measure_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    from review.meta.escalc.measures import MEASURES

    assert front_door.main(["review", "escalc", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in listed] == list(MEASURES)
    assert next(one for one in listed if one["code"] == "SMD")["needs"] == [
        "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i",
    ]  # fmt: skip
    assert next(one for one in listed if one["code"] == "LR")["needs"][2] == "[variance]"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--measure", "XX"], "'XX' is no measure; allowed: RR"),
        (["--measure", "RR"], "no column 'ai'"),
        (["--measure", "RR", "--from", "ai"], "names no pair"),
        (["--measure", "RR", "--from", "zz=tpos"], "no raw data called 'zz'"),
        (["--measure", "RR", *COUNTS, "--set", "foo=1"], "no option 'foo'"),
        (["--measure", "RR", *COUNTS, "--set", "to=never"], "choose one of only0"),
        (["--measure", "RR", *COUNTS, "--set", "add=much"], "add = 'much'"),
        (["--measure", "RR", *COUNTS, "--set", "drop00=1"], "neither true nor false"),
        (["--measure", "RR", *COUNTS, "--out", "x.doc"], "allowed: .csv"),
    ],
)
def test_a_mistake_gets_one_sentence(
    words: list[str], said: str, trials: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert front_door.main(["review", "escalc", str(trials), *words]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


def test_an_option_without_a_default_has_to_be_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "means.csv"
    file.write_text("m1i,sd1i,m2i,sd2i,ni,ri\n10,1,11,1,20,0.5\n", encoding="utf-8")
    words = ["review", "escalc", str(file), "--measure", "ROMC"]
    assert front_door.main(words) == 1
    assert "--set correct=true or =false" in capsys.readouterr().err
    assert front_door.main([*words, "--set", "correct=false"]) == 0


def test_columns_that_are_there_are_not_lost(trials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trials.write_text(trials.read_text("utf-8").replace("trial,", "yi,"), encoding="utf-8")
    out = trials.with_name("out.csv")
    assert (
        front_door.main(["review", "escalc", str(trials), "--measure", "RR", *COUNTS, "--out", str(out)]) == 1
    )
    assert "a column yi already" in capsys.readouterr().err
    assert not out.exists()
