"""Completeness of reporting: counted from the matrix, silence told from an answer, themes averaged over studies."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from db.codebook.codebook import codebook_files, codebook_from_files
from db.session import place_of
from review.bias.completeness import completeness

CODEBOOK = codebook_from_files(codebook_files(None))


def _matrix(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=[f"s{i}" for i in range(len(next(iter(columns.values()))))], dtype=str)


def test_silence_and_doubt_are_not_reporting() -> None:
    found = completeness(
        _matrix(
            framework=["tflite", "not_reported", "", "not_reported;tflite"],
            reports_energy=["yes", "no", "unclear", ""],
        ),
        CODEBOOK,
    )
    assert {v.variable: (v.reported, v.unclear, v.silent) for v in found.variables} == {
        "framework": (2, 0, 2),
        "reports_energy": (1, 1, 2),
    }


def test_every_study_weighs_the_same_in_a_theme() -> None:
    found = completeness(_matrix(architectures=["a", "b"], framework=["tflite", ""]), CODEBOOK)
    assert found.asked == {"Model": 2}
    assert found.share("Model") == pytest.approx(0.75)
    assert [s.reported for s in found.studies] == [{"Model": 2}, {"Model": 1}]


def test_a_variable_that_another_codebook_lacks_is_passed_over() -> None:
    found = completeness(_matrix(modality=["mri"]), CODEBOOK)
    assert [v.variable for v in found.variables] == ["modality"]
    assert found.share("Deployment") is None


def test_no_study_is_no_share() -> None:
    assert (
        completeness(pd.DataFrame(columns=["modality"], dtype=str), CODEBOOK).share("Question and data")
        is None
    )


def test_the_verb_tells_themes_variables_and_studies(
    seeded_db: Engine, medquant: Any, tmp_path: Path
) -> None:
    place = place_of(seeded_db)
    told = medquant("review", "completeness", "--db", place)
    assert told.code == 0
    assert "Deployment: a study reports 17 % of 9 variables on average" in told.out
    given = json.loads(medquant("review", "completeness", "--json", "--db", place).out)
    assert len(given["studies"]) == 93
    assert all(v["reported"] + v["unclear"] + v["silent"] == 93 for v in given["variables"])
    assert "Model (of 4)" in medquant("review", "completeness", "--by-study", "--db", place).out
