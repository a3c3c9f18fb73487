"""The codebook in memory: what a value may be, and what a code is called."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from db.csvfile import CsvFile, read_csv
from db.errors import DataError, one_of, shown
from db.models.base import SEPARATOR
from db.models.tables import Outcome, Study, Term, Variable
from db.vocabulary import Answer, Direction, Measure, ValueType

SHIPPED = Path(__file__).parent
FILES = {"variables.csv": Variable, "terms.csv": Term, "outcomes.csv": Outcome}
ON_STUDY = frozenset(Study.__table__.columns.keys()) - {"position"}
"""Variables that are columns of `studies`; every other variable is a row of `study_values`."""

BITS = re.compile(r"[1-9][0-9]?(\.[0-9]+)?|(8|16|32)f|bf16|ternary|binary")
FIRST_YEAR, LAST_YEAR = 1900, 2100
_Code = TypeVar("_Code", bound=StrEnum)


@dataclass(frozen=True)
class VariableInfo:
    """A variable of the matrix as the codebook defines it."""

    code: str
    label: str
    definition: str
    type: ValueType
    multi: bool
    vocabulary: str | None
    source: str | None


@dataclass(frozen=True)
class OutcomeInfo:
    """An outcome: name, which way is better, effect-size measure."""

    code: str
    label: str
    better: Direction
    measure: Measure


@dataclass(frozen=True)
class Codebook:
    """Variables, terms and outcomes; the one validator that files, commands and pages share."""

    variables: Mapping[str, VariableInfo]
    terms: Mapping[str, Mapping[str, str]]
    outcomes: Mapping[str, OutcomeInfo]

    def label(self, vocabulary: str, code: str) -> str:
        """Return the name for people of a code, or the code itself where the codebook does not know it."""
        return self.terms.get(vocabulary, {}).get(code, code)

    def coded_variables(self) -> list[VariableInfo]:
        """Return the variables that are cells of the matrix rather than columns of the study."""
        return [variable for code, variable in self.variables.items() if code not in ON_STUDY]

    def check_code(self, vocabulary: str, code: str) -> None:
        """Raise `DataError` unless the code belongs to the vocabulary (`bits` is a pattern, not a list)."""
        if vocabulary == "bits":
            if not BITS.fullmatch(code):
                raise DataError(
                    f"{shown(code)} is no bit width; allowed: 1 to 99, 8f, 16f, 32f, bf16, ternary, binary"
                )
        elif code not in self.terms.get(vocabulary, {}):
            raise DataError(
                f"{shown(code)} is not a code of {vocabulary}; {one_of([*self.terms.get(vocabulary, {})])}"
            )

    def check_value(self, variable: str, value: str) -> None:
        """Raise `DataError` unless the value may stand in a cell of the variable.

        Parameters
        ----------
        variable
            Code of the variable.
        value
            The cell's text; several values are separated by semicolons where the variable is multi-valued.
        """
        if variable not in self.variables:
            raise DataError(f"{shown(variable)} is not a variable; {one_of([*self.variables])}")
        info = self.variables[variable]
        parts = value.split(SEPARATOR) if info.multi else [value]
        for part in parts:
            self._check_part(info, part)
            if parts.count(part) > 1 and info.type in (ValueType.CODE, ValueType.BITS):
                raise DataError(f"{shown(part)} stands twice in the cell; name each code once")

    def _check_part(self, info: VariableInfo, part: str) -> None:
        if not part.strip():
            raise DataError("there is an empty value between semicolons; take the extra semicolon out")
        match info.type:
            case ValueType.CODE:
                self.check_code(info.vocabulary or "", part)
            case ValueType.BITS:
                self.check_code("bits", part)
            case ValueType.INTEGER:
                if not re.fullmatch(r"0|[1-9][0-9]{0,11}", part):
                    raise DataError(
                        f"{shown(part)} is not a whole number; allowed: digits alone, such as 3662"
                    )
            case ValueType.YEAR:
                check_year(part)
            case ValueType.URL:
                check_url(part)
            case ValueType.DOI:
                if not re.fullmatch(r"10\.[0-9]{4,9}/\S+", part):
                    raise DataError(
                        f"{shown(part)} is not a DOI; allowed: 10.NNNN/… without https://doi.org/"
                    )
            case _:
                pass


def check_year(text: str) -> None:
    """Raise `DataError` unless the text is a year from 1900 to 2100."""
    if not re.fullmatch(r"[0-9]{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise DataError(f"{shown(text)} is not a year; allowed: {FIRST_YEAR} to {LAST_YEAR}")


def check_url(text: str) -> None:
    """Raise `DataError` unless the text is an http or https address without spaces."""
    if not re.fullmatch(r"https?://[^\s<>\"]+", text):
        raise DataError(f"{shown(text)} is not an address; allowed: http:// or https:// and no spaces")


def codebook_files(directory: Path | None) -> dict[str, CsvFile]:
    """Read the three codebook files of a directory, or those that ship with medquant."""
    return {name: read_csv((directory or SHIPPED) / name) for name in FILES}


def codebook_from_files(files: Mapping[str, CsvFile]) -> Codebook:
    """Build the codebook from its files.

    Raises
    ------
    DataError
        If a file lacks a column or a cell holds a code that the program does not know.
    """
    needed = {
        "variables.csv": "code label definition type multi vocabulary source",
        "terms.csv": "vocabulary code label definition",
        "outcomes.csv": "code label better measure definition",
    }
    for name, columns in needed.items():
        files[name].require_header(columns.split())
    named = {row["code"] for _, row in files["variables.csv"].rows}
    for code in Study.__table__.columns.keys():  # noqa: SIM118 - a column collection, no mapping
        if code in ON_STUDY and code not in named:
            raise DataError(
                f"the row of the variable {code} is missing; every study needs {', '.join(sorted(ON_STUDY))}",
                file="variables.csv",
            )
    vocabularies = {row["vocabulary"] for _, row in files["terms.csv"].rows}
    variables = []
    for number, row in files["variables.csv"].rows:
        kind = _closed(ValueType, row["type"], "variables.csv", number, "type")
        multi = _closed(Answer, row["multi"], "variables.csv", number, "multi") == Answer.YES
        if kind == ValueType.CODE and row["vocabulary"] not in vocabularies:
            raise DataError(
                f"{shown(row['vocabulary'])} is no vocabulary of terms.csv; {one_of(sorted(vocabularies))}",
                file="variables.csv",
                row=number,
                column="vocabulary",
            )
        variables.append(
            VariableInfo(
                row["code"],
                row["label"],
                row["definition"],
                kind,
                multi,
                row["vocabulary"] or None,
                row["source"] or None,
            )
        )
    if missing := sorted(ON_STUDY - {variable.code for variable in variables}):
        raise DataError(
            f"{missing[0]} is missing; every study has {', '.join(sorted(ON_STUDY))}",
            file="variables.csv",
            column="code",
        )
    outcomes = [
        OutcomeInfo(
            row["code"],
            row["label"],
            _closed(Direction, row["better"], "outcomes.csv", number, "better"),
            _closed(Measure, row["measure"], "outcomes.csv", number, "measure"),
        )
        for number, row in files["outcomes.csv"].rows
    ]
    return _assemble(
        variables,
        [(row["vocabulary"], row["code"], row["label"]) for _, row in files["terms.csv"].rows],
        outcomes,
    )


def codebook_from_database(connection: Connection) -> Codebook:
    """Build the codebook from the rows of a database."""
    variables = [
        VariableInfo(
            row.code, row.label, row.definition, row.type, row.multi == Answer.YES, row.vocabulary, row.source
        )
        for row in connection.execute(select(Variable.__table__).order_by(Variable.position))
    ]
    terms = connection.execute(select(Term.vocabulary, Term.code, Term.label).order_by(Term.position)).all()
    outcomes = [
        OutcomeInfo(row.code, row.label, row.better, row.measure)
        for row in connection.execute(select(Outcome.__table__).order_by(Outcome.position))
    ]
    return _assemble(variables, [(row.vocabulary, row.code, row.label) for row in terms], outcomes)


def _assemble(
    variables: Iterable[VariableInfo], terms: Iterable[tuple[str, str, str]], outcomes: Iterable[OutcomeInfo]
) -> Codebook:
    by_vocabulary: dict[str, dict[str, str]] = {}
    for vocabulary, code, label in terms:
        by_vocabulary.setdefault(vocabulary, {})[code] = label
    return Codebook({v.code: v for v in variables}, by_vocabulary, {o.code: o for o in outcomes})


def _closed(kind: type[_Code], text: str, file: str, row: int, column: str) -> _Code:
    try:
        return kind(text)
    except ValueError:
        allowed = one_of([member.value for member in kind])
        raise DataError(f"{shown(text)} is unknown; {allowed}", file=file, row=row, column=column) from None
