"""Views for people who query with SQL: printed numbers as real numbers."""

from sqlalchemy import Connection, text

NUMBERS = """
CREATE VIEW comparison_numbers AS
SELECT comparison_id, origin, study_id, run_id, outcome, unit, control,
       CAST(baseline_value AS DOUBLE PRECISION) AS baseline_value,
       CAST(quantized_value AS DOUBLE PRECISION) AS quantized_value,
       change_kind,
       CAST(change_value AS DOUBLE PRECISION) AS change_value,
       n_test
FROM comparisons
"""


def drop_views(connection: Connection) -> None:
    """Remove the views, so that a migration may change the tables below them."""
    connection.execute(text("DROP VIEW IF EXISTS comparison_numbers"))


def create_views(connection: Connection) -> None:
    """Create the views anew."""
    drop_views(connection)
    connection.execute(text(NUMBERS))
