"""Rules that the review has set for itself: how many judge each record, and whether full texts are judged blind."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from db.errors import MedquantError, shown
from db.files import table_of
from db.models.tables import ReviewSetting
from db.team_check import FULL_TEXT_VOTES, REVIEWERS_NEEDED, SETTINGS, allowed_setting


@dataclass(frozen=True)
class Settings:
    """The rules in force; where nothing is set, two judge each record and each full text has one decision."""

    reviewers_needed: int
    full_text_votes: int


def read_settings(connection: Connection) -> Settings:
    """Return the rules in force.

    Raises
    ------
    MedquantError
        If a row holds something that is no such rule.
    """
    held: Mapping[str, str] = dict(connection.execute(select(ReviewSetting.key, ReviewSetting.value)).all())
    for key, text in held.items():
        if problem := allowed_setting(key, text):
            raise MedquantError(
                f"the setting {key} is {shown(text)}: {problem}; `medquant review team` sets it"
            )
    numbers = {key: int(held.get(key, default)) for key, (default, _) in SETTINGS.items()}
    return Settings(numbers[REVIEWERS_NEEDED], numbers[FULL_TEXT_VOTES])


def needed_of(connection: Connection, given: int | None) -> int:
    """Return how many reviewers judge a record: what was given, else what the review has set."""
    return read_settings(connection).reviewers_needed if given is None else given


def set_setting(connection: Connection, key: str, value: int) -> None:
    """Set a rule; `connection` comes from `db.session.writing`.

    Raises
    ------
    MedquantError
        If there is no such rule, the value is not allowed, or it is set so already.
    """
    if problem := allowed_setting(key, str(value)):
        raise MedquantError(f"{key} cannot be {value}: {problem}")
    table = table_of(ReviewSetting)
    held = connection.scalar(select(table.c.value).where(table.c.key == key))
    if held == str(value):
        raise MedquantError(f"{key} is {value} already; nothing is changed")
    if held is not None:
        connection.execute(update(table).where(table.c.key == key).values(value=str(value)))
        return
    last = connection.scalar(select(func.max(table.c.position))) or 0
    connection.execute(insert(table).values(key=key, value=str(value), position=last + 1))
