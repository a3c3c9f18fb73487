"""Bits and granularity: every network is drawn at its change, every mean with its interval, and nothing overlaps."""

import numpy as np
import pytest

from reports.figures import style
from reports.figures.bit_settings import BitSetting, BitSettings, alt_text, draw, figure
from reports.figures.proof import faults
from reports.figures.render import to_svg

DATA = BitSettings(
    (
        BitSetting("W8A8", "per tensor", (-2.2, -0.2, 0.0, 0.0), -0.6, -1.6, 0.4),
        BitSetting("W8A8", "per channel", (0.0, 0.1, -0.1), 0.0, -0.2, 0.2),
        BitSetting("W4A4", "per tensor", (-70.2, -22.7, -88.2), -60.4, -80.0, -40.0),
        BitSetting("W4A4", "per channel", (-48.5, -23.4, -17.9), -29.9, -50.0, -10.0),
    ),
    "Dice",
    "a group",
)


def test_every_network_and_every_mean_is_drawn_at_its_change() -> None:
    ax = draw(DATA, style.place(style.new_figure(220), 48, 34, 400, 160))
    networks = [line for line in ax.lines if line.get_gid() == "network"]
    for place, (line, setting) in enumerate(zip(networks, DATA.settings, strict=True)):
        assert list(line.get_ydata()) == list(setting.changes)
        assert all(abs(x - place) < 0.5 for x in np.asarray(line.get_xdata()))
    means = [float(np.asarray(line.get_ydata())[0]) for line in ax.lines if line.get_gid() == "mean"]
    assert means == [setting.mean for setting in DATA.settings]
    ends = [c.get_segments()[0][:, 1].tolist() for c in ax.collections]
    assert ends == [[setting.ci_low, setting.ci_high] for setting in DATA.settings]
    low, high = ax.get_ylim()
    assert low < -88.2 < 0.4 < high


def test_the_legend_names_each_width_once() -> None:
    ax = draw(DATA, style.place(style.new_figure(220), 48, 34, 400, 160))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["W8A8", "W4A4", "mean with 95 % CI"]


def test_the_alternative_text_has_the_numbers() -> None:
    words = alt_text(DATA)
    assert "inside a group" in words
    assert "W4A4 per tensor: 3 networks, mean -60.40, from -88.20 to -22.70." in words


@pytest.mark.parametrize("high", [0.0, 5.0])
def test_no_words_overlap_or_leave_the_figure(high: float) -> None:
    more = BitSetting("W2A2", "blockwise", (high, -1.0), -0.5, -1.0, high)
    assert faults(figure(DATA)) == []
    assert faults(figure(BitSettings((*DATA.settings, more), "Dice", "a group"))) == []


def test_two_drawings_are_the_same_bytes() -> None:
    assert to_svg(figure(DATA)) == to_svg(figure(DATA))
