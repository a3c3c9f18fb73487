"""Appraisal tools: what ships says what it is and whose words it has; a file with a mistake is refused."""

import re
from pathlib import Path

import pytest

from db.errors import MedquantError
from db.vocabulary import AppraisalAnswer, RiskOfBias
from review.bias.suggestion import suggest_domain, suggest_overall
from review.bias.tool import FOLDER, Domain, Question, read_tool, tool_named, tools

SOUND = """
code = "mine"
version = "1.0"
name = "Mine"
short = "M"
home_made = true
units = ["study"]
about = "a"
based_on = "b"
wording = "own words"
licence = "CC BY 4.0"
references = ["one"]
[[domain]]
code = "data"
name = "Data"
about = "c"
[[domain.question]]
code = "leak"
text = "d"
"""
Y, N, PN, NI, NA = (
    AppraisalAnswer.YES,
    AppraisalAnswer.NO,
    AppraisalAnswer.PROBABLY_NO,
    AppraisalAnswer.NO_INFORMATION,
    AppraisalAnswer.NOT_APPLICABLE,
)


def test_three_tools_ship_and_one_is_home_made() -> None:
    assert {code: tool.home_made for code, tool in tools().items()} == {
        "probast_ai": False,
        "quadas3": False,
        "quantization_validity": True,
    }


@pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.code)
def test_every_tool_tells_its_source_its_licence_and_whose_words_it_has(tool: object) -> None:
    text = repr(tool)
    assert "Own words throughout" in text
    assert "this project" in text


def test_quadas3_judges_each_accuracy_estimate_and_asks_applicability_of_three_domains() -> None:
    tool = tool_named("quadas3")
    assert tool.units == ("comparison",)
    assert [d.code for d in tool.domains if d.applicability] == [
        "participants",
        "index_test",
        "target_condition",
    ]


def test_the_home_made_set_asks_what_the_review_needs() -> None:
    asked = set(tool_named("quantization_validity").questions)
    assert asked >= {
        "execution.integer_kernels", "execution.fallback_operations", "data.same_images", "data.calibration_leakage",
        "baseline.equal_tuning", "repeats.seeds", "efficiency.interleaved",
    }  # fmt: skip


def test_every_file_of_the_folder_is_a_tool_named_by_its_code() -> None:
    for path in FOLDER.glob("*.toml"):
        assert read_tool(path).code == path.stem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Mine"\n', "", "name must be a text"),
        ("home_made = true", 'home_made = "yes"', "home_made must be true or false"),
        ('units = ["study"]', 'units = ["patient"]', "units has 'patient'; allowed: study, comparison"),
        ('short = "M"', 'short = "M"\nauthor = "x"', "'author' is not expected"),
        ('code = "leak"', 'code = "Leak!"', "'Leak!' is not allowed"),
        ('code = "data"', 'code = "overall"', "'overall' stands twice"),
        ('[[domain.question]]\ncode = "leak"\ntext = "d"', "", r"there is no \[\[question\]\]"),
        ('code = "mine"', "code = ", "is no tool"),
    ],
)
def test_a_tool_with_a_mistake_is_refused_in_one_sentence(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SOUND
    (tmp_path / "mine.toml").write_text(SOUND.replace(old, new))
    with pytest.raises(MedquantError, match=said) as caught:
        read_tool(tmp_path / "mine.toml")
    assert "\n" not in re.sub(r"\(.*\)", "", str(caught.value), flags=re.DOTALL)


def _domain() -> Domain:
    asked = [
        Question("a", "?", critical=True),
        Question("b", "?", critical=False),
        Question("c", "?", critical=False),
    ]
    return Domain("d", "D", "about", None, tuple(asked))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"d.a": Y, "d.b": Y, "d.c": AppraisalAnswer.PROBABLY_YES}, RiskOfBias.LOW),
        ({"d.a": N}, RiskOfBias.HIGH),
        ({"d.a": PN, "d.b": Y, "d.c": Y}, RiskOfBias.HIGH),
        ({"d.a": Y, "d.b": N, "d.c": Y}, RiskOfBias.UNCLEAR),
        ({"d.a": Y, "d.b": N, "d.c": PN}, RiskOfBias.HIGH),
        ({"d.a": Y, "d.b": N, "d.c": NA}, RiskOfBias.HIGH),
        ({"d.a": Y, "d.b": NI, "d.c": Y}, RiskOfBias.UNCLEAR),
        ({"d.a": Y, "d.b": Y}, RiskOfBias.UNCLEAR),
        ({"d.a": NA, "d.b": NA, "d.c": NA}, RiskOfBias.LOW),
        ({"d.a": NA, "d.b": Y, "d.c": Y, "other.a": N}, RiskOfBias.LOW),
    ],
)
def test_the_answers_suggest_by_the_rule(answers: dict[str, AppraisalAnswer], expected: RiskOfBias) -> None:
    suggestion = suggest_domain(_domain(), answers)
    assert suggestion is not None
    assert suggestion.judgement == expected


def test_without_answers_nothing_is_suggested() -> None:
    assert suggest_domain(_domain(), {"other.a": Y}) is None
    assert suggest_overall([None, None]) is None


def test_the_worst_domain_decides_and_a_missing_one_leaves_it_unclear() -> None:
    low, high, unclear = RiskOfBias.LOW, RiskOfBias.HIGH, RiskOfBias.UNCLEAR
    told = [
        suggestion.judgement
        for judged in ([low, low], [low, None], [low, unclear], [None, high])
        if (suggestion := suggest_overall(judged)) is not None
    ]
    assert told == [low, unclear, unclear, high]
