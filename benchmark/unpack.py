"""Taking in the result of a pack: a run of its case on another device, with its rows."""

from sqlalchemy import Engine, select

from benchmark.catalogue import read_cases
from benchmark.device_result import DeviceResult
from benchmark.device_rows import rows_of
from benchmark.records import fail_run, finish_run, lease_run, plan_run
from db.codebook.codebook import codebook_from_database
from db.errors import MedquantError
from db.models.tables import Case as CaseRow
from db.models.tables import Run
from db.session import reading
from db.vocabulary import RunState


def unpack(engine: Engine, result: DeviceResult, *, actor: str) -> str:
    """Write a device's result down as a run that is done, and return the run.

    Raises
    ------
    MedquantError
        If it is in the database already, its case is neither there nor in the catalogue, or an arm has a technique
        that the codebook lacks.
    """
    known = _taken_in(engine, result)
    if known is not None:
        raise MedquantError(f"this result is in the database already, as run {known}; nothing was changed")
    if not _known_case(engine, result):
        raise MedquantError(
            f"the result is of a version of the case {result.case.case_id} ({result.case.case_hash[:12]}) that "
            "neither this medquant nor the database has; unpack it with the version that packed it"
        )
    _check_codes(engine, result)
    rows = rows_of(result)
    run_id = plan_run(
        engine,
        result.case,
        split=result.manifest["split"],
        seed=result.manifest["seed"],
        synthetic=result.manifest["synthetic"],
        actor=actor,
    )
    try:
        lease_run(engine, run_id, actor=actor)
        finish_run(engine, run_id, rows, actor=actor, log=None)
    except BaseException as error:
        fail_run(engine, run_id, f"its result could not be written ({type(error).__name__})", actor=actor)
        raise
    return run_id


def _taken_in(engine: Engine, result: DeviceResult) -> str | None:
    with reading(engine) as connection:
        rows = connection.execute(
            select(Run.run_id, Run.fingerprint).where(
                Run.case_hash == result.case.case_hash, Run.state == RunState.DONE
            )
        ).all()
    for run_id, fingerprint in rows:
        device = (fingerprint or {}).get("device_result")
        if isinstance(device, dict) and device.get("sha256") == result.sha256:
            return str(run_id)
    return None


def _known_case(engine: Engine, result: DeviceResult) -> bool:
    shipped = read_cases().get(result.case.case_id)
    if shipped is not None and shipped.case_hash == result.case.case_hash:
        return True
    with reading(engine) as connection:
        found = connection.scalar(select(CaseRow.case_id).where(CaseRow.case_hash == result.case.case_hash))
    return found == result.case.case_id


def _check_codes(engine: Engine, result: DeviceResult) -> None:
    with reading(engine) as connection:
        codebook = codebook_from_database(connection)
    for arm in result.manifest["arms"].values():
        for code in arm["technique"]:
            codebook.check_code("technique", code)
