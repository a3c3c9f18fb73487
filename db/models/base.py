"""The base of all tables and the column types that keep a value as it was printed."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, Enum, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from db.errors import DataError, MedquantError, shown

PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
LONGEST_NUMBER = 40
SEPARATOR = ";"


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def exact(printed: str) -> Decimal:
    """Return a plainly printed number with its decimals kept (`82.20` stays two decimals long).

    Raises
    ------
    DataError
        If the text is no plain number: an optional minus, digits, an optional point and digits.
    """
    if len(printed) > LONGEST_NUMBER or not PLAIN_NUMBER.fullmatch(printed):
        raise DataError(
            f"{shown(printed)} is not a plain number; allowed: digits with an optional leading minus and one "
            f"decimal point, at most {LONGEST_NUMBER} characters, such as 0.93 or -1.89"
        )
    return Decimal(printed)


class Exact(TypeDecorator[Decimal]):
    """A number as printed, decimals and all, stored as text; `comparison_numbers` shows it as a real number.

    The decimals say how far a printed value was rounded, which arithmetic checks need and which an exact
    export must give back. A floating column would lose both.
    """

    impl = String(LONGEST_NUMBER)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store the number as its text."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read the number from its text."""
        try:
            return None if value is None else Decimal(value)
        except ArithmeticError:
            raise MedquantError(
                f"the database holds {shown(value or '')} where a number belongs; `medquant db check` names the row"
            ) from None


class Codes(TypeDecorator[tuple[str, ...]]):
    """Several codes in one cell, in the order given, separated by semicolons as in the CSV files."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store the codes joined by semicolons."""
        return SEPARATOR.join(value) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        """Read the codes."""
        return tuple(value.split(SEPARATOR)) if value else ()


def closed(codes: type[StrEnum]) -> Enum:
    """Return the column type of a closed vocabulary: values stored, strangers refused here and by CHECK."""

    def values(members: Iterable[StrEnum]) -> list[str]:
        return [member.value for member in members]

    name = re.sub(r"(?<!^)(?=[A-Z])", "_", codes.__name__).lower()
    return Enum(
        codes,
        name=name,
        values_callable=values,
        native_enum=False,
        validate_strings=True,
        create_constraint=True,
        length=32,
    )


def number_checks(*columns: str) -> tuple[CheckConstraint, ...]:
    """Return the CHECKs that keep strangers out of `Exact` columns, one for each dialect that we know.

    This is one of the two dialect seams (the other is `db.sql`): portable SQL has no pattern test for numbers.
    """
    checks: list[CheckConstraint] = []
    for column in columns:
        glob = (
            f"{column} IS NULL OR ({column} NOT GLOB '*[^-0-9.]*' AND {column} GLOB '*[0-9]' "
            f"AND {column} NOT GLOB '?*-*' AND {column} NOT GLOB '*.*.*' "
            f"AND {column} NOT GLOB '.*' AND {column} NOT GLOB '-.*')"
        )
        regex = f"{column} IS NULL OR {column} ~ '^-?[0-9]+([.][0-9]+)?$'"
        checks.append(CheckConstraint(glob, name=f"{column}_number").ddl_if(dialect="sqlite"))
        checks.append(CheckConstraint(regex, name=f"{column}_number").ddl_if(dialect="postgresql"))
    return tuple(checks)


def prose(doc: str, **kwargs: Any) -> Mapped[str | None]:  # noqa: ANN401
    """Return a free-text column that may be empty."""
    return mapped_column(Text, doc=doc, **kwargs)


def coded(vocabulary: str, doc: str, **kwargs: Any) -> Mapped[Any]:  # noqa: ANN401
    """Return a column of one code from an open vocabulary of the codebook."""
    return mapped_column(Text, doc=doc, info={"vocabulary": vocabulary}, **kwargs)


def multicoded(vocabulary: str, doc: str, **kwargs: Any) -> Mapped[tuple[str, ...]]:  # noqa: ANN401
    """Return a column of several codes from an open vocabulary of the codebook."""
    return mapped_column(Codes, doc=doc, info={"vocabulary": vocabulary}, nullable=True, **kwargs)


def position() -> Mapped[int]:
    """Return the column that keeps the order of rows in their file."""
    return mapped_column(doc="order in the file", info={"internal": True})
