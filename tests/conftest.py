"""What the tests of all packages share: databases, a writable corpus, and the command line in this process."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

import medquant as front_door
from db.corpus import SHIPPED, read_corpus
from db.load import load_corpus
from db.models.tables import Case, Claim, Comparison, Environment, ImageSet, Measurement, Prediction, Run
from db.schema import upgrade_schema
from db.session import open_database, writing
from db.vocabulary import RunState


@dataclass(frozen=True)
class Outcome:
    """What a command line gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Medquant = Callable[..., Outcome]


@pytest.fixture
def medquant(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Medquant:
    """Run `medquant` in this process with the words given; no address or name comes from the environment."""
    monkeypatch.delenv("MEDQUANT_DB", raising=False)
    monkeypatch.setenv("MEDQUANT_ACTOR", "tester")

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        try:
            code = front_door.main([str(word) for word in words])
        except SystemExit as leaving:  # argparse: help, or wrong usage
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture(scope="session")
def _empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "medquant.db"
    upgrade_schema(open_database(str(path), create=True))
    return path


@pytest.fixture(scope="session")
def _loaded_file(tmp_path_factory: pytest.TempPathFactory, _empty_file: Path) -> Path:
    path = Path(shutil.copy(_empty_file, tmp_path_factory.mktemp("loaded") / "medquant.db"))
    load_corpus(open_database(str(path)), read_corpus(SHIPPED), actor="loader")
    return path


@pytest.fixture
def fresh_db(tmp_path: Path, _empty_file: Path) -> Engine:
    """Open an empty database of the newest schema, a file of its own."""
    return open_database(str(shutil.copy(_empty_file, tmp_path / "fresh.db")))


@pytest.fixture
def seeded_db(tmp_path: Path, _loaded_file: Path) -> Engine:
    """Open a database with the shipped corpus, a file of its own."""
    return open_database(str(shutil.copy(_loaded_file, tmp_path / "seeded.db")))


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    """Make a writable copy of the shipped corpus."""
    target = tmp_path / "corpus"
    target.mkdir()
    for source in SHIPPED.iterdir():
        (target / source.name).write_bytes(source.read_bytes())
    return target


AddRun = Callable[..., str]


@pytest.fixture(scope="session")
def add_run() -> AddRun:
    """Write a run with its case, claims, images, predictions, measurements and comparisons.

    `predictions` maps (arm, part) to the digits said; `labels` maps a part to its true digits. The text of the case
    names its version; `hour` says when the run ended.
    """

    def add(
        engine: Engine,
        run_id: str,
        *,
        case: str = "fp16",
        text: str = 'title = "a case"',
        claims: Sequence[Mapping[str, Any]] = (),
        seed: int | None = 0,
        split: str = "paper",
        synthetic: bool = False,
        state: RunState = RunState.DONE,
        hour: int = 12,
        labels: Mapping[str, str] | None = None,
        predictions: Mapping[tuple[str, str], str] | None = None,
        measurements: Sequence[Mapping[str, Any]] = (),
        comparisons: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        case_hash = hashlib.sha256(text.encode()).hexdigest()
        ended = datetime(2026, 11, 20, hour, tzinfo=UTC)
        with writing(engine, actor="tester", reason="a run for a test") as connection:
            if connection.scalar(select(Case.case_id).where(Case.case_hash == case_hash)) is None:
                connection.execute(
                    insert(Case).values(case_hash=case_hash, case_id=case, title="A case", text=text)
                )
                for position, claim in enumerate(claims, start=1):
                    row = _CLAIM | dict(claim)
                    connection.execute(insert(Claim).values(case_hash=case_hash, position=position, **row))
            if connection.scalar(select(Environment.label).where(Environment.environment_id == "e1")) is None:
                facts = {"processor": "a test", "threads": 2}
                connection.execute(
                    insert(Environment).values(environment_id="e1", label="machine", facts=facts)
                )
            over = state in (RunState.DONE, RunState.FAILED)
            connection.execute(
                insert(Run).values(
                    run_id=run_id, case_id=case, case_hash=case_hash, dataset="brain", split=split, synthetic=synthetic,
                    state=state, seed=seed, environment_id="e1", fingerprint={"code": "abc", "data": {"hash": "d1"}},
                    started_at=ended.replace(minute=0), finished_at=ended if over else None, log="the end",
                    error="it broke" if state == RunState.FAILED else None,
                )
            )  # fmt: skip
            sets = {
                part: _image_set(connection, split, part, true, synthetic)
                for part, true in (labels or {}).items()
            }
            for (arm, part), said in (predictions or {}).items():
                row = {"run_id": run_id, "arm": arm, "set_id": sets[part], "classes": said}
                connection.execute(insert(Prediction).values(row))
            for measurement in measurements:
                connection.execute(insert(Measurement).values({"run_id": run_id, "split": "", **measurement}))
            for number, comparison in enumerate(comparisons, start=1):
                numbers = {key: Decimal(text) for key, text in comparison.items() if key.endswith("_value")}
                names = {"comparison_id": f"{run_id}.{number:02d}", "run_id": run_id}
                row = _COMPARISON | names | dict(comparison) | numbers
                connection.execute(insert(Comparison).values(position=number, **row))
        return run_id

    return add


_CLAIM: dict[str, Any] = {
    "study_id": "kanneti2026", "comparison_id": None, "quantity": "change", "outcome": "accuracy", "arm_key": "float16",
    "baseline_key": "fp32", "split": "paper", "part": "validation", "tolerance": None, "comparable": True,
    "statement": "a claim", "reason": "a reason",
}  # fmt: skip
_COMPARISON: dict[str, Any] = {
    "origin": "measured", "arm": "float16", "arm_key": "float16", "baseline_key": "fp32", "outcome": "accuracy",
    "unit": "percent", "technique": ("ptq",), "weight_bits": ("16f",), "change_kind": "none", "bound": "exact",
    "control": "clean", "verification": "unverified", "execution": "interpreter",
}  # fmt: skip


def _image_set(connection: Connection, split: str, part: str, labels: str, synthetic: bool) -> str:
    set_id = hashlib.sha256(f"{split} {part} {labels} {synthetic}".encode()).hexdigest()[:16]
    if connection.scalar(select(ImageSet.n).where(ImageSet.set_id == set_id)) is None:
        names = " ".join(hashlib.sha256(f"{part} {i}".encode()).hexdigest()[:12] for i in range(len(labels)))
        connection.execute(
            insert(ImageSet).values(
                set_id=set_id, dataset="brain", split=split, part=part, synthetic=synthetic, n=len(labels),
                classes=("glioma", "meningioma", "none", "pituitary"), labels=labels, images=names, facts={"twins": 2},
            )
        )  # fmt: skip
    return set_id
