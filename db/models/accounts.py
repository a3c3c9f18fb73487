"""Who may come in at the web page, and who is in: none of it is evidence, so it is neither tracked nor exported."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, closed
from db.vocabulary import Role


class Account(Base):
    """A person who may log in."""

    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(Text, primary_key=True, doc="the name that decisions carry")
    folded: Mapped[str] = mapped_column(Text, unique=True, doc="the name without regard to capitals")
    role: Mapped[Role] = mapped_column(closed(Role), doc="what the person may do")
    password_hash: Mapped[str] = mapped_column(Text, doc="Argon2id, in its own notation")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), doc="when it was made, UTC")
    password_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), doc="when the password was set, UTC"
    )


class WebSession(Base):
    """A browser that is in: of an account, or at local use of a name alone."""

    __tablename__ = "web_sessions"
    __table_args__ = (Index("ix_web_sessions_account", "account"),)
    token_sha256: Mapped[str] = mapped_column(
        Text, primary_key=True, doc="hash of the token; the token itself is with the browser alone"
    )
    name: Mapped[str] = mapped_column(Text, doc="the name that decisions carry")
    account: Mapped[str | None] = mapped_column(
        ForeignKey("accounts.name"), doc="the account; none at local use"
    )
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), doc="when it began, UTC")
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), doc="when it was last used, UTC")
