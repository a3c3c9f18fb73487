"""The bytes of a file to text: sizes bounded, encodings guessed and told, archives looked through before they are opened."""

import codecs
import io
import lzma
import struct
import zipfile
import zlib
from pathlib import Path

from db.errors import MedquantError, shown

LARGEST = 512 * 2**20
"""Bytes of a file, and of an archive's members together; 100,000 records with abstracts take about 250 MiB."""
MOST_MEMBERS = 2_000
HIGHEST_RATIO = 200
"""Times that a member may be larger than its packed bytes; text seldom shrinks to less than a fiftieth."""
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, EOFError, OSError, ValueError,
    OverflowError, IndexError,
)  # fmt: skip
"""What the archive module raises on damage; RuntimeError is also encryption and what it cannot unpack."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def bytes_of(path: Path) -> bytes:
    """Read a file whole.

    Raises
    ------
    MedquantError
        If there is no such file, it cannot be read, or is larger than any export of a search.
    """
    try:
        if path.is_dir():
            raise MedquantError(f"{path} is a folder; name the files in it")
        if (size := path.stat().st_size) > LARGEST:
            raise MedquantError(
                f"{path} has {size:,} bytes; allowed: up to {LARGEST:,}; export the search in parts"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise MedquantError(
            f"there is no file {path}; name what the database's export button saved"
        ) from None
    except (OSError, ValueError) as error:
        raise MedquantError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def text_of(name: str, raw: bytes) -> tuple[str, str]:
    """Return the text of a file with plain line ends, and what had to be guessed ('' where nothing).

    Notes
    -----
    A file that is no UTF-8 is read as Windows-1252, of which latin-1 letters are a part: exports know no other in
    practice, and every byte then gives a character, so that no record is lost for one letter.

    Raises
    ------
    MedquantError
        If the bytes are no text.
    """
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), "utf-8")
    told = ""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding.startswith(("utf-16", "utf-32")):
            text, told = raw.decode(encoding, "replace"), f"byte {error.start + 1} is no {encoding}"
        else:
            text, told = (
                _western(raw),
                f"byte {error.start + 1} is no UTF-8; the file was read as Windows-1252",
            )
    if text.count("\0") * 20 > len(text):
        raise MedquantError(f"{name} is no text; name a file that a database or reference manager exported")
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n"), told


def _western(raw: bytes) -> str:
    return raw.removeprefix(codecs.BOM_UTF8).decode("cp1252", "surrogateescape").translate(_AS_LATIN)


# Windows-1252 leaves these five bytes open; latin-1 has control characters there
_AS_LATIN = {0xDC00 + byte: byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def members_of(name: str, raw: bytes) -> dict[str, bytes]:
    """Return the files in an archive by their bare names, unpacked in memory and never onto the disk.

    Raises
    ------
    MedquantError
        If it is no archive, damaged, encrypted, or unpacks to more than any export of a search (a zip bomb).
    """
    inside = inspected(name, raw)
    found: dict[str, bytes] = {}
    try:
        for member in inside.infolist():
            if member.is_dir() or "__MACOSX" in member.filename:
                continue
            bare = member.filename.replace("\\", "/").rpartition("/")[2]
            if bare in found:
                raise MedquantError(
                    f"{name} holds two files {shown(bare)}; unpack it and name the one that is meant"
                )
            with inside.open(member) as stream:
                found[bare] = stream.read(LARGEST)
    except _DAMAGED:
        raise MedquantError(f"{name} is damaged, encrypted or cut off; export it again") from None
    return found


def inspected(name: str, raw: bytes) -> zipfile.ZipFile:
    """Open an archive after looking at what its members claim to be; see `members_of` for the errors."""
    try:
        inside = zipfile.ZipFile(io.BytesIO(raw))
        members = inside.infolist()
    except _DAMAGED:
        raise MedquantError(f"{name} is no archive that can be opened, or cut off; export it again") from None
    claimed = sum(member.file_size for member in members)
    worst = max((m.file_size / max(m.compress_size, 1) for m in members if m.file_size > 2**20), default=0.0)
    if len(members) > MOST_MEMBERS or claimed > LARGEST or worst > HIGHEST_RATIO:
        raise MedquantError(
            f"{name} holds {len(members):,} files of {claimed:,} bytes; allowed: up to {MOST_MEMBERS:,} files of "
            f"{LARGEST:,} bytes together, none packed more than {HIGHEST_RATIO} times"
        )
    return inside
