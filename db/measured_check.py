"""What is wrong with measured rows: each finding recomputes a stored value from the predictions behind it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, select

from db.digits import classes_of
from db.errors import DataError
from db.files import Row, table_of
from db.models.tables import Claim, Comparison, ImageSet, Measurement, Prediction, Run
from db.places import part_of
from db.printed import Finding, Severity, half_unit
from db.vocabulary import Origin, Quantity, RunState

_ROUNDING = Decimal("1e-9")
"""Slack for the arithmetic itself, beside half a unit of the last stored decimal."""


def check_measured(connection: Connection) -> list[Finding]:
    """Return what is wrong with runs, image sets, predictions and measured comparisons."""
    runs = _rows(connection, table_of(Run))
    if not runs:
        return []
    sets = _rows(connection, table_of(ImageSet))
    predictions = _rows(connection, table_of(Prediction))
    comparisons = [row for row in _rows(connection, table_of(Comparison)) if row["origin"] == Origin.MEASURED]
    findings = [*_runs(connection, runs, predictions, comparisons)]
    labels: dict[str, list[int]] = {}
    for row in sets:
        try:
            labels[row["set_id"]] = _digits(row["labels"], row)
            if len(row["images"].split()) != row["n"]:
                raise DataError(f"it names {len(row['images'].split()):,} images; allowed: n = {row['n']:,}")
        except DataError as error:
            findings.append(_error("image_set", f"image_sets {row['set_id']}", str(error)))
    by_id = {row["set_id"]: row for row in sets}
    correct: dict[tuple[str, str, str], list[bool]] = {}
    for row in predictions:
        if row["set_id"] not in labels:
            continue
        try:
            said = _digits(row["classes"], by_id[row["set_id"]])
        except DataError as error:
            where = f"predictions {row['run_id']}|{row['arm']}|{row['set_id']}"
            findings.append(_error("prediction", where, str(error)))
            continue
        truth = labels[row["set_id"]]
        correct[row["run_id"], row["arm"], row["set_id"]] = [a == b for a, b in zip(said, truth, strict=True)]
    splits = {row["run_id"]: row["split"] for row in runs}
    for row in comparisons:
        findings += _comparison(row, _arms(row, splits[row["run_id"]], by_id, correct))
    return findings


def _rows(connection: Connection, table: Table) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def _digits(text: str, images: Row) -> list[int]:
    return classes_of(text, n=images["n"], classes=len(images["classes"]))


def _error(code: str, where: str, problem: str) -> Finding:
    return Finding(Severity.ERROR, code, where, problem, "run the case again, or load the results anew")


def _runs(
    connection: Connection, runs: list[Row], predictions: list[Row], comparisons: list[Row]
) -> Iterator[Finding]:
    """Find runs that are done and have nothing to show."""
    shown = {row["run_id"] for row in (*predictions, *comparisons)}
    shown |= set(connection.scalars(select(Measurement.run_id).distinct()))
    compared = {row["run_id"] for row in comparisons}
    changes = set(connection.scalars(select(Claim.case_hash).where(Claim.quantity == Quantity.CHANGE)))
    for run in runs:
        where = f"runs {run['run_id']}"
        if run["state"] != RunState.DONE:
            continue
        if run["run_id"] not in shown:
            yield _error("run", where, "it is done, but nothing that it measured is there")
        elif run["case_hash"] in changes and run["run_id"] not in compared:
            yield Finding(
                Severity.WARNING,
                "run",
                where,
                "its case makes claims of a change, but it has no comparison",
                "run the case again, or record why it has none",
            )


def _arms(
    row: Row,
    split: str | None,
    sets: Mapping[str, Row],
    correct: Mapping[tuple[str, str, str], list[bool]],
) -> tuple[list[bool], list[bool]] | None:
    """Return which images the baseline and the quantized arm of a comparison have right, where both are known."""
    for set_id, images in sets.items():
        if images["part"] != part_of(row["split"]) or (split is not None and images["split"] != split):
            continue
        baseline = correct.get((row["run_id"], row["baseline_key"], set_id))
        quantized = correct.get((row["run_id"], row["arm_key"], set_id))
        if baseline is not None and quantized is not None:
            return baseline, quantized
    return None


def _comparison(row: Row, arms: tuple[list[bool], list[bool]] | None) -> Iterator[Finding]:
    """Recompute an accuracy and the counts of changed images from the predictions."""
    if row["outcome"] != "accuracy" or arms is None:
        return
    baseline, quantized = arms
    n = len(baseline)
    where = f"comparisons {row['comparison_id']}"
    pairs = list(zip(baseline, quantized, strict=True))
    expected: dict[str, Any] = {
        "n_test": n,
        "discordant_gained": sum(q and not b for b, q in pairs),
        "discordant_lost": sum(b and not q for b, q in pairs),
    }
    for name, value in expected.items():
        if row[name] is not None and row[name] != value:
            yield _error(
                "recomputed", f"{where} {name}", f"{row[name]} is stored, the predictions give {value}"
            )
    scale = {"percent": 100, "fraction": 1}.get(row["unit"])
    if scale is None:
        return
    for name, arm in (("baseline_value", baseline), ("quantized_value", quantized)):
        stored = row[name]
        value = Decimal(sum(arm) * scale) / n
        if stored is not None and abs(stored - value) > half_unit(stored) + _ROUNDING:
            yield _error(
                "recomputed", f"{where} {name}", f"{stored} is stored, the predictions give {value:.6g}"
            )
