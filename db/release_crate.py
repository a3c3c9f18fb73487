"""`ro-crate-metadata.json`: a release described as an RO-Crate 1.2, in JSON-LD.

References
----------
RO-Crate Metadata Specification 1.2, https://w3id.org/ro/crate/1.2
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from db.diff import FILES_BY_NAME
from db.release_facts import Author, Facts

FILE = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/crate/1.2"
CONTEXT = [f"{PROFILE}/context", {"sha256": "https://schema.org/sha256"}]
SUMS = "SHA256SUMS"
"""It holds the hash of the description itself, so that the description cannot hold its hash."""
Entity = dict[str, Any]
_FORMATS = {
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".json": "application/json",
    ".toml": "application/toml",
}
_PLAIN = {"CITATION.cff": "application/yaml", SUMS: "text/plain"}
_ABOUT = {
    "CITATION.cff": "how to cite the release",
    "CHANGELOG.md": "what differs from the release before, and why",
    "DICTIONARY.md": "what every column may hold",
    "README.md": "the corpus told in words, with its limitations",
    "corpus.toml": "what the corpus says of itself",
    "release.json": "name, date, schema version and number of rows",
    SUMS: "the SHA-256 of every other file, as `sha256sum -c` reads it",
}


def format_of(name: str) -> str:
    """Return the media type of a file of a release."""
    suffix = name[name.rfind(".") :] if "." in name else ""
    return _PLAIN.get(name) or _FORMATS.get(suffix, "application/octet-stream")


def crate_bytes(facts: Facts, files: Mapping[str, bytes], sums_size: int) -> bytes:
    """Return the description of a release.

    Parameters
    ----------
    facts
        What the release says of itself.
    files
        Every file except the description itself and the list of checksums.
    sums_size
        Number of bytes of that list.
    """
    graph = [
        _descriptor(),
        _root(facts, sorted([*files, SUMS])),
        *(
            _file(name, len(content), hashlib.sha256(content).hexdigest())
            for name, content in sorted(files.items())
        ),
        _file(SUMS, sums_size, None),
        *(_author(author, f"#author-{i}") for i, author in enumerate(facts.authors, start=1)),
        {"@id": facts.licence_url, "@type": "CreativeWork", "name": facts.licence, "identifier": facts.spdx},
        *_freezing(facts),
    ]
    return (json.dumps({"@context": CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False) + "\n").encode()


def _descriptor() -> Entity:
    return {
        "@id": FILE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }


def _root(facts: Facts, names: list[str]) -> Entity:
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{facts.title}, release {facts.name}",
        "description": facts.about.get("notice") or f"{facts.title}: a frozen release of the evidence.",
        "datePublished": facts.date.isoformat(),
        "version": facts.name,
        "schemaVersion": f"medquant {facts.schema}",
        "license": {"@id": facts.licence_url},
        "author": [{"@id": a.orcid or f"#author-{i}"} for i, a in enumerate(facts.authors, start=1)],
        "hasPart": [{"@id": name} for name in names],
        "mentions": [{"@id": "#freezing"}],
    }
    if credit := facts.about.get("citation"):
        root["creditText"] = credit
    if (address := facts.about.get("address", "")).startswith(("https://", "http://")):
        root["url"] = address
    return root


def _file(name: str, size: int, sha256: str | None) -> Entity:
    told: Entity = {
        "@id": name,
        "@type": "File",
        "name": name,
        "encodingFormat": format_of(name),
        "contentSize": str(size),
    }
    if name in FILES_BY_NAME:
        told["description"] = FILES_BY_NAME[name].about
    elif name in _ABOUT:
        told["description"] = _ABOUT[name]
    return told if sha256 is None else {**told, "sha256": sha256}


def _author(author: Author, identifier: str) -> Entity:
    person = author.family and author.given
    told: Entity = {
        "@id": author.orcid or identifier,
        "@type": "Person" if person else "Organization",
        "name": author.name,
    }
    return told | ({"familyName": author.family, "givenName": author.given} if person else {})


def _freezing(facts: Facts) -> list[Entity]:
    """Return the act that made the release: with what, by whom and why, as far as that was said."""
    act: Entity = {
        "@id": "#freezing",
        "@type": "CreateAction",
        "name": f"Freezing of release {facts.name}",
        "endTime": facts.date.isoformat(),
        "instrument": {"@id": "#medquant"},
        "result": {"@id": "./"},
    }
    tool: Entity = {
        "@id": "#medquant",
        "@type": "SoftwareApplication",
        "name": "medquant",
        "softwareVersion": facts.tool,
    }
    if facts.reason:
        act["description"] = facts.reason
    if facts.by is None:
        return [act, tool]
    return [act | {"agent": {"@id": "#by"}}, tool, {"@id": "#by", "@type": "Person", "name": facts.by}]
