"""Everything that a corpus says of itself in one column, so that it can say more."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FORMER = ("title", "licence", "citation")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("releases") as table:
        table.add_column(sa.Column("about", sa.JSON(), nullable=True))
    connection = op.get_bind()
    releases = sa.table(
        "releases",
        sa.column("id"),
        sa.column("name"),
        sa.column("about"),
        *(sa.column(name) for name in FORMER),
    )
    for row in connection.execute(sa.select(releases)).mappings().all():
        about = {name: row[name] for name in FORMER if row[name]}
        if about:
            stored = json.dumps({"release": row["name"], **about})
            connection.execute(sa.update(releases).where(releases.c.id == row["id"]).values(about=stored))
    with op.batch_alter_table("releases") as table:
        for name in FORMER:
            table.drop_column(name)
