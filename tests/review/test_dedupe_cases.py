"""Pairs of known kinds: copies are sure, relatives that are no copies are not merged, doubt is asked and explained."""

from dataclasses import replace

import pytest

from review.dedupe.explain import compare_fields
from review.dedupe.hit import Hit, comparable
from review.dedupe.judge import Likeness, Verdict, judge
from review.dedupe.rules import shipped_rules

PAPER = Hit(
    key="a",
    title="Integer-only inference of deep networks for portable retinal screening: a comparison on 3D OCT",
    authors="Müller, Jane; Zhang, Wei; O'Neil, Ruth",
    year="2022",
    venue="Medical Image Analysis",
    volume="81",
    pages="1123-1134",
    doi="10.1016/j.media.2022.1",
)


def judged(**changes: str) -> Verdict:
    return judge(comparable(PAPER), comparable(replace(PAPER, key="b", **changes)), shipped_rules())


@pytest.mark.parametrize(
    "changes",
    [
        {"doi": "https://doi.org/10.1016/J.MEDIA.2022.1."},
        {"doi": "", "title": PAPER.title.upper()},
        {"doi": "", "authors": ""},
        {"doi": "", "authors": "Muller J, Zhang W, O'Neil R", "year": "2023"},
        {"doi": "", "title": PAPER.title.replace("networks", "netwroks")},
        {"doi": "", "title": PAPER.title.replace("Integer-only", "Integeronly").replace("3D", "3-D")},
        {"doi": "", "title": PAPER.title.split(":")[0]},
        {"doi": "", "title": PAPER.title + " (full text copy, garbled)"},
        {"doi": "", "venue": "Med Image Anal", "pages": "1123-34"},
        {"doi": "10.1016/j.media.2022.1", "year": "2019", "venue": "another"},
    ],
)
def test_a_copy_is_sure(changes: dict[str, str]) -> None:
    assert judged(**changes).likeness == Likeness.SURE


def test_a_preprint_is_the_same_record_as_its_journal_version() -> None:
    preprint = {
        "doi": "10.48550/arXiv.2006.12345",
        "venue": "arXiv",
        "year": "2020",
        "volume": "",
        "pages": "",
    }
    assert judged(**preprint).likeness == Likeness.SURE
    assert judged(**preprint | {"year": "2016"}).likeness == Likeness.MAYBE


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"doi": "", "year": "2026"}, "years are 4 apart"),
        ({"doi": "10.1016/j.media.2022.2"}, "DOIs differ"),
        ({"doi": "", "venue": "Medical Image Analysis Abstracts", "pages": "S12"}, "kinds differ: journal article and meeting abstract"),
        ({"doi": "", "venue": "Proceedings of the Conference on Chips", "pages": "1-4"}, "kinds differ: conference paper and journal article"),
        ({"doi": "", "title": PAPER.title.replace("3D", "2D")}, "numbers in the titles differ"),
        ({"doi": "", "authors": "Rossi, Mario; Bianchi, Lucia"}, "authors differ"),
        ({"doi": "", "title": PAPER.title + " (code repository)"}, "kinds differ: one is a companion of the paper (code, README, post)"),
        ({"title": "Feeding behaviour of bees in urban gardens", "authors": ""}, "titles are not alike"),
        ({"title": "Erratum to: " + PAPER.title}, "one is a correction and not the work itself"),
        ({"doi": "", "pages": "77-88"}, "pages differ within one volume"),
    ],
)  # fmt: skip
def test_a_contradiction_is_asked_and_named(changes: dict[str, str], told: str) -> None:
    verdict = judged(**changes)
    assert (verdict.likeness, told in verdict.against) == (Likeness.MAYBE, True), verdict


@pytest.mark.parametrize(
    "changes",
    [
        {"doi": "", "title": "Erratum to: " + PAPER.title},
        {"doi": "10.1016/j.media.2022.9", "title": "Retracted: " + PAPER.title},
        {"doi": "", "title": "Reply to: " + PAPER.title},
        {
            "doi": "",
            "title": "Federated learning for breast ultrasound in remote clinics: a trial on 3D probes",
        },
        {"doi": "", "title": "Editorial"},
        {"doi": "", "authors": "Rossi, Mario", "year": "1999"},
    ],
)
def test_another_work_is_not_even_asked(changes: dict[str, str]) -> None:
    assert judged(**changes).likeness == Likeness.NO


@pytest.mark.parametrize(
    ("one", "other"),
    [("Part I", "Part II"), ("part 1", "part 2"), ("Part A", "Part B"), ("II", "III")],
)
def test_two_parts_are_two_works(one: str, other: str) -> None:
    a = comparable(
        replace(PAPER, doi="", title=f"Quantized networks in radiology and their clinical use, {one}")
    )
    b = comparable(
        replace(PAPER, doi="", title=f"Quantized networks in radiology and their clinical use, {other}")
    )
    assert judge(a, b, shipped_rules()).likeness == Likeness.NO


@pytest.mark.parametrize(
    ("one", "other"), [("CT", "MR"), ("with", "without"), ("brain", "breast"), ("8-bit", "4-bit")]
)
def test_one_exchanged_word_makes_another_title(one: str, other: str) -> None:
    title = "Quantized segmentation networks for fast {} image analysis on embedded devices in hospitals"
    a, b = (comparable(replace(PAPER, doi="", pages="", title=title.format(word))) for word in (one, other))
    assert judge(a, b, shipped_rules()).likeness != Likeness.SURE


def test_a_short_title_needs_people_and_year() -> None:
    short = Hit("a", "Model compression", year="2020")
    assert (
        judge(comparable(short), comparable(replace(short, key="b")), shipped_rules()).likeness
        == Likeness.MAYBE
    )
    signed = replace(short, authors="Doe, Jane")
    assert (
        judge(comparable(signed), comparable(replace(signed, key="b")), shipped_rules()).likeness
        == Likeness.SURE
    )


def test_two_works_listed_at_one_address_are_asked() -> None:
    a = Hit("a", "Image complexity guided network compression for segmentation", url="https://x.org/list/7")
    b = Hit(
        "b",
        "Quantization of convolutional networks for accurate segmentation",
        url="http://www.x.org/list/7/",
    )
    assert judge(comparable(a), comparable(b), shipped_rules()) == Verdict(
        Likeness.MAYBE, "same address", ("titles are not alike",)
    )


def test_judging_does_not_depend_on_the_order() -> None:
    others = [
        replace(PAPER, doi="", title=PAPER.title.split(":")[0]),
        replace(PAPER, doi="", authors="Rossi, Mario"),
        replace(PAPER, doi="10.1/x", year="2010"),
        Hit("z", "Editorial"),
    ]
    for other in map(comparable, others):
        paper, rules = comparable(PAPER), shipped_rules()
        assert judge(paper, other, rules) == judge(other, paper, rules)


def test_a_pair_is_explained_field_by_field() -> None:
    other = replace(PAPER, year="2026", venue="Med Image Anal", doi="", authors="Rossi, Mario")
    fields = {f.field: (f.likeness, f.agrees) for f in compare_fields(comparable(PAPER), comparable(other))}
    assert fields == {
        "title": (100, True), "authors": (0, False), "year": (20, False), "venue": (100, True), "volume": (100, True),
        "pages": (100, True), "doi": (None, None), "kind": (100, True),
    }  # fmt: skip
