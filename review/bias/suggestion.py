"""What the answers suggest: a domain's judgement from its questions, the overall one from the domains.

A suggestion is computed and shown, never stored: a judgement is a person's, with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.vocabulary import AppraisalAnswer, RiskOfBias
from review.bias.tool import Domain

GOOD = (AppraisalAnswer.YES, AppraisalAnswer.PROBABLY_YES)
BAD = (AppraisalAnswer.NO, AppraisalAnswer.PROBABLY_NO)


@dataclass(frozen=True)
class Suggestion:
    """A suggested judgement and the rule that gave it."""

    judgement: RiskOfBias
    why: str


def suggest_domain(domain: Domain, answers: Mapping[str, AppraisalAnswer]) -> Suggestion | None:
    """Suggest the judgement of a domain; None where no question of it is answered.

    Parameters
    ----------
    domain
        The domain.
    answers
        Answers by item code, such as `data.same_images`; those of other domains are passed over.

    Notes
    -----
    Low where every answer that applies is (probably) yes; high where a critical question, or half or more of all
    that apply, have (probably) no; else unclear. "Half" keeps one doubtful point among many from deciding alone.
    """
    items = dict(zip(domain.items(), domain.questions, strict=True))
    given = {item: answers[item] for item in items if item in answers}
    if not given:
        return None
    applying = [item for item in items if given.get(item) != AppraisalAnswer.NOT_APPLICABLE]
    bad = [item for item in applying if given.get(item) in BAD]
    critical = next((item for item in bad if items[item].critical), None)
    silent = [item for item in applying if item not in given]
    if critical is not None:
        return Suggestion(RiskOfBias.HIGH, f"the critical question {critical} has {_words(given[critical])}")
    if applying and 2 * len(bad) >= len(applying):
        return Suggestion(RiskOfBias.HIGH, f"{len(bad)} of {len(applying)} questions have (probably) no")
    if silent:
        return Suggestion(RiskOfBias.UNCLEAR, f"{silent[0]} is not answered yet")
    if all(given[item] in GOOD for item in applying):
        told = "every answer that applies is (probably) yes" if applying else "no question applies"
        return Suggestion(RiskOfBias.LOW, told)
    doubtful = next(item for item in applying if given[item] not in GOOD)
    return Suggestion(RiskOfBias.UNCLEAR, f"{doubtful} has {_words(given[doubtful])}")


def suggest_overall(judgements: Sequence[RiskOfBias | None]) -> Suggestion | None:
    """Suggest the overall judgement; None where no domain is judged.

    Parameters
    ----------
    judgements
        The judgement of every domain of the tool; None where there is none yet.
    """
    if not any(judgements):
        return None
    if RiskOfBias.HIGH in judgements:
        return Suggestion(RiskOfBias.HIGH, "a domain is at high risk")
    if all(judgement == RiskOfBias.LOW for judgement in judgements):
        return Suggestion(RiskOfBias.LOW, "every domain is at low risk")
    return Suggestion(RiskOfBias.UNCLEAR, "a domain is unclear or not judged yet")


def _words(answer: AppraisalAnswer) -> str:
    return f"“{answer.value.replace('_', ' ')}”"
