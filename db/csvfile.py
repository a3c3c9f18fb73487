"""CSV files in and out: UTF-8, comma, LF; strict enough that what is read can be given back byte for byte."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import DataError, MedquantError, one_of, shown

LONGEST_CELL = 1_000_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CsvFile:
    """A file as read: name, header, rows with their line-independent row number (the header is row 1), hash."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    sha256: str

    def require_header(
        self, required: Sequence[str], optional: Sequence[str] = (), pattern: str = ""
    ) -> None:
        """Raise `DataError` unless every required column is there and no unknown one.

        Parameters
        ----------
        required, optional
            Column names.
        pattern
            Prefix of further columns that are allowed, such as `value_`.
        """
        allowed = [*required, *optional]
        for column in required:
            if column not in self.header:
                strangers = [name for name in self.header if name not in allowed]
                instead = f" (the header has {shown(strangers[0])} instead)" if len(strangers) == 1 else ""
                raise DataError(
                    f"the column is missing{instead}; the header needs {', '.join(required)}",
                    file=self.name,
                    row=1,
                    column=column,
                )
        for column in self.header:
            if column not in allowed and not (pattern and column.startswith(pattern)):
                raise DataError(
                    f"{shown(column)} is no column of this file; {one_of(allowed)}", file=self.name, row=1
                )


def read_csv(path: Path) -> CsvFile:
    """Read a CSV file whole.

    Raises
    ------
    DataError
        Naming file, row and column, for anything that is not clean UTF-8 CSV with a header and equal rows.
    MedquantError
        If the file cannot be opened.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise MedquantError(f"{path} does not exist; `medquant db template DIR` writes blank files") from None
    except OSError as error:
        raise MedquantError(f"{path} cannot be read: {error.strerror or error}") from error
    return parse_csv(path.name, raw)


def parse_csv(name: str, raw: bytes) -> CsvFile:
    """Return a CSV file from its bytes.

    Raises
    ------
    DataError
        As `read_csv`.
    """
    header, rows = _parsed(name, _decoded(name, raw))
    return CsvFile(name, header, tuple(rows), hashlib.sha256(raw).hexdigest())


def _decoded(name: str, raw: bytes) -> str:
    if raw.startswith(BYTE_ORDER_MARK):
        raise DataError(
            "the file begins with a byte-order mark; save it as UTF-8 without one", file=name, row=1
        )
    for mark, what, remedy in (
        (b"\0", "a NUL byte, which no text has", "the file is damaged or no CSV; restore it"),
        (b"\r", "a carriage return", "save it with LF line ends (Unix), not CRLF"),
    ):
        if (at := raw.find(mark)) >= 0:
            raise DataError(f"there is {what}; {remedy}", file=name, row=raw.count(b"\n", 0, at) + 1)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"the byte 0x{raw[error.start]:02x} is not UTF-8 (latin-1, perhaps?); save the file as UTF-8",
            file=name,
            row=row,
        ) from None
    if not text:
        raise DataError("the file is empty; it needs at least the header row", file=name)
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise DataError(
            "the file ends in the middle of a row (no line end): truncated? restore it", file=name, row=last
        )
    return text


def _parsed(name: str, text: str) -> tuple[tuple[str, ...], list[tuple[int, dict[str, str]]]]:
    csv.field_size_limit(2**31 - 1)  # the limit of a cell is checked below, where its column is known
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    header: tuple[str, ...] = ()
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                header = tuple(cells)
                if duplicate := next((c for c in header if header.count(c) > 1), None):
                    raise DataError(
                        f"the column {shown(duplicate)} stands twice; once is allowed", file=name, row=1
                    )
            elif len(cells) != len(header):
                raise DataError(
                    f"the row has {len(cells)} cells, the header {len(header)}; every row needs as many as the header",
                    file=name,
                    row=number,
                )
            else:
                rows.append((number, dict(zip(header, cells, strict=True))))
                _refuse_long_cell(name, number, rows[-1][1])
    except csv.Error as error:
        problem = str(error)
        if "unexpected end" in problem:
            problem = "the file ends inside a quoted cell: truncated? restore it"
        else:
            problem = f"this is not well-formed CSV ({problem}); quote cells that hold quotes or commas"
        raise DataError(problem, file=name, row=number + 1) from None
    return header, rows


def header_line(header: Iterable[str]) -> str:
    """Return column names as one line of CSV."""
    return csv_bytes(list(header), []).decode().removesuffix("\n")


def header_of(line: str) -> list[str]:
    """Return the column names of a line that `header_line` made."""
    return next(csv.reader(io.StringIO(line, newline="")))


def _refuse_long_cell(name: str, row: int, cells: Mapping[str, str]) -> None:
    for column, text in cells.items():
        if len(text) > LONGEST_CELL:
            raise DataError(
                f"{shown(text)} is too long; allowed: up to {LONGEST_CELL:,} characters in a cell",
                file=name,
                row=row,
                column=column,
            )


def csv_bytes(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the file's bytes: UTF-8, comma, LF, quotes only where needed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(column, "") for column in header] for row in rows)
    return out.getvalue().encode("utf-8")
