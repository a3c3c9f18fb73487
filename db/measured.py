"""Measured results that ship: rows of runs to files and back, whole or not at all."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from db.codebook.codebook import Codebook, codebook_from_database
from db.digits import classes_of
from db.errors import DataError, MedquantError, shown
from db.export import write_files
from db.files import Row, keys_of, table_of
from db.load import RESULTS_LOADER
from db.models.tables import Case, Claim, Comparison, Environment, ImageSet, Prediction
from db.results_file import OF_RUN, RUNS, SHARED, TABLES, ResultFile, Tables, file_bytes, parse_file
from db.session import writing
from db.vocabulary import RunState

SHIPPED = Path(__file__).parent / "results"
ENDED = (RunState.DONE, RunState.FAILED)
_MOST_CLASSES = 36


@dataclass(frozen=True)
class ResultsLoaded:
    """What a load of results did: runs new, present already, and present with other content (left alone)."""

    inserted: int
    present: int
    differing: tuple[str, ...]


def export_results(
    connection: Connection,
    folder: Path,
    *,
    cases: Collection[str] | None = None,
    datasets: Collection[str] | None = None,
) -> list[str]:
    """Write the runs that ended, one file a case, and return the names of the files.

    Parameters
    ----------
    connection
        An open connection.
    folder
        Where to write; it is made if it does not exist. Files of cases without a run that ended are left alone.
    cases, datasets
        Only runs of these cases, on these data sets (None: all); a run that failed before its images were opened
        belongs to no data set and is judged by its case alone.

    Notes
    -----
    Runs on synthetic images stay out, and so do runs that were planned or interrupted.
    """
    files = {f"{file.case_id}.json": file_bytes(file) for file in result_files(connection, cases, datasets)}
    write_files(folder, files)
    return list(files)


def result_files(
    connection: Connection, cases: Collection[str] | None = None, datasets: Collection[str] | None = None
) -> list[ResultFile]:
    """Return the runs that ended, synthetic ones left out, grouped by case; see `export_results`."""
    runs = [
        run
        for run in _select(connection, RUNS)
        if run["state"] in ENDED
        and not run["synthetic"]
        and (cases is None or run["case_id"] in cases)
        and (datasets is None or run["dataset"] is None or run["dataset"] in datasets)
    ]
    runs.sort(key=lambda run: run["run_id"])
    rows = {table: _select(connection, table) for table in TABLES if table is not RUNS}
    return [
        ResultFile(case_id, _of_case(rows, [run for run in runs if run["case_id"] == case_id]))
        for case_id in dict.fromkeys(run["case_id"] for run in sorted(runs, key=lambda run: run["case_id"]))
    ]


def _of_case(rows: Tables, runs: list[Row]) -> Tables:
    """Return the rows that belong to runs, directly or through another row."""
    names = {run["run_id"] for run in runs}
    own: Tables = {table: [row for row in rows[table] if row["run_id"] in names] for table in OF_RUN}
    hashes = {run["case_hash"] for run in runs}
    wanted = {
        table_of(Case): ("case_hash", hashes),
        table_of(Claim): ("case_hash", hashes),
        table_of(Environment): ("environment_id", {run["environment_id"] for run in runs}),
        table_of(ImageSet): ("set_id", {row["set_id"] for row in own[table_of(Prediction)]}),
    }
    shared = {
        table: [row for row in rows[table] if row[key] in keys] for table, (key, keys) in wanted.items()
    }
    return {**shared, RUNS: runs, **own}


def _select(connection: Connection, table: Table) -> list[Row]:
    query = select(table)
    if table is table_of(Comparison):
        query = query.where(table.c.run_id.is_not(None)).order_by(table.c.position)
    return [dict(row) for row in connection.execute(query.order_by(*table.primary_key)).mappings()]


def read_results(folder: Path) -> list[ResultFile]:
    """Read and check every file of a folder of measured results; a folder without any gives none.

    Raises
    ------
    MedquantError
        If there is no such folder, or a file cannot be read.
    DataError
        For the first thing in a file that is not as it should be.
    """
    if not folder.is_dir():
        raise MedquantError(f"{folder} is no folder; give the folder with the files of measured results")
    files = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MedquantError(f"{path} cannot be read: {error.strerror or error}") from None
        file = parse_file(content, path.name)
        if path.stem != file.case_id:
            raise DataError(
                f"it holds the case {shown(file.case_id)}; allowed: the case of its name", file=path.name
            )
        _check_file(file, path.name)
        files.append(file)
    _check_keys([row for file in files for row in file.rows[RUNS]], RUNS, str(folder))
    comparisons = table_of(Comparison)
    _check_keys([row for file in files for row in file.rows[comparisons]], comparisons, str(folder))
    return files


def _check_file(file: ResultFile, name: str) -> None:
    for table in TABLES:
        _check_keys(file.rows[table], table, name)
    _check_parents(file, name)
    for case in file.rows[table_of(Case)]:
        if hashlib.sha256(case["text"].encode()).hexdigest() != case["case_hash"]:
            raise DataError(
                f"the text of case {case['case_hash'][:12]} has another SHA-256; a case cannot be changed "
                "after it was run",
                file=name,
            )
    for run in file.rows[RUNS]:
        _check_run(run, file.case_id, name)
    sets = {row["set_id"]: row for row in file.rows[table_of(ImageSet)]}
    for row in sets.values():
        _check_images(row, name)
    for row in file.rows[table_of(Prediction)]:
        images = sets[row["set_id"]]
        try:
            classes_of(row["classes"], n=images["n"], classes=len(images["classes"]))
        except DataError as error:
            raise DataError(
                str(error), file=f"{name}, run {row['run_id']}, predictions of {row['arm']}"
            ) from None


def _check_keys(rows: Sequence[Row], table: Table, where: str) -> None:
    seen = set()
    for key in keys_of(list(rows), table):
        if key in seen:
            words = "|".join(map(str, key))
            raise DataError(f"{shown(words)} stands twice in {table.name}; allowed: once", file=where)
        seen.add(key)


def _check_parents(file: ResultFile, name: str) -> None:
    for table in TABLES:
        for constraint in table.foreign_key_constraints:
            (key,) = constraint.elements
            parent, column = key.column.table, key.parent.name
            if parent not in file.rows:
                continue
            known = {row[key.column.name] for row in file.rows[parent]}
            for row in file.rows[table]:
                if row.get(column) is not None and row[column] not in known:
                    raise DataError(
                        f"{shown(str(row[column]))} is no {key.column.name} of its {parent.name}; add that row",
                        file=name,
                        column=f"{table.name}.{column}",
                    )


def _check_run(run: Row, case_id: str, name: str) -> None:
    where = f"{name}, run {run['run_id']}"
    if run["case_id"] != case_id:
        raise DataError(f"its case is {shown(run['case_id'])}; allowed: {case_id}", file=where)
    if run["state"] not in ENDED:
        raise DataError(f"its state is {run['state']}; allowed: {', '.join(ENDED)}", file=where)
    if run["state"] == RunState.FAILED and not run["error"]:
        raise DataError("it failed, but error is empty; say why it failed", file=where)
    if run["state"] == RunState.DONE and run["finished_at"] is None:
        raise DataError("it is done, but finished_at is empty; say when it ended", file=where)
    if run["synthetic"]:
        raise DataError("it was made with synthetic images, which are no evidence; take it out", file=where)


def _check_images(row: Row, name: str) -> None:
    where = f"{name}, image set {row['set_id']}"
    if row["synthetic"]:
        raise DataError("its images are synthetic, which are no evidence; take it out", file=where)
    if not 1 <= len(row["classes"]) <= _MOST_CLASSES:
        raise DataError(f"it has {len(row['classes'])} classes; allowed: 1 to {_MOST_CLASSES}", file=where)
    if len(row["images"].split()) != row["n"]:
        raise DataError(
            f"it names {len(row['images'].split()):,} images; allowed: n = {row['n']:,}", file=where
        )
    try:
        classes_of(row["labels"], n=row["n"], classes=len(row["classes"]))
    except DataError as error:
        raise DataError(str(error), file=f"{where}, labels") from None


def load_results(engine: Engine, files: Path | Iterable[ResultFile], *, actor: str) -> ResultsLoaded:
    """Add the runs that a database does not hold yet, in one transaction; what it holds stays as it is.

    Parameters
    ----------
    engine
        A database of the current schema with a corpus.
    files
        A folder of measured results, or what `read_results` gave.
    actor
        Who loads.

    Raises
    ------
    DataError
        If a row names an outcome or a code that the database's codebook does not know. Nothing is written then.
    """
    given = read_results(files) if isinstance(files, Path) else list(files)
    if not given:
        return ResultsLoaded(0, 0, ())
    with writing(engine, actor=actor, reason=RESULTS_LOADER) as connection:
        codebook = codebook_from_database(connection)
        known = set(connection.scalars(select(RUNS.c.run_id)))
        present = {file.case_id: file for file in result_files(connection)} if known else {}
        new = {run["run_id"] for file in given for run in file.rows[RUNS]} - known
        differing = [
            run["run_id"]
            for file in given
            for run in file.rows[RUNS]
            if run["run_id"] in known and not _same_run(file, present.get(file.case_id), run["run_id"])
        ]
        for file in given:
            _insert(connection, file, new, codebook)
    total = sum(len(file.rows[RUNS]) for file in given)
    return ResultsLoaded(len(new), total - len(new), tuple(differing))


def _same_run(file: ResultFile, other: ResultFile | None, run_id: str) -> bool:
    """Whether a run reads the same in two files."""
    if other is None:
        return False
    return _alone(file, run_id) == _alone(other, run_id)


def _alone(file: ResultFile, run_id: str) -> bytes:
    runs = [run for run in file.rows[RUNS] if run["run_id"] == run_id]
    return file_bytes(ResultFile(file.case_id, _of_case(file.rows, runs)))


def _insert(connection: Connection, file: ResultFile, new: set[str], codebook: Codebook) -> None:
    rows = _of_case(file.rows, [run for run in file.rows[RUNS] if run["run_id"] in new])
    _check_codes(rows[table_of(Comparison)], codebook, f"{file.case_id}.json")
    _check_new_keys(connection, rows[table_of(Comparison)], f"{file.case_id}.json")
    for table in TABLES:
        wanted = rows[table]
        if table in SHARED:
            known = {tuple(row) for row in connection.execute(select(*table.primary_key))}
            wanted = [r for key, r in zip(keys_of(wanted, table), wanted, strict=True) if key not in known]
        if wanted:
            connection.execute(insert(table), wanted)


def _check_codes(comparisons: Iterable[Row], codebook: Codebook, name: str) -> None:
    """Raise `DataError` for a code that the database's codebook does not know."""
    coded = [column for column in table_of(Comparison).columns if column.info.get("vocabulary")]
    for row in comparisons:
        where = f"{name}, comparison {row['comparison_id']}"
        if row["outcome"] not in codebook.outcomes:
            raise DataError(
                f"{shown(row['outcome'])} is no outcome of the codebook; load the results with the corpus they "
                "belong to",
                file=where,
            )
        for column in coded:
            for code in _several(row[column.name]):
                try:
                    codebook.check_code(column.info["vocabulary"], code)
                except DataError as error:
                    raise DataError(str(error), file=where, column=column.name) from None


def _several(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _check_new_keys(connection: Connection, comparisons: Iterable[Row], name: str) -> None:
    """Raise `DataError` if a comparison's identifier belongs to another run or to a study already."""
    column = table_of(Comparison).c.comparison_id
    known = set(connection.scalars(select(column)))
    for row in comparisons:
        if row["comparison_id"] in known:
            raise DataError(
                f"the database holds a comparison {shown(row['comparison_id'])} already; rename one of them",
                file=name,
            )
