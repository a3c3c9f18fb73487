"""Answers and judgements of appraisal tools, a row an appraiser, the consensus a row of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LEVELS = ("low", "high", "unclear")


def _closed(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    answers = ("yes", "probably_yes", "probably_no", "no", "no_information", "not_applicable")
    op.create_table(
        "appraisals",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("comparison_id", sa.Text(), nullable=True),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("tool_version", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("appraiser", sa.Text(), nullable=False),
        sa.Column("answer", _closed("appraisal_answer", *answers), nullable=True),
        sa.Column("judgement", _closed("risk_of_bias", *LEVELS), nullable=True),
        sa.Column("applicability", _closed("concern", *LEVELS), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("target = COALESCE(comparison_id, study_id)", name=op.f("ck_appraisals_target")),
        sa.CheckConstraint(
            "(answer IS NULL) <> (judgement IS NULL AND applicability IS NULL)",
            name=op.f("ck_appraisals_answer_or_judgement"),
        ),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["comparisons.comparison_id"], name=op.f("fk_appraisals_comparison_id")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["studies.study_id"], name=op.f("fk_appraisals_study_id")),
        sa.PrimaryKeyConstraint(
            "target", "tool", "tool_version", "item", "appraiser", name=op.f("pk_appraisals")
        ),
    )
    with op.batch_alter_table("appraisals") as table:
        table.create_index(op.f("ix_appraisals_comparison_id"), ["comparison_id"], unique=False)
        table.create_index(op.f("ix_appraisals_study_id"), ["study_id"], unique=False)
