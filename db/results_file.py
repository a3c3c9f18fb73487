"""Measured results as files: one JSON file a case, one row a line, the same bytes for the same content.

A file names the columns of each table once (`columns`) and then gives rows as lists. Runs hold the rows that belong
to them; cases, claims, environments and image sets stand once in a file, however many runs share them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Column, Table

from db.errors import DataError, one_of, shown
from db.files import Row, table_of
from db.models.tables import Case, Claim, Comparison, Environment, ImageSet, Measurement, Prediction, Run
from db.results_cells import plain_value, value_of
from db.vocabulary import Origin

FORMAT = 1
SHARED = tuple(table_of(model) for model in (Case, Claim, Environment, ImageSet))
RUNS = table_of(Run)
OF_RUN = tuple(table_of(model) for model in (Prediction, Measurement, Comparison))
TABLES = (*SHARED, RUNS, *OF_RUN)
"""The tables of measured evidence, parents first."""

_UNWRITTEN = frozenset({"origin", "study_id", "position"})
"""Columns of a measured comparison that follow from where it stands."""

Tables = dict[Table, list[Row]]


@dataclass(frozen=True)
class ResultFile:
    """The measured rows of one case: rows of each table of `TABLES`, in their order."""

    case_id: str
    rows: Tables


def written_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that a file may give for a table."""
    left_out = {"run_id"} if table in OF_RUN else set()
    if table is table_of(Comparison):
        left_out |= _UNWRITTEN
    return [column for column in table.columns if column.name not in left_out]


def file_bytes(file: ResultFile) -> bytes:
    """Return the bytes of a file; columns that are empty in every row are left out.

    Raises
    ------
    DataError
        If a number is not finite, which JSON has no word for.
    """
    columns = {table: _used(table, file.rows[table]) for table in TABLES}
    parts = [
        f'"format":{FORMAT}',
        f'"case_id":{_json(file.case_id)}',
        '"columns":{\n'
        + ",\n".join(f"{_json(t.name)}:{_json([c.name for c in columns[t]])}" for t in TABLES)
        + "}",
        *(f"{_json(table.name)}:{_lines(file.rows[table], columns[table])}" for table in SHARED),
    ]
    runs = []
    for run in file.rows[RUNS]:
        own = {table: [r for r in file.rows[table] if r["run_id"] == run["run_id"]] for table in OF_RUN}
        rows = ",\n".join(f"{_json(table.name)}:{_lines(own[table], columns[table])}" for table in OF_RUN)
        runs.append(f'{{"run":{_line(run, columns[RUNS])},\n{rows}}}')
    parts.append('"runs":[\n' + ",\n".join(runs) + "]")
    return ("{" + ",\n".join(parts) + "}\n").encode()


def _used(table: Table, rows: Iterable[Row]) -> list[Column[Any]]:
    filled = {name for row in rows for name, value in row.items() if value not in (None, ())}
    return [column for column in written_columns(table) if column.name in filled]


def _lines(rows: list[Row], columns: list[Column[Any]]) -> str:
    return "[" + ",".join(f"\n{_line(row, columns)}" for row in rows) + "]"


def _line(row: Row, columns: list[Column[Any]]) -> str:
    return _json([plain_value(row[column.name]) for column in columns])


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise DataError("a measured value is not a finite number, which a file cannot hold") from None


def parse_file(content: bytes, name: str) -> ResultFile:
    """Return the rows of a file, each cell checked against its column.

    Parameters
    ----------
    content
        The file's bytes.
    name
        Its name, for messages.

    Raises
    ------
    DataError
        For the first thing that is not as it should be, with its place and what is allowed.
    """
    try:
        given = json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise DataError(f"it is no JSON of measured results: {error}", file=name) from None
    keys = ("format", "case_id", "columns", *(table.name for table in SHARED), "runs")
    given = _object(given, keys, name)
    if given["format"] != FORMAT:
        raise DataError(
            f"it has the format {shown(str(given['format']))}; allowed: {FORMAT}; upgrade medquant", file=name
        )
    if not isinstance(given["case_id"], str):
        raise DataError("case_id is no text; allowed: the name of the case", file=name)
    columns = _columns(given["columns"], name)
    rows: Tables = {
        table: _rows(given[table.name], table, columns[table], f"{name}, {table.name}") for table in SHARED
    }
    rows |= {table: [] for table in (RUNS, *OF_RUN)}
    for number, item in enumerate(_list(given["runs"], f"{name}, runs"), start=1):
        where = f"{name}, run {number}"
        run = _object(item, ("run", *(table.name for table in OF_RUN)), where)
        own = _row(run["run"], RUNS, columns[RUNS], where)
        rows[RUNS].append(own)
        for table in OF_RUN:
            belonging = _rows(run[table.name], table, columns[table], f"{where}, {table.name}")
            rows[table] += [
                {**row, "run_id": own["run_id"]} | _implied(table, position)
                for position, row in enumerate(belonging, start=1)
            ]
    return ResultFile(given["case_id"], rows)


def _implied(table: Table, position: int) -> Row:
    if table is not table_of(Comparison):
        return {}
    return {"origin": Origin.MEASURED, "study_id": None, "position": position}


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _object(given: object, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise DataError(f"{shown(str(given))} is no object; it needs the keys {', '.join(keys)}", file=where)
    for key in keys:
        if key not in given:
            raise DataError(f"{key} is missing; needed: {', '.join(keys)}", file=where)
    if strangers := [key for key in given if key not in keys]:
        raise DataError(f"{shown(strangers[0])} is not expected; {one_of(keys)}", file=where)
    return given


def _list(given: object, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise DataError(f"{shown(str(given))} is no list", file=where)
    return given


def _columns(given: object, name: str) -> dict[Table, list[Column[Any]]]:
    where = f"{name}, columns"
    named = _object(given, tuple(table.name for table in TABLES), where)
    columns = {}
    for table in TABLES:
        allowed = {column.name: column for column in written_columns(table)}
        names = _list(named[table.name], where)
        for column in names:
            if not isinstance(column, str) or column not in allowed or names.count(column) > 1:
                raise DataError(
                    f"{shown(str(column))} is no column of {table.name}, or stands twice; {one_of([*allowed])}",
                    file=where,
                )
        columns[table] = [allowed[column] for column in names]
    return columns


def _rows(given: object, table: Table, columns: list[Column[Any]], where: str) -> list[Row]:
    return [
        _row(cells, table, columns, f"{where}, row {number}")
        for number, cells in enumerate(_list(given, where), start=1)
    ]


def _row(given: object, table: Table, columns: list[Column[Any]], where: str) -> Row:
    cells = _list(given, where)
    if len(cells) != len(columns):
        raise DataError(f"it has {len(cells)} values for {len(columns)} columns", file=where)
    values = dict(zip((column.name for column in columns), cells, strict=True))
    return {
        column.name: value_of(column, values.get(column.name), where) for column in written_columns(table)
    }
