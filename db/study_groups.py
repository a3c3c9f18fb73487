"""Which studies share authors or data, and how sure that is.

The certainty of each row stands in its `reason`: it begins with `possible:` where sharing is only suspected. Any other
reason, with or without `sure:` before it, says that the study does belong to its group.
"""

import re
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, select

from db.models.tables import StudyGroup
from db.printed import Finding, Severity

POSSIBLE = "possible:"
_DOUBT = re.compile(
    r"(may|maybe|might|perhaps|possibl[ey]|probabl[ey]|likely|unsure|uncertain)\b", re.IGNORECASE
)


def is_possible(reason: str) -> bool:
    """Return whether a reason says that sharing is only suspected.

    Parameters
    ----------
    reason
        The cell of `study_groups.csv`.
    """
    return reason.strip().lower().startswith(POSSIBLE)


def read_groups(connection: Connection, *, possible: bool = True) -> dict[str, str]:
    """Return the group of each study that belongs to one.

    Parameters
    ----------
    connection
        An open connection.
    possible
        Whether studies that only may share authors or data count as one group.
    """
    rows = connection.execute(select(StudyGroup.__table__))
    return {row.study_id: row.group for row in rows if possible or not is_possible(row.reason)}


def check_groups(connection: Connection) -> Iterator[Finding]:
    """Find groups of one study, and doubts that are not marked as such."""
    rows = list(connection.execute(select(StudyGroup.__table__).order_by(StudyGroup.position)))
    sizes = Counter(row.group for row in rows)
    for row in rows:
        where = f"study_groups {row.study_id}"
        if sizes[row.group] == 1:
            yield Finding(
                Severity.WARNING,
                "study_group",
                where,
                f"the group {row.group} has no other study",
                "name the other study too, or remove the row",
            )
        if _DOUBT.match(row.reason.strip()) and not is_possible(row.reason):
            yield Finding(
                Severity.WARNING,
                "study_group",
                where,
                f"the reason “{row.reason}” sounds unsure but counts as sure",
                f"begin it with `{POSSIBLE}` or with `sure:`",
            )
