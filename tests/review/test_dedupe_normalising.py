"""Every way that databases print an identifier, a title, people or pages comes to one form; rubbish comes to nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.dedupe.find import find_duplicates
from review.dedupe.hit import Hit, comparable
from review.dedupe.identifiers import arxiv_id, arxiv_in_address, doi, plain_address, pmid
from review.dedupe.people import people, shared_people
from review.dedupe.places import Kind, kind_of, pages, venues_alike
from review.dedupe.titles import read_title


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("https://dx.doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        ("doi: 10.1000/abc.1.", "10.1000/abc.1"),
        ("10.1016/0140-6736(95)90001-2", "10.1016/0140-6736(95)90001-2"),
        ("(10.1000/abc)", "10.1000/abc"),
        ("10.1016%252Fj.engappai.2021.104384", "10.1016/j.engappai.2021.104384"),
        ("10.1101/2020.01.02.123456v2.full.pdf", "10.1101/2020.01.02.123456"),
        ("10.21203/rs.3.rs-99/v1", "10.21203/rs.3.rs-99"),
        ("not a DOI", ""),
        ("10.12", ""),
        ("", ""),
    ],
)
def test_dois(printed: str, plain: str) -> None:
    assert doi(printed) == plain


@pytest.mark.parametrize(
    ("printed", "plain"),
    [("2501.17343v2", "2501.17343"), ("arXiv:2501.17343", "2501.17343"), ("10.48550/arxiv.2501.17343", "2501.17343"),
     ("cs/0112017", "cs/0112017"), ("math.GT/0309136v1", "math.gt/0309136"), ("2513.17343", ""), ("", "")],
)  # fmt: skip
def test_arxiv_numbers(printed: str, plain: str) -> None:
    assert arxiv_id(printed) == plain


@pytest.mark.parametrize(
    ("url", "plain"),
    [("https://arxiv.org/html/2501.17343v1", "2501.17343"), ("https://ar5iv.labs.arxiv.org/html/2207.12770", "2207.12770"),
     ("https://www.sciencestack.ai/paper/2412.11186", "2412.11186"), ("https://www.mdpi.com/1424-8220/22/1/219", ""),
     ("https://example.org/2412.11186", "")],
)  # fmt: skip
def test_arxiv_numbers_in_addresses(url: str, plain: str) -> None:
    assert arxiv_in_address(url) == plain


def test_pubmed_numbers_and_never_those_of_pubmed_central() -> None:
    assert pmid("PMID: 0012345") == "12345"
    assert pmid("", "https://pubmed.ncbi.nlm.nih.gov/12345/") == "12345"
    assert pmid("PMC12345") == pmid("", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC12345/") == ""


def test_addresses_of_one_page_are_one_and_a_site_is_none() -> None:
    assert (
        plain_address("http://www.X.org/a/b/?utm_source=x#top")
        == plain_address("https://x.org/a/b")
        == "x.org/a/b"
    )
    assert plain_address("https://x.org/a?id=1") != plain_address("https://x.org/a?id=2")
    assert plain_address("https://x.org/") == plain_address("http://[bad") == plain_address("text") == ""


def test_titles_lose_marks_accents_tags_entities_and_remarks() -> None:
    shown = read_title("The <i>Fuß</i>gänger&amp;s: a “Study”… (repository README)")
    assert (shown.text, shown.stripped, shown.companion) == ("the fussganger and s a study", True, True)
    assert read_title("[Ein Titel.]").text == "ein titel"
    assert read_title("[title not shown] a network on a chip").described
    assert not read_title("(title not shown) something").usable
    assert read_title("Correction: a study").notice == "correction"
    assert read_title("Correcting motion in MRI").notice == ""


@pytest.mark.parametrize(
    "printed",
    ["Müller, Jane; Zhang, Wei", "Jane Muller and Wei Zhang", "Muller J, Zhang W", "MULLER, JANE; ZHANG, WEI",
     "Zhang Wei, Jane Müller", "Müller, J. & Zhang, W."],
)  # fmt: skip
def test_people_agree_in_every_form(printed: str) -> None:
    assert shared_people(people("Müller, Jane; Zhang, Wei"), people(printed)) == 1


def test_a_given_name_in_common_is_no_person_in_common() -> None:
    assert shared_people(people("Doe, Jane; Roe, Wei"), people("Poe, Jane; Zhang, Wei")) == 0
    assert shared_people(people(""), people("Doe, Jane")) is None


def test_pages_and_venues() -> None:
    assert pages("1123-34") == pages("pp. 1123–1134") == ("1123", "1134")
    assert pages("e12") == ("e12", "")
    assert venues_alike("med image anal", "medical image analysis") == 100
    assert kind_of("JOUR", "circulation supplement", "", "", "") == Kind.ABSTRACT
    assert kind_of("", "", "10.48550/arxiv.2501.17343", "2501.17343", "") == Kind.PREPRINT


ANYTHING = st.text(max_size=80)


@given(st.lists(st.builds(Hit, st.just(""), *[ANYTHING] * 11), max_size=6))
def test_whatever_a_source_prints_nothing_breaks_or_vanishes(hits: list[Hit]) -> None:
    numbered = [Hit(**{**vars(hit), "key": str(place)}) for place, hit in enumerate(hits)]
    found = find_duplicates(numbered)
    keys = [key for group in found.groups for key in group.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {hit.key for hit in numbered}
    for hit in numbered:
        assert comparable(hit) == comparable(hit)
