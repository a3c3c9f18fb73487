"""Widths of table columns on paper."""

import pytest

from reports.context import Cell, Column, Table
from reports.pdf.columns import grid, share_out
from reports.pdf.fonts import width
from reports.pdf.measures import INSET, LANDSCAPE, PORTRAIT, TABLE


def _table(columns: tuple[Column, ...], *rows: tuple[str, ...], landscape: bool = False) -> Table:
    cells = tuple(tuple(Cell(words) for words in row) for row in rows)
    return Table("table", "Table 1. A table.", columns, cells, landscape=landscape)


def test_shares_follow_the_wishes() -> None:
    assert share_out(100.0, [1, 3], [0, 0]) == pytest.approx((25, 75))


def test_a_least_width_takes_from_the_others() -> None:
    assert share_out(100.0, [1, 1, 2], [40, 0, 0]) == pytest.approx((40, 20, 40))


def test_least_widths_that_do_not_fit_are_the_shares() -> None:
    assert share_out(90.0, [1, 1], [100, 200]) == pytest.approx((30, 60))


def test_columns_for_the_screen_are_left_out() -> None:
    shape = grid(_table((Column("A"), Column("B", paper=False), Column("C")), ("1", "2", "3")))
    assert shape.places == (0, 2)
    assert len(shape.widths) == 2


def test_a_full_table_is_as_wide_as_the_page_and_holds_its_longest_words() -> None:
    columns = (Column("n", width=0.1), Column("Words", width=5.0), Column("Kind", width=0.1))
    sentence = "Words that wrap because there are so many of them in this cell. " * 3
    shape = grid(_table(columns, ("1", sentence, "classification")))
    assert sum(shape.widths) == pytest.approx(PORTRAIT[0])
    assert shape.rooms()[2] >= width("classification", shape.size)


def test_a_table_of_little_text_is_narrow() -> None:
    shape = grid(_table((Column("Year"), Column("Number")), ("2016", "1")))
    assert sum(shape.widths) == pytest.approx(0.4 * PORTRAIT[0])


def test_a_long_cell_gets_room_even_in_a_column_wished_narrow() -> None:
    columns = (Column("Key", width=3.0), Column("Long", width=0.2))
    shape = grid(_table(columns, ("a", "Words without an end. " * 60)))
    assert shape.rooms()[1] > 0.4 * PORTRAIT[0]


def test_many_long_words_make_the_type_smaller() -> None:
    columns = tuple(Column(f"Heterogeneity {number}") for number in range(9))
    shape = grid(_table(columns, ("classification",) * 9))
    assert shape.size < TABLE[1]
    assert all(room >= width("classification", shape.size) for room in shape.rooms())
    assert sum(shape.widths) <= PORTRAIT[0] + 0.01


def test_a_table_turns_only_if_it_gains_by_it() -> None:
    columns = tuple(Column(f"Column {number}") for number in range(9))
    wide = grid(_table(columns, ("several words that need room",) * 9, landscape=True))
    slim = grid(_table(columns, ("1",) * 9, landscape=True))
    assert wide.turned
    assert sum(wide.widths) == pytest.approx(LANDSCAPE[0])
    assert not slim.turned
    assert sum(slim.widths) <= PORTRAIT[0] + 0.01


def test_every_text_column_has_room_beside_its_white() -> None:
    columns = tuple(Column("Heterogeneity") for _ in range(30))
    shape = grid(_table(columns, ("classification",) * 30))
    assert shape.size == TABLE[-1]
    assert min(shape.rooms()) > INSET
