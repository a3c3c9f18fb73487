"""How the codebook is used: which rows carry a variable, which rows and studies carry a code."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from sqlalchemy import Column, Connection, Table, select

from db.codebook.codebook import ON_STUDY, Codebook, codebook_from_database
from db.errors import MedquantError, shown
from db.files import table_of
from db.models.base import SEPARATOR
from db.models.tables import TRACKED, Comparison, Outcome, Study, StudyValue, Term, Variable
from review.bias.completeness import themes_of


@dataclass(frozen=True)
class VariableUse:
    """A variable as the codebook defines it, its theme, and how many studies have a value of it."""

    code: str
    label: str
    definition: str
    type: str
    multi: bool
    theme: str
    vocabulary: str | None
    source: str | None
    studies: int


@dataclass(frozen=True)
class CodeUse:
    """A code: what it means, how many rows carry it, and which studies are among them."""

    code: str
    label: str
    definition: str
    rows: int
    studies: tuple[str, ...]


@dataclass(frozen=True)
class VocabularyUse:
    """A vocabulary: where its codes stand, and the codes."""

    name: str
    places: tuple[str, ...]
    codes: tuple[CodeUse, ...]


@dataclass(frozen=True)
class OutcomeUse:
    """An outcome, and how many comparisons have it."""

    code: str
    label: str
    better: str
    measure: str
    definition: str
    rows: int


@dataclass(frozen=True)
class CodebookUse:
    """The whole codebook with its use."""

    variables: tuple[VariableUse, ...]
    vocabularies: Mapping[str, VocabularyUse]
    outcomes: tuple[OutcomeUse, ...]

    def variable(self, code: str) -> VariableUse | None:
        """Return a variable by its code."""
        return next((one for one in self.variables if one.code == code), None)

    def require(self, name: str) -> tuple[VariableUse | None, VocabularyUse | None]:
        """Return the variable and the vocabulary of a name; they often share one.

        Raises
        ------
        MedquantError
            If there is neither.
        """
        found = self.variable(name), self.vocabularies.get(name)
        if found == (None, None):
            known = [*(one.code for one in self.variables), *self.vocabularies]
            close = get_close_matches(name, known, n=3)
            hint = f"did you mean {', '.join(close)}?" if close else "search the codebook for it"
            raise MedquantError(f"the codebook has no variable and no vocabulary {shown(name)}; {hint}")
        return found


def codebook_use(connection: Connection) -> CodebookUse:
    """Count how the codebook of a database is used."""
    codebook = codebook_from_database(connection)
    carried = _carried(connection, codebook)
    places: dict[str, list[str]] = defaultdict(list)
    for table, column in coded_columns():
        places[column.info["vocabulary"]].append(f"{table.name}.{column.name}")
    for variable in codebook.coded_variables():
        if variable.vocabulary:
            places[variable.vocabulary].append(f"the variable {variable.code}")
    codes: dict[str, list[CodeUse]] = defaultdict(list)
    for row in connection.execute(select(Term.__table__).order_by(Term.position)):
        seen = carried.get((row.vocabulary, row.code), [])
        studies = tuple(dict.fromkeys(study for study in seen if study))
        codes[row.vocabulary].append(CodeUse(row.code, row.label, row.definition or "", len(seen), studies))
    return CodebookUse(
        tuple(_variables(connection)),
        {name: VocabularyUse(name, tuple(places[name]), tuple(found)) for name, found in codes.items()},
        tuple(_outcomes(connection)),
    )


@cache
def coded_columns() -> tuple[tuple[Table, Column[object]], ...]:
    """Return the columns of all curated tables that hold codes of an open vocabulary."""
    tables = [table_of(model) for model in TRACKED]
    return tuple(
        (table, column)
        for table in tables
        for column in table.columns
        if column.info.get("vocabulary") and column.info["vocabulary"] != "bits"
    )


def _carried(connection: Connection, codebook: Codebook) -> dict[tuple[str, str], list[str]]:
    """Return, by vocabulary and code, the study of every row that carries it, "" where the row is of none."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, column in coded_columns():
        of_study = table.c.get("study_id")
        shown_columns = [column, of_study] if of_study is not None else [column]
        for row in connection.execute(select(*shown_columns).where(column.is_not(None))):
            study = row[1] or "" if of_study is not None else ""
            codes = row[0] if isinstance(row[0], tuple) else (row[0],)
            for code in codes:
                found[column.info["vocabulary"], code].append(study)
    for variable in codebook.coded_variables():
        if variable.vocabulary is None:
            continue
        query = select(StudyValue.study_id, StudyValue.value).where(StudyValue.variable == variable.code)
        for study, value in connection.execute(query):
            for code in value.split(SEPARATOR):
                found[variable.vocabulary, code].append(study)
    return found


def _variables(connection: Connection) -> Iterator[VariableUse]:
    themes, study = themes_of(), table_of(Study)
    counted: dict[str, int] = defaultdict(int)
    for name in connection.scalars(select(StudyValue.variable)):
        counted[name] += 1
    for row in connection.execute(select(study)).mappings():
        for name in ON_STUDY:
            counted[name] += row[name] not in (None, "", ())
    for one in connection.execute(select(Variable.__table__).order_by(Variable.position)):
        yield VariableUse(
            one.code,
            one.label,
            one.definition,
            str(one.type),
            str(one.multi) == "yes",
            themes.get(one.code, ""),
            one.vocabulary,
            one.source,
            counted[one.code],
        )


def _outcomes(connection: Connection) -> Iterator[OutcomeUse]:
    counted: dict[str, int] = defaultdict(int)
    for name in connection.scalars(select(Comparison.outcome)):
        counted[name] += 1
    for one in connection.execute(select(Outcome.__table__).order_by(Outcome.position)):
        yield OutcomeUse(
            one.code, one.label, str(one.better), str(one.measure), one.definition or "", counted[one.code]
        )
