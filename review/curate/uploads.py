"""Files that a browser sends: bounded while they stream in, kept in memory for their person, never named by a stranger."""

import hmac
import re
import secrets
import time
import unicodedata
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from threading import Lock
from typing import Any, Final

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from db.errors import MedquantError
from review.curate.people import Person

FIELD: Final = "files"
TOKEN: Final = "x-medquant-token"  # noqa: S105 - the name of a header
MOST_FILES: Final = 20
KEPT_SECONDS: Final = 3600
BATCHES_OF_ONE: Final = 3
_KEPT_TIMES: Final = 4
_FRAME = 64 * 1024
"""Bytes of the form around the files."""
_LONGEST_NAME: Final = 100
_STRANGE = re.compile(r"[^\w .,()\[\]+-]+")


class TooLargeError(MedquantError):
    """More was sent than is allowed."""


@dataclass(frozen=True)
class Upload:
    """A file as it came: a name that is safe to show and to keep, and its bytes."""

    name: str
    content: bytes


@dataclass
class Batch:
    """The files of one sending, whose they are, and what was worked out of them so far."""

    key: str
    person: str
    files: tuple[Upload, ...]
    made_at: float
    known: dict[Any, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(len(file.content) for file in self.files)


class Uploads:
    """What was sent and not yet taken in.

    Parameters
    ----------
    largest
        Bytes that the files of one sending may have together.
    now
        Gives seconds that only grow.

    Notes
    -----
    Nothing is written to the disk: what a person forgets goes after an hour, or when newer files need the room.
    """

    def __init__(self, largest: int, now: Callable[[], float] = time.monotonic) -> None:
        self.largest = largest
        self._now = now
        self._batches: dict[str, Batch] = {}
        self._lock = Lock()

    async def take(self, request: Request, person: Person) -> Batch:
        """Take the files of a form, read as a stream and cut off where it is too large.

        Raises
        ------
        TooLargeError
            If the files together are larger than allowed.
        MedquantError
            If it is no form with files, or the connection broke.
        """
        files = await self._read(request)
        batch = Batch(secrets.token_urlsafe(16), person.name, files, self._now())
        with self._lock:
            self._make_room(batch)
            self._batches[batch.key] = batch
        return batch

    def find(self, key: str, person: Person) -> Batch:
        """Return what a person sent.

        Raises
        ------
        MedquantError
            If it is gone, or somebody else's.
        """
        with self._lock:
            self._forget_old()
            batch = self._batches.get(key)
        if batch is None or batch.person != person.name:
            raise MedquantError(
                "these files are not here any more; they are kept for an hour. Choose them once more"
            )
        return batch

    def drop(self, key: str) -> None:
        """Forget what was sent."""
        with self._lock:
            self._batches.pop(key, None)

    async def _read(self, request: Request) -> tuple[Upload, ...]:
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise MedquantError("no file came along; choose one or more files, then send them")
        parser = MultiPartParser(
            request.headers, self._bounded(request.stream()), max_files=MOST_FILES, max_fields=0
        )
        parser.spool_max_size = self.largest + _FRAME + 1  # so large a file never leaves the memory
        try:
            form = await parser.parse()
        except ClientDisconnect:
            raise MedquantError("the connection broke; nothing was kept, send the files again") from None
        except MultiPartException as error:
            if "Too many files" in error.message:
                raise MedquantError(f"over {MOST_FILES} files; send at most {MOST_FILES} at once") from None
            raise MedquantError("this is no form with files; choose the files on the page again") from None
        parts = form.getlist(FIELD)
        try:
            given = [
                (part.filename or "", await part.read()) for part in parts if isinstance(part, UploadFile)
            ]
        finally:
            await form.close()
        given = [(name, content) for name, content in given if name or content]
        if not given:
            raise MedquantError("no file came along; choose one or more files, then send them")
        if sum(len(content) for _, content in given) > self.largest:
            raise self._too_large()
        names = distinct([clean_name(name) for name, _ in given])
        return tuple(Upload(name, content) for name, (_, content) in zip(names, given, strict=True))

    async def _bounded(self, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        size = 0
        async for piece in stream:
            size += len(piece)
            if size > self.largest + _FRAME:
                raise self._too_large()
            yield piece

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            f"the files are larger than {in_megabytes(self.largest)} together; nothing was kept. Export the search in parts, "
            "or start `medquant review serve` with a larger --largest-upload"
        )

    def _forget_old(self) -> None:
        oldest = self._now() - KEPT_SECONDS
        for key in [key for key, batch in self._batches.items() if batch.made_at < oldest]:
            del self._batches[key]

    def _make_room(self, batch: Batch) -> None:
        self._forget_old()
        own = [key for key, other in self._batches.items() if other.person == batch.person]
        for key in own[: max(0, len(own) - BATCHES_OF_ONE + 1)]:
            del self._batches[key]
        while self._batches and self._held() + batch.size > _KEPT_TIMES * self.largest:
            del self._batches[next(iter(self._batches))]

    def _held(self) -> int:
        return sum(batch.size for batch in self._batches.values())


def clean_name(given: str) -> str:
    """Return the bare name of a file, of letters, digits and a few signs; a path or markup in it is taken away."""
    bare = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    plain = _STRANGE.sub("_", bare).strip().lstrip(".-_ ")
    ending = PurePosixPath(plain).suffix[:10]
    stem = plain.removesuffix(ending)[: _LONGEST_NAME - len(ending)].rstrip()
    return (stem + ending) or "file"


def distinct(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same: a number parts those that are."""
    found: list[str] = []
    for name in names:
        ending = PurePosixPath(name).suffix
        stem, number, other = name.removesuffix(ending), 2, name
        while other in found:
            other = f"{stem} ({number}){ending}"
            number += 1
        found.append(other)
    return found


def is_ours(request: Request, token: str) -> bool:
    """Return whether a request carries the token of the browser's own page, in a header that no other site can set."""
    given = request.headers.get(TOKEN, "")
    return bool(token) and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def in_megabytes(size: int) -> str:
    """Return a size for people."""
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"


async def worked_out(batch: Batch, key: object, work: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return what a work on a batch gives, from memory if it was done before; it runs in a thread."""
    if key not in batch.known:
        batch.known[key] = await to_thread.run_sync(work)
    return batch.known[key]
