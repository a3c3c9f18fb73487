"""Screening decisions that other programs write into notes: those of Rayyan and of ASReview."""

import re

from db.vocabulary import Decision
from review.sources.imported import Decided

_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*\{([^{}]{0,10000})\}")
_VOTE = re.compile(r'"([^"]*)"\s*=>\s*"(\w+)"')
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|]*)")
_WORDS = {
    "included": Decision.INCLUDE,
    "excluded": Decision.EXCLUDE,
    "maybe": Decision.MAYBE,
    "asreview_relevant": Decision.INCLUDE,
    "asreview_irrelevant": Decision.EXCLUDE,
}
_NUMBERS = {"1": Decision.INCLUDE, "1.0": Decision.INCLUDE, "0": Decision.EXCLUDE, "0.0": Decision.EXCLUDE}
UNDECIDED = frozenset({"asreview_not_seen", "asreview_prior", "undecided"})
LABEL_COLUMNS = frozenset({"included", "labelincluded", "asreviewlabel", "finalincluded"})
"""Columns of ASReview that hold 1 or 0, their names in small letters without punctuation."""


def in_note(note: str) -> tuple[list[Decided], bool]:
    """Return the decisions in a note, and whether the note holds nothing else."""
    word = note.strip().casefold()
    if word in UNDECIDED:
        return [], True
    if word.startswith("asreview_") and word in _WORDS:
        return [Decided(_WORDS[word])], True
    found = _RAYYAN.search(note)
    if found is None:
        return [], False
    said = _REASONS.search(note)
    reason = " ".join(said[1].split()) if said else ""
    votes = [
        Decided(_WORDS[vote.casefold()], " ".join(reviewer.split()), _reason(vote, reason))
        for reviewer, vote in _VOTE.findall(found[1])
        if vote.casefold() in _WORDS
    ]
    return votes, False


def _reason(vote: str, reason: str) -> str:
    return reason if _WORDS[vote.casefold()] == Decision.EXCLUDE else ""


def in_label(cell: str) -> list[Decided] | None:
    """Return the decision of a label column of ASReview, none where it is open, None where it is no label."""
    if cell.strip() in ("", "-1", "-1.0"):
        return []
    decision = _NUMBERS.get(cell.strip())
    return None if decision is None else [Decided(decision)]
