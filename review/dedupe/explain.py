"""A pair explained field by field, for the person who has to decide."""

from dataclasses import dataclass

from review.dedupe.hit import Comparable
from review.dedupe.judge import title_likeness
from review.dedupe.people import shared_people
from review.dedupe.places import Kind, pages_agree, venues_alike

_GOOD, _POOR = 85, 60


@dataclass(frozen=True)
class FieldLikeness:
    """A field of two records: what each prints, how alike, 0 to 100, and whether they agree (None: cannot be told)."""

    field: str
    a: str
    b: str
    likeness: float | None
    agrees: bool | None


def compare_fields(a: Comparable, b: Comparable) -> tuple[FieldLikeness, ...]:
    """Return every field that at least one of two records has, as printed, with its likeness."""
    share = shared_people(a.people, b.people)
    scores: dict[str, float | None] = {
        "title": title_likeness(a, b) if a.title.text and b.title.text else None,
        "authors": None if share is None else 100 * share,
        "year": None if a.year is None or b.year is None else max(0.0, 100.0 - 20 * abs(a.year - b.year)),
        "venue": venues_alike(a.venue, b.venue),
        "volume": _equal(a.volume, b.volume),
        "pages": _percent(pages_agree(a.pages, b.pages)),
        "doi": _equal(a.doi, b.doi),
        "pmid": _equal(a.pmid, b.pmid),
        "arxiv": _equal(a.arxiv, b.arxiv),
        "url": _equal(a.address, b.address),
    }
    found = [
        FieldLikeness(name, str(getattr(a.hit, name)), str(getattr(b.hit, name)), score, _agrees(score))
        for name, score in scores.items()
        if getattr(a.hit, name) or getattr(b.hit, name)
    ]
    if Kind.UNKNOWN not in (a.kind, b.kind):
        found.append(FieldLikeness("kind", a.kind, b.kind, _equal(a.kind, b.kind), a.kind == b.kind))
    return tuple(found)


def _equal(a: str, b: str) -> float | None:
    return None if not a or not b else 100.0 if a == b else 0.0


def _percent(agree: bool | None) -> float | None:
    return None if agree is None else 100.0 * agree


def _agrees(score: float | None) -> bool | None:
    return None if score is None or _POOR <= score < _GOOD else score >= _GOOD
