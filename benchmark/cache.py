"""What is made once and kept: decoded images, trained networks, files of runs, each named by the hash of its making."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from db.errors import MedquantError

PARTS = "parts.json"


def cache_folder(given: Path | None = None) -> Path:
    """Return the folder of the cache: what was given, else `MEDQUANT_CACHE`, else the user's cache folder."""
    if given is not None:
        return given
    if named := os.environ.get("MEDQUANT_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "medquant"


def content_key(parts: Mapping[str, object]) -> str:
    """Return the SHA-256 of parts as canonical JSON: equal parts, equal key."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def made_once(
    root: Path, kind: str, parts: Mapping[str, object], make: Callable[[Path], None]
) -> tuple[Path, bool]:
    """Return the folder that `make` filled for these parts, and whether it was made just now.

    Parameters
    ----------
    root
        The cache's folder.
    kind
        What is kept, such as "images" or "trained": a folder of the cache.
    parts
        Everything that the content depends on; values of JSON.
    make
        Fills the empty folder that it is given. It runs once: a second process that wants the same waits for
        the first, and a folder takes its name only when it is whole, so that a kill leaves nothing behind that
        looks finished.

    Raises
    ------
    MedquantError
        If the cache cannot be written.
    """
    folder = root / kind / content_key(parts)[:32]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_suffix(".lock")):
            if (folder / PARTS).exists():
                return folder, False
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            try:
                make(unfinished)
                (unfinished / PARTS).write_text(
                    json.dumps(parts, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8"
                )
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            return folder, True
    except OSError as error:
        if error.filename is not None and str(root) not in str(error.filename):
            raise
        raise MedquantError(
            f"the cache {root} cannot be written ({error.strerror or error}); free some space there, or name "
            "another folder with MEDQUANT_CACHE"
        ) from error


@contextmanager
def alone(root: Path, what: str) -> Iterator[None]:
    """Wait until no other process that uses this cache does the same, such as timing."""
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"{what}.lock"):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file's lock; the system gives it back when the process ends, however it ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
