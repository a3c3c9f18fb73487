"""What arms of runs said of images, read from the database: which images each arm has right."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from db.models.tables import ImageSet, Prediction, Run


@dataclass(frozen=True)
class Correct:
    """Which images of a set an arm has right, [n], and what names each image, [n]."""

    right: NDArray[np.bool_]
    images: NDArray[np.str_]


@dataclass(frozen=True)
class Predictions:
    """The predictions of all runs; `_sets` and `_said` are as the database holds them."""

    _sets: Mapping[str, tuple[str, str, str, NDArray[np.str_]]]
    _said: Mapping[tuple[str, str], Mapping[str, str]]

    def correct(self, run_id: str, arm: str, part: str | None, split: str | None = None) -> Correct | None:
        """Return which images an arm of a run has right; None where its predictions are not there.

        Parameters
        ----------
        run_id, arm
            The run and the arm.
        part, split
            Only images of this part of this split. Without a part, the only part that was tested, else the
            validation images.
        """
        found = {
            self._sets[set_id][1]: set_id
            for set_id in self._said.get((run_id, arm), {})
            if split is None or self._sets[set_id][0] == split
        }
        if part is None:
            part = next(iter(found)) if len(found) == 1 else "validation"
        if part not in found:
            return None
        _, _, labels, images = self._sets[found[part]]
        said = self._said[run_id, arm][found[part]]
        if len(said) != len(labels) or len(labels) != len(images):
            return None  # `medquant db check` names the row
        return Correct(_letters(said) == _letters(labels), images)


def read_predictions(connection: Connection, case_id: str | None = None) -> Predictions:
    """Read the predictions of all runs, or of the runs of one case."""
    query = select(Prediction.run_id, Prediction.arm, Prediction.set_id, Prediction.classes)
    if case_id is not None:
        query = query.join(Run, Run.run_id == Prediction.run_id).where(Run.case_id == case_id)
    said: dict[tuple[str, str], dict[str, str]] = {}
    for row in connection.execute(query.order_by(Prediction.set_id)):
        said.setdefault((row.run_id, row.arm), {})[row.set_id] = row.classes
    sets = {
        row.set_id: (row.split, row.part, row.labels, _names(row.images))
        for row in connection.execute(select(ImageSet.__table__))
    }
    return Predictions(sets, said)


def _letters(digits: str) -> NDArray[np.str_]:
    return np.array(list(digits), dtype=np.str_)


def _names(digests: str) -> NDArray[np.str_]:
    """Tell images of the same content apart by their order: the second of two is an image of its own."""
    seen: Counter[str] = Counter()
    names = []
    for digest in digests.split():
        seen[digest] += 1
        names.append(f"{digest} {seen[digest]}")
    return np.array(names, dtype=np.str_)
