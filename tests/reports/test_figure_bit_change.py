"""Change by bit width: every effect is drawn where its numbers are, and nothing overlaps."""

import numpy as np
import pytest

from reports.figures import style
from reports.figures.bit_change import BitChange, BitChanges, alt_text, draw, figure, table
from reports.figures.proof import faults
from reports.figures.render import to_svg

CLASSES = ("16 bits", "8 bits", "below 8 bits")
DATA = BitChanges(
    (
        BitChange("16 bits", "a2020", "Accuracy", 0.17),
        BitChange("8 bits", "a2020", "Accuracy", -0.3),
        BitChange("8 bits", "b2021", "Dice", -0.2),
        BitChange("8 bits", "b2021", "Dice", -0.4),
        BitChange("below 8 bits", "b2021", "Dice", -70.2),
    ),
    CLASSES,
    ("Accuracy", "Dice"),
)


def test_every_effect_is_a_point_at_its_change_and_in_its_class() -> None:
    fig = style.new_figure(250)
    ax = draw(DATA, style.place(fig, 48, 34, 400, 190))
    points = np.concatenate([np.asarray(c.get_offsets()) for c in ax.collections if len(c.get_offsets()) > 1])
    assert sorted(np.round(points[:, 1], 6)) == sorted(e.change for e in DATA.effects)
    for x, y in points:
        its = next(e for e in DATA.effects if np.isclose(e.change, y))
        assert abs(x - CLASSES.index(its.bits)) < 0.5


def test_the_table_tells_the_spread_of_each_class_and_score() -> None:
    rows = {tuple(row[:2]): tuple(row[2:]) for row in table(DATA).itertuples(index=False)}
    assert rows["8 bits", "Dice"] == ("reported", 2, 1, -0.4, pytest.approx(-0.3), -0.2)
    assert sum(row[1] for row in rows.values()) == len(DATA.effects)


def test_measured_effects_are_hollow_and_change_no_count_and_no_median() -> None:
    own = BitChange("8 bits", "int8", "Accuracy", -50.0, measured=True)
    both = BitChanges((*DATA.effects, own), DATA.classes, DATA.outcomes)
    ax = draw(both, style.place(style.new_figure(250), 48, 34, 400, 190))
    drawn = [line for line in ax.lines if line.get_gid() == "measured"]
    assert [list(line.get_ydata()) for line in drawn] == [[-50.0]]
    assert all(line.get_markerfacecolor() == style.PAPER for line in drawn)
    assert "hollow: measured" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert "8 bits\n3 contrasts + 1 measured" in [tick.get_text() for tick in ax.get_xticklabels()]
    assert "8 bits: 3 contrasts, median change -0.30" in alt_text(both)
    assert "Measured, 8 bits: 1 contrast" in alt_text(both)
    origins = [
        (row[2], row[3]) for row in table(both).itertuples(index=False) if row[:2] == ("8 bits", "Accuracy")
    ]
    assert origins == [("reported", 1), ("measured", 1)]
    assert faults(figure(both)) == []


def test_the_alternative_text_has_the_medians() -> None:
    assert "8 bits: 3 contrasts, median change -0.30, from -0.40 to -0.20 percentage points" in alt_text(DATA)


def test_no_words_overlap_or_leave_the_figure() -> None:
    assert faults(figure(DATA)) == []
    crowd = tuple(BitChange(c, "s", "Dice", -x / 10) for c in CLASSES for x in range(200))
    assert faults(figure(BitChanges(crowd, CLASSES, ("Dice",)))) == []


def test_two_drawings_are_the_same_bytes() -> None:
    assert to_svg(figure(DATA)) == to_svg(figure(DATA))


def test_without_an_effect_the_figure_says_so() -> None:
    empty = BitChanges((), (), ())
    assert alt_text(empty) == "No clean contrast with a change of score to show."
    assert faults(figure(empty)) == []
