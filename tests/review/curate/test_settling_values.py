"""Who may settle a value that people read differently is looked up when it is written, not when the page was drawn."""

import pytest
from sqlalchemy import Engine

from db.session import writing
from review.curate.desks.extraction.value import _agree
from review.curate.house import RefusedError
from review.extracting import extract_value

STUDY = "ahmed2025"


def test_a_value_that_became_conflicting_meanwhile_is_left_to_an_adjudicator(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="ana", reason="read") as connection:
        extract_value(connection, STUDY, "anatomy", "lung", by="ana")
        extract_value(connection, STUDY, "anatomy", "thorax", by="ben")
    with (
        pytest.raises(RefusedError, match="needs the role adjudicator"),
        writing(seeded_db, actor="cem", reason="agreed") as connection,
    ):
        _agree(connection, STUDY, "anatomy", "lung", "the title says so", settles=False)
    with writing(seeded_db, actor="dee", reason="agreed") as connection:
        assert _agree(connection, STUDY, "anatomy", "lung", "the title says so", settles=True) == "lung"
        assert _agree(connection, STUDY, "country", "Peru", "printed", settles=False) == "Peru"
