"""The thresholds of deduplication, read from `rules.toml`, where each has its reason."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "rules.toml"


@dataclass(frozen=True)
class TitleRules:
    """How alike titles must be, 0 to 100, and how long to say anything."""

    near: float
    near_supported: float
    ask: float
    ask_supported: float
    telling_words: int
    subtitle_words: int
    misprint: float
    misprint_letters: int


@dataclass(frozen=True)
class IdentifierRules:
    """How alike the titles of one identifier must be, 0 to 100."""

    title: float
    address_title: float
    address_described: float


@dataclass(frozen=True)
class AuthorRules:
    """The share of people from which authors agree, and below which they conflict."""

    agree: float
    conflict: float


@dataclass(frozen=True)
class YearRules:
    """How many years may lie between."""

    apart: int
    preprint_apart: int


@dataclass(frozen=True)
class PreprintRules:
    """Whether a preprint and its published version are one record."""

    merge: bool


@dataclass(frozen=True)
class BlockRules:
    """Which records are compared at all."""

    largest: int
    rare: int
    keys: int
    window: int


@dataclass(frozen=True)
class Rules:
    """All thresholds."""

    title: TitleRules
    identifier: IdentifierRules
    authors: AuthorRules
    year: YearRules
    preprint: PreprintRules
    blocks: BlockRules


@cache
def shipped_rules() -> Rules:
    """Return the thresholds that ship."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Rules(
        TitleRules(**read["title"]),
        IdentifierRules(**read["identifier"]),
        AuthorRules(**read["authors"]),
        YearRules(**read["year"]),
        PreprintRules(**read["preprint"]),
        BlockRules(**read["blocks"]),
    )
