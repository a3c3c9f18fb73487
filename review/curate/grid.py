"""A grid that holds any number of rows: the browser has those in view, the server sorts, searches and counts."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlalchemy import ColumnElement, Connection, Select, func, or_, select
from sqlalchemy.sql.elements import KeyedColumnElement

PAGE: Final = 100
MOST: Final = 500
Rows = tuple[list[dict[str, Any]], int]


@dataclass(frozen=True)
class Column:
    """A column of a grid.

    Parameters
    ----------
    field
        Its name in the rows.
    head
        Its heading.
    width
        In pixels.
    editable
        Whether a cell can be changed in place.
    choices
        What a cell may hold, where that is a closed list.
    sortable
        Whether the server can sort by it.
    link
        Path before the cell's text, which makes it a link; a field of the database, never a text of a user.
    """

    field: str
    head: str
    width: int = 150
    editable: bool = False
    choices: tuple[str, ...] = ()
    sortable: bool = True
    link: str = ""


@dataclass(frozen=True)
class Edit:
    """What a person typed into a cell: the row's key, the column, the text that was there and the new one."""

    key: str
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Asked:
    """Which rows a grid asks for."""

    start: int
    end: int
    sort: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, query: Any) -> "Asked":  # noqa: ANN401 - any mapping of query parameters
        """Read the query of a request; what makes no sense is left out, and never more than 500 rows are given."""
        start = _whole(query.get("start"), 0)
        end = _whole(query.get("end"), start + PAGE)
        try:
            model = json.loads(query.get("sort") or "[]")
            sort = tuple((str(item["colId"]), item["sort"] == "desc") for item in model)
        except (ValueError, TypeError, KeyError):
            sort = ()
        return cls(start, max(start, min(end, start + MOST)), sort)


def _whole(text: str | None, default: int) -> int:
    return (
        int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else default
    )


def page_of(
    connection: Connection,
    query: Select[Any],
    asked: Asked,
    columns: Mapping[str, KeyedColumnElement[Any]],
    order: tuple[ColumnElement[Any], ...],
) -> Rows:
    """Return the rows that were asked for, and how many there are in all.

    Parameters
    ----------
    connection
        An open connection.
    query
        All rows.
    asked
        Which of them.
    columns
        What may be sorted by, by name.
    order
        The order where nothing else is asked, unique at its end.
    """
    total = connection.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    page = _sorted(query, asked, columns, order).offset(asked.start).limit(asked.end - asked.start)
    return [dict(row) for row in connection.execute(page).mappings()], total


def page_among(
    connection: Connection,
    query: Select[Any],
    asked: Asked,
    columns: Mapping[str, KeyedColumnElement[Any]],
    order: tuple[ColumnElement[Any], ...],
    *,
    key: KeyedColumnElement[Any],
    belongs: Callable[[Any], bool],
) -> Rows:
    """Return the rows that were asked for among those of which no question to the database can tell that they belong.

    Parameters
    ----------
    connection, query, asked, columns, order
        See `page_of`.
    key
        The column that names a row.
    belongs
        Says of a row's key whether the row belongs.

    Notes
    -----
    The keys that belong would not all go into one question: PostgreSQL takes 65,535 values.
    """
    named = _sorted(query, asked, columns, order).with_only_columns(key)
    keys = [name for name in connection.scalars(named) if belongs(name)]
    wanted = keys[asked.start : asked.end]
    rows = {row[key.key]: dict(row) for row in connection.execute(query.where(key.in_(wanted))).mappings()}
    return [rows[name] for name in wanted], len(keys)


def _sorted(
    query: Select[Any],
    asked: Asked,
    columns: Mapping[str, KeyedColumnElement[Any]],
    order: tuple[ColumnElement[Any], ...],
) -> Select[Any]:
    keys = [
        columns[name].desc().nulls_last() if down else columns[name].asc().nulls_first()
        for name, down in asked.sort
        if name in columns
    ]
    return query.order_by(None).order_by(*keys, *order)


def holds(text: str, *columns: KeyedColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Return the conditions that each word of a search stands in one of the columns, whatever its case."""
    return [
        or_(*(column.icontains(one, autoescape=True) for one in _cases(word) for column in columns))
        for word in text.split()[:10]
    ]


def _cases(word: str) -> set[str]:
    """Return the ways to write a word; both databases know capitals of ASCII letters alone, not Ø beside ø."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def server_grid(
    address: str,
    columns: tuple[Column, ...],
    *,
    key: str,
    label: str,
    on_edit: Callable[[Edit], Awaitable[None]] | None = None,
) -> ui.aggrid:
    """Show a grid whose rows come from an address of this server.

    Parameters
    ----------
    address
        What answers with `{"rows": […], "last": n}`.
    columns
        From the left.
    key
        The field that names a row.
    label
        What the grid holds, for those who do not see it.
    on_edit
        What is done when a cell was changed; the grid asks for the rows anew afterwards.
    """
    grid = ui.aggrid(
        {
            "columnDefs": [_definition(column) for column in columns],
            "defaultColDef": {"resizable": True, "suppressHeaderMenuButton": True},
            "rowModelType": "infinite",
            "cacheBlockSize": PAGE,
            "maxBlocksInCache": 20,
            ":datasource": f"(medquantAddress({json.dumps(label)}, {json.dumps(address)}), medquantRows({json.dumps(label)}))",
            ":getRowId": f"params => String(params.data[{json.dumps(key)}])",
            "stopEditingWhenCellsLoseFocus": True,
            "ensureDomOrder": True,
            "enableCellTextSelection": True,
            "suppressFieldDotNotation": True,
        },
        auto_size_columns=False,
    ).classes("grid")
    grid.props["aria-label"] = label
    grid.props["role"] = "region"

    async def edited(event: GenericEventArguments) -> None:
        said = event.args
        old, new = str(said.get("oldValue") or ""), str(said.get("newValue") or "")
        if on_edit is None or old == new:
            return
        try:
            await on_edit(Edit(str(said["data"][key]), str(said["colId"]), old, new))
        finally:
            ask_again(grid)

    if on_edit is not None:
        grid.on("cellValueChanged", edited)
    return grid


def ask_again(grid: ui.aggrid) -> None:
    """Let a grid ask for the rows in view once more, after a cell that is being edited was left; where it stands stays."""
    _ask(grid, "refreshInfiniteCache")


def ask_anew(grid: ui.aggrid, label: str, address: str) -> None:
    """Let a grid take its rows from another address, such as one with another search, after a cell that is being edited was left."""
    grid.client.run_javascript(f"medquantAddress({json.dumps(label)}, {json.dumps(address)})")
    _ask(grid, "purgeInfiniteCache")


def _ask(grid: ui.aggrid, how: str) -> None:
    grid.client.run_javascript(f"medquantAsk(getElement({grid.id})?.api, {json.dumps(how)})")


def _definition(column: Column) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "field": column.field,
        "headerName": column.head,
        "width": column.width,
        "sortable": column.sortable,
        "editable": column.editable,
    }
    if column.choices:
        shown |= {"cellEditor": "agSelectCellEditor", "cellEditorParams": {"values": list(column.choices)}}
    if column.link:
        shown[":cellRenderer"] = (
            "params => { if (params.value == null) return ''; const a = document.createElement('a'); "
            f"a.href = {json.dumps(column.link)} + encodeURIComponent(params.value); a.textContent = params.value; return a; }}"
        )
    return shown
