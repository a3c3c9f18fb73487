"""PRISMA 2020 flow diagram: counts in boxes, stages that were not done drawn as such, boxes that link to their records.

Reference: Page, McKenzie, Bossuyt, et al. (2021), The PRISMA 2020 statement, BMJ 372, n71.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from reports.figures import style
from reports.figures.words import listed

NOT_DONE: Final = "not done"


@dataclass(frozen=True)
class FlowItem:
    """One line inside a box: a source, or a reason for exclusion."""

    label: str
    n: int
    href: str | None = None


@dataclass(frozen=True)
class FlowBox:
    """One box: its count (None means that the stage was not done), where it links to, and its lines."""

    n: int | None
    href: str | None = None
    items: tuple[FlowItem, ...] = ()


@dataclass(frozen=True)
class OtherMethods:
    """The right arm: records found by other methods than searching databases and registers."""

    identified: FlowBox
    sought: FlowBox
    not_retrieved: FlowBox
    assessed: FlowBox
    excluded: FlowBox


@dataclass(frozen=True)
class PrismaFlow:
    """The counts of a flow diagram.

    `removed` is everything removed before screening, its items say why. `included` counts new studies; reports
    are one of its items. The arms `previous` and `other`, and `total`, are drawn only where they are given.
    """

    identified: FlowBox
    removed: FlowBox
    screened: FlowBox
    excluded: FlowBox
    sought: FlowBox
    not_retrieved: FlowBox
    assessed: FlowBox
    reports_excluded: FlowBox
    included: FlowBox
    previous: FlowBox | None = None
    other: OtherMethods | None = None
    total: FlowBox | None = None


HEADS: Final = {
    "identified": "Records identified from databases and registers",
    "removed": "Records removed before screening",
    "screened": "Records screened",
    "excluded": "Records excluded",
    "sought": "Reports sought for retrieval",
    "not_retrieved": "Reports not retrieved",
    "assessed": "Reports assessed for eligibility",
    "reports_excluded": "Reports excluded",
    "included": "New studies included in review",
    "previous": "Studies included in previous version of review",
    "total": "Total studies included in review",
    "other.identified": "Records identified from other methods",
    "other.sought": "Reports sought for retrieval",
    "other.not_retrieved": "Reports not retrieved",
    "other.assessed": "Reports assessed for eligibility",
    "other.excluded": "Reports excluded",
}


def boxes(data: PrismaFlow) -> dict[str, FlowBox]:
    """Return the boxes that are drawn, by name, in reading order."""
    found = {}
    for name in HEADS:
        if name.startswith("other."):
            box = getattr(data.other, name.removeprefix("other.")) if data.other else None
        else:
            box = getattr(data, name)
        if box is not None:
            found[name] = box
    return found


def count_words(n: int | None) -> str:
    """Return a count as PRISMA writes it, or the words that the stage was not done."""
    return NOT_DONE if n is None else f"n = {n:,}"


def link_labels(data: PrismaFlow) -> dict[str, str]:
    """Return the spoken label of each link by its address, for `render.themed`."""
    labels: dict[str, str] = {}
    for name, box in boxes(data).items():
        for item in box.items:
            if item.href:
                labels.setdefault(item.href, f"{HEADS[name]}: {item.label} ({count_words(item.n)})")
    for name, box in boxes(data).items():
        if box.href:
            labels[box.href] = f"{HEADS[name]} ({count_words(box.n)})"
    return labels


def table(data: PrismaFlow) -> pd.DataFrame:
    """Return every count of the diagram; a stage that was not done has no number."""
    rows: list[tuple[str, str, int | None]] = []
    for name, box in boxes(data).items():
        rows.append((HEADS[name] + (" (other methods)" if name.startswith("other.") else ""), "", box.n))
        rows += [("", item.label, item.n) for item in box.items]
    frame = pd.DataFrame(rows, columns=["box", "of these", "n"])
    return frame.astype({"n": "Int64"})


def alt_text(data: PrismaFlow) -> str:
    """Describe the figure from its numbers."""
    sentences = []
    for name, box in boxes(data).items():
        head = HEADS[name] + (" (other methods)" if name.startswith("other.") else "")
        words = f"{head}: {NOT_DONE if box.n is None else f'{box.n:,}'}"
        if box.items:
            words += f" ({listed([f'{item.label} {item.n:,}' for item in box.items])})"
        sentences.append(words)
    return f"PRISMA 2020 flow diagram. {'. '.join(sentences)}."


@style.styled
def figure(data: PrismaFlow) -> Figure:
    """Return the diagram at print size; its height follows the words in the boxes."""
    from reports.figures import prisma_layout

    return prisma_layout.draw(data)
