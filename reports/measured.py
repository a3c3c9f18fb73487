"""What our own runs measured, read once: verdicts, runs, machines, image sets, and every contrast over its seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from sqlalchemy import Connection, select

from benchmark.catalogue import read_cases
from db.models.tables import Case, Environment, ImageSet, Measurement, Run
from db.vocabulary import Control, Execution, RunState
from review.effects import Effects
from review.measured import MeasuredSummary, summarise_measured
from review.predictions import read_predictions
from review.reproduction import ClaimVerdict, read_verdicts

Row = dict[str, Any]
MAIN = "paper/validation"
"""The images that the published figures rest on."""
THREADS = ("1 thread", "all threads")


@dataclass(frozen=True)
class Spread:
    """A value over the seeds: the mean and the interval that holds the seeds' own 95 % intervals."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class MeasuredContrast:
    """A quantized arm of a case against its baseline: all that was measured of the two.

    `summaries` are over the seeds, one an outcome and place of the test images; `row` is a comparison that
    describes the arm.
    """

    case_id: str
    arm_key: str
    baseline_key: str
    execution: Execution | None
    row: Row
    summaries: tuple[MeasuredSummary, ...]

    def of(self, outcome: str, place: str | None = None) -> MeasuredSummary | None:
        """Return the summary of an outcome at a place such as "paper/validation" (None: the main place)."""
        its = [s for s in self.summaries if s.outcome == outcome]
        if place is None:
            return main_summary(its)
        return next((s for s in its if place_of(s) == place), None)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs behind it."""
        return tuple(dict.fromkeys(run for s in self.summaries for run in s.run_ids))


def place_of(summary: MeasuredSummary) -> str:
    """Return where an outcome was measured, such as "paper/validation"."""
    return "/".join(word for word in (summary.split, summary.part) if word)


def main_summary(summaries: Sequence[MeasuredSummary]) -> MeasuredSummary | None:
    """Return the summary on the images that the published figures rest on, else the first."""
    places = {place_of(s): s for s in reversed(summaries)}
    return places.get(MAIN) or places.get(MAIN.partition("/")[0]) or next(iter(summaries), None)


@dataclass(frozen=True)
class Measured:
    """Everything that runs say.

    `runs` are all of them, synthetic ones too; `values` are measurements of finished runs on real images, by run,
    arm, metric and split. `titles` are of the cases of the catalogue and of the database.
    """

    verdicts: tuple[ClaimVerdict, ...] = ()
    runs: tuple[Row, ...] = ()
    environments: tuple[Row, ...] = ()
    image_sets: tuple[Row, ...] = ()
    values: dict[tuple[str, str, str, str], Row] = field(default_factory=dict)
    contrasts: tuple[MeasuredContrast, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> tuple[Row, ...]:
        """Finished runs on real images."""
        return tuple(run for run in self.runs if run["state"] == RunState.DONE and not run["synthetic"])

    @property
    def failed(self) -> tuple[Row, ...]:
        """Failed runs on real images."""
        return tuple(run for run in self.runs if run["state"] == RunState.FAILED and not run["synthetic"])

    @property
    def synthetic(self) -> tuple[Row, ...]:
        """Runs on synthetic images, which are no evidence."""
        return tuple(run for run in self.runs if run["synthetic"])

    @property
    def evidence(self) -> tuple[ClaimVerdict, ...]:
        """The verdicts, those on synthetic images alone as if nothing had been measured."""
        return tuple(_unmeasured(verdict) if verdict.synthetic else verdict for verdict in self.verdicts)

    def value(
        self, contrast: MeasuredContrast, metric: str, split: str, arm: str | None = None
    ) -> Spread | None:
        """Return a measurement over the runs of a contrast.

        Parameters
        ----------
        contrast
            Whose runs.
        metric, split
            Names in the table of measurements.
        arm
            The arm alone; by default what was measured of the arm against this baseline.
        """
        names = [arm] if arm else [f"{contrast.arm_key}|{contrast.baseline_key}"]
        if not arm and any(
            s.outcome != "size" for s in contrast.summaries
        ):  # else the baseline is a stored file
            names.append(contrast.arm_key)
        for name in names:
            rows = [self.values.get((run, name, metric, split)) for run in contrast.runs]
            found = [row for row in rows if row is not None and row["value"] is not None]
            if found:
                return _spread(found, geometric=metric == "latency_ratio")
        return None

    def main(self, outcome: str) -> list[MeasuredSummary]:
        """Return the clean contrasts of an outcome, one summary each: that of the main place."""
        found = (c.of(outcome) for c in self.contrasts)
        return [s for s in found if s is not None and s.control == Control.CLEAN]


def _unmeasured(verdict: ClaimVerdict) -> ClaimVerdict:
    return replace(
        verdict, verdict=None, why="not measured on real images yet", measured=None, ci_low=None, ci_high=None,
        equivalence_low=None, equivalence_high=None, seeds=(), seed_sd=None, n_images=None, synthetic=False,
    )  # fmt: skip


def read_measured(connection: Connection, effects: Effects, comparisons: Sequence[Row]) -> Measured:
    """Read everything that runs say; a database without runs gives an empty result.

    Parameters
    ----------
    connection
        An open connection.
    effects
        The effects of all comparisons.
    comparisons
        Rows of comparisons.
    """
    runs = _rows(
        connection,
        select(Run.__table__).order_by(
            Run.case_id, Run.split.nulls_first(), Run.seed.nulls_first(), Run.run_id
        ),
    )
    if not runs:
        return Measured(titles=catalogue_titles())
    titles = {row.case_id: row.title for row in connection.execute(select(Case.case_id, Case.title))}
    done = {run["run_id"] for run in runs if run["state"] == RunState.DONE and not run["synthetic"]}
    sets = select(ImageSet.__table__).order_by(ImageSet.dataset, ImageSet.split.desc(), ImageSet.part.desc())
    used = {run["environment_id"] for run in runs if run["run_id"] in done}
    summaries = summarise_measured(effects.effects, read_predictions(connection))
    return Measured(
        verdicts=read_verdicts(connection),
        runs=tuple(runs),
        environments=tuple(
            row for row in _rows(connection, select(Environment.__table__)) if row["environment_id"] in used
        ),
        image_sets=tuple(row for row in _rows(connection, sets) if not row["synthetic"]),
        values={
            (row["run_id"], row["arm"], row["metric"], row["split"]): row
            for row in _rows(connection, select(Measurement.__table__))
            if row["run_id"] in done
        },
        contrasts=_contrasts(summaries, {row["comparison_id"]: row for row in comparisons}),
        titles={**titles, **catalogue_titles()},
    )


def catalogue_titles() -> dict[str, str]:
    """Return the title of every case that can be run, by its name."""
    return {case.case_id: case.title for case in read_cases().values()}


def _contrasts(summaries: Sequence[MeasuredSummary], rows: dict[str, Row]) -> tuple[MeasuredContrast, ...]:
    groups: dict[tuple[str, str, str, Execution | None], list[MeasuredSummary]] = {}
    for s in summaries:
        groups.setdefault((s.case_id, s.arm_key, s.baseline_key, s.execution), []).append(s)
    return tuple(
        MeasuredContrast(*key, rows[its[0].comparison_ids[0]], tuple(its))
        for key, its in sorted(groups.items(), key=str)
    )


def _spread(rows: Sequence[Row], *, geometric: bool) -> Spread:
    """Return the mean over runs; shares become percent, ratios are averaged on the logarithmic scale."""
    scale = 100.0 if rows[0]["unit"] == "fraction" else 1.0
    values = [row["value"] * scale for row in rows]
    lows = [row["ci_low"] * scale for row in rows if row["ci_low"] is not None]
    highs = [row["ci_high"] * scale for row in rows if row["ci_high"] is not None]
    value = math.exp(fmean(math.log(v) for v in values)) if geometric else fmean(values)
    whole = len(lows) == len(highs) == len(rows)
    return Spread(value, min(lows) if whole else None, max(highs) if whole else None, rows[0]["n"])


def _rows(connection: Connection, query: Any) -> list[Row]:  # noqa: ANN401 - any select
    return [dict(row) for row in connection.execute(query).mappings()]
