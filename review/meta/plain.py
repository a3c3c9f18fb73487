"""Results as plain values and as JSON, the same for every result of the statistics."""

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np


class Plain:
    """Conversion of a frozen result to plain values and to JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts, numbers, strings and None; what is not finite becomes None."""
        plain: dict[str, Any] = finite(asdict(self))  # type: ignore[call-overload]
        return plain

    def to_json(self) -> str:
        """Return one JSON object; numbers keep full double precision, what is not finite becomes null."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False)


class Told(Plain):
    """A plain result that also prints as text and writes the sentences of a paper."""

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        raise NotImplementedError

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return self.sentences()


def finite(value: Any) -> Any:  # noqa: ANN401 - any plain value goes in, the same kind comes out
    """Return a plain value with lists for tuples and None for what is not finite.

    Parameters
    ----------
    value
        Dicts, lists, tuples, arrays, numbers, strings, None.
    """
    if isinstance(value, np.ndarray):
        return finite(value.tolist())
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
