"""One run for people: where it ran, what it measured, which images it decided otherwise."""

import json
from typing import Any

from sqlalchemy import Connection, select

from db.digits import DIGITS
from db.errors import MedquantError, shown
from db.models.tables import Comparison, Environment, ImageSet, Measurement, Prediction, Run


def find_run(connection: Connection, name: str) -> str:
    """Return the run that a name, or the beginning of one, stands for.

    Raises
    ------
    MedquantError
        If no run or several runs begin so.
    """
    found = [
        run_id
        for run_id in connection.scalars(select(Run.run_id).order_by(Run.run_id))
        if run_id.startswith(name)
    ]
    if name in found:
        return name
    if not found:
        raise MedquantError(f"there is no run {shown(name)}; `medquant benchmark runs` lists them")
    if len(found) > 1:
        raise MedquantError(
            f"{shown(name)} begins {len(found)} runs, such as {found[0]} and {found[1]}; give more of the name"
        )
    return found[0]


def run_as_json(connection: Connection, name: str) -> dict[str, Any]:
    """Return everything that is known of a run."""
    run_id = find_run(connection, name)
    run = dict(connection.execute(select(Run.__table__).where(Run.run_id == run_id)).mappings().one())
    environment = connection.execute(
        select(Environment.label, Environment.facts).where(
            Environment.environment_id == run["environment_id"]
        )
    ).first()
    measurements = connection.execute(
        select(Measurement.__table__)
        .where(Measurement.run_id == run_id)
        .order_by(Measurement.arm, Measurement.metric, Measurement.split)
    ).mappings()
    return {
        **run,
        "environment": {"label": environment.label, **environment.facts} if environment else None,
        "measurements": [{k: v for k, v in row.items() if k != "run_id"} for row in measurements],
        "flips": list(_flips(connection, run_id)),
    }


def _flips(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """Return, for each contrast of the run, the images that its two arms put into different classes."""
    pairs = connection.execute(
        select(Comparison.arm_key, Comparison.baseline_key)
        .where(Comparison.run_id == run_id, Comparison.outcome == "accuracy")
        .distinct()
    ).all()
    sets = {row.set_id: row for row in connection.execute(select(ImageSet.__table__))}
    said = {
        (row.arm, row.set_id): row.classes
        for row in connection.execute(select(Prediction.__table__).where(Prediction.run_id == run_id))
    }
    found = []
    for arm, baseline in sorted(pairs):
        for set_id, images in sets.items():
            if (arm, set_id) not in said or (baseline, set_id) not in said:
                continue
            names = images.images.split()
            found.append(
                {
                    "arm": arm,
                    "baseline": baseline,
                    "split": f"{images.split}/{images.part}",
                    "n": images.n,
                    "images": [
                        {
                            "image": name,
                            "true": _class(images, true),
                            "baseline": _class(images, before),
                            "arm": _class(images, after),
                        }
                        for name, true, before, after in zip(
                            names, images.labels, said[baseline, set_id], said[arm, set_id], strict=True
                        )
                        if before != after
                    ],
                }
            )
    return found


def _class(images: Any, digit: str) -> str:  # noqa: ANN401 - a row of image_sets
    return str(images.classes[DIGITS.index(digit)])


def run_as_text(facts: dict[str, Any]) -> str:
    """Return a run as text for a terminal."""
    lines = [
        f"run          {facts['run_id']}",
        f"state        {_state(facts)}",
        f"images       {facts['dataset'] or '-'}{' (synthetic: no evidence)' if facts['synthetic'] else ''}",
        f"split, seed  {facts['split']}, {facts['seed']}",
        f"ran          {facts['started_at'] or '-'} to {facts['finished_at'] or '-'} (UTC)",
        f"environment  {(facts['environment'] or {}).get('label', '-')}",
    ]
    for row in facts["measurements"]:
        value = "not measured" if row["value"] is None else f"{row['value']:.6g} {row['unit'] or ''}".rstrip()
        interval = f" [{row['ci_low']:.6g}, {row['ci_high']:.6g}]" if row["ci_low"] is not None else ""
        note = f"  ({row['note']})" if row["note"] else ""
        where = f" {row['split']}" if row["split"] else ""
        lines.append(f"  {row['arm']}: {row['metric']}{where} = {value}{interval}{note}")
    for pair in facts["flips"]:
        lines.append(
            f"{pair['arm']} against {pair['baseline']}, {pair['split']}: "
            f"{len(pair['images'])} of {pair['n']} images decided otherwise"
        )
        lines += [
            f"  {flip['image']}  true {flip['true']}: {flip['baseline']} -> {flip['arm']}"
            for flip in pair["images"]
        ]
    lines.append("fingerprint")
    lines += [f"  {line}" for line in json.dumps(facts["fingerprint"], indent=1, default=str).splitlines()]
    if facts["log"]:
        lines.append("end of the log")
        lines += [f"  {line}" for line in facts["log"].splitlines()[-20:]]
    return "\n".join(lines)


def _state(facts: dict[str, Any]) -> str:
    return f"{facts['state'].value}: {facts['error']}" if facts["error"] else str(facts["state"].value)
