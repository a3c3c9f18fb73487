"""Two texts side by side: which characters of each the other does not have."""

from rapidfuzz.distance import Levenshtein

LONGEST = 4000
SHORTEST_SAME = 3
"""Characters that two texts must share in one piece; shorter pieces between differences are chance."""
LEAST_SAME = 0.35
Piece = tuple[str, bool]
"""A piece of a text, and whether it differs."""


def marked(a: str, b: str) -> tuple[list[Piece], list[Piece]]:
    """Return two texts in pieces that are the same in both, and pieces that are not.

    Notes
    -----
    Texts of which little is the same differ as a whole, since scattered single letters would tell nothing.
    """
    if a == b or not a or not b:
        return _whole(a, a != b), _whole(b, a != b)
    if max(len(a), len(b)) > LONGEST:
        return _whole(a, True), _whole(b, True)
    spans: list[tuple[bool, str, str]] = []
    for step in Levenshtein.opcodes(a, b):
        one, other = a[step.src_start : step.src_end], b[step.dest_start : step.dest_end]
        edge = step.src_start == 0 or step.src_end == len(a)
        same = step.tag == "equal" and (len(one) >= SHORTEST_SAME or edge)
        if spans and spans[-1][0] == same:
            same, before, behind = spans.pop()
            one, other = before + one, behind + other
        spans.append((same, one, other))
    shared = sum(len(one) for same, one, _ in spans if same)
    if shared < LEAST_SAME * max(len(a), len(b)):
        return _whole(a, True), _whole(b, True)
    return (
        [(one, not same) for same, one, _ in spans if one],
        [(other, not same) for same, _, other in spans if other],
    )


def _whole(text: str, differs: bool) -> list[Piece]:
    return [(text, differs)] if text else []
