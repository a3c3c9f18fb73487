"""Completeness of reporting: which variables of the matrix the studies report, theme by theme."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from db.codebook.codebook import Codebook
from review.matrix import several

if TYPE_CHECKING:
    import pandas as pd

THEMES = Path(__file__).with_name("completeness.toml")


@dataclass(frozen=True)
class VariableReporting:
    """How many studies report a variable, leave it unclear, or are silent in the text seen."""

    theme: str
    variable: str
    label: str
    reported: int
    unclear: int
    silent: int

    @property
    def studies(self) -> int:
        """Number of studies."""
        return self.reported + self.unclear + self.silent


@dataclass(frozen=True)
class StudyReporting:
    """How many of a theme's variables one study reports, by the theme's name; `missing` names those it does not."""

    study_id: str
    reported: Mapping[str, int]
    missing: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Completeness:
    """Reporting of all studies: by variable, by study; `asked` is the number of variables of each theme."""

    variables: tuple[VariableReporting, ...]
    studies: tuple[StudyReporting, ...]
    asked: Mapping[str, int]

    def share(self, theme: str) -> float | None:
        """Return the mean over studies of the share of a theme's variables that are reported, 0 to 1."""
        if not self.studies or not self.asked.get(theme):
            return None
        return fmean(study.reported[theme] / self.asked[theme] for study in self.studies)


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(THEMES.read_text(encoding="utf-8"))


def themes_of() -> dict[str, str]:
    """Return the theme's name of each variable that belongs to one."""
    return {variable: theme["name"] for theme in _rules()["theme"] for variable in theme["variables"]}


def completeness(matrix: "pd.DataFrame", codebook: Codebook) -> Completeness:
    """Count what the studies report.

    Parameters
    ----------
    matrix
        What `review.matrix.study_matrix` gave: one row a study, cells as texts.
    codebook
        The codebook of the same database, for the names of variables.

    Notes
    -----
    "Silent" speaks of the text that was read: an abstract leaves out what the full text may tell.
    """
    states: dict[tuple[str, str], list[str]] = {}
    for theme in _rules()["theme"]:
        for variable in theme["variables"]:
            if variable in matrix.columns:
                states[theme["name"], variable] = [_state(str(cell)) for cell in matrix[variable]]
    variables = tuple(
        VariableReporting(
            theme,
            variable,
            codebook.variables[variable].label,
            *(found.count(state) for state in ("reported", "unclear", "silent")),
        )
        for (theme, variable), found in states.items()
    )
    asked = _per_theme([theme for theme, _ in states])
    studies = tuple(
        StudyReporting(
            str(study),
            dict.fromkeys(asked, 0)
            | _per_theme([theme for (theme, _), found in states.items() if found[place] == "reported"]),
            {
                name: tuple(
                    variable
                    for (theme, variable), found in states.items()
                    if theme == name and found[place] != "reported"
                )
                for name in asked
            },
        )
        for place, study in enumerate(matrix.index)
    )
    return Completeness(variables, studies, asked)


def _per_theme(themes: Sequence[str]) -> dict[str, int]:
    return {theme: themes.count(theme) for theme in dict.fromkeys(themes)}


def _state(cell: str) -> str:
    codes = [code for code in several(cell) if code not in _rules()["silent"]]
    if not codes:
        return "silent"
    return "unclear" if all(code in _rules()["unsure"] for code in codes) else "reported"
