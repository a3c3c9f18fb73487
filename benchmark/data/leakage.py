"""Leakage: how many held-out images a network has already seen while it trained."""

from dataclasses import dataclass

import numpy as np

from benchmark.data.dataset import Dataset
from benchmark.data.duplicates import THRESHOLD, Duplicates, Ids
from benchmark.data.splits import Split


@dataclass(frozen=True)
class Count:
    """Of so many images, how many have an equal file on the other side, and how many an equal or near-equal image."""

    images: int
    exact: int
    near: int


@dataclass(frozen=True)
class Leak:
    """What one side of a split shares with another: in all, and by class."""

    side: str
    other: str
    other_images: int
    total: Count
    by_class: tuple[tuple[str, Count], ...]


@dataclass(frozen=True)
class Leakage:
    """What the sides of a split share."""

    dataset: str
    content_hash: str
    split: str
    threshold: float
    leaks: tuple[Leak, ...]

    def as_text(self) -> str:
        """Return the counts as lines of text."""
        lines = [
            f"Leakage of the {self.split} split of {self.dataset} (near: correlation above {self.threshold:g})"
        ]
        for leak in self.leaks:
            count = leak.total
            share = f" ({100 * count.near / count.images:.1f} %)" if count.images else ""
            lines.append(
                f"  {leak.side}: {count.near:,} of {count.images:,} images{share} have a duplicate among the "
                f"{leak.other_images:,} of {leak.other}; {count.exact:,} of them byte for byte"
            )
            lines.extend(f"    {name}: {part.near:,} of {part.images:,}" for name, part in leak.by_class)
        return "\n".join(lines)

    def facts(self) -> dict[str, object]:
        """Return the same as values of JSON."""
        return {
            "dataset": self.dataset,
            "content_hash": self.content_hash,
            "split": self.split,
            "threshold": self.threshold,
            "leaks": [
                {
                    "side": leak.side,
                    "other": leak.other,
                    "other_images": leak.other_images,
                    **_as_facts(leak.total),
                    "by_class": {name: _as_facts(part) for name, part in leak.by_class},
                }
                for leak in self.leaks
            ],
        }


def leakage(dataset: Dataset, split: Split, duplicates: Duplicates) -> Leakage:
    """Count what validation and testing share with what trained the network.

    Parameters
    ----------
    dataset, split, duplicates
        The set, a split of it and its duplicates.

    Notes
    -----
    Testing is held against training, and against training with validation: the latter also chose the network.
    Near counts include exact ones.
    """
    seen = np.concatenate([split.training, split.validation])
    return Leakage(
        dataset=dataset.name,
        content_hash=dataset.content_hash,
        split=split.name,
        threshold=THRESHOLD,
        leaks=(
            _leak(dataset, duplicates, ("validation", split.validation), ("training", split.training)),
            _leak(dataset, duplicates, ("testing", split.testing), ("training", split.training)),
            _leak(dataset, duplicates, ("testing", split.testing), ("training and validation", seen)),
        ),
    )


def _leak(dataset: Dataset, duplicates: Duplicates, side: tuple[str, Ids], other: tuple[str, Ids]) -> Leak:
    images, others = side[1], other[1]
    exact, near = duplicates.exact_twins(images, others), duplicates.twins(images, others)
    by_class = []
    for label, name in enumerate(dataset.classes):
        of_class = dataset.labels[images] == label
        by_class.append(
            (name, Count(int(of_class.sum()), int(exact[of_class].sum()), int(near[of_class].sum())))
        )
    total = Count(len(images), int(exact.sum()), int(near.sum()))
    return Leak(side[0], other[0], len(others), total, tuple(by_class))


def _as_facts(count: Count) -> dict[str, int]:
    return {"images": count.images, "exact": count.exact, "near": count.near}
