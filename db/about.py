"""`corpus.toml`: what a corpus says of itself, in and out."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from db.errors import DataError, MedquantError, one_of, shown

ABOUT = "corpus.toml"
KEYS = (
    "release",
    "title",
    "licence",
    "citation",
    "address",
    "notice",
    "eligibility",
    "protocol",
    "amendments",
    "funding",
    "competing_interests",
    "previous_studies",
    "previous_reports",
)
COUNTS = ("previous_studies", "previous_reports")
"""Keys whose text is a whole number: what an earlier version of the review included."""


def read_about(folder: Path) -> dict[str, str] | None:
    """Return what a corpus says of itself, in the order of its file; None where there is no such file.

    Raises
    ------
    MedquantError
        If the file cannot be read, is no TOML, or says something that is not expected.
    """
    path = folder / ABOUT
    try:
        text = path.read_bytes().decode("utf-8")
        about = tomllib.loads(text)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MedquantError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise MedquantError(
            f"{path} cannot be read: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise MedquantError(
            f'{path} is not well-formed TOML: {error}; write lines such as release = "2026.11"'
        ) from None
    for key, value in about.items():
        if key not in KEYS or not isinstance(value, str):
            raise DataError(
                f"{shown(f'{key} = {value!r}')} is not expected; {one_of(KEYS)}, each a text in quotes",
                file=ABOUT,
            )
        if key in COUNTS and not (value.isascii() and value.isdecimal()):
            raise DataError(f"{key} is {shown(value)}; allowed: a whole number in quotes", file=ABOUT)
        if not value.strip():
            raise DataError(f"{key} is empty; fill it, or take the line out", file=ABOUT)
    return about


def about_bytes(about: Mapping[str, str]) -> bytes:
    """Return the file's bytes, keys in the order given."""
    return "".join(f"{key} = {_quoted(value)}\n" for key, value in about.items()).encode()


def _quoted(text: str) -> str:
    short = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(c, c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
