"""The fresh process of one run: `python -m benchmark.worker FOLDER` reads the job there and leaves a result there."""

import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from benchmark.job import ERROR, LOG, RESULT, read_job
from db.errors import MedquantError


def main(folder: Path) -> int:
    """Run the job of a folder; progress goes to standard output as JSON lines, everything else to the log."""
    job = read_job(folder)
    if job is None:
        print(f"{folder} holds no job", file=sys.stderr)
        return 2
    tell = _progress(os.dup(1))
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    threading.Thread(target=_die_with_the_parent, daemon=True).start()
    try:
        from benchmark.execute_job import execute

        result = execute(job, tell)
        _write(folder / RESULT, result)
    except MedquantError as error:
        return _failed(folder, str(error))
    except MemoryError:
        return _failed(
            folder, "the memory of this machine did not suffice; try a smaller network or input size"
        )
    except OSError as error:
        traceback.print_exc()
        return _failed(folder, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    except Exception as error:  # noqa: BLE001 - a failed run is a row with its reason; the log has the rest
        traceback.print_exc()
        return _failed(
            folder, f"{type(error).__name__}: {str(error).strip().splitlines()[0:1] or ['no message']}"
        )
    return 0


def _failed(folder: Path, why: str) -> int:
    _write(folder / ERROR, {"error": why})
    return 1


def _write(path: Path, content: object) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    unfinished.replace(path)


def _progress(descriptor: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a Progress
    pipe = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
    last = ("", 0.0)

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if stage == last[0] and done < total and now - last[1] < 0.2:
            return
        last = (stage, now)
        pipe.write(json.dumps([stage, done, total]) + "\n")

    return tell


def _die_with_the_parent() -> None:
    """End when the pipe from the runner closes: a killed runner leaves no orphan at work."""
    while os.read(0, 1):  # not through sys.stdin, whose lock would outlive the interpreter
        pass
    os._exit(143)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
