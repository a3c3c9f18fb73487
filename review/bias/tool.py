"""Appraisal tools as data: domains and signalling questions read from one TOML file a tool."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from db.errors import MedquantError, one_of, shown

FOLDER = Path(__file__).with_name("tools")
OVERALL = "overall"
UNITS = ("study", "comparison")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TEXTS = ("code", "version", "name", "short", "about", "based_on", "wording", "licence")


@dataclass(frozen=True)
class Question:
    """A signalling question, asked so that yes is good; a "no" to a critical one alone suggests high risk."""

    code: str
    text: str
    critical: bool


@dataclass(frozen=True)
class Domain:
    """A domain of a tool; `applicability` is its question on applicability, None where none is asked."""

    code: str
    name: str
    about: str
    applicability: str | None
    questions: tuple[Question, ...]

    def items(self) -> Iterator[str]:
        """Give the item code of each question, such as `data.same_images`."""
        return (f"{self.code}.{question.code}" for question in self.questions)


@dataclass(frozen=True)
class Tool:
    """A version of an appraisal tool: what it is, whose words it has, what it asks."""

    code: str
    version: str
    name: str
    short: str
    home_made: bool
    units: tuple[str, ...]
    about: str
    based_on: str
    wording: str
    licence: str
    references: tuple[str, ...]
    domains: tuple[Domain, ...]

    @property
    def questions(self) -> dict[str, Question]:
        """The questions by item code."""
        return {
            item: question
            for domain in self.domains
            for item, question in zip(domain.items(), domain.questions, strict=True)
        }

    @property
    def judged(self) -> tuple[str, ...]:
        """The items that are judged rather than answered: the domains, then `overall`."""
        return (*(domain.code for domain in self.domains), OVERALL)

    def domain(self, code: str) -> Domain | None:
        """Return a domain by its code."""
        return next((domain for domain in self.domains if domain.code == code), None)

    def asks_applicability(self, item: str) -> bool:
        """Whether concern about applicability is judged of a domain, or overall of any."""
        asked = [domain.code for domain in self.domains if domain.applicability]
        return bool(asked) if item == OVERALL else item in asked


@cache
def tools() -> Mapping[str, Tool]:
    """Return the tools that ship, by code."""
    found = [read_tool(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {tool.code: tool for tool in found}


def tool_named(code: str) -> Tool:
    """Return a tool by its code.

    Raises
    ------
    MedquantError
        If there is no such tool.
    """
    if code not in tools():
        raise MedquantError(f"{shown(code)} is no appraisal tool; {one_of(list(tools()))}")
    return tools()[code]


def read_tool(path: Path) -> Tool:
    """Read one tool.

    Raises
    ------
    MedquantError
        Naming the file, the key, and what is allowed.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MedquantError(f"{path} is no tool ({error}); correct the file") from None
    where = path.name
    _only(given, (*_TEXTS, "home_made", "units", "references", "domain"), where)
    texts = {key: _text(given, key, where) for key in _TEXTS}
    references, units = _list(given, "references", where), _list(given, "units", where)
    if stranger := next((unit for unit in units if unit not in UNITS), None):
        raise MedquantError(f"{where}: units has {shown(stranger)}; {one_of(UNITS)}")
    domains = tuple(_domain(entry, where) for entry in _tables(given, "domain", where))
    _codes([texts["code"], *(d.code for d in domains), OVERALL], where)
    return Tool(
        home_made=_flag(given, "home_made", where),
        units=units,
        references=references,
        domains=domains,
        **texts,
    )


def _domain(given: Mapping[str, Any], where: str) -> Domain:
    _only(given, ("code", "name", "about", "applicability", "question"), f"{where}: domain")
    code = _text(given, "code", f"{where}: domain")
    place = f"{where}: domain {code}"
    questions = []
    for entry in _tables(given, "question", place):
        _only(entry, ("code", "text", "critical"), f"{place}: question")
        asked = _text(entry, "code", f"{place}: question"), _text(entry, "text", f"{place}: question")
        questions.append(Question(*asked, _flag(entry, "critical", place) if "critical" in entry else False))
    _codes([question.code for question in questions], place)
    return Domain(
        code,
        _text(given, "name", place),
        _text(given, "about", place),
        _text(given, "applicability", place) if "applicability" in given else None,
        tuple(questions),
    )


def _only(given: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    if stranger := next((key for key in given if key not in allowed), None):
        raise MedquantError(f"{where}: {shown(stranger)} is not expected; {one_of(allowed)}")


def _text(given: Mapping[str, Any], key: str, where: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise MedquantError(f"{where}: {key} must be a text that says something")
    return value


def _flag(given: Mapping[str, Any], key: str, where: str) -> bool:
    value = given.get(key)
    if not isinstance(value, bool):
        raise MedquantError(f"{where}: {key} must be true or false")
    return value


def _list(given: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = given.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise MedquantError(f"{where}: {key} must be a list of texts, one at the least")
    return tuple(value)


def _tables(given: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    value = given.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise MedquantError(f"{where}: there is no [[{key}]]; give at least one")
    return value


def _codes(codes: list[str], where: str) -> None:
    for code in codes:
        if not _CODE.fullmatch(code):
            raise MedquantError(
                f"{where}: the code {shown(code)} is not allowed; allowed: small letters, digits and _, a letter first"
            )
        if codes.count(code) > 1:
            raise MedquantError(f"{where}: the code {shown(code)} stands twice; name each once")
