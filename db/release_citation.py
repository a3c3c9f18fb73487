"""`CITATION.cff` of a release: how to cite it, in the Citation File Format 1.2.0."""

import json
from collections.abc import Iterator

from db.release_facts import Author, Facts

FILE = "CITATION.cff"


def citation_bytes(facts: Facts) -> bytes:
    """Return the file; each text is a JSON string, which YAML reads alike."""
    return ("\n".join(_lines(facts)) + "\n").encode()


def _lines(facts: Facts) -> Iterator[str]:
    yield "cff-version: 1.2.0"
    yield f"message: {_text('If you use this evidence, please cite the release as below.')}"
    yield "type: dataset"
    yield f"title: {_text(facts.title)}"
    yield "authors:"
    for author in facts.authors:
        yield from _author(author)
    yield f"version: {_text(facts.name)}"
    yield f"date-released: {facts.date.isoformat()}"
    yield f"license: {facts.spdx}"
    if (address := facts.about.get("address", "")).startswith(("https://", "http://")):
        yield f"url: {_text(address)}"
    if notice := facts.about.get("notice"):
        yield f"abstract: {_text(notice)}"


def _author(author: Author) -> Iterator[str]:
    if author.family and author.given:
        yield f"  - family-names: {_text(author.family)}"
        yield f"    given-names: {_text(author.given)}"
    else:
        yield f"  - name: {_text(author.name)}"
    if author.orcid:
        yield f"    orcid: {_text(author.orcid)}"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
