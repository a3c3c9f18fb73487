"""Cases and their claims, the images that arms were tested on, and what each arm said of every image."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "cases",
        sa.Column("case_hash", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_hash", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases") as table:
        table.create_index("ix_cases_case_id", ["case_id"], unique=False)

    op.create_table(
        "image_sets",
        sa.Column("set_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("classes", sa.Text(), nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("images", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("set_id", name=op.f("pk_image_sets")),
    )
    op.create_table(
        "claims",
        sa.Column("case_hash", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("comparison_id", sa.Text(), nullable=True),
        sa.Column(
            "quantity",
            sa.Enum(
                "change", "baseline", name="quantity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("arm_key", sa.Text(), nullable=False),
        sa.Column("baseline_key", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=True),
        sa.Column("part", sa.Text(), nullable=True),
        sa.Column("tolerance", sa.Float(), nullable=True),
        sa.Column("comparable", sa.Boolean(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(comparison_id IS NULL) = (tolerance IS NULL)",
            name=op.f("ck_claims_published_value_has_its_tolerance"),
        ),
        sa.CheckConstraint("tolerance > 0", name=op.f("ck_claims_tolerance_positive")),
        sa.ForeignKeyConstraint(["case_hash"], ["cases.case_hash"], name=op.f("fk_claims_case_hash")),
        sa.PrimaryKeyConstraint("case_hash", "position", name=op.f("pk_claims")),
    )
    op.create_table(
        "predictions",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("set_id", sa.Text(), nullable=False),
        sa.Column("classes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_predictions_run_id")),
        sa.ForeignKeyConstraint(["set_id"], ["image_sets.set_id"], name=op.f("fk_predictions_set_id")),
        sa.PrimaryKeyConstraint("run_id", "arm", "set_id", name=op.f("pk_predictions")),
    )
    with op.batch_alter_table("comparisons") as table:
        table.add_column(sa.Column("arm_key", sa.Text(), nullable=True))
        table.add_column(sa.Column("baseline_key", sa.Text(), nullable=True))

    with op.batch_alter_table("runs") as table:
        table.add_column(sa.Column("case_hash", sa.Text(), nullable=True))
        table.add_column(sa.Column("dataset", sa.Text(), nullable=True))
        table.add_column(sa.Column("split", sa.Text(), nullable=True))
        table.add_column(sa.Column("synthetic", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("log", sa.Text(), nullable=True))
        table.create_index(op.f("ix_runs_case_hash"), ["case_hash"], unique=False)
        table.create_foreign_key(op.f("fk_runs_case_hash"), "cases", ["case_hash"], ["case_hash"])
