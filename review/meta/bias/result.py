"""What an analysis of small-study effects hands back: frozen results that print, convert to a table and to JSON."""

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from review.meta.result import finite
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class BiasResult(ABC):
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

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers and None; what is not finite becomes None."""
        plain: dict[str, Any] = finite(asdict(self))
        return plain

    def to_json(self) -> str:
        """Return one JSON object; numbers keep full double precision, what is not finite becomes null."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False)

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
        left_out = [f"left out: row {x.row} ({x.why})" for x in self.excluded_rows]
        return "\n".join([*self.lines(), *left_out, *(f"warning: {text}" for text in self.warnings)])

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        text = self.sentences()
        if self.excluded_rows:
            listed = "; ".join(f"{x.row}, {x.why}" for x in self.excluded_rows)
            text += f" Rows left out ({len(self.excluded_rows)}): {listed}."
        if self.warnings:
            text += f" Limits: {'; '.join(self.warnings)}."
        return text
