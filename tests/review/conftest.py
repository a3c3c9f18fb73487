"""What the tests of `review` share: the shipped corpus to read from, and rows to add to a copy of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from db.codebook.codebook import Codebook, codebook_files, codebook_from_files
from db.models.tables import Comparison, Run
from db.session import open_database, reading, writing
from db.vocabulary import Bound, ChangeKind, Control, Measure, Origin, RunState, Verification
from review.effects import Effect, Effects, read_effects
from review.pool import OutcomePool, pool_database
from tests.databases import Databases

AddComparison = Callable[..., str]


@pytest.fixture(scope="session")
def shipped(databases: Databases) -> Engine:
    """Open the shipped corpus; tests that write take `seeded_db` instead."""
    return open_database(databases.loaded)


@pytest.fixture(scope="session")
def shipped_effects(shipped: Engine) -> Effects:
    """Compute the effects of the shipped corpus once."""
    with reading(shipped) as connection:
        return read_effects(connection)


@pytest.fixture(scope="session")
def shipped_pools(shipped: Engine) -> dict[str, OutcomePool]:
    """Pool the shipped corpus once, by code of the outcome."""
    with reading(shipped) as connection:
        return {pool.outcome.code: pool for pool in pool_database(connection)}


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """Read the shipped codebook."""
    return codebook_from_files(codebook_files(None))


@pytest.fixture
def add_comparison() -> AddComparison:
    """Add a comparison to a database: a clean accuracy of 90 % against 89 %, where nothing else is said."""

    def add(
        engine: Engine, key: str, *, study: str | None = None, run: str | None = None, **given: Any
    ) -> str:
        row = {
            "comparison_id": key, "study_id": study, "run_id": run, "arm": "int8", "outcome": "accuracy",
            "origin": Origin.REPORTED if study else Origin.MEASURED, "unit": "percent",
            "baseline_value": Decimal(90), "quantized_value": Decimal(89), "change_kind": ChangeKind.NONE,
            "bound": Bound.EXACT, "control": Control.CLEAN, "verification": Verification.UNVERIFIED, "position": 9999,
        } | given  # fmt: skip
        with writing(engine, actor="tester", reason="a row for a test") as connection:
            if run is not None:
                connection.execute(
                    insert(Run).values(
                        run_id=run, case_id="case", state=RunState.DONE, finished_at=datetime.now(UTC)
                    )
                )
            connection.execute(insert(Comparison).values(row))
        return key

    return add


MakeEffect = Callable[..., Effect]


@pytest.fixture(scope="session")
def make_effect() -> MakeEffect:
    """Make an effect of a group: a clean exact change of accuracy by 8-bit PTQ, where nothing else is said."""

    def make(group: str, yi: float, **given: Any) -> Effect:
        facts: dict[str, Any] = {
            "comparison_id": f"{group} {yi}", "source": group, "group": group, "origin": Origin.REPORTED,
            "outcome": "accuracy", "measure": Measure.DIFFERENCE, "arm": "int8", "technique": ("ptq",),
            "weight_bits": ("8",), "control": Control.CLEAN, "bound": Bound.EXACT, "yi": yi, "vi": None,
            "variance_from": "none", "n_test": None, "baseline": "", "quantized": "", "source_url": None,
            "locator": None, "as_printed": None, "dataset": None, "architecture": None,
            "verification": Verification.CONFIRMED,
        } | given  # fmt: skip
        return Effect(**facts)

    return make
