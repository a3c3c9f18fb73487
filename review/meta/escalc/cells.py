"""Counts of 2×2 tables, and what is added where cells are empty."""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from review.meta.errors import InvalidInput
from review.meta.escalc.result import Vector
from review.meta.escalc.table import Labels, Mask, Table, choice

To = Literal["only0", "all", "if0all", "none"]
COLUMNS = ("ai", "bi", "ci", "di")
TO = ("only0", "all", "if0all", "none")


def add_to_cells(
    table: Table, columns: tuple[str, ...], add: float, to: To
) -> tuple[tuple[Vector, ...], str]:
    """Return the counts after the correction for empty cells, and the correction in words.

    Parameters
    ----------
    table
        Holds the counts.
    columns
        Names of the columns of counts.
    add
        What is added to every cell of a corrected row, ≥ 0.
    to
        "only0" corrects rows with an empty cell, "all" every row, "if0all" every row when any row has an empty
        cell, "none" no row.

    Raises
    ------
    InvalidInput
        For an unknown option, or a number to add that is negative or not finite.
    """
    choice("to", to, TO)
    if not (math.isfinite(add) and add >= 0):
        raise InvalidInput(f"add = {add:g} must be a number of 0 or more: 0.5 is usual, 0 adds nothing")
    counts = tuple(table[name] for name in columns)
    empty: Mask = np.logical_or.reduce([x == 0 for x in counts])
    corrected = {
        "only0": empty,
        "all": np.ones(table.n, dtype=bool),
        "if0all": np.full(table.n, empty.any()),
        "none": np.zeros(table.n, dtype=bool),
    }[to]
    if add == 0 or not corrected.any():
        return counts, "none"
    where = "every row" if corrected.all() else f"row {table.named(corrected)}"
    text = f"{add:g} added to every cell of {where} (to = {to})"
    return tuple(np.where(corrected, x + add, x) for x in counts), text


class Cells(NamedTuple):
    """The counts of 2×2 tables after correction, and the table that they came from.

    Parameters
    ----------
    table
        Holds the rows and the reasons why some are left out.
    a, b, c, d
        Counts, shape (n,).
    text
        The correction in words.
    """

    table: Table
    a: Vector
    b: Vector
    c: Vector
    d: Vector
    text: str


def read_cells(
    counts: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    add: float,
    to: To,
    labels: Labels,
    *,
    drop00: bool = False,
    groups: bool = True,
) -> Cells:
    """Return the counts of 2×2 tables after the correction for empty cells.

    Parameters
    ----------
    counts
        ai, bi, ci, di, each of shape (n,), ≥ 0.
    add, to
        What is added to the cells, and where.
    labels
        n labels that name the rows.
    drop00
        Whether tables without any event, or with nothing but events, are left out.
    groups
        Whether (ai, bi) and (ci, di) are two groups, neither of which may be empty.

    Raises
    ------
    InvalidInput
        For negative counts, unknown options, or shapes that disagree.
    """
    table = Table(dict(zip(COLUMNS, counts, strict=True)), labels)
    table.at_least(0, *COLUMNS)
    if drop00:
        a, b, c, d = (table[name] for name in COLUMNS)
        table.leave_out((a == 0) & (c == 0), "no event in either group (drop00)")
        table.leave_out((b == 0) & (d == 0), "nothing but events in either group (drop00)")
    (a, b, c, d), text = add_to_cells(table, COLUMNS, add, to)
    if groups:
        table.leave_out(a + b == 0, "group 1 is empty")
        table.leave_out(c + d == 0, "group 2 is empty")
    else:
        table.leave_out(a + b + c + d == 0, "the table is empty")
    return Cells(table, a, b, c, d, text)
