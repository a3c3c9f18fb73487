"""The tables, one chapter a file; `db.models.tables` names them all."""
