"""A comparison as a form: what the two arms are, what was measured, and how exact it is; saved as one change."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping

from nicegui import html
from sqlalchemy import Connection

from db.codebook.codebook import Codebook
from db.printed import Finding
from db.vocabulary import Bound, ChangeKind, Control, Execution, Granularity, Symmetry, Verification
from review.agreeing import in_rows_unit
from review.curate.desks.extraction.value import Around
from review.curate.desks.extraction.words import meaning
from review.curate.desks.studies.pieces import Refusal, noting
from review.curate.fields import Field, button, choice_field, text_field
from review.curate.people import Role
from review.curate.saving import saved
from review.curate.showing import put_words
from review.editing import SUBJECTS, add_row, read_one, set_fields
from review.extraction import ARMS
from review.stale import StaleEdit
from review.verifying import verify

NAMES = {
    "arm": "Quantized arm, in words", "technique": "Technique (codes, with semicolons)",
    "weight_bits": "Weight bits", "activation_bits": "Activation bits", "architecture": "Network",
    "dataset": "Data set", "device": "Device", "outcome": "Outcome", "unit": "Unit",
    "baseline_value": "Baseline value", "quantized_value": "Quantized value", "change_kind": "Kind of change",
    "change_value": "Change", "bound": "How exact", "n_test": "Test cases", "control": "Is precision the only difference",
    "locator": "Where (page, table)", "source_url": "Source address", "as_printed": "As printed", "notes": "Remarks",
    "split": "Part of the data", "granularity": "Granularity", "symmetry": "Symmetry", "calibration": "Calibration",
    "fallback_ops": "Left in floating point", "execution": "How it was executed",
    "discordant_gained": "Only the quantized arm right", "discordant_lost": "Only the baseline right",
    "baseline_sd": "Standard deviation, baseline", "quantized_sd": "Standard deviation, quantized",
}  # fmt: skip
CLOSED = {
    "change_kind": ChangeKind, "bound": Bound, "control": Control,
    "granularity": Granularity, "symmetry": Symmetry, "execution": Execution,
}  # fmt: skip
RARE = ("split", "granularity", "symmetry", "calibration", "fallback_ops", "execution", "discordant_gained",
        "discordant_lost", "baseline_sd", "quantized_sd")  # fmt: skip
NEW: Mapping[str, str] = {
    "outcome": "accuracy", "unit": "percent", "change_kind": "none", "bound": "exact", "control": "unclear",
}  # fmt: skip


class RowForm:
    """The fields of a comparison; numbers may be typed as printed, and are kept in the row's unit."""

    def __init__(self, around: Around, row: Mapping[str, str], *, key: str = "") -> None:
        self.around, self.key = around, key
        self.fields: dict[str, Field] = {}
        self.meanings: dict[str, html.p] = {}
        book = around.book.codebook
        with html.div().classes("row-form"):
            for name in NAMES:
                if name not in RARE:
                    self._field(name, row.get(name, ""), book)
        with html.details():
            html.summary("Further fields")
            with html.div().classes("row-form"):
                for name in RARE:
                    self._field(name, row.get(name, ""), book)
        self.refusal = Refusal()

    def _field(self, name: str, held: str, book: Codebook) -> None:
        if name == "outcome":
            choices = {code: info.label for code, info in book.outcomes.items()}
        elif name == "unit":
            choices = dict(book.terms.get("unit", {}))
        elif name in CLOSED:
            choices = {one.value: one.value.replace("_", " ") for one in CLOSED[name]}
            choices = ({"": "(not said)"} if name in RARE else {}) | choices
        else:
            with html.div():
                told: Callable[[str], None] | None = None
                if name in ARMS:
                    told = self._reader(name)
                self.fields[name] = text_field(NAMES[name], held, on_change=told)
                if name in ARMS:
                    self.meanings[name] = html.p().classes("meaning hint")
            return
        self.fields[name] = choice_field(NAMES[name], choices, held)

    def _reader(self, name: str) -> Callable[[str], None]:
        def read(text: str) -> None:
            said = meaning(name, text, self._now(), self.around.book.codebook) if text.strip() else ""
            put_words(self.meanings[name], said)

        return read

    def _now(self) -> dict[str, str]:
        return {name: field.value.strip() for name, field in self.fields.items()}

    @property
    def dirty(self) -> bool:
        """Whether somebody typed here what is not saved."""
        return any(field.dirty for field in self.fields.values())

    def show(self, row: Mapping[str, str]) -> None:
        """Show the row as it is now, unless somebody is typing."""
        if self.dirty or not row:
            return
        for name, field in self.fields.items():
            if field.seen != row.get(name, ""):
                field.follow(row.get(name, ""))

    def changed(self) -> dict[str, str]:
        """Return what was changed, numbers in the row's unit.

        Raises
        ------
        DataError
            If a number cannot be read.
        """
        now = self._now()
        found = {name: text for name, text in now.items() if self.fields[name].dirty}
        for name in ARMS:
            if found.get(name):
                found[name], bound = in_rows_unit(now, name, found[name])
                if bound != Bound.EXACT and now["change_kind"] == ChangeKind.NONE and "bound" not in found:
                    found["bound"] = bound.value
        return found

    async def save(self) -> None:
        """Write what was changed, as one change."""
        stale: list[StaleEdit] = []
        typed = self._now()

        async def write(insist: bool) -> str:
            stale.clear()
            values = self.changed()
            seen = None if insist else {name: self.fields[name].seen for name in values}
            if not values:
                return "Nothing was changed."
            change = (self.around.why(), set_fields, SUBJECTS["comparison"], self.key, values)
            findings = await noting(stale, self.around.visit.write(Role.CURATOR, *change, seen=seen))
            return _told(f"{self.key} is saved.", findings)

        if await saved(write, refused=self.refusal.show):
            self.refusal.hide()
            await self._read_again(typed)
        for error in stale:  # the person kept what the other wrote
            self.fields[error.field].put(error.present)
        await self.around.refresh()

    async def _read_again(self, typed: Mapping[str, str]) -> None:
        """Put what was stored into the fields, such as a number in the row's unit, save where somebody typed on."""
        row = await self.around.visit.read(_row, self.key)
        for name, field in self.fields.items():
            if field.seen != typed[name]:
                field.hold(typed[name])
            if not field.dirty and field.value != row.get(name, ""):
                field.follow(row.get(name, ""))

    async def verify(self) -> None:
        """Say that the person found the numbers of the row in the source."""

        async def write(_insist: bool) -> str:
            await self.around.visit.write(
                Role.CURATOR, "seen in the source again", verify, self.key, None, Verification.CONFIRMED,
                by=self.around.visit.person.name, today=dt.datetime.now(dt.UTC).date(),
            )  # fmt: skip
            return f"{self.key} is verified."

        await saved(write, refused=self.refusal.show)
        await self.around.refresh()


def _row(connection: Connection, key: str) -> dict[str, str]:
    return read_one(connection, SUBJECTS["comparison"], key)


def _told(words: str, findings: list[Finding]) -> str:
    return words + "".join(f" Look again: {finding.problem}." for finding in findings[:3])


def new_comparison(around: Around, study: str, key: str, added: Callable[[str], Awaitable[None]]) -> None:
    """Show the form of a comparison that is not there yet."""
    name = text_field("Identifier", key)
    form = RowForm(around, NEW)

    async def add() -> None:
        async def write(_insist: bool) -> str:
            values = {**NEW, **form.changed(), "study_id": study, "verification": Verification.UNVERIFIED.value,
                      "extracted_by": around.visit.person.name}  # fmt: skip
            await around.visit.write(
                Role.CURATOR, around.why(), add_row, SUBJECTS["comparison"], name.value.strip(), values
            )
            return f"{name.value.strip()} is added."

        if await saved(write, refused=form.refusal.show):
            await added(name.value.strip())

    with html.div().classes("row"):
        button("Add the comparison", add, main=True)
