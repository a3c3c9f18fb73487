"""What every result tells at its end: the rows left out, and what a reader must know before using the numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from review.meta.rows import ExcludedRow


def lines(excluded: "Sequence[ExcludedRow]", warnings: Sequence[str]) -> list[str]:
    """Return the last lines of a printed result.

    Parameters
    ----------
    excluded
        The rows left out.
    warnings
        What a reader must know.
    """
    return [f"left out: row {x.row} ({x.why})" for x in excluded] + [f"warning: {text}" for text in warnings]


def sentences(excluded: "Sequence[ExcludedRow]", warnings: Sequence[str]) -> str:
    """Return the last sentences of a report with a space before them; "" where there is nothing to tell.

    Parameters
    ----------
    excluded
        The rows left out.
    warnings
        What a reader must know.
    """
    text = ""
    if excluded:
        listed = "; ".join(f"{x.row}, {x.why}" for x in excluded)
        text += f" Rows left out ({len(excluded)}): {listed}."
    return text + (f" Limits: {'; '.join(warnings)}." if warnings else "")
