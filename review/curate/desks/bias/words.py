"""How answers, judgements and stages of an appraisal are called on the page."""

from typing import Final

from db.vocabulary import AppraisalAnswer, Concern, RiskOfBias
from review.bias.appraising import Said
from review.bias.blind import Stage
from review.bias.tool import OVERALL, Tool

ANSWERS: Final = {answer.value: answer.value.replace("_", " ") for answer in AppraisalAnswer}
RISKS: Final = {risk.value: f"{risk.value} risk" for risk in RiskOfBias}
CONCERNS: Final = {concern.value: f"{concern.value} concern" for concern in Concern}
TONES: Final = {"low": "good", "high": "bad", "unclear": "doubt"}
STAGES: Final = {
    Stage.BEGUN: ("begun by you", "doubt"),
    Stage.NOT_JUDGED: ("not judged by you", "none"),
    Stage.DIFFER: ("judged by two, they differ", "bad"),
    Stage.WAITING: ("waits for another person", "none"),
    Stage.AGREED: ("settled", "good"),
}


def item_name(tool: Tool, item: str) -> str:
    """Return what an item of a tool is called: a question by its text, a domain by its name."""
    if item in tool.questions:
        return tool.questions[item].text
    domain = tool.domain(item)
    return "Overall" if item == OVERALL or domain is None else domain.name


def made_by(tool: Tool) -> tuple[str, str]:
    """Return in words how far a tool can be trusted, and the tone of it."""
    if tool.home_made:
        return "home-made, validated by nobody", "doubt"
    return "own paraphrase, not the published form", "none"


def said_in_words(said: Said | None) -> str:
    """Return what somebody said of an item, without the reason."""
    if said is None:
        return "nothing"
    parts = (
        said.answer and ANSWERS[said.answer],
        said.judgement and RISKS[said.judgement],
        said.applicability and f"applicability: {CONCERNS[said.applicability]}",
    )
    return ", ".join(part for part in parts if part)
