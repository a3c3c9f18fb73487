"""`medquant db status` tells what the database holds, in the keys that were promised."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, insert

from db.models.tables import Run
from db.schema import latest_schema
from db.session import place_of, writing
from db.vocabulary import RunState

Medquant = Callable[..., Any]
PRISMA_KEYS = [
    "previous_studies",
    "previous_reports",
    "database_results",
    "register_results",
    "database_specific_results",
    "register_specific_results",
    "website_results",
    "organisation_results",
    "citations_results",
    "duplicates",
    "excluded_automatic",
    "excluded_other",
    "records_screened",
    "records_excluded",
    "dbr_sought_reports",
    "dbr_notretrieved_reports",
    "other_sought_reports",
    "other_notretrieved_reports",
    "dbr_assessed",
    "dbr_excluded",
    "other_assessed",
    "other_excluded",
    "new_studies",
    "new_reports",
    "total_studies",
    "total_reports",
]


def test_the_keys_are_those_that_were_promised(seeded_db: Engine, medquant: Medquant) -> None:
    status = json.loads(medquant("db", "status", "--json", "--db", place_of(seeded_db)).out)
    promised = ["schema", "release", "searches", "records", "studies", "comparisons", "runs", "prisma"]
    assert [key for key in status if key in promised] == promised
    assert set(status) - set(promised) == {
        "release_sha256",
        "content_sha256",
        "edited",
        "cases",
        "synthetic_runs",
    }
    assert list(status["prisma"]) == PRISMA_KEYS
    assert status["schema"] == latest_schema()
    assert status["comparisons"] == {"reported": 314, "measured": 0}
    assert (status["searches"], status["records"], status["studies"], status["runs"]) == (457, 432, 93, {})
    assert status["edited"] is False
    assert status["release_sha256"] == status["content_sha256"]


def test_runs_are_counted_by_state(fresh_db: Engine, medquant: Medquant) -> None:
    with writing(fresh_db, actor="a", reason="b") as connection:
        connection.execute(insert(Run), [
            {"run_id": "1", "case_id": "c", "state": RunState.PLANNED, "error": None},
            {"run_id": "2", "case_id": "c", "state": RunState.FAILED, "error": "out of memory"},
            {"run_id": "3", "case_id": "c", "state": RunState.FAILED, "error": "out of memory"},
        ])  # fmt: skip
    status = json.loads(medquant("db", "status", "--json", "--db", place_of(fresh_db)).out)
    assert status["runs"] == {"planned": 1, "failed": 2}
    assert (status["release"], status["edited"]) == (None, False)


def test_for_people_it_is_a_table(seeded_db: Engine, medquant: Medquant) -> None:
    lines = medquant("db", "status", "--db", place_of(seeded_db)).out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "database", "schema", "release", "searches", "records", "studies", "comparisons", "cases", "runs"
    ]  # fmt: skip
    assert "314 reported, 0 measured" in lines[6]
