"""What the history must not tell a person while others still judge blind."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from db.history import HistoryEntry
from db.models.appraisals import CONSENSUS
from db.models.tables import Appraisal, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Stage
from review.bias.blind import still_blind
from review.screening import State, read_standings

HIDDEN = "a blind judgement, shown once all have judged"
TABLES = (Screening.__tablename__, Appraisal.__tablename__)


@dataclass(frozen=True)
class Blindness:
    """What one person may not see: records and full texts that others still judge, and targets of appraisal."""

    viewer: str
    records: frozenset[str]
    texts: frozenset[str]
    appraised: frozenset[str]

    def hides(self, table: str, key: str) -> bool:
        """Return whether a row, named as the history names it, is somebody else's judgement that is still blind."""
        parts = key.split("|")
        if table == TABLES[0]:
            record, reviewer, stage = parts
            held = self.records if stage == Stage.TITLE_ABSTRACT else self.texts
            return record in held and reviewer not in (self.viewer, ADJUDICATED)
        if table == TABLES[1]:
            target, tool, *_, appraiser = parts
            return f"{target}|{tool}" in self.appraised and appraiser not in (self.viewer, CONSENSUS)
        return False

    def veiled(self, entries: list[HistoryEntry]) -> list[HistoryEntry]:
        """Return changes with cells and reason left out where they would betray a blind judgement."""
        return [
            replace(entry, fields={}, reason=HIDDEN) if self.hides(entry.table, entry.key) else entry
            for entry in entries
        ]


def blindness_of(connection: Connection, viewer: str) -> Blindness:
    """Return what a person may not see at this moment."""
    standings = read_standings(connection).values()
    return Blindness(
        viewer,
        frozenset(s.record_id for s in standings if s.state == State.TO_SCREEN),
        frozenset(s.record_id for s in standings if s.state == State.FULL_TEXT),
        still_blind(connection),
    )
