"""What the pages of a study show, read at once so that it is of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.cells import render_cell
from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import MedquantError
from db.models.base import SEPARATOR
from db.models.tables import StudyValue, Term
from review.contradictions import Contradiction, find_contradictions
from review.editing import SUBJECTS, read_all, read_one
from review.extraction import OPEN, ExtractedValue, ValueState, read_extraction, read_extractions

GROUPS = {
    "What was examined": ("country", "modality", "anatomy", "task", "datasets", "n_images_total"),
    "The network": ("architectures", "architecture_family"),
    "How it was quantized": ("technique", "co_compression", "weight_bits", "activation_bits"),
    "Where it ran": ("framework", "environment", "devices", "code_url"),
}
"""Variables that are read together in a paper; those that are not named follow in an order of their own."""
OPEN_WORDS = {
    "": "all studies",
    "open": "anything open",
    "conflicting": "conflicting values",
    "missing": "missing values",
    "unverified": "unverified values",
}
TONES = {
    ValueState.AGREED: ("agreed", "good"),
    ValueState.SETTLED: ("settled with a reason", "good"),
    ValueState.CONFLICTING: ("conflicting", "bad"),
    ValueState.SINGLE: ("one value", "none"),
    ValueState.UNREAD: ("compare by eye", "doubt"),
    ValueState.MISSING: ("missing", "bad"),
    ValueState.HIDDEN: ("hidden until you gave yours", "none"),
}
NUMBERS = {
    "baseline_value": ("Baseline", "value of the full-precision arm, as printed"),
    "quantized_value": ("Quantized", "value of the quantized arm, as printed"),
    "change_reported": ("Change", "the change as printed, such as 4x smaller or -0.5 %"),
    "n_test": ("Test cases", "number of test cases"),
}


@dataclass(frozen=True)
class Book:
    """The codebook, and what its terms mean."""

    codebook: Codebook
    meanings: Mapping[tuple[str, str], str]

    def named(self, field: str, text: str) -> str:
        """Return a value as people read it: codes by their labels."""
        info = self.codebook.variables.get(field)
        if info is None or not text:
            return text
        vocabulary = info.vocabulary or ""
        parts = text.split(SEPARATOR) if info.multi else [text]
        return ", ".join(self.codebook.label(vocabulary, part) for part in parts)

    def label(self, field: str) -> str:
        """Return what a variable or a number of a comparison is called."""
        if field in NUMBERS:
            return NUMBERS[field][0]
        info = self.codebook.variables.get(field)
        return info.label if info else field.replace("_", " ")


@dataclass(frozen=True)
class Sheet:
    """A study with all its values, the cells that hold them, its comparisons, and what does not follow in it."""

    row: Mapping[str, str]
    values: tuple[ExtractedValue, ...]
    cells: Mapping[str, Mapping[str, str]]
    comparisons: tuple[Mapping[str, str], ...]
    contradictions: tuple[Contradiction, ...]

    def value(self, key: str, field: str) -> ExtractedValue:
        """Return a value; one that nobody gave is missing."""
        for one in self.values:
            if (one.key, one.field) == (key, field):
                return one
        return ExtractedValue(key, field, {}, "", ValueState.MISSING, False, "", "", "")

    def comparison(self, key: str) -> Mapping[str, str]:
        """Return the row of a comparison; nothing where it went."""
        return next((row for row in self.comparisons if row["comparison_id"] == key), {})


@dataclass(frozen=True)
class Counted:
    """How many values of a study are open."""

    missing: int
    conflicting: int
    unverified: int

    @property
    def any(self) -> bool:
        """Whether anything is open."""
        return bool(self.missing or self.conflicting or self.unverified)

    @property
    def words(self) -> str:
        """Return the counts in words."""
        told = [(self.conflicting, "conflicting"), (self.missing, "missing"), (self.unverified, "unverified")]
        return ", ".join(f"{n} {name}" for n, name in told if n) or "all settled"


def read_book(connection: Connection) -> Book:
    """Read the codebook."""
    terms = connection.execute(select(Term.vocabulary, Term.code, Term.definition))
    return Book(codebook_from_database(connection), {(v, code): meaning or "" for v, code, meaning in terms})


def read_sheet(connection: Connection, study: str) -> Sheet:
    """Read everything that the pages of a study show.

    Raises
    ------
    MedquantError
        If there is no such study.
    """
    values = read_extraction(connection, study)
    row = read_one(connection, SUBJECTS["study"], study)
    cells = {
        cell["variable"]: {name: render_cell(text) for name, text in cell.items()}
        for cell in connection.execute(
            select(StudyValue.__table__).where(StudyValue.study_id == study)
        ).mappings()
    }
    comparisons = [c for c in read_all(connection, SUBJECTS["comparison"]) if c["study_id"] == study]
    try:
        clashes = find_contradictions(connection, study)
    except MedquantError:  # it has no comparison
        clashes = []
    return Sheet(row, tuple(values), cells, tuple(comparisons), tuple(clashes))


def read_counts(connection: Connection) -> dict[str, Counted]:
    """Count what is open in every study."""
    return {study: counted(values) for study, values in read_extractions(connection).items()}


def counted(values: list[ExtractedValue] | tuple[ExtractedValue, ...]) -> Counted:
    """Count what is open among values."""
    states = [value.state for value in values]
    return Counted(
        states.count(ValueState.MISSING),
        states.count(ValueState.CONFLICTING),
        sum(value.unverified and value.state not in OPEN for value in values),
    )


def grouped(book: Book) -> dict[str, list[str]]:
    """Return the variables of the matrix in groups that are read together."""
    left = [variable.code for variable in book.codebook.coded_variables()]
    found = {name: [code for code in codes if code in left] for name, codes in GROUPS.items()}
    named = {code for codes in found.values() for code in codes}
    found["What is reported, and the rest"] = [code for code in left if code not in named]
    return {name: codes for name, codes in found.items() if codes}
