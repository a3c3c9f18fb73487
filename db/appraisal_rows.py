"""Rows of `appraisals.csv`: each is of one study or comparison, and is an answer or a judgement."""

from typing import Any

from db.csvfile import CsvFile
from db.errors import DataError


def complete_appraisals(rows: list[dict[str, Any]], source: CsvFile) -> list[dict[str, Any]]:
    """Give each row its `target`, the comparison or else the study.

    Parameters
    ----------
    rows
        The file's rows as values, in the order of the file.
    source
        The file as read.

    Raises
    ------
    DataError
        If a row is both an answer and a judgement, or neither.
    """
    for (number, _), row in zip(source.rows, rows, strict=True):
        judged = row["judgement"] is not None or row["applicability"] is not None
        if (row["answer"] is not None) == judged:
            raise DataError(
                f"the row is {'an answer and a judgement at once' if judged else 'neither an answer nor a judgement'}; "
                "allowed: `answer` for a question, or `judgement` and `applicability` for a domain",
                file=source.name,
                row=number,
                column="answer",
            )
        row["target"] = row["comparison_id"] or row["study_id"]
    return rows
