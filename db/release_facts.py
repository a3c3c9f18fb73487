"""What a release says of itself: name, date, authors, licence; checked before anything is frozen."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import metadata, version

from db.errors import MedquantError, one_of, shown

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,39}")
_ORCID = re.compile(r"https://orcid\.org/(?:[0-9]{4}-){3}[0-9]{3}[0-9X]")
_AUTHOR = re.compile(r"(?P<name>[^<>]+?)\s*(?:<(?P<orcid>[^<>]*)>)?")
LICENCES: Mapping[str, tuple[str, str]] = {
    "CC BY 4.0": ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC BY-SA 4.0": ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC BY-NC 4.0": ("CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    "CC0 1.0": ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODbL 1.0": ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "MIT": ("MIT", "https://spdx.org/licenses/MIT"),
}
"""Licences by the name that `corpus.toml` gives: the SPDX identifier and the address of the terms."""


@dataclass(frozen=True)
class Author:
    """An author: a person where given name and family name are known, else a body."""

    name: str
    family: str | None = None
    given: str | None = None
    orcid: str | None = None


@dataclass(frozen=True)
class Facts:
    """What a release says of itself; `by` and `reason` are of the one who froze it."""

    name: str
    date: dt.date
    title: str
    licence: str
    authors: tuple[Author, ...]
    about: Mapping[str, str]
    schema: str
    previous: str | None
    by: str | None = None
    reason: str | None = None

    @property
    def spdx(self) -> str:
        """SPDX identifier of the licence."""
        return LICENCES[self.licence][0]

    @property
    def licence_url(self) -> str:
        """Address of the licence's terms."""
        return LICENCES[self.licence][1]

    @property
    def tool(self) -> str:
        """Version of medquant."""
        return version("medquant")


def named_release(name: str) -> str:
    """Return the name of a release, if it can name one.

    Raises
    ------
    MedquantError
        If it is empty, too long, or holds other characters than a file name safely may.
    """
    if not NAME.fullmatch(name):
        raise MedquantError(
            f"{shown(name)} cannot name a release; allowed: letters, digits, . _ + and -, up to 40, such as 2026.1"
        )
    return name


def known_licence(about: Mapping[str, str]) -> str:
    """Return the licence that the corpus names.

    Raises
    ------
    MedquantError
        If it names none, or one whose terms are not known here.
    """
    licence = about.get("licence", "")
    if licence not in LICENCES:
        told = f"names the licence {shown(licence)}" if licence else "names no licence"
        raise MedquantError(
            f"the corpus {told}; a release needs one: set licence in corpus.toml and load it again; {one_of(list(LICENCES))}"
        )
    return licence


def authors_of(about: Mapping[str, str], given: Sequence[str] = ()) -> tuple[Author, ...]:
    """Return the authors: those given, else those of the project where the corpus's own citation names them.

    Parameters
    ----------
    about
        What the corpus says of itself.
    given
        Authors as texts: "Family, Given" for a person, any other name for a body; an ORCID may follow in angle brackets.

    Raises
    ------
    MedquantError
        If an author cannot be read, or there is none.
    """
    if given:
        return tuple(_author(words) for words in given)
    project = metadata("medquant")["Author"]
    if project and project in about.get("citation", ""):
        return (Author(project),)
    raise MedquantError(
        "the corpus's citation names none of the project's authors; name those of the release with --author 'Family, Given'"
    )


def _author(words: str) -> Author:
    found = _AUTHOR.fullmatch(words.strip())
    if found is None or not words.isprintable():
        raise MedquantError(
            f"{shown(words)} is no author; allowed: 'Family, Given', the name of a body, "
            "either with <https://orcid.org/0000-0000-0000-0000> behind it"
        )
    orcid = found["orcid"]
    if orcid is not None and not _ORCID.fullmatch(orcid):
        raise MedquantError(
            f"{shown(orcid)} is no ORCID; allowed: an address such as https://orcid.org/0000-0002-1825-0097"
        )
    family, comma, first = (part.strip() for part in found["name"].partition(","))
    if comma and family and first:
        return Author(f"{first} {family}", family, first, orcid)
    return Author(found["name"].strip(), orcid=orcid)


def renamed(about: Mapping[str, str], name: str) -> dict[str, str]:
    """Return what the corpus says of itself with the name of the release in place of the former one."""
    old = about.get("release")
    told = {"release": name} | dict(about) | {"release": name}
    if old and "citation" in told:
        told["citation"] = re.sub(
            rf"\brelease {re.escape(old)}(?![\w-]|\.\w)", f"release {name}", told["citation"]
        )
    return told
