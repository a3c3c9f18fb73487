"""What a run of one's own network says: the accuracy each scheme costs, and where that lies in the literature."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from benchmark.own_ladder import FP32
from db.errors import MedquantError
from db.models.tables import ImageSet, Measurement, Prediction, Run
from db.vocabulary import RunState

Place = Callable[[Connection, str], Sequence[Any]]
"""Given a connection and a run, `review.placement.PlacedComparison`s: the front door hands it in."""


def last_run(connection: Connection, case_hash: str) -> str | None:
    """Return the run of a case that was done last."""
    return connection.scalar(
        select(Run.run_id)
        .where(Run.case_hash == case_hash, Run.state == RunState.DONE)
        .order_by(Run.finished_at.desc(), Run.run_id)
        .limit(1)
    )


def own_lines(connection: Connection, run_id: str, place: Place | None = None) -> Iterator[str]:
    """Give the sentences of a run, arm by arm.

    Parameters
    ----------
    connection
        An open connection.
    run_id
        A run that is done.
    place
        Places the run's changes in the literature; without it only the changes are told.
    """
    run = connection.execute(select(Run.fingerprint, Run.synthetic).where(Run.run_id == run_id)).one()
    own = ((run.fingerprint or {}).get("built") or {}).get("own_network") or {}
    if own.get("remark"):
        yield f"note: {own['remark']}"
    if run.synthetic:
        yield "note: the images are synthetic, so that nothing here is evidence"
    yield from _levels(connection, run_id)
    placed = {} if place is None else _places(connection, run_id, place)
    changes = connection.execute(
        select(Measurement.__table__)
        .where(Measurement.run_id == run_id, Measurement.metric == "accuracy_change")
        .order_by(Measurement.split.desc())
    ).all()
    ladder = list((run.fingerprint or {}).get("files") or {})
    for row in sorted(changes, key=lambda row: ladder.index(row.arm) if row.arm in ladder else len(ladder)):
        if row.value is None:
            continue
        interval = (
            "" if row.ci_low is None else f" (95 % interval {_signed(row.ci_low)} to {_signed(row.ci_high)})"
        )
        line = f"{row.arm}, {row.split}: accuracy {_signed(row.value)} points{interval} on {row.n} images"
        where = placed.get((row.arm, row.split))
        yield f"{line}; {where}" if where else line
    for scheme, reason in (own.get("failed") or {}).items():
        yield f"{scheme}: not built: {reason}"


def _levels(connection: Connection, run_id: str) -> Iterator[str]:
    levels = connection.execute(
        select(Measurement.__table__)
        .where(Measurement.run_id == run_id, Measurement.arm == FP32, Measurement.metric == "accuracy")
        .order_by(Measurement.split.desc())
    )
    for row in levels:
        yield (
            f"{FP32}, {row.split}: accuracy {100 * row.value:.2f} % (95 % interval {100 * row.ci_low:.2f} to "
            f"{100 * row.ci_high:.2f}) on {row.n} images"
        )
        if row.value <= _commonest(connection, run_id, row.split):
            yield (
                f"note: on {row.split} the network is no better than always naming the commonest class; check --range, "
                "and that the folders in alphabetical order are its outputs"
            )


def _commonest(connection: Connection, run_id: str, split: str) -> float:
    """Return the share of the commonest class among the images of a part."""
    sets = connection.execute(
        select(ImageSet.split, ImageSet.part, ImageSet.labels)
        .join(Prediction, Prediction.set_id == ImageSet.set_id)
        .where(Prediction.run_id == run_id, Prediction.arm == FP32)
    )
    return max(
        (
            max(Counter(row.labels).values()) / len(row.labels)
            for row in sets
            if f"{row.split}/{row.part}" == split
        ),
        default=0.0,
    )


def _places(connection: Connection, run_id: str, place: Place) -> dict[tuple[str, str | None], str]:
    try:
        found = place(connection, run_id)
    except MedquantError:
        return {}
    return {
        (one.arm.split(" against ")[0], one.place): one.placement.sentence
        for one in found
        if one.placement.outcome == "accuracy"
    }


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
