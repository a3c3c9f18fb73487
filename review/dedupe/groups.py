"""Groups of records that are one work: sure pairs joined, unless a chain would bring together what contradicts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from review.dedupe.hit import Comparable


class Groups:
    """A partition of records that grows by joining and remembers what may never stand together."""

    def __init__(self, records: Sequence[Comparable], apart: Iterable[tuple[int, int]] = ()) -> None:
        self._above = list(range(len(records)))
        self._facts = [
            {"DOIs": {r.published_doi} - {""}, "PMIDs": {r.pmid} - {""}, "arXiv numbers": {r.arxiv} - {""}}
            for r in records
        ]
        self._apart: dict[int, set[int]] = defaultdict(set)
        for a, b in apart:
            self._apart[a].add(b)
            self._apart[b].add(a)

    def root(self, place: int) -> int:
        """Return the place that stands for the group of a record."""
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def kept_apart(self, a: int, b: int) -> bool:
        """Whether somebody decided that members of the two groups are different works."""
        one, other = self.root(a), self.root(b)
        return one != other and any(self.root(x) == other for x in self._apart[one])

    def join(self, a: int, b: int, *, decided: bool = False) -> str:
        """Join two groups; return why not, or nothing.

        Parameters
        ----------
        a, b
            Places of a member each.
        decided
            Whether a person said so: then only another decision speaks against it.

        Notes
        -----
        Two records with different DOIs can each look like a third one that has none. Joining both would say that
        the two DOIs are one work, which nothing supports.
        """
        one, other = self.root(a), self.root(b)
        if one == other:
            return ""
        if self.kept_apart(a, b):
            return "decided to be different"
        if not decided:
            for name, values in self._facts[one].items():
                if values and self._facts[other][name] and values.isdisjoint(self._facts[other][name]):
                    return f"{name} of the groups differ"
        self._above[other] = one
        for name, values in self._facts[other].items():
            self._facts[one][name] |= values
        self._apart[one] |= self._apart[other]
        return ""

    def members(self) -> list[list[int]]:
        """Return the groups of two and more, each in order, the one with the first member first."""
        found: dict[int, list[int]] = defaultdict(list)
        for place in range(len(self._above)):
            found[self.root(place)].append(place)
        return sorted(group for group in found.values() if len(group) > 1)
