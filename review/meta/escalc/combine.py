"""From several sources of one effect to the best that each row has."""

import numpy as np

from review.meta.errors import InvalidInput
from review.meta.escalc.result import EffectSizes
from review.meta.rows import ExcludedRow


def first_known(*sources: EffectSizes) -> EffectSizes:
    """Return for each row the effect of the first source that has it with a variance, else the first effect.

    Parameters
    ----------
    sources
        Effect sizes of the same rows on the same scale, the most trusted first: such as computed from counts, then
        recovered from an interval, then from a p-value.

    Raises
    ------
    InvalidInput
        For no source, or sources with different rows.

    Notes
    -----
    That all sources are on one scale cannot be seen from the numbers: it is for the caller to know.
    """
    if not sources:
        raise InvalidInput("no source of effect sizes: give at least one")
    first = sources[0]
    for other in sources[1:]:
        if other.rows != first.rows:
            raise InvalidInput(
                "the sources have different rows: give every source the same rows in one order"
            )
    n = first.yi.size
    rank = np.array([2 * np.isfinite(s.vi) + (np.isfinite(s.yi) & ~np.isfinite(s.vi)) for s in sources])
    best = rank.argmax(axis=0)
    yi, vi = (np.array([getattr(sources[best[i]], name)[i] for i in range(n)]) for name in ("yi", "vi"))
    yi.flags.writeable = vi.flags.writeable = False
    used = [sources[j] for j in sorted(set(best.tolist()))]
    reasons = list(zip(*(s.reasons() for s in sources), strict=True))
    omitted = tuple(
        ExcludedRow(row, "; ".join(dict.fromkeys(why for why in reasons[i] if why is not None)))
        for i, row in enumerate(first.rows)
        if not np.isfinite(vi[i])
    )
    return EffectSizes(
        measure=first.measure,
        label=first.label,
        yi=yi,
        vi=vi,
        correction="; ".join(dict.fromkeys(s.correction for s in used)),
        recovered=tuple(sources[best[i]].recovered[i] for i in range(n)),
        omitted=omitted,
        rows=first.rows,
        warnings=tuple(dict.fromkeys(text for s in used for text in s.warnings)),
    )
