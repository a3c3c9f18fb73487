"""Tables of records: a heading and its rows, from CSV with any usual separator."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.errors import MedquantError
from review.sources.author_cells import glued
from review.sources.cells import unwrapped
from review.sources.headings import Columns, columns_of
from review.sources.imported import ImportedRecord, Reading, Unread, excerpt
from review.sources.row import record_in

_GUARDED = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}",
            "\N{FULLWIDTH COMMERCIAL AT}", "\t", "\r")  # fmt: skip
_FIRST_ROWS = 20
_NO_TITLE = "it has none; "
"""So begins what `review.sources.tidying` says of a record without a title."""
_MOST_REREADS = 50


@dataclass(frozen=True)
class Row:
    """A row with the place where it begins, and why it cannot be read, if so."""

    where: str
    cells: Sequence[str]
    why: str = ""


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before what could begin one."""
    return f"'{cell}" if cell.lstrip("'").startswith(_GUARDED) else cell


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that `guarded` put before it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_GUARDED) else cell


def opened(cell: str) -> str:
    """Return what a cell says, without the guard that medquant or another program put around it."""
    inside = unwrapped(cell)
    return unguarded(cell) if inside is None else inside


def read_csv_table(name: str, text: str) -> Reading:
    """Read records from a CSV file; see `review.sources.ris.read_ris` for the parameters.

    Raises
    ------
    MedquantError
        If no column is a title or an identifier.
    """
    separator = _separator(text)
    return read_rows(name, "CSV", _csv_rows(text, separator))


def _separator(text: str) -> str:
    """Return what separates the cells: it gives some line near the top the most columns that are known."""
    first = text[:100_000].split("\n", _FIRST_ROWS)[:_FIRST_ROWS]

    def known(separator: str) -> int:
        found = (columns_of([cell.strip(' "') for cell in line.split(separator)]) for line in first)
        return max((len(columns.fields) for columns in found if columns is not None), default=0)

    return max(",;\t|", key=lambda separator: (known(separator), first[0].count(separator)))


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    """Give the rows; a quote that nothing closes costs its own line only, since reading goes on behind that line."""
    csv.field_size_limit(2**31 - 1)
    lines = text.removesuffix("\n").split("\n")
    begin, effort = 0, _MOST_REREADS * len(lines) + _MOST_REREADS
    while begin < len(lines) and effort > 0:
        reader = csv.reader(
            (f"{lines[i]}\n" for i in range(begin, len(lines))), delimiter=separator, strict=True
        )
        start = begin
        try:
            for cells in reader:
                yield Row(f"line {start + 1}", [opened(cell) for cell in cells])
                start = begin + reader.line_num
        except csv.Error as error:
            if separator == "\t":  # programs that write tabs often write quotes as they are
                yield Row(f"line {start + 1}", [opened(cell) for cell in lines[start].split(separator)])
                begin = start + 1
                continue
            why = "a quote opens in it that nothing closes: cut off?"
            why = why if "unexpected end" in str(error) else f"it is no CSV ({error})"
            yield Row(f"line {start + 1}", [lines[start]], why)
        else:
            return
        effort -= reader.line_num
        begin = start + 1
    for number, line in enumerate(lines[begin:], begin + 1):
        yield Row(f"line {number}", [line], "too many lines before it have quotes that nothing closes")


def read_rows(name: str, form: str, rows: Iterator[Row]) -> Reading:
    """Read records from rows, of which one of the first is the heading.

    Raises
    ------
    MedquantError
        If no column is a title or an identifier.
    """
    columns, above = _heading(name, rows)
    unread: list[Unread] = []
    records = []
    blocks = 0
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            continue
        if _same(row.cells, columns.names):
            unread.append(Unread(row.where, excerpt(", ".join(row.cells)), "the heading again", lost=False))
            continue
        blocks += 1
        why = row.why or _misfit(columns, row.cells)
        if why:
            unread.append(Unread(row.where, excerpt(", ".join(row.cells)), why))
            continue
        record, told = record_in(columns, row.cells, row.where)
        unread += told
        if record is None:
            continue
        records.append(record)
        if form == "CSV" and len(row.cells) < len(columns.names):
            why = f"the row has {len(row.cells)} cells, the heading {len(columns.names)}: cut off?"
            unread.append(Unread(row.where, excerpt(record.title), why, lost=False))
    if titles := _about_titles(columns, records):
        unread = [part for part in unread if part.lost or not part.why.startswith(_NO_TITLE)]
    about = (*above, *titles, *_about_columns(columns, records))
    return Reading(name, form, blocks, tuple(records), (*about, *unread))


def _about_columns(columns: Columns, records: Sequence[ImportedRecord]) -> list[Unread]:
    told = columns.unread({name for record in records for name, _ in record.extra})
    if columns.of_springer and (found := next((n for r in records for n in r.authors if glued(n)), "")):
        why = (
            "SpringerLink writes names without anything between them, so they stand as one author; "
            "take the names from the documents' DOIs or part them by hand"
        )
        told.append(Unread("the heading", f"Authors, such as {excerpt(found)}", why, lost=False))
    return told


def _about_titles(columns: Columns, records: Sequence[ImportedRecord]) -> list[Unread]:
    """Tell once, and not with each record, that none of them has a title."""
    if len(records) < 2 or any(record.title for record in records):
        return []
    if "title" in columns.fields.values():
        why = "are without a title: the column of titles is empty"
    elif likely := columns.likely("title"):
        why = f"are without a title; it may stand in {', '.join(likely)}: name this column title and import again"
    else:
        why = "are without a title; name the column with the titles title and import again"
    return [
        Unread(
            "the heading",
            excerpt(", ".join(columns.names)),
            f"all {len(records):,} records {why}",
            lost=False,
        )
    ]


def _same(cells: Sequence[str], names: Sequence[str]) -> bool:
    return [" ".join(cell.split()) for cell in cells] == list(names)


def _misfit(columns: Columns, cells: Sequence[str]) -> str:
    if any(cell.strip() for cell in cells[len(columns.names) :]):
        return f"the row has {len(cells)} cells, the heading {len(columns.names)}; quote cells that hold the separator"
    return ""


def _heading(name: str, rows: Iterator[Row]) -> tuple[Columns, list[Unread]]:
    """Find the heading among the first rows: exports put a title or the query above it."""
    before: list[Unread] = []
    for number, row in enumerate(rows):
        columns = None if row.why else columns_of(row.cells)
        if columns is not None:
            return columns, before
        if any(cell.strip() for cell in row.cells):
            before.append(
                Unread(row.where, excerpt(", ".join(row.cells)), "it stands above the heading", lost=False)
            )
        if number == _FIRST_ROWS:
            break
    raise MedquantError(
        f"{name} has no heading with a column title, doi, pmid or url in its first rows; name the columns so"
    )
