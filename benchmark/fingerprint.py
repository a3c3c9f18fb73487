"""What made a run: the code, the lock file and the case, as hashes that a reader can check."""

import hashlib
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).parent.parent
LOCK = PROJECT / "locks" / "benchmark.txt"


@cache
def code_facts() -> dict[str, object]:
    """Return the version of the code: the package's version, the hash of its measuring rooms, the commit if there is one.

    `code_sha256` covers every Python file of `benchmark`; `commit` and `changed` (whether tracked files differ from
    that commit) are null where the code does not lie in a git checkout.
    """
    digest = hashlib.sha256()
    for path in sorted((PROJECT / "benchmark").rglob("*.py")):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    commit = _git("rev-parse", "HEAD") if (PROJECT / ".git").exists() else None
    changed = (
        None if commit is None else bool(_git("status", "--porcelain", "--untracked-files=no", "benchmark"))
    )
    return {
        "medquant": _version(),
        "code_sha256": digest.hexdigest(),
        "commit": commit,
        "changed": changed,
        "lock_sha256": hashlib.sha256(LOCK.read_bytes()).hexdigest() if LOCK.exists() else None,
    }


def _version() -> str | None:
    try:
        return version("medquant")
    except PackageNotFoundError:
        return None


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["git", "-C", str(PROJECT), *words],  # noqa: S607 - whichever git the user has
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
