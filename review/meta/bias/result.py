"""What an analysis of small-study effects hands back: frozen results that print, convert to a table and to JSON."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from review.meta import remarks
from review.meta.plain import Plain
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class BiasResult(Plain, ABC):
    """What all analyses of small-study effects tell.

    Parameters
    ----------
    k
        Number of rows used.
    rows
        Their labels, in the order of the input.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        The rows left out, and why.
    """

    k: int
    rows: tuple[str | int, ...]
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    @abstractmethod
    def lines(self) -> list[str]:
        """Return the result in lines of text, without rows left out and warnings."""

    @abstractmethod
    def sentences(self) -> str:
        """Return the methods and results sentences, without rows left out and warnings."""

    def to_frame(self) -> "pd.DataFrame":
        """Return one line; what an estimate consists of stands in columns of its own (slope_estimate, slope_se …)."""
        import pandas as pd

        line: dict[str, Any] = {}
        for name, value in self.to_dict().items():
            if isinstance(value, dict):
                line.update({f"{name}_{key}": item for key, item in value.items() if key != "term"})
            elif not isinstance(value, list):
                line[name] = value
        return pd.DataFrame([line])

    def __str__(self) -> str:
        return "\n".join([*self.lines(), *remarks.lines(self.excluded_rows, self.warnings)])

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return self.sentences() + remarks.sentences(self.excluded_rows, self.warnings)
