"""What was decided about two hits that may be one work."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pair_decisions",
        sa.Column("theme_a", sa.Text(), nullable=False),
        sa.Column("raw_record_id_a", sa.Text(), nullable=False),
        sa.Column("theme_b", sa.Text(), nullable=False),
        sa.Column("raw_record_id_b", sa.Text(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "same", "different", name="sameness", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "theme_a <> theme_b OR raw_record_id_a <> raw_record_id_b",
            name=op.f("ck_pair_decisions_two_hits"),
        ),
        sa.ForeignKeyConstraint(
            ["theme_a", "raw_record_id_a"],
            ["identified.theme", "identified.raw_record_id"],
            name="fk_pair_decisions_hit_a",
        ),
        sa.ForeignKeyConstraint(
            ["theme_b", "raw_record_id_b"],
            ["identified.theme", "identified.raw_record_id"],
            name="fk_pair_decisions_hit_b",
        ),
        sa.PrimaryKeyConstraint(
            "theme_a", "raw_record_id_a", "theme_b", "raw_record_id_b", name=op.f("pk_pair_decisions")
        ),
    )
