"""What curating needs: bibliographic fields of records, who verified a value, what was not read, who reviews and how."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FIELDS = (
    "abstract", "venue", "volume", "issue", "pages", "publisher", "issn", "language", "keywords", "pmid",
)  # fmt: skip
KINDS = (
    "article", "conference", "book", "chapter", "thesis", "report", "preprint", "dataset", "software", "webpage",
    "other",
)  # fmt: skip


def _closed(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("records", recreate="auto") as table:
        for name in FIELDS:
            table.add_column(sa.Column(name, sa.Text(), nullable=True))
    # the CHECK of a closed vocabulary cannot be added to a table of SQLite that stands
    with op.batch_alter_table("records") as table:
        table.add_column(sa.Column("kind", sa.String(32), nullable=True))
        listed = ", ".join(f"'{kind}'" for kind in KINDS)
        table.create_check_constraint(op.f("ck_records_document_kind"), f"kind IN ({listed})")
    for name in ("study_values", "comparisons"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("verified_by", sa.Text(), nullable=True))
            table.add_column(sa.Column("verified_on", sa.Date(), nullable=True))
    op.create_table(
        "unread_entries",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("lost", _closed("answer", "yes", "no"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["query_id"], ["searches.query_id"], name=op.f("fk_unread_entries_query_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_unread_entries")),
    )
    with op.batch_alter_table("unread_entries") as table:
        table.create_index("ix_unread_entries_query_id", ["query_id"], unique=False)
    op.create_table(
        "reviewers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", _closed("answer", "yes", "no"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reviewers")),
    )
    op.create_table(
        "review_settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_review_settings")),
    )
