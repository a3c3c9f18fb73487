"""The order of texts: by their characters' numbers, as SQLite sorts, whatever the locale of the server.

Exports, pages and tie-breaks sort by identifiers. A server with another locale would put `a` before `B`, and the same
corpus would give other bytes there.
"""

from sqlalchemy import Connection, text

from db.models.tables import Base

_OTHERS = text(
    """
SELECT quote_ident(attname) AS its_column, format_type(atttypid, atttypmod) AS kind
  FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation
 WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped AND collname <> 'C'
 ORDER BY attnum
"""
)


def sort_by_character(connection: Connection) -> None:
    """Let every text column of a PostgreSQL database sort by character; SQLite's do so already."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        changes = [
            f'ALTER COLUMN {row.its_column} TYPE {row.kind} COLLATE "C"'
            for row in connection.execute(_OTHERS, {"table": f'"{table.name}"'})
        ]
        if changes:
            connection.execute(text(f'ALTER TABLE "{table.name}" {", ".join(changes)}'))
