"""Screening decisions that other programs write into notes: those of Rayyan and of ASReview."""

import re

from db.vocabulary import Decision
from review.sources.imported import Decided

_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s{0,20}\{")
_VOTE = re.compile(r'\s{0,20},?\s{0,20}"([^"]{0,300})"\s{0,20}=>\s{0,20}"([^"]{0,50})"')
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|]*)")
_ASREVIEW = re.compile(r"\bASReview_\w+", re.IGNORECASE)
"""ASReview itself looks for its labels anywhere in a note, whatever else stands there."""
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
    labels = [label.casefold() for label in _ASREVIEW.findall(note)]
    decisions = [Decided(_WORDS[label]) for label in dict.fromkeys(labels) if label in _WORDS]
    decisions += _votes(note)
    known = all(label in _WORDS or label in UNDECIDED for label in labels)
    rest = _ASREVIEW.sub("", note) if known else note
    return decisions, rest.strip(" ,;.\n").casefold() in ("", *UNDECIDED)


def _votes(note: str) -> list[Decided]:
    found = _RAYYAN.search(note)
    if found is None:
        return []
    said = _REASONS.search(note)
    reason = " ".join(said[1].split()) if said else ""
    votes, at = [], found.end()
    while vote := _VOTE.match(note, at):
        at = vote.end()
        if vote[2].casefold() in _WORDS:
            reviewer = " ".join(vote[1].split())
            votes.append(Decided(_WORDS[vote[2].casefold()], reviewer, _reason(vote[2], reason)))
    return votes


def _reason(vote: str, reason: str) -> str:
    return reason if _WORDS[vote.casefold()] == Decision.EXCLUDE else ""


def in_label(cell: str) -> list[Decided] | None:
    """Return the decision of a label column of ASReview, none where it is open, None where it is no label."""
    if cell.strip() in ("", "-1", "-1.0"):
        return []
    decision = _NUMBERS.get(cell.strip())
    return None if decision is None else [Decided(decision)]
