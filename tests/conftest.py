"""What the tests of all packages share: databases, a writable corpus, and the command line in this process."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

import medquant as front_door
from db.corpus import SHIPPED
from db.models.tables import Case, Claim, Comparison, Environment, ImageSet, Measurement, Prediction, Run
from db.session import open_database, writing
from db.vocabulary import RunState
from tests.databases import Databases, Files, OnServer
from tests.postgresql_server import NoServerError, running_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite",
        help="where databases of tests live; on postgresql only the tests that use one run",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, run what uses a database: the rest is the same without one."""
    on_server = config.getoption("--database") == "postgresql"
    kept, others = [], []
    for item in items:
        if on_server:
            runs = "databases" in getattr(item, "fixturenames", ()) and not item.get_closest_marker(
                "sqlite_only"
            )
        else:
            runs = not item.get_closest_marker("postgresql_only")
        (kept if runs else others).append(item)
    if not others:
        return
    config.hook.pytest_deselected(items=others)
    items[:] = kept


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Give the place that databases come from: files, or a server that ends with the tests."""
    if request.config.getoption("--database") == "sqlite":
        yield Files(tmp_path_factory.mktemp("databases"))
        return
    try:
        with running_server() as server:
            yield OnServer(server)
    except NoServerError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def fresh_db(tmp_path: Path, databases: Databases) -> Iterator[Engine]:
    """Open an empty database of the newest schema, of the test's own."""
    address = databases.copy(databases.empty, tmp_path / "fresh.db")
    yield open_database(address)
    databases.drop(address)


@pytest.fixture
def seeded_db(tmp_path: Path, databases: Databases) -> Iterator[Engine]:
    """Open a database with the shipped corpus, of the test's own."""
    address = databases.copy(databases.loaded, tmp_path / "seeded.db")
    yield open_database(address)
    databases.drop(address)


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


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Debian’s Chromium, headless; without it tests skip, except in CI, where they fail."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        message = "Chromium is missing: run tests/setup_tools.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()
