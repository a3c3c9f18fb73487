"""Writing a corpus out: rows to files, byte for byte as they were loaded where nothing changed."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, select

from db.about import ABOUT, about_bytes
from db.codebook.codebook import SHIPPED as SHIPPED_CODEBOOK
from db.codebook.codebook import Codebook, codebook_from_database
from db.corpus import README
from db.csvfile import csv_bytes, header_of
from db.errors import MedquantError
from db.files import CODEBOOK_FILES, FILES, EvidenceFile
from db.models.tables import Release, ReleaseFile


def export_files(connection: Connection) -> dict[str, bytes]:
    """Return the evidence as files: those that were loaded, and any other that has rows by now."""
    codebook = codebook_from_database(connection)
    release = connection.execute(select(Release.__table__).order_by(Release.id.desc()).limit(1)).first()
    headers: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    if release is not None:
        headers = {
            row.name: header_of(row.header)
            for row in connection.execute(
                select(ReleaseFile.__table__).where(ReleaseFile.release_id == release.id)
            )
        }
        if release.description is not None:
            files[README] = release.description.encode()
        if release.about is not None:
            files[ABOUT] = about_bytes(release.about)
    for file in FILES:
        rows = file.write(file, connection)
        if rows or file.name in headers:
            files[file.name] = csv_bytes(_header(file, codebook, headers.get(file.name, []), rows), rows)
    return files | _codebook_files(connection, codebook, headers)


def _codebook_files(
    connection: Connection, codebook: Codebook, headers: Mapping[str, list[str]]
) -> dict[str, bytes]:
    """Return the codebook's files where it is not just the shipped one, else none: a load reads all three or none."""
    book: dict[str, bytes] = {}
    for file in CODEBOOK_FILES:
        rows = file.write(file, connection)
        header = _header(file, codebook, headers.get(f"codebook/{file.name}", []), rows)
        book[file.name] = csv_bytes(header, rows)
    own = any(f"codebook/{name}" in headers for name in book)
    differs = any(content != (SHIPPED_CODEBOOK / name).read_bytes() for name, content in book.items())
    return {f"codebook/{name}": content for name, content in book.items()} if own or differs else {}


def _header(
    file: EvidenceFile, codebook: Codebook, loaded: list[str], rows: list[dict[str, str]]
) -> list[str]:
    """Keep the loaded header and append columns that have come into use since."""
    header = loaded or file.columns(codebook)
    used = [c for c in file.optional_columns() if c not in header and any(row.get(c) for row in rows)]
    if file.open_columns:
        opened = {name for row in rows for name in row if name.startswith(file.open_columns)} - set(header)
        at = header.index("n_reviewers") if "n_reviewers" in header else len(header)
        header = [*header[:at], *sorted(opened), *header[at:]]
    return header + used


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each whole or not at all.

    Raises
    ------
    MedquantError
        If a file cannot be written; files that were there before stay as they were.
    """
    for name, content in files.items():
        with replacing(folder / name) as temporary:
            temporary.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary neighbour of a file, which takes the file's place only when the block succeeds.

    Raises
    ------
    MedquantError
        If the place cannot be written (no permission, full disk, a file in the way).
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise MedquantError(
            f"{path} cannot be written: {error.strerror or error}; name another place or free some space"
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
