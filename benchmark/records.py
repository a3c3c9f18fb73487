"""The life of a run as rows: planned, leased, done or failed, and what it measured."""

import datetime as dt
import hashlib
import os
import secrets
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from benchmark.catalogue import Case
from db.errors import MedquantError
from db.models.tables import Case as CaseRow
from db.models.tables import (
    Claim,
    Comparison,
    Environment,
    ImageSet,
    Measurement,
    Prediction,
    Run,
    Study,
)
from db.session import reading, writing
from db.vocabulary import Origin, RunState

GONE = "interrupted: the process that ran it is gone"
_DECIMALS = ("baseline_value", "quantized_value", "change_value")


def plan_run(engine: Engine, case: Case, *, split: str, seed: int, synthetic: bool, actor: str) -> str:
    """Write down that a case will be run, and the case with its claims if this version of it is new; return the run.

    Raises
    ------
    MedquantError
        If a claim names a study or a comparison that the database does not hold.
    """
    run_id = f"{case.case_id}.{split}.s{seed}.{secrets.token_hex(4)}"
    with writing(engine, actor=actor, reason=f"medquant benchmark: plan {case.case_id}") as connection:
        _record_case(connection, case)
        connection.execute(
            insert(Run).values(
                run_id=run_id,
                case_id=case.case_id,
                case_hash=case.case_hash,
                split=split,
                seed=seed,
                synthetic=synthetic,
                state=RunState.PLANNED,
            )
        )
    return run_id


def _record_case(connection: Connection, case: Case) -> None:
    if connection.scalar(select(CaseRow.case_id).where(CaseRow.case_hash == case.case_hash)) is not None:
        return
    for claim in case.claims:
        named = [("study", claim.study, Study.study_id)]
        if claim.comparison is not None:
            named.append(("comparison", claim.comparison, Comparison.comparison_id))
        for what, name, column in named:
            if connection.scalar(select(column).where(column == name)) is None:
                raise MedquantError(
                    f"case {case.case_id} names the {what} {name!r}, which the database does not hold; load the "
                    "corpus that has it (`medquant db load`) or correct the case"
                )
    connection.execute(
        insert(CaseRow).values(
            case_hash=case.case_hash, case_id=case.case_id, title=case.title, text=case.text
        )
    )
    for position, claim in enumerate(case.claims, start=1):
        connection.execute(
            insert(Claim).values(
                case_hash=case.case_hash,
                position=position,
                study_id=claim.study,
                comparison_id=claim.comparison,
                quantity=claim.quantity,
                outcome=claim.outcome,
                arm_key=claim.arm,
                baseline_key=claim.baseline,
                split=claim.split,
                part=claim.part,
                tolerance=claim.tolerance,
                comparable=claim.comparable,
                statement=claim.statement,
                reason=claim.reason,
            )
        )


def lease_run(engine: Engine, run_id: str, *, actor: str) -> bool:
    """Take a planned run for this process; False if another process was quicker."""
    with writing(engine, actor=actor, reason="medquant benchmark: lease") as connection:
        taken = connection.execute(
            update(Run)
            .where(Run.run_id == run_id, Run.state == RunState.PLANNED)
            .values(state=RunState.LEASED, started_at=_now(), fingerprint={"lease": _holder(os.getpid())})
        )
        return taken.rowcount == 1


def fail_run(engine: Engine, run_id: str, why: str, *, actor: str, log: str | None = None) -> None:
    """Write down that a run failed, and why."""
    with writing(engine, actor=actor, reason="medquant benchmark: failed") as connection:
        connection.execute(
            update(Run)
            .where(Run.run_id == run_id, Run.state != RunState.DONE)
            .values(state=RunState.FAILED, finished_at=_now(), error=why, log=log)
        )


def finish_run(
    engine: Engine, run_id: str, result: Mapping[str, Any], *, actor: str, log: str | None
) -> None:
    """Write down everything that a run measured, in one transaction."""
    with writing(engine, actor=actor, reason="medquant benchmark: done") as connection:
        facts = result["environment"]
        _insert_new(connection, Environment, "environment_id", facts)
        for images in result["image_sets"]:
            _insert_new(connection, ImageSet, "set_id", {**images, "classes": tuple(images["classes"])})
        connection.execute(
            update(Run)
            .where(Run.run_id == run_id)
            .values(
                state=RunState.DONE,
                finished_at=_now(),
                environment_id=facts["environment_id"],
                dataset=result["dataset"],
                synthetic=result["synthetic"],
                fingerprint=result["fingerprint"],
                log=log,
            )
        )
        for row in result["predictions"]:
            connection.execute(insert(Prediction).values(run_id=run_id, **row))
        for row in result["measurements"]:
            connection.execute(insert(Measurement).values(run_id=run_id, **row))
        last = connection.scalar(select(func.max(Comparison.position))) or 0
        for number, row in enumerate(result["comparisons"], start=1):
            connection.execute(
                insert(Comparison).values(
                    **_comparison(row),
                    comparison_id=f"{run_id}.{number:02d}",
                    origin=Origin.MEASURED,
                    run_id=run_id,
                    position=last + number,
                )
            )


def _insert_new(connection: Connection, model: Any, key: str, row: Mapping[str, Any]) -> None:  # noqa: ANN401
    column = getattr(model, key)
    if connection.scalar(select(column).where(column == row[key])) is None:
        connection.execute(insert(model).values(**row))


def _comparison(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comparison as its columns want it: JSON knows neither tuples nor decimals."""
    return {
        name: Decimal(value)
        if name in _DECIMALS and value is not None
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in row.items()
    }


def reclaim_runs(engine: Engine, *, actor: str) -> list[str]:
    """Fail the leased runs whose process on this machine is gone, so that they show and can be resumed."""
    with reading(engine) as connection:
        leased = connection.execute(
            select(Run.run_id, Run.fingerprint).where(Run.state == RunState.LEASED)
        ).all()
    lost = [run_id for run_id, fingerprint in leased if _is_gone((fingerprint or {}).get("lease"))]
    for run_id in lost:
        fail_run(engine, run_id, GONE, actor=actor)
    return lost


def _holder(process: int) -> dict[str, object]:
    """Return what tells a process from a later one of the same number: the machine's start and its own."""
    return {"machine": _machine(), "boot": _boot(), "process": process, "began": _began(process)}


def _is_gone(lease: object) -> bool:
    if not isinstance(lease, dict) or None in (lease.get("machine"), lease.get("boot")):
        return False
    if lease["machine"] != _machine():
        return False  # another machine's run: only that machine can tell
    return bool(lease["boot"] != _boot() or lease["began"] != _began(int(lease["process"])))


def _machine() -> str | None:
    try:
        return hashlib.sha256(Path("/etc/machine-id").read_bytes()).hexdigest()[:12]
    except OSError:
        return _boot()


def _boot() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _began(process: int) -> str | None:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
