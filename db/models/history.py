"""The memory of the database: every change of a curated row, and the releases that were loaded."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed, position, prose
from db.vocabulary import Action


class History(Base):
    """One change of one row, written by a trigger; rows here can be neither changed nor removed."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_table_name_row_key", "table_name", "row_key"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True, doc="running number")
    change: Mapped[int | None] = mapped_column(
        index=True, doc="rows changed by one command share this number"
    )
    table_name: Mapped[str] = mapped_column(Text, doc="the table")
    row_key: Mapped[str] = mapped_column(Text, doc="primary key, parts joined by |")
    action: Mapped[Action] = mapped_column(closed(Action), doc="insert, update or delete")
    old: Mapped[dict[str, object] | None] = mapped_column(JSON, doc="the row before")
    new: Mapped[dict[str, object] | None] = mapped_column(JSON, doc="the row after")
    at: Mapped[str] = mapped_column(Text, doc="when, UTC, ISO 8601")
    actor: Mapped[str] = mapped_column(Text, doc="who")
    reason: Mapped[str | None] = prose("why")


class ChangeContext(Base):
    """Who is changing what and why: one row inside a writing transaction, none outside."""

    __tablename__ = "change_context"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    change: Mapped[int] = mapped_column()
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class Release(Base):
    """A state of the corpus that was loaded from files."""

    __tablename__ = "releases"
    id: Mapped[int] = mapped_column(primary_key=True, doc="running number")
    name: Mapped[str] = mapped_column(Text, doc="name of the release")
    sha256: Mapped[str] = mapped_column(Text, doc="hash over the names and contents of its files")
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), doc="when, UTC")
    history_id: Mapped[int] = mapped_column(doc="the last history row of the load")
    description: Mapped[str | None] = prose("the corpus told in Markdown, limitations included")
    about: Mapped[dict[str, str] | None] = mapped_column(
        JSON(none_as_null=True), doc="what the corpus says of itself in corpus.toml"
    )


class ReleaseFile(Base):
    """A file of a release: its header is kept so that an export has the same columns."""

    __tablename__ = "release_files"
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    header: Mapped[str] = mapped_column(Text, doc="column names as in the file")


class Acknowledgement(Base):
    """A warning that somebody looked at and accepts, with the reason."""

    __tablename__ = "acknowledgements"
    code: Mapped[str] = mapped_column(Text, primary_key=True, doc="code of the finding")
    place: Mapped[str] = mapped_column(Text, primary_key=True, doc="where it was found, or * for everywhere")
    reason: Mapped[str] = mapped_column(Text, doc="why it is accepted")
    accepted_by: Mapped[str] = mapped_column(Text, doc="who accepts it")
    position: Mapped[int] = position()
