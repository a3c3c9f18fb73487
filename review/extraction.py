"""Values that were extracted twice: what each extractor read, beside the consensus, which overwrites none of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from db.codebook.codebook import Codebook, codebook_from_database
from db.errors import DataError
from db.models.base import SEPARATOR
from db.models.tables import StudyValue
from db.vocabulary import ChangeKind, Verification
from review.agreement import votes_by_extraction
from review.editing import SUBJECTS, read_all, read_one
from review.extraction_notes import Note, read_notes
from review.quantities.change import Change, read_change
from review.quantities.quantity import Quantity, either_reading, read_quantity

CHANGE = "change_reported"
ARMS = ("baseline_value", "quantized_value")
FIELDS = (*ARMS, CHANGE, "n_test")
EMPTY = frozenset({"", "empty", "not_reported"})
_LOOSE = Decimal("0.001")
"""How far a ratio of two arms may miss the ratio that is printed, where the digits of neither are known."""


_INVERSE = frozenset({("energy", "GOPS/J"), ("latency", "fps")})
"""Units in which a larger value is less of the outcome."""


class ValueState(StrEnum):
    """What the extractors' values and the consensus say together."""

    AGREED = "agreed"
    SETTLED = "settled"
    CONFLICTING = "conflicting"
    SINGLE = "single"
    UNREAD = "unread"
    MISSING = "missing"
    HIDDEN = "hidden"


OPEN = (ValueState.MISSING, ValueState.CONFLICTING)
"""States in which somebody has to act."""


@dataclass(frozen=True)
class ExtractedValue:
    """One value: each extractor's words, the consensus, where it is printed, and what is open about it.

    `key` is the study for a variable of the matrix, the comparison for a number. `agreed` means that the values say the
    same; `settled` that they differ and a consensus with its reason is kept; `conflicting` that they differ from each
    other or from the consensus without one; `single` that one value is kept; `unread` that a person has to compare them. `unverified`: no second reading confirmed
    it; `single` does not mean that one person read it: codes that were alike were not kept one by one.
    `told` says what cannot be read or why the consensus is what it is.
    """

    key: str
    field: str
    values: Mapping[str, str]
    consensus: str
    state: ValueState
    unverified: bool
    locator: str
    source_url: str
    as_printed: str
    told: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do: there is a value, nobody contradicts it, and a second reading saw it."""
        return self.state not in OPEN and not self.unverified


def blinded(value: ExtractedValue, extractor: str) -> ExtractedValue:
    """Return a value as an extractor may see it who reads blind: nothing of it before the own value is given.

    Notes
    -----
    Blindness is kept here and not by whoever shows the value: what is hidden is not in what is returned.
    """
    if extractor in value.values:
        return value
    return replace(
        value,
        values={},
        consensus="",
        state=ValueState.HIDDEN,
        unverified=True,
        locator="",
        as_printed="",
        told="",
    )


def read_extraction(connection: Connection, study: str) -> list[ExtractedValue]:
    """Return the values of a study: the variables of the matrix, then the numbers of its comparisons.

    Raises
    ------
    MedquantError
        If there is no such study.
    """
    read_one(connection, SUBJECTS["study"], study)
    return read_extractions(connection)[study]


def read_extractions(connection: Connection) -> dict[str, list[ExtractedValue]]:
    """Return the values of every study, as `read_extraction` gives them."""
    codebook = codebook_from_database(connection)
    cells: dict[str, dict[str, Any]] = defaultdict(dict)
    for cell in connection.execute(select(StudyValue.__table__)):
        cells[cell.study_id][cell.variable] = cell
    found = {
        row["study_id"]: _variables(row, cells[row["study_id"]], codebook)
        for row in read_all(connection, SUBJECTS["study"])
    }
    votes = votes_by_extraction(connection)
    for comparison in read_all(connection, SUBJECTS["comparison"]):
        if comparison["study_id"] in found:
            found[comparison["study_id"]] += _numbers(comparison, votes, codebook)
    return found


def _variables(row: Mapping[str, str], own: Mapping[str, Any], codebook: Codebook) -> list[ExtractedValue]:
    notes = read_notes(row["extraction_conflicts"])
    found = []
    for variable in codebook.coded_variables():
        cell = own.get(variable.code)
        note = notes.get(variable.code, Note({}, "", ""))
        consensus = row.get(variable.code, "")
        verified = cell is not None and cell.verification in (Verification.CONFIRMED, Verification.CORRECTED)
        found.append(
            ExtractedValue(
                row["study_id"], variable.code, note.values, consensus, _coded_state(note, consensus),
                bool(consensus) and not verified,
                (cell.locator if cell else "") or "",
                (cell.source_url if cell else "") or row["url"],
                (cell.as_printed if cell else "") or "",
                note.reason,
            )
        )  # fmt: skip
    return found


def _coded_state(note: Note, consensus: str) -> ValueState:
    if consensus in EMPTY:
        return ValueState.CONFLICTING if len(_sets(note.values)) > 1 else ValueState.MISSING
    sets = _sets(note.values)
    held = frozenset(consensus.replace("\u00a0", " ").split(SEPARATOR))
    if note.kept and frozenset(note.kept.split(SEPARATOR)) != held:
        return ValueState.CONFLICTING
    if not note.kept and sets - {held}:
        return ValueState.CONFLICTING
    if len(sets) > 1:
        return ValueState.SETTLED if note.kept else ValueState.CONFLICTING
    return ValueState.AGREED if len(note.values) > 1 else ValueState.SINGLE


def _sets(values: Mapping[str, str]) -> set[frozenset[str]]:
    return {frozenset(value.split(SEPARATOR)) for value in values.values()}


def _numbers(
    row: Mapping[str, str], votes: Mapping[tuple[str, str], Mapping[str, str]], codebook: Codebook
) -> list[ExtractedValue]:
    found = []
    for field in FIELDS:
        values = votes.get((row["comparison_id"], field), {})
        consensus = _consensus(row, field)
        if not values and not consensus:
            continue
        state, told = _number_state(row, field, values, consensus, codebook)
        verified = row["verification"] in (Verification.CONFIRMED, Verification.CORRECTED)
        found.append(
            ExtractedValue(
                row["comparison_id"], field, values, consensus, state, not verified,
                row["locator"], row["source_url"], row["as_printed"], told,
            )
        )  # fmt: skip
    return found


def _consensus(row: Mapping[str, str], field: str) -> str:
    if field != CHANGE:
        return row[field]
    return "" if row["change_kind"] == ChangeKind.NONE else f"{row['change_kind']} {row['change_value']}"


def _number_state(
    row: Mapping[str, str], field: str, values: Mapping[str, str], consensus: str, codebook: Codebook
) -> tuple[ValueState, str]:
    if not consensus:
        differ = field != CHANGE and not alike(values, row)
        return (
            ValueState.CONFLICTING if differ else ValueState.MISSING
        ), "extracted, and not taken into the row"
    told, apart = [], []
    for reviewer, words in values.items():
        try:
            same = _says(row, field, words, codebook)
        except DataError as error:
            told.append(f"{reviewer}: {error}")
            continue
        if not same:
            apart.append(reviewer)
    if apart:
        told.append(f"{', '.join(apart)}: not the consensus {consensus}")
        return ValueState.CONFLICTING, "; ".join(told)
    if told:
        return ValueState.UNREAD, "; ".join(told)
    return ValueState.AGREED if len(values) > 1 else ValueState.SINGLE, ""


def _says(row: Mapping[str, str], field: str, words: str, codebook: Codebook) -> bool:
    """Whether an extractor's words say what the row holds, units and rounding aside."""
    if words.strip() == row.get(field):
        return True
    if field == "n_test":
        return any(
            one.value == Decimal(row[field]) for one in either_reading(words.split(" ", maxsplit=1)[0])
        )
    if field == CHANGE:
        better = codebook.outcomes[row["outcome"]].better
        return _change_says(row, read_change(words, outcome=row["outcome"], better=better, decimal="."))
    held = in_unit(row[field], row)
    # a number without a unit is in the row's unit; with one it brings its own
    found = list(either_reading(words, outcome=row["outcome"], unit=unit_of(row)))
    if not found:
        read_quantity(words, outcome=row["outcome"], unit=unit_of(row))
    better = codebook.outcomes[row["outcome"]].better
    return any(
        (value := one.worse(better)) is not None
        and held.value is not None
        and abs(value - held.value) <= max(one.slack, held.slack)
        for one in found
    )


def _change_says(row: Mapping[str, str], said: Change) -> bool:
    kind, stored = ChangeKind(row["change_kind"]), Decimal(row["change_value"])
    ends = [end for end in (said.value, said.low, said.high) if end is not None]
    if kind == ChangeKind.DIFFERENCE:
        held = in_unit(row["change_value"], row).value or Decimal(0)
        baseline = Decimal(row["baseline_value"] or "0")
        relative = [stored / baseline * 100] if baseline and said.unit == "percent" else []
        return said.kind == kind and any(
            abs(end - one) <= said.slack + abs(one) * _LOOSE for end in ends for one in (held, *relative)
        )
    as_ratio = stored if kind == ChangeKind.RATIO else 1 + stored / 100
    if (row["outcome"], row["unit"]) in _INVERSE and as_ratio:
        as_ratio = 1 / as_ratio
    ratios = [1 + end / 100 if said.kind == ChangeKind.PERCENT_CHANGE else end for end in ends]
    slack = said.slack / 100 if said.kind == ChangeKind.PERCENT_CHANGE else said.slack
    return said.kind != ChangeKind.DIFFERENCE and any(
        abs(ratio - as_ratio) <= slack + as_ratio * _LOOSE for ratio in ratios
    )


def unit_of(row: Mapping[str, str]) -> str | None:
    """Return the unit in which a row's arms are told; None where the codebook names none."""
    return None if row["unit"] in ("other", "ratio") else row["unit"]


def in_unit(text: str, row: Mapping[str, str]) -> Quantity:
    """Read a number of a row in the row's unit."""
    unit = unit_of(row)
    return read_quantity(text, outcome=row["outcome"] if unit else None, unit=unit, decimal=None)


def alike(votes: Mapping[str, str], row: Mapping[str, str]) -> bool:
    """Whether all words say the same: as text, or as numbers in one unit as far as their digits go."""
    if len({words.strip().lower() for words in votes.values()}) == 1:
        return True
    readings = [
        list(either_reading(words, outcome=row["outcome"], unit=unit_of(row))) for words in votes.values()
    ]
    if not all(readings):
        return False
    first, *others = readings
    return all(
        any(
            a.value is not None and b.value is not None and abs(a.value - b.value) <= max(a.slack, b.slack)
            for a in first
            for b in other
        )
        for other in others
    )
