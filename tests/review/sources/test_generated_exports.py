"""Records that are made up at random and written as programs write them, which medquant itself does not, come back whole."""

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.sources.imported import ImportedRecord
from review.sources.reading import read_bytes

LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Cn", "Co"), exclude_characters=";\ufeff"
)
WORD = st.text(LETTERS, min_size=1, max_size=8)
WORDS = st.lists(WORD, min_size=1, max_size=30).map(" ".join)
NAME = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo")), min_size=1, max_size=8)


@dataclass(frozen=True)
class Made:
    """What each of the formats can say."""

    title: str
    authors: tuple[str, ...]
    venue: str
    abstract: str
    keywords: tuple[str, ...]
    year: int
    number: int


@st.composite
def made(draw: st.DrawFn) -> Made:
    return Made(
        title="T " + draw(WORDS), authors=tuple(draw(st.lists(NAME.map("{}, A".format), max_size=3))), venue="V " + draw(WORDS),
        abstract="B " + draw(WORDS), keywords=tuple(draw(st.lists(NAME, max_size=3, unique_by=str.casefold))),
        year=draw(st.integers(1900, 2100)), number=draw(st.integers(1, 999_999_999)),
    )  # fmt: skip


def folded(tag: str, value: str, margin: str) -> str:
    """Return a tagged line as programs fold it: three words a line."""
    words = value.split(" ")
    return tag + f"\n{margin}".join(" ".join(words[i : i + 3]) for i in range(0, len(words), 3)) + "\n"


def web_of_science(records: list[Made]) -> bytes:
    out = io.StringIO()
    out.write("FN Clarivate Analytics Web of Science\nVR 1.0\n")
    for r in records:
        out.write("PT J\n")
        if r.authors:
            out.write("AF " + "\n   ".join(r.authors) + "\n")
        out.write(
            folded("TI ", r.title, "   ") + folded("SO ", r.venue, "   ") + folded("AB ", r.abstract, "   ")
        )
        if r.keywords:
            out.write("DE " + "; ".join(r.keywords) + "\n")
        out.write(f"PY {r.year}\nPM {r.number}\nER\n\n")
    out.write("EF\n")
    return out.getvalue().encode()


def nbib(records: list[Made]) -> bytes:
    out = io.StringIO()
    for r in records:
        out.write(f"\nPMID- {r.number}\nOWN - NLM\n" + folded("TI  - ", r.title, "      "))
        out.writelines(f"FAU - {name}\n" for name in r.authors)
        out.write(folded("AB  - ", r.abstract, "      ") + folded("JT  - ", r.venue, "      "))
        out.writelines(f"OT  - {word}\n" for word in r.keywords)
        out.write(f"DP  - {r.year} Jan\n")
    return out.getvalue().encode()


def endnote(records: list[Made]) -> bytes:
    def several(tag: str, values: tuple[str, ...]) -> str:
        return "".join(f"<{tag}><style>{escape(value)}</style></{tag}>" for value in values)

    parts = [
        f'<record><ref-type name="Journal Article">17</ref-type><contributors><authors>{several("author", r.authors)}</authors>'
        f"</contributors><titles>{several('title', (r.title,))}{several('secondary-title', (r.venue,))}</titles>"
        f"<keywords>{several('keyword', r.keywords)}</keywords><abstract>{escape(r.abstract)}</abstract>"
        f"<dates><year>{r.year}</year></dates></record>"
        for r in records
    ]
    return f"<?xml version='1.0' encoding='UTF-8'?><xml><records>{''.join(parts)}</records></xml>".encode()


def same(record: ImportedRecord, wanted: Made, *, number: bool) -> bool:
    got = (record.title, record.authors, record.venue, record.abstract, record.keywords, record.year)
    whole = got == (wanted.title, wanted.authors, wanted.venue, wanted.abstract, wanted.keywords, wanted.year)
    return whole and (not number or record.pmid == str(wanted.number))


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.txt", web_of_science), ("a.nbib", nbib), ("a.xml", endnote)],
    ids=["wos", "nbib", "endnote"],
)
@given(records=st.lists(made(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_every_field_of_every_record_comes_back(name: str, write: object, records: list[Made]) -> None:
    assert callable(write)
    reading = read_bytes(name, write(records))
    assert [same(r, w, number=name != "a.xml") for r, w in zip(reading.records, records, strict=True)] == [
        True
    ] * len(records)
    assert not reading.lost
