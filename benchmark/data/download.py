"""Fetching a public archive: over https, within limits, unpacked with suspicion and held to its hash."""

import hashlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from benchmark.arms import Progress, silent
from benchmark.cache import made_once
from benchmark.data.folder import TESTING, TRAINING, scan_folder, tree_hash
from db.errors import MedquantError

_CHUNK = 1 << 20
_TIMEOUT = 60
"""Seconds without a byte after which the other side counts as gone."""
_ELSE = "fetch it elsewhere and name its folder with --data DIR or MEDQUANT_DATA"


@dataclass(frozen=True)
class Archive:
    """A zip file of a class-folder set, with what it must contain.

    `tree` is the `tree_hash` of its Training and Testing folders (a hash of the zip itself would not do: hosts pack
    the same commit anew); `max_download` and `max_unpacked` are bytes, `max_files` a count.
    """

    name: str
    url: str
    tree: str
    max_download: int
    max_unpacked: int
    max_files: int


BRAIN_TUMOR = Archive(
    name="brain-tumor-mri",
    url="https://codeload.github.com/SartajBhuvaji/Brain-Tumor-Classification-DataSet/zip/3ea9f4e",
    tree="c5c92df9510003a53455d2c487070e7c76764c2772a4811ff5da4e42c145636b",
    max_download=256 << 20,
    max_unpacked=512 << 20,
    max_files=10_000,
)
"""Bhuvaji et al., Brain Tumor Classification (MRI): 3,264 JPEG files of four classes."""


Opener = Callable[[str], AbstractContextManager[tuple[IO[bytes], int]]]
"""Opens an address: gives the stream and its length in bytes (0 where the host does not say)."""


def fetch_archive(archive: Archive, cache: Path, progress: Progress = silent) -> Path:
    """Return the folder of an archive's set, fetched on the first call and kept in the cache.

    Raises
    ------
    MedquantError
        If there is no network, the download is too large or broken, or its content is not what is pinned.
    """
    return fetched(archive, cache, progress, open_https)


def fetched(archive: Archive, cache: Path, progress: Progress, opened: Opener) -> Path:
    """Do what `fetch_archive` does, through an opener of the caller's."""

    def make(folder: Path) -> None:
        with tempfile.TemporaryFile(dir=folder) as file:
            _download(archive, file, progress, opened)
            _unpack(archive, file, folder / "files")
        check_tree(archive, folder / "files")

    for _ in range(2):
        folder, new = made_once(cache, "archives", {"archive": archive.name, "tree": archive.tree}, make)
        if new:
            break
        try:
            check_tree(archive, folder / "files")
            break
        except MedquantError:  # damaged since it was fetched
            shutil.rmtree(folder, ignore_errors=True)
    return folder / "files"


def check_tree(archive: Archive, folder: Path) -> None:
    """Hold a folder to the hash of an archive's tree.

    Raises
    ------
    MedquantError
        If the folder holds anything else; both hashes are named.
    """
    files = scan_folder(folder).files
    found = tree_hash(
        [f.name for f in files], [hashlib.sha256(f.path.read_bytes()).hexdigest() for f in files]
    )
    if found != archive.tree:
        raise MedquantError(
            f"the data from {archive.url} is not what is pinned: its tree has the SHA-256 {found}, and "
            f"{archive.tree} is expected; {_ELSE}"
        )


@contextmanager
def open_https(url: str, /) -> Iterator[tuple[IO[bytes], int]]:
    """Open an https address, following redirects to https only.

    Raises
    ------
    MedquantError
        If the address, or one it leads to, is not https.
    """
    _check_https(url)
    request = Request(url, headers={"User-Agent": "medquant"})  # noqa: S310
    with build_opener(_HttpsOnly()).open(request, timeout=_TIMEOUT) as answer:
        yield answer, int(answer.headers.get("Content-Length") or 0)


class _HttpsOnly(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        _check_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise MedquantError(f"{url} is no https address; data is fetched over https only")


def _download(archive: Archive, file: IO[bytes], progress: Progress, opened: Opener) -> None:
    """Stream the archive into a file."""
    done = 0
    try:
        with opened(archive.url) as (stream, total):
            while chunk := _received(archive, stream):
                done += len(chunk)
                if max(done, total) > archive.max_download:
                    raise MedquantError(
                        f"the download from {archive.url} is larger than the {archive.max_download:,} bytes allowed; {_ELSE}"
                    )
                file.write(chunk)
                progress("fetching the data set", done, total)
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise _unreachable(archive, error) from error
    if done < total:
        raise MedquantError(
            f"the download from {archive.url} broke off at {done:,} of {total:,} bytes; run it again"
        )


def _received(archive: Archive, stream: IO[bytes]) -> bytes:
    """Return the next bytes; an error here is the network's, while one in writing them is the disk's."""
    try:
        return stream.read(_CHUNK)
    except (OSError, HTTPException) as error:
        raise _unreachable(archive, error) from error


def _unreachable(archive: Archive, error: Exception) -> MedquantError:
    reason = getattr(error, "reason", None) or error
    return MedquantError(f"{archive.url} cannot be fetched ({reason}); {_ELSE}")


def _unpack(archive: Archive, file: IO[bytes], folder: Path) -> None:
    """Unpack what lies under Training and Testing, one level down, and nothing else."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = [
                (info, place) for info in packed.infolist() if (place := _place(archive, info)) is not None
            ]
            if len(members) > archive.max_files:
                raise MedquantError(f"the archive from {archive.url} has {len(members):,} files; {_ELSE}")
            left = archive.max_unpacked
            for info, place in members:
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(info) as source, target.open("xb") as sink:
                    while chunk := source.read(min(_CHUNK, left + 1)):
                        if (
                            left := left - len(chunk)
                        ) < 0:  # what is counted is what comes, not what is announced
                            raise MedquantError(
                                f"the archive from {archive.url} unpacks to more than the "
                                f"{archive.max_unpacked:,} bytes allowed; {_ELSE}"
                            )
                        sink.write(chunk)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        FileExistsError,
    ) as error:
        raise MedquantError(
            f"what came from {archive.url} is no sound zip file ({error}); {_ELSE}"
        ) from error


def _place(archive: Archive, info: zipfile.ZipInfo) -> PurePosixPath | None:
    """Return where a member goes below the folder, or None where it is not part of the set."""
    path = PurePosixPath(info.filename)
    symlink = (info.external_attr >> 16) & 0o170000 == 0o120000
    if path.is_absolute() or ".." in path.parts or "\\" in info.filename or symlink:
        raise MedquantError(f"the archive from {archive.url} has an unsafe entry, {info.filename!r}; {_ELSE}")
    if info.is_dir() or len(path.parts) < 4 or path.parts[1] not in (TRAINING, TESTING):
        return None
    return PurePosixPath(*path.parts[1:])
