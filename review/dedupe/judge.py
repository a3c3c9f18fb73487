"""The judgement of one pair: sure, maybe, or no, and by which rule."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from review.dedupe.hit import Comparable
from review.dedupe.identifiers import is_listing
from review.dedupe.people import shared_people
from review.dedupe.places import Kind, pages_agree, venues_alike
from review.dedupe.rules import Rules

_ALIKE_VENUES = 85
_PART_MISSING = "part missing in one title"


class Likeness(StrEnum):
    """How sure it is that two records are one work."""

    SURE = "sure"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True)
class Verdict:
    """What was judged of a pair, in words: the rule that decided, and what speaks against it."""

    likeness: Likeness
    rule: str
    against: tuple[str, ...] = ()


NO = Verdict(Likeness.NO, "not alike")


def judge(a: Comparable, b: Comparable, rules: Rules) -> Verdict:
    """Say whether two records are one work.

    Notes
    -----
    Identifiers come first, titles second; whatever contradicts turns "sure" into "maybe", and what makes a work another
    work (a notice on it, another part of it) turns it into "no". The same title in other years, with another DOI, by
    other people, or of a meeting abstract beside an article is asked.
    """
    people = _people(a, b, rules)
    if shared := shared_identifiers(a, b):
        return _by_identifier(a, b, shared, people, rules)
    return _by_title(a, b, people, rules)


def shared_identifiers(a: Comparable, b: Comparable) -> tuple[str, ...]:
    """Return which identifiers two records share, strongest first."""
    return tuple(name for name, value in a.identifiers if (name, value) in b.identifiers)


def title_likeness(a: Comparable, b: Comparable) -> float:
    """Return how alike two titles are, 0 to 100, letter by letter or with words in another order."""
    return max(fuzz.ratio(a.title.text, b.title.text), fuzz.token_sort_ratio(a.title.text, b.title.text) - 3)


def _by_identifier(
    a: Comparable, b: Comparable, shared: tuple[str, ...], people: str, rules: Rules
) -> Verdict:
    against = _contradictions(a, b, people, rules) + _other_work(a, b)
    number = next((name for name in shared if name != "url"), "")
    loose = fuzz.token_set_ratio(a.title.text, b.title.text)
    both = a.title.usable and b.title.usable
    said = f"same {number.upper() if number != 'arxiv' else 'arXiv number'}" if number else "same address"
    if number:
        against = tuple(reason for reason in against if not reason.startswith(("years", "kinds")))
        fits = not both or loose >= rules.identifier.title or people == "agree"
    elif is_listing(a.address):
        fits = both and title_likeness(a, b) >= rules.title.near
    elif both:
        # two printed titles that only end alike ("… for biomedical image segmentation") are two works of one page
        contained = loose == 100 or _subtitle(a, b)
        fits = contained or title_likeness(a, b) >= rules.identifier.address_title
    else:
        fits = loose >= rules.identifier.address_described or not (a.title.text and b.title.text)
    if not fits:
        against = ("titles are not alike", *against)
    return Verdict(Likeness.MAYBE if against else Likeness.SURE, said, against)


def _by_title(a: Comparable, b: Comparable, people: str, rules: Rules) -> Verdict:
    if not (a.title.usable and b.title.usable):
        return NO
    likeness = title_likeness(a, b)
    rule = _same_title(a, b, people, likeness, rules)
    companions = not rule and any(
        one.title.companion and one.title.text == other.title.main for one, other in ((a, b), (b, a))
    )
    floor = rules.title.ask_supported if people == "agree" else rules.title.ask
    if not (rule or companions) and likeness < floor:
        return NO
    other_work = _other_work(a, b)
    if other_work and other_work != (_PART_MISSING,):
        return NO
    against = _contradictions(a, b, people, rules) + other_work
    if companions:
        return Verdict(Likeness.MAYBE, "a companion bears the paper's short name", against)
    if rule:
        if any(r.startswith("years") for r in against) and people == "conflict":
            return NO  # another work under the same name
        doubts = against + _too_little(a, b, people, rules)
        return Verdict(Likeness.MAYBE if doubts else Likeness.SURE, rule, doubts)
    if any(not reason.startswith(("kinds", "numbers", "years")) for reason in against):
        return NO
    if people == "silent" and against:
        return NO
    return Verdict(Likeness.MAYBE, "similar titles", against or ("titles differ in wording",))


def _same_title(a: Comparable, b: Comparable, people: str, likeness: float, rules: Rules) -> str:
    """Return the rule by which two titles are one, or nothing."""
    one, other = a.title, b.title
    if one.text == other.text or one.text.replace(" ", "") == other.text.replace(" ", ""):
        return "same title"
    short, long = sorted((one, other), key=lambda title: len(title.text))
    if short.text == long.main and len(short.telling) >= rules.title.subtitle_words:
        return "same main title, one without its subtitle"
    near = people == "agree" and _years_apart(a, b) in (0, 1)
    if likeness < (rules.title.near_supported if near else rules.title.near):
        return ""
    supported = people == "agree" or bool(pages_agree(a.pages, b.pages)) or _same_place(a, b)
    if supported and not different_words(one.words, other.words, rules):
        return "same title but for misprints"
    return ""


def different_words(a: tuple[str, ...], b: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """Return the words that make two titles different titles, misprints and left-out words aside."""
    left, right = _only(a, b), _only(b, a)
    if fuzz.ratio("".join(left), "".join(right)) >= rules.title.near and left and right:
        return ()  # the same letters, split otherwise
    found = []
    for word, other in zip_longest(left, right, fillvalue=""):
        if not word or not other:
            if word + other in {"not", "no", "without", "non", "re", "un"}:
                found.append(word + other)
        elif (
            min(len(word), len(other)) < rules.title.misprint_letters
            or 100 * Indel.normalized_similarity(word, other) < rules.title.misprint
        ):
            found += [word, other]
    return tuple(found)


def _only(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    known = set(others)
    return [word for word in words if word not in known]


def _too_little(a: Comparable, b: Comparable, people: str, rules: Rules) -> tuple[str, ...]:
    """Return why a common title is not enough by itself."""
    doubts = []
    supported = people == "agree" and _years_apart(a, b) in (0, 1)
    if min(len(a.title.telling), len(b.title.telling)) < rules.title.telling_words and not supported:
        doubts.append("title too short to tell")
    if a.title.stripped != b.title.stripped and (a.title.companion or b.title.companion):
        doubts.append("kinds differ: one is a companion of the paper (code, README, post)")
    return tuple(doubts)


def _contradictions(a: Comparable, b: Comparable, people: str, rules: Rules) -> tuple[str, ...]:
    found = []
    for name, one, other in (
        ("DOIs", a.published_doi, b.published_doi),
        ("PMIDs", a.pmid, b.pmid),
        ("arXiv numbers", a.arxiv, b.arxiv),
    ):
        if one and other and one != other:
            found.append(f"{name} differ")
    if people == "conflict":
        found.append("authors differ")
    found += _years(a, b, rules) + _kinds(a, b, rules)
    if a.title.numbers != b.title.numbers and a.title.usable and b.title.usable and not _subtitle(a, b):
        found.append("numbers in the titles differ")
    same_pages = pages_agree(a.pages, b.pages)
    if same_pages is False and _same_place(a, b) and a.volume and a.volume == b.volume:
        found.append("pages differ within one volume")
    return tuple(found)


def _subtitle(a: Comparable, b: Comparable) -> bool:
    return a.title.text == b.title.main or b.title.text == a.title.main


def _years(a: Comparable, b: Comparable, rules: Rules) -> list[str]:
    apart = _years_apart(a, b)
    versions = Kind.PREPRINT in (a.kind, b.kind)
    allowed = rules.year.preprint_apart if versions else rules.year.apart
    return [f"years are {apart} apart"] if apart is not None and apart > allowed else []


def _kinds(a: Comparable, b: Comparable, rules: Rules) -> list[str]:
    kinds = {a.kind, b.kind} - {Kind.UNKNOWN}
    if len(kinds) < 2:
        return []
    if Kind.PREPRINT in kinds:
        allowed = rules.preprint.merge and Kind.ABSTRACT not in kinds
        return [] if allowed else ["kinds differ: " + " and ".join(sorted(kinds))]
    if Kind.ABSTRACT not in kinds and (_same_place(a, b) or pages_agree(a.pages, b.pages)):
        return []  # sources call the same proceedings a journal, a series or a conference
    return ["kinds differ: " + " and ".join(sorted(kinds))]


def _other_work(a: Comparable, b: Comparable) -> tuple[str, ...]:
    if a.title.notice != b.title.notice:
        return (f"one is a {a.title.notice or b.title.notice} and not the work itself",)
    if a.title.part != b.title.part and a.title.usable and b.title.usable:
        return ("parts differ",) if a.title.part and b.title.part else (_PART_MISSING,)
    return ()


def _people(a: Comparable, b: Comparable, rules: Rules) -> str:
    share = shared_people(a.people, b.people)
    if share is None:
        return "silent"
    return (
        "agree"
        if share >= rules.authors.agree
        else "conflict"
        if share < rules.authors.conflict
        else "silent"
    )


def _years_apart(a: Comparable, b: Comparable) -> int | None:
    return abs(a.year - b.year) if a.year and b.year else None


def _same_place(a: Comparable, b: Comparable) -> bool:
    return (venues_alike(a.venue, b.venue) or 0) >= _ALIKE_VENUES and _years_apart(a, b) in (0, 1)
