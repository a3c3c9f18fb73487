"""The measures of the printed page, in points: paper, margins and the one scale of type."""

from typing import Final

MILLIMETRE: Final = 72 / 25.4

MARGIN: Final = {"x": 20 * MILLIMETRE, "top": 23 * MILLIMETRE, "bottom": 20 * MILLIMETRE}
PORTRAIT: Final = (170 * MILLIMETRE, 254 * MILLIMETRE)
"""Width and height of the text on an upright page."""
LANDSCAPE: Final = (257 * MILLIMETRE, 167 * MILLIMETRE)
"""Width and height of the text on a turned page."""

BODY: Final = 9.6
SMALL: Final = 8.4
TITLE: Final = 23.0
SUBTITLE: Final = 12.5
HEADINGS: Final = (15.5, 12.0, 10.4)
VALUE: Final = 19.0
"""The key numbers."""
TABLE: Final = (8.2, 7.6, 7.0, 6.4)
"""Tables are set at the first of these sizes at which every column holds its longest word."""

INSET: Final = 4.0
"""White at either side of a table cell."""

PATIENCE: Final = 0.4
"""Running text breaks a word at its seams when it fills more than this share of the line."""
