"""Blank files for another review, with the data dictionary that says what each column may hold."""

from db.about import COUNTS, KEYS
from db.cells import allowed_values
from db.codebook.codebook import Codebook, VariableInfo, codebook_files, codebook_from_files
from db.csvfile import csv_bytes
from db.files import FILES, EvidenceFile
from db.models.tables import Study

DICTIONARY = "DICTIONARY.md"


def template_files() -> dict[str, bytes]:
    """Return a blank CSV for every evidence file, and the data dictionary in Markdown."""
    codebook = codebook_from_files(codebook_files(None))
    files = {file.name: csv_bytes(file.columns(codebook), []) for file in FILES}
    files[DICTIONARY] = data_dictionary(codebook).encode()
    return files


_BESIDE = f"""
## Beside the CSV files

All of these may be left out.

- `corpus.toml`: what the corpus says of itself, one line a key such as `release = "2026.1"`; keys: {", ".join(KEYS)}.
  `notice` stands on the first page of the report; {" and ".join(COUNTS)} are whole numbers in quotes.
- `README.md`: the corpus told in Markdown; the items of its section “Limitations” stand in the report.
- `codebook/`: `variables.csv`, `terms.csv` and `outcomes.csv`, if the shipped codebook does not fit.
"""


def data_dictionary(codebook: Codebook) -> str:
    """Return in Markdown what every column of every file may hold."""
    preface = (
        "# Data dictionary\n\nUTF-8 CSV, comma, LF line ends; an empty cell means: not stated in the text seen.\n"
        "`;` separates several values where a column may hold them. Files marked *required* must be there;\n"
        "the others may be left out. Check with `medquant db load DIR`, which names file, row and column.\n"
    )
    parts = [preface, _BESIDE]
    for file in FILES:
        parts.append(
            f"\n## {file.name}{' (required)' if file.required else ''}\n\n{file.about[0].upper()}{file.about[1:]}.\n"
        )
        parts.append("\n| column | needed | meaning | allowed |\n|---|---|---|---|\n")
        parts += [_line(file, codebook, name) for name in [*file.columns(codebook), *file.optional_columns()]]
    return "".join(parts)


def _line(file: EvidenceFile, codebook: Codebook, name: str) -> str:
    column = file.table.columns.get(name)
    variable = codebook.variables.get(name) if file.model is Study else None
    if variable is not None and (column is None or not column.info.get("vocabulary")):
        needed = column is not None and not column.nullable
        meaning, allowed = variable.definition, allowed_for(variable, codebook)
    elif column is not None:
        needed, meaning, allowed = not column.nullable, column.doc or "", allowed_values(column, codebook)
    else:
        needed, meaning, allowed = True, "repeated from comparisons.csv for the reader", "text"
    return f"| {name} | {'yes' if needed else 'no'} | {meaning} | {allowed} |\n"


def allowed_for(variable: VariableInfo, codebook: Codebook) -> str:
    """Return in words what a variable of the matrix may hold."""
    several = ", several separated by semicolons" if variable.multi else ""
    if variable.vocabulary:
        return ", ".join(codebook.terms.get(variable.vocabulary, {})) + several
    words = {
        "bits": "1 to 99, 8f, 16f, 32f, bf16, ternary, binary",
        "integer": "whole number",
        "year": "year",
        "url": "http(s) address",
        "doi": "10.NNNN/…",
        "number": "plain number",
    }
    return words.get(variable.type.value, "text") + several
