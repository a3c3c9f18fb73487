"""What differs between two states of the evidence: files, rows and cells, by the names that the CSV files use."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.csvfile import CsvFile
from db.errors import DataError, shown
from db.files import CODEBOOK_FILES, FILES, EvidenceFile

Cells = Mapping[str, str]
KEY_SEPARATOR = "|"
MATRIX = "studies.csv"
FILES_BY_NAME: Mapping[str, EvidenceFile] = {file.name: file for file in FILES} | {
    f"codebook/{file.name}": file for file in CODEBOOK_FILES
}


@dataclass(frozen=True)
class State:
    """The evidence at one moment: its name for people, and its files as read."""

    name: str
    files: Mapping[str, CsvFile]


@dataclass(frozen=True)
class RowChange:
    """A row that was added or removed, with all its cells."""

    key: str
    cells: Cells


@dataclass(frozen=True)
class CellChange:
    """A cell of a row that both states have; an empty text is an empty cell, or a column that is not there."""

    key: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class FileDiff:
    """What differs in one file; `before` and `after` count its rows.

    Files whose rows have no identifier (logs, to which rows are appended) have whole rows added and removed only.
    """

    file: str
    before: int
    after: int
    added: tuple[RowChange, ...]
    removed: tuple[RowChange, ...]
    changed: tuple[CellChange, ...]
    reordered: bool

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.changed or self.reordered)

    @property
    def rows_changed(self) -> int:
        """Number of rows with a changed cell."""
        return len({cell.key for cell in self.changed})


@dataclass(frozen=True)
class Diff:
    """What differs between two states, file by file in the order of the corpus; equal files are left out."""

    before: str
    after: str
    files: tuple[FileDiff, ...]

    def of(self, file: str) -> FileDiff:
        """Return what differs in a file; nothing does where it is not listed."""
        return next((one for one in self.files if one.file == file), FileDiff(file, 0, 0, (), (), (), False))

    @property
    def cells(self) -> list[tuple[str, CellChange]]:
        """Every changed cell with the name of its file."""
        return [(one.file, cell) for one in self.files for cell in one.changed]


@dataclass(frozen=True)
class Tally:
    """How many things of one kind were added, removed and changed."""

    what: str
    added: int
    removed: int
    changed: int

    def __bool__(self) -> bool:
        """Whether there was any."""
        return bool(self.added or self.removed or self.changed)


def tallies(diff: Diff) -> tuple[Tally, ...]:
    """Count what matters most: records, studies, values of the matrix, and comparisons.

    A value is a cell of `studies.csv` of a study that both states have: filled where it was empty is added.
    """
    values = diff.of(MATRIX).changed
    return (
        _rows("records", diff.of("records.csv")),
        _rows("studies", diff.of(MATRIX)),
        Tally(
            "values",
            sum(not cell.old for cell in values),
            sum(not cell.new for cell in values),
            sum(bool(cell.old and cell.new) for cell in values),
        ),
        _rows("comparisons", diff.of("comparisons.csv")),
    )


def _rows(what: str, one: FileDiff) -> Tally:
    return Tally(what, len(one.added), len(one.removed), one.rows_changed)


def compare(before: State, after: State) -> Diff:
    """Compare two states cell by cell.

    Raises
    ------
    DataError
        If a file lacks a column of its identifier, or an identifier stands twice in it.
    """
    found = (
        _compare_file(name, before, after)
        for name in FILES_BY_NAME
        if name in before.files or name in after.files
    )
    return Diff(before.name, after.name, tuple(one for one in found if one))


def _compare_file(name: str, before: State, after: State) -> FileDiff:
    old, new = (_rows_of(state, name) for state in (before, after))
    if not _identifier(name):
        return _compare_log(name, old, new)
    was, now = (_keyed(state.name, name, rows) for state, rows in ((before, old), (after, new)))
    columns = list(
        dict.fromkeys(
            column for state in (after, before) if name in state.files for column in state.files[name].header
        )
    )
    changed = [
        CellChange(key, column, was[key].get(column, ""), row.get(column, ""))
        for key, row in now.items()
        if key in was
        for column in columns
        if was[key].get(column, "") != row.get(column, "")
    ]
    stayed = [[key for key in rows if key in was and key in now] for rows in (was, now)]
    return FileDiff(
        name,
        len(old),
        len(new),
        tuple(RowChange(key, row) for key, row in now.items() if key not in was),
        tuple(RowChange(key, row) for key, row in was.items() if key not in now),
        tuple(changed),
        stayed[0] != stayed[1],
    )


def _rows_of(state: State, name: str) -> list[Cells]:
    return [cells for _, cells in state.files[name].rows] if name in state.files else []


def _identifier(name: str) -> list[str]:
    """Return the columns that identify a row; none for a log, whose rows are told apart by their place alone."""
    columns = [column.name for column in FILES_BY_NAME[name].table.primary_key]
    return [] if columns == ["position"] else columns


def _keyed(state: str, name: str, rows: Sequence[Cells]) -> dict[str, Cells]:
    columns = _identifier(name)
    keyed: dict[str, Cells] = {}
    for number, row in enumerate(rows, start=2):
        missing = next((column for column in columns if column not in row), None)
        if missing is not None:
            raise DataError(
                f"the column is missing in {state}; a file without it cannot be compared",
                file=name,
                column=missing,
            )
        key = KEY_SEPARATOR.join(row[column] for column in columns)
        if key in keyed:
            raise DataError(
                f"{shown(key)} stands in {state} for the second time; allowed: once",
                file=name,
                row=number,
                column=", ".join(columns),
            )
        keyed[key] = row
    return keyed


def _compare_log(name: str, old: Sequence[Cells], new: Sequence[Cells]) -> FileDiff:
    was, now = (Counter(_filled(row) for row in rows) for rows in (old, new))
    added, removed = (tuple(_log_rows(counts)) for counts in (now - was, was - now))
    both = was & now
    stayed = [[cells for cells in map(_filled, rows) if cells in both] for rows in (old, new)]
    reordered = not added and not removed and stayed[0] != stayed[1]
    return FileDiff(name, len(old), len(new), added, removed, (), reordered)


def _filled(row: Cells) -> tuple[tuple[str, str], ...]:
    """Return the cells that say something, so that a column that came into use changes no row that leaves it empty."""
    return tuple((column, text) for column, text in row.items() if text)


def _log_rows(counts: Counter[tuple[tuple[str, str], ...]]) -> list[RowChange]:
    return [RowChange(cells[0][1] if cells else "", dict(cells)) for cells in counts.elements()]
