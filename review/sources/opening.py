"""The bytes of a file to text: sizes bounded, encodings guessed and told, archives looked through before they are opened."""

import codecs
import io
import lzma
import re
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


_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = re.compile(
    r"\ufeff?\s*(?:<!--.{0,1000}?-->\s*)?<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL
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
    practice, and every byte then gives a character, so that no record is lost for one letter. Where most letters are
    UTF-8 only the bytes that are not are read so: a cut through the last letter spoils no other.

    Raises
    ------
    MedquantError
        If the bytes are no text, or a web page.
    """
    if raw.startswith(_OLD_WORKBOOK):
        raise MedquantError(f"{name} is a workbook of an old kind (.xls); save it as .xlsx or CSV")
    text, told = _decoded(raw)
    if text.count("\0") * 20 > len(text):
        raise MedquantError(f"{name} is no text; name a file that a database or reference manager exported")
    if _WEB_PAGE.match(text):
        raise MedquantError(
            f"{name} is a web page, perhaps a log-in page in place of the export; export the search again"
        )
    if nuls := text.count("\0"):
        told = "; ".join(filter(None, (told, f"{nuls:,} NUL byte(s) in it were left out")))
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n"), told


def _decoded(raw: bytes) -> tuple[str, str]:
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), "")
    unmarked = "" if encoding else _utf_16(raw)
    encoding = encoding or unmarked or "utf-8"
    told = f"it has no byte-order mark and was read as {unmarked}" if unmarked else ""
    try:
        return raw.decode(encoding), told
    except UnicodeDecodeError as error:
        place = f"byte {error.start + 1} is no {encoding}"
    if encoding.startswith(("utf-16", "utf-32")):
        return raw.decode(encoding, "replace"), "; ".join(filter(None, (told, place)))
    return _western(raw, place.replace("utf-8-sig", "UTF-8").replace("utf-8", "UTF-8"))


def _utf_16(raw: bytes) -> str:
    """Return the byte order of UTF-16 without a mark: every other byte of plain letters is then NUL."""
    head = raw[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) >= 8 and max(even, odd) * 5 > len(head) and min(even, odd) * 20 < len(head):
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _western(raw: bytes, place: str) -> tuple[str, str]:
    """Read as Windows-1252, letter by letter where more letters are UTF-8 than are not."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    mixed = raw.decode("utf-8", "surrogateescape")
    strange = sum(map(mixed.count, {c for c in set(mixed) if "\udc80" <= c <= "\udcff"}))
    letters = sum(map(mixed.count, {c for c in set(mixed) if c > "\x7f"})) - strange
    if letters > strange:
        return mixed.translate(_STRANGE), f"{place}; {strange:,} such byte(s) were read as Windows-1252"
    text = raw.decode("cp1252", "surrogateescape").translate(_AS_LATIN)
    return text, f"{place}; the file was read as Windows-1252"


# Windows-1252 leaves these five bytes open; latin-1 has control characters there
_AS_LATIN = {0xDC00 + byte: byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_STRANGE = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "surrogateescape").translate(_AS_LATIN)
    for byte in range(0x80, 0x100)
}


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
