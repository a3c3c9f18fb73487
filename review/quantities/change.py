"""A printed change: a ratio, a percent change or a difference, with its direction from the words around it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from db.errors import DataError, shown
from db.printed import half_unit
from db.vocabulary import Bound, ChangeKind, Direction
from review.quantities.bounds import find_bound
from review.quantities.numbers import NUMBER, read_number
from review.quantities.quantity import LONGEST
from review.quantities.units import KIND_OF_OUTCOME, NORMAL, UNITS, Unit, read_unit

_DOWN = re.compile(
    r"\b(?:small|less|lower|reduc|reduction|decreas|drop|loss|lose|fall|fell|short|fewer|light|compress|saving|save|degrad)",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:larger|bigger|more|higher|increas|gain|greater|rise|rose|longer|growth)", re.IGNORECASE
)
_QUICK = re.compile(r"\b(?:faster|quicker|speed-?\s?up|accelerat)", re.IGNORECASE)
_SLOW = re.compile(r"\b(?:slower|slow-?\s?down)", re.IGNORECASE)
_BETTER = re.compile(r"\b(?:improv|better|outperform)", re.IGNORECASE)
_EFFICIENT = re.compile(r"\b(?:efficien)", re.IGNORECASE)
_HOW_MUCH = (
    ("factor", re.compile(rf"factor\s+(?:of\s+)?(?P<low>{NUMBER})\s*x?", re.IGNORECASE)),
    (
        "times",
        re.compile(
            rf"(?P<low>{NUMBER})\s*(?:[x×]|times)?\s*(?:(?:–|—|-|\bto\b)\s*(?P<high>{NUMBER})\s*)?(?:[x×](?!\w)|times\b|[-\s]?fold\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "percent",
        re.compile(
            rf"(?P<low>{NUMBER})\s*%?\s*(?:(?:–|—|-|\bto\b)\s*(?P<high>{NUMBER})\s*)?(?P<points>%|\bper ?cent\b|\bpp\b|(?:percentage\s+)?points?\b)",
            re.IGNORECASE,
        ),
    ),
    ("plain", re.compile(rf"(?P<low>{NUMBER})\s*(?P<unit>[^\W\d]+(?:/[^\W\d]+)?)?", re.IGNORECASE)),
)
_ALL = Decimal(100)
_WAYS = {"faster": (-1, 1), "slower": (1, -1)}


@dataclass(frozen=True)
class Change:
    """What printed words say of a change: quantized against baseline, in the direction of the stored value.

    `value` is a ratio (quantized / baseline), a percent change or a difference in `unit`; a range has `low` and
    `high` and no value. `slack` is how far the printed digits may have been rounded.
    """

    printed: str
    kind: ChangeKind
    value: Decimal | None
    unit: str
    bound: Bound
    slack: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def read_change(
    printed: str,
    *,
    outcome: str | None = None,
    better: Direction = Direction.NEITHER,
    decimal: str | None = None,
) -> Change:
    """Read a change as printed: `4.1x smaller`, `-75 %`, `up to 57 % less`, `16.9 ms faster`, `2-4x reduction`.

    Parameters
    ----------
    printed
        The words of the source.
    outcome
        Code of the outcome: percent of an accuracy are taken as points, `faster` of a latency is less.
    better
        Which way the outcome is better, for `improved` and `better`.
    decimal
        `.` or `,` where the source's decimal sign is known.

    Returns
    -------
    change
        A ratio below 1 or a negative change is less than the baseline.

    Raises
    ------
    DataError
        In one sentence, if the words tell no size or no direction, or may mean two things.
    """
    text = printed.strip()
    if not text or len(printed) > LONGEST:
        raise DataError(
            f"{shown(printed)} is no change; allowed: words with a number, up to {LONGEST} characters"
        )
    form, found = _how_much(text)
    ends = [read_number(found["low"], decimal=decimal)]
    if found.re.groupindex.get("high") and found["high"]:
        ends.append(read_number(found["high"], decimal=decimal))
    # a minus sign is a direction of its own; "-4x" after a word is a hyphen
    sign = _direction(text, printed, outcome, better, ends[0], form)
    ends = [abs(end) for end in ends]
    bound = Bound.RANGE if len(ends) > 1 else find_bound(text, found.start())
    slack = max(half_unit(end) for end in ends)
    if form in ("factor", "times"):
        return _ratio(printed, ends, sign, bound, slack)
    if form == "percent":
        return _percent(printed, ends, sign, bound, slack, outcome, bool(re.search("p", found["points"])))
    return _plain(printed, ends[0], sign, bound, slack, found["unit"] or "", outcome)


def _how_much(text: str) -> tuple[str, re.Match[str]]:
    """Return how the size is told and where; a number of another kind beside it is not read."""
    for form, pattern in _HOW_MUCH:
        hits = list(pattern.finditer(text))
        if len(hits) > 1:
            raise DataError(f"{shown(text)} tells several changes; read one at a time")
        if hits:
            return form, hits[0]
    raise DataError(
        f"{shown(text)} tells no size of a change; allowed: such as 4x smaller, -75 %, 12 ms less"
    )


def _direction(
    text: str, printed: str, outcome: str | None, better: Direction, value: Decimal, form: str
) -> int:
    """Return -1 for less, 1 for more."""
    signs = {step for step in (_worded(text, outcome, better, printed, form),) if step}
    if value < 0 or re.search(rf"(?<!\d)\+\s?{re.escape(format(abs(value), 'f'))}", text):
        signs.add(-1 if value < 0 else 1)
    if not signs:
        if form == "times" and 0 < value < 1:
            return 1  # 0.64x is 0.64 of the baseline: the ratio itself
        raise DataError(
            f"{shown(printed)} tells no direction; allowed: a sign, or a word such as smaller or more"
        )
    if len(signs) > 1 or (value < 0 and _DOWN.search(text)):
        raise DataError(f"{shown(printed)} tells its direction twice, by sign and by word; write one of them")
    return signs.pop()


def _worded(text: str, outcome: str | None, better: Direction, printed: str, form: str) -> int:
    """Return the direction of the words, 0 where they tell none."""
    if _EFFICIENT.search(text):
        if outcome not in ("energy", "power"):
            raise DataError(
                f"{shown(printed)} tells efficiency, but of what; name the outcome energy or power"
            )
        return 1 if re.search(r"\bless\b.*efficien", text, re.IGNORECASE) else -1
    for pattern, (of_time, of_rate) in ((_QUICK, _WAYS["faster"]), (_SLOW, _WAYS["slower"])):
        if pattern.search(text) and not _DOWN.search(text):
            return _pace(printed, KIND_OF_OUTCOME.get(outcome or ""), form, of_time, of_rate)
    down, up = (
        bool(_DOWN.search(text)),
        bool(_UP.search(text.replace("more than", "").replace("less than", ""))),
    )
    if down and not up:
        less = re.sub(r"(?:less|lower|smaller|fewer) than\s+[\d.,~]", "", text, flags=re.IGNORECASE)
        return -1 if _DOWN.search(less) else 0
    if up and not down:
        return 1
    if up and down:
        raise DataError(f"{shown(printed)} tells more and less at once; write one change")
    if _BETTER.search(text):
        if better == Direction.NEITHER:
            raise DataError(f"{shown(printed)} says better, but of what; name the outcome")
        return 1 if better == Direction.HIGHER else -1
    return 0


def _pace(printed: str, kind: str | None, form: str, of_time: int, of_rate: int) -> int:
    if kind not in ("time", "rate"):
        raise DataError(f"{shown(printed)} tells speed; name the outcome latency or throughput")
    if form == "percent" and kind == "time":
        raise DataError(
            f"{shown(printed)} is ambiguous: that much less time, or that much more per second; say which"
        )
    return of_time if kind == "time" else of_rate


def _ratio(printed: str, ends: list[Decimal], sign: int, bound: Bound, slack: Decimal) -> Change:
    if not all(ends):
        raise DataError(f"{shown(printed)} tells a ratio of 0; check the printed words")
    ratios = [end if sign > 0 else 1 / end for end in ends]
    moved = slack if sign > 0 else max(slack / end**2 for end in ends)
    return _made(printed, ChangeKind.RATIO, ratios, NORMAL["ratio"], bound, moved)


def _percent(
    printed: str,
    ends: list[Decimal],
    sign: int,
    bound: Bound,
    slack: Decimal,
    outcome: str | None,
    points: bool,
) -> Change:
    share = KIND_OF_OUTCOME.get(outcome or "") == "share"
    if points or share:
        return _made(printed, ChangeKind.DIFFERENCE, [sign * end for end in ends], "percent", bound, slack)
    if sign < 0 and max(ends) > _ALL:
        raise DataError(f"{shown(printed)} is more than everything; allowed: at most 100 % less")
    return _made(printed, ChangeKind.PERCENT_CHANGE, [sign * end for end in ends], "percent", bound, slack)


def _plain(
    printed: str, end: Decimal, sign: int, bound: Bound, slack: Decimal, word: str, outcome: str | None
) -> Change:
    unit = _unit_or_none(word)
    if unit is None and KIND_OF_OUTCOME.get(outcome or "") == "share":
        unit = UNITS["fraction" if end < 1 else "percent"]
    if unit is None:
        raise DataError(
            f"{shown(printed)} tells a change without its unit; allowed: times, %, points, or a unit"
        )
    value = sign * end * unit.factor
    return _made(printed, ChangeKind.DIFFERENCE, [value], NORMAL[unit.kind], bound, slack * unit.factor)


def _unit_or_none(word: str) -> Unit | None:
    try:
        return read_unit(word)
    except DataError:
        return None


def _made(
    printed: str, kind: ChangeKind, ends: list[Decimal], unit: str, bound: Bound, slack: Decimal
) -> Change:
    if len(ends) == 1:
        return Change(printed, kind, ends[0], unit, bound, slack)
    return Change(printed, kind, None, unit, bound, slack, min(ends), max(ends))
