"""How a verdict looks: a sign, a word and a colour, so that none of them stands alone."""

from dataclasses import dataclass
from typing import Final

from db.vocabulary import Verdict
from reports.context import Cell, Tone


@dataclass(frozen=True)
class VerdictLook:
    """The sign, the word and the tone of a verdict."""

    sign: str
    word: str
    tone: Tone

    @property
    def words(self) -> str:
        """The sign and the word together."""
        return f"{self.sign} {self.word}"


LOOKS: Final = {
    Verdict.REPRODUCED: VerdictLook("✓", "reproduced", "good"),
    Verdict.NOT_REPRODUCED: VerdictLook("×", "not reproduced", "bad"),
    Verdict.INCONCLUSIVE: VerdictLook("?", "inconclusive", "unsure"),
    Verdict.NOT_COMPARABLE: VerdictLook("≠", "not comparable", "plain"),
    Verdict.OPEN: VerdictLook("◆", "answered", "plain"),
}
NOT_RUN: Final = VerdictLook("–", "not run yet", "plain")


def look_of(verdict: Verdict | None) -> VerdictLook:
    """Return the look of a verdict; None is a claim of which no run is done."""
    return NOT_RUN if verdict is None else LOOKS[verdict]


def verdict_cell(verdict: Verdict | None, note: str | None = None) -> Cell:
    """Return a table cell with sign, word and tone."""
    look = look_of(verdict)
    return Cell(look.words, note=note, sort=look.word, tone=look.tone)
