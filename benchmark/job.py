"""A job: everything that the fresh process of one run is told."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmark.catalogue import Case, case_of_text
from db.errors import MedquantError

JOB, RESULT, ERROR, LOG = "job.json", "result.json", "error.json", "log.txt"


@dataclass(frozen=True)
class Job:
    """One run of one case on one split with one seed.

    `data` is a folder of images (None: the public archive, or the phantom where `phantom` is true); `weights` is a
    file, "imagenet" or "none"; `threads` is the number that "all threads" means; `model` is a user's own network;
    `meter` is the CSV of an external power meter; `timing` is how many seconds a contrast is timed for each number of
    threads.
    """

    run_id: str
    case_id: str
    text: str
    after: str | None
    split: str
    seed: int
    cache: str
    data: str | None = None
    phantom: bool = False
    weights: str = "imagenet"
    threads: int = 1
    model: str | None = None
    value_range: str = "0..255"
    meter: str | None = None
    timing: float = 4.0

    @property
    def case(self) -> Case:
        """The case."""
        return case_of_text(self.case_id, self.text, self.after)

    @property
    def folder(self) -> Path:
        """Where the run keeps its job, log, files and result."""
        return Path(self.cache) / "runs" / self.run_id

    def write(self) -> None:
        """Write the job into its folder."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / JOB).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        except OSError as error:
            raise MedquantError(
                f"the run's folder {self.folder} cannot be written ({error.strerror or error}); free some space "
                "there, or name another cache with MEDQUANT_CACHE"
            ) from error


def read_job(folder: Path) -> Job | None:
    """Return the job of a run's folder; None where there is none that can be read."""
    try:
        return Job(**json.loads((folder / JOB).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
