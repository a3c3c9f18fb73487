"""The sections on pooled outcomes tell the main result first, and every number beside it comes from the pool."""

import datetime as dt
from collections.abc import Callable

import pytest

from db.session import open_database, reading
from reports.context import Bullets, Cell, Figure, Note, Paragraph, Section, Table, Text
from reports.evidence import Evidence, read_evidence
from reports.plates import Plates
from reports.sections.estimates import (
    bias_words,
    class_blocks,
    estimate_cells,
    sensitivity_blocks,
    slope_blocks,
)
from reports.sections.outcome import outcome_section
from reports.sections.words import effect_words, interval_words, unbroken
from review.pool import OutcomePool
from tests.databases import Databases

DOMINANT = "medquanbench2025+qu2025"
GetPool = Callable[[str], OutcomePool]


@pytest.fixture(scope="module")
def evidence(databases: Databases) -> Evidence:
    with reading(open_database(databases.loaded)) as connection:
        return read_evidence(connection, date=dt.date(2026, 11, 21))


@pytest.fixture(scope="module")
def pool(evidence: Evidence) -> GetPool:
    return lambda code: next(found for found in evidence.pools if found.outcome.code == code)


@pytest.fixture(scope="module")
def dice(evidence: Evidence, pool: GetPool) -> Section:
    return outcome_section(evidence, pool("dice"), Plates())


def said(text: Text) -> str:
    return "".join(span.text for span in text)


def paragraph(section: Section, place: int) -> str:
    block = section.blocks[place]
    assert isinstance(block, Paragraph)
    return said(block.text)


def test_the_main_result_comes_first(dice: Section, pool: GetPool) -> None:
    first = dice.blocks[0]
    c = pool("dice").main.effect
    assert c is not None
    assert isinstance(first, Paragraph)
    assert first.text[0].strong
    assert effect_words(c.estimate, pool("dice").measure) in first.text[0].text
    low, high = pool("dice").new_group or (0.0, 0.0)
    assert interval_words(low, high, pool("dice").measure) in said(first.text)


def test_one_dominant_group_is_said_with_the_estimate_without_it(dice: Section) -> None:
    notes = [said(block.text) for block in dice.blocks if isinstance(block, Note)]
    (told,) = [note for note in notes if "dominates" in note]
    assert f"{DOMINANT} gives 85 of the 91 contrasts" in told
    assert "Without it: −0.79 percentage points" in told


def test_certainty_stands_with_the_reason_of_each_domain(dice: Section, pool: GetPool) -> None:
    certainty = pool("dice").certainty
    assert certainty is not None
    at = next(
        i for i, b in enumerate(dice.blocks) if isinstance(b, Paragraph) and "Certainty" in said(b.text)
    )
    reasons = dice.blocks[at + 1]
    assert isinstance(reasons, Bullets)
    assert certainty.level in paragraph(dice, at)
    assert len(reasons.items) == 5
    for item, domain in zip(reasons.items, certainty.domains, strict=True):
        assert said(item).lower().startswith(domain.name)
        assert domain.reason[1:] in said(item)


def test_no_table_and_no_figure_stands_twice(dice: Section) -> None:
    names = [block.id for block in dice.blocks if isinstance(block, Table | Figure)]
    assert len(names) == len(set(names))
    tables = {block.id for block in dice.blocks if isinstance(block, Table)}
    assert tables == {"classes-dice", "data-settings-dice", "sensitivity-dice"}
    settings = next(b for b in dice.blocks if isinstance(b, Figure) and b.id == "figure-settings-dice")
    assert settings.table_id == "data-settings-dice"


def test_the_settings_are_those_of_the_pool(dice: Section, pool: GetPool) -> None:
    within = pool("dice").within
    assert within is not None
    table = next(b for b in dice.blocks if isinstance(b, Table) and b.id == "data-settings-dice")
    assert [(row[0].text, row[1].text, row[3].sort) for row in table.rows] == [
        (s.bits, s.granularity, s.mean.estimate) for s in within.settings
    ]
    assert [row[5].text for row in table.rows[:3]] == [""] * 3
    assert [row[5].sort for row in table.rows[3:]] == [c.estimate for c in within.differences[:3]]


@pytest.mark.parametrize("code", ["accuracy", "dice", "size", "latency", "memory"])
def test_each_class_has_its_number_or_none(evidence: Evidence, pool: GetPool, code: str) -> None:
    blocks = class_blocks(pool(code), evidence.codebook)
    table, tests = blocks
    assert isinstance(table, Table)
    assert isinstance(tests, Paragraph)
    classes = [one for by in ("technique", "bits") for one in pool(code).by(by).classes]
    assert len(table.rows) == len(classes)
    for row, one in zip(table.rows, classes, strict=True):
        assert (row[2].text, row[3].text) == (str(one.effects), str(one.groups))
        assert list(row[4:6]) == estimate_cells(one.pooled, pool(code).measure)[:2]
        assert (row[4].text == "too few groups") == (one.groups < 3)


def test_a_slope_without_a_number_says_why(pool: GetPool) -> None:
    paragraph, slopes = slope_blocks(pool("dice"))
    assert isinstance(paragraph, Paragraph)
    assert isinstance(slopes, Bullets)
    told = [said(item) for item in slopes.items]
    assert "each halving adds −3.42 (95 % CI −34.01 to +27.18, 2.0 df)" in told[0]
    assert told[0].endswith("The degrees of freedom are too few to rely on.")
    assert "no number, 3 study group(s) that state the weight bits, at least 4 are needed." in told[1]
    (alone,) = slope_blocks(pool("latency"))
    assert isinstance(alone, Paragraph)
    assert said(alone.text).startswith("No regression on weight bits: hardly a study group differs")


@pytest.mark.parametrize("code", ["accuracy", "dice", "size", "latency", "memory"])
def test_the_sensitivity_table_holds_each_analysis(pool: GetPool, code: str) -> None:
    table, words = sensitivity_blocks(pool(code))
    assert isinstance(table, Table)
    assert isinstance(words, Paragraph)
    for row, analysis in zip(table.rows, (pool(code).main, *pool(code).sensitivity), strict=True):
        assert row[0] == Cell(analysis.name)
        if analysis.effect is not None:
            c, measure = analysis.effect, pool(code).measure
            assert row[3].text == effect_words(c.estimate, measure)
            assert row[4].text == unbroken(interval_words(c.ci_low, c.ci_high, measure))
    ends = sorted(a.effect.estimate for a in pool(code).leave_one_out if a.effect)
    for end in (ends[0], ends[-1]):
        assert effect_words(end, pool(code).measure) in said(words.text)


def test_what_cannot_be_tested_has_no_number(pool: GetPool) -> None:
    told = bias_words(pool("accuracy"))
    assert told == (
        "Small-study effects cannot be tested: 2 effect(s) with a standard error, at least 10 are needed."
    )


def test_an_outcome_of_few_groups_has_a_sentence_and_no_table(evidence: Evidence, pool: GetPool) -> None:
    section = outcome_section(evidence, pool("auc"), Plates())
    assert paragraph(section, 0) == "Not pooled: 2 independent study group(s), at least 3 are needed."
    assert not any(isinstance(block, Table) for block in section.blocks)
