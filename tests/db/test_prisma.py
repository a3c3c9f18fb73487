"""The flow diagram cannot lie: its counts come from rows, and each of its eleven rules notices when it is broken."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.check import check_database
from db.corpus import read_corpus
from db.errors import DataError
from db.load import LoadResult
from db.prisma import PrismaCounts, count_prisma, final_decisions
from db.prisma_checks import CheckStatus, PrismaCheck, check_prisma
from db.session import reading, writing
from db.vocabulary import Decision, Stage

Load = Callable[..., LoadResult]
AddFile = Callable[[Path, str, list[dict[str, str]]], None]

FULL = PrismaCounts(
    previous_studies=10,
    previous_reports=12,
    database_results=300,
    register_results=20,
    database_specific_results={"PubMed": 200, "Scopus": 100},
    register_specific_results={"CENTRAL": 20},
    website_results=4,
    organisation_results=1,
    citations_results=5,
    duplicates=60,
    excluded_automatic=5,
    excluded_other=5,
    records_screened=250,
    records_excluded=200,
    dbr_sought_reports=50,
    dbr_notretrieved_reports=5,
    other_sought_reports=10,
    other_notretrieved_reports=2,
    dbr_assessed=45,
    dbr_excluded={"not quantization": 15, "text too short": 5},
    other_assessed=8,
    other_excluded={"not quantization": 3},
    new_studies=28,
    new_reports=30,
    total_studies=38,
    total_reports=42,
    record_exclusion_reasons={"not quantization": 150, "review": 50},
    distinct_studies=28,
)
"""A flow with every stage and route done, in which every rule holds."""


def _check(counts: PrismaCounts, number: int) -> PrismaCheck:
    return check_prisma(counts)[number - 1]


def _counts(engine: Engine) -> PrismaCounts:
    with reading(engine) as connection:
        return count_prisma(connection)


def _sql(engine: Engine, *statements: str) -> None:
    with writing(engine, actor="a", reason="b") as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_the_rules_are_eleven_and_a_sound_flow_passes_them_all() -> None:
    checks = check_prisma(FULL)
    assert [check.number for check in checks] == list(range(1, 12))
    assert {check.status for check in checks} == {CheckStatus.PASSED}


@pytest.mark.parametrize(
    ("number", "broken"),
    [
        (1, {"database_results": 301}),
        (1, {"database_specific_results": {"PubMed": 200}}),
        (2, {"records_screened": 251}),
        (2, {"duplicates": 61}),
        (2, {"excluded_automatic": None}),
        (3, {"dbr_sought_reports": 49}),
        (3, {"dbr_sought_reports": None}),  # the other arm was assessed, this one cannot be "not done"
        (4, {"dbr_assessed": 44}),
        (5, {"record_exclusion_reasons": {"not quantization": 150}}),
        (5, {"record_exclusion_reasons": {"not quantization": 150, "not stated": 50}}),
        (5, {"dbr_excluded": {"not quantization": 19, "not stated": 1}}),
        (5, {"other_excluded": {"not stated": 3}}),
        (6, {"other_sought_reports": 11}),
        (6, {"other_sought_reports": None}),
        (6, {"citations_results": None}),
        (7, {"new_reports": 31}),
        (7, {"other_assessed": 9}),
        (7, {"dbr_excluded": {"not quantization": 21}}),
        (8, {"new_studies": 31, "distinct_studies": 31}),
        (8, {"distinct_studies": 27}),
        (9, {"total_studies": 39}),
        (9, {"total_reports": 43}),
        (9, {"previous_studies": None}),
        (10, {"unresolved": ("r7",)}),
        (11, {"database_results": 99}),
    ],
)
def test_a_broken_rule_is_noticed_and_says_what_to_do(number: int, broken: dict[str, Any]) -> None:
    check = _check(replace(FULL, **broken), number)
    assert check.status == (CheckStatus.WARNING if number == 11 else CheckStatus.FAILED)
    assert check.code == f"prisma_{number}"
    assert check.rule
    assert check.detail
    assert check.remedy


def test_without_a_full_text_stage_the_reports_are_the_records_that_passed_screening() -> None:
    counts = PrismaCounts(
        records_screened=250, records_excluded=200, new_reports=50, new_studies=50, distinct_studies=50
    )
    assert _check(counts, 7).status == CheckStatus.PASSED
    assert _check(replace(counts, new_reports=49), 7).status == CheckStatus.FAILED


NOT_DONE: dict[str, Any] = dict.fromkeys(
    (
        "dbr_sought_reports", "dbr_notretrieved_reports", "dbr_assessed", "dbr_excluded",
        "other_sought_reports", "other_notretrieved_reports", "other_assessed", "other_excluded",
        "website_results", "organisation_results", "citations_results",
    )
)  # fmt: skip


def test_rules_of_stages_that_were_not_done_do_not_apply() -> None:
    checks = check_prisma(replace(FULL, **NOT_DONE, new_reports=50, total_reports=62))
    assert [check.number for check in checks if check.status == CheckStatus.NOT_APPLICABLE] == [3, 4, 6]
    assert {check.status for check in checks} == {CheckStatus.PASSED, CheckStatus.NOT_APPLICABLE}


def test_an_empty_database_has_nothing_to_check(fresh_db: Engine) -> None:
    statuses = {check.number: check.status for check in check_prisma(_counts(fresh_db))}
    assert [number for number, status in statuses.items() if status == CheckStatus.NOT_APPLICABLE] == [
        1, 2, 3, 4, 6, 7, 11
    ]  # fmt: skip
    assert CheckStatus.FAILED not in statuses.values()


def test_the_shipped_corpus_has_the_counts_that_it_states(seeded_db: Engine) -> None:
    counts = _counts(seeded_db)
    assert (counts.database_results, counts.duplicates, counts.records_screened) == (656, 224, 432)
    assert (counts.records_excluded, counts.new_studies, counts.dbr_sought_reports) == (339, 93, None)
    assert sum(counts.record_exclusion_reasons.values()) == 339
    assert CheckStatus.FAILED not in {check.status for check in check_prisma(counts)}


def test_stages_that_were_not_done_are_null_among_the_keys(seeded_db: Engine) -> None:
    keys = _counts(seeded_db).as_keys()
    assert keys["dbr_sought_reports"] is None
    assert keys["dbr_excluded"] is None
    assert keys["database_specific_results"] == "pages, 622; code, 22; docs, 11; issues, 1"


@pytest.mark.parametrize(
    ("number", "statement"),
    [
        (2, "DELETE FROM screenings WHERE record_id = 'r3'"),
        (5, "UPDATE screenings SET reason = NULL WHERE record_id = 'r3'"),
        (7, "UPDATE screenings SET decision = 'exclude', reason = 'not_quantization' WHERE record_id = 'r2'"),
        (7, "UPDATE screenings SET decision = 'include', reason = NULL WHERE record_id = 'r3'"),
        (8, "INSERT INTO studies (study_id, record_id, title, publication_type, position) VALUES ('s3', 'r1', 'x', 'journal', 3)"),
        (10, "UPDATE screenings SET decision = 'maybe' WHERE record_id = 'r2'"),
        (10, "INSERT INTO records (record_id, title, position) VALUES ('r9', 'Nine', 9)"),
        (10, "UPDATE screenings SET decision = 'include' WHERE record_id = 'r3'"),
        (11, "DELETE FROM identified WHERE raw_record_id = 'B1'"),
    ],
)  # fmt: skip
def test_rows_that_break_a_rule_are_found_by_db_check(
    fresh_db: Engine, tiny_dir: Path, load: Load, number: int, statement: str
) -> None:
    load(fresh_db, tiny_dir)
    assert {c.number for c in check_prisma(_counts(fresh_db)) if c.status == CheckStatus.FAILED} == set()
    _sql(fresh_db, statement)
    with reading(fresh_db) as connection:
        assert f"prisma_{number}" in {finding.code for finding in check_database(connection)}


def _flow(folder: Path, add_file: AddFile) -> None:
    """Give the tiny corpus a full-text stage and an arm of other methods."""
    (folder / "double_extraction.csv").unlink()
    for name in ("verification.csv", "corrections.csv", "lookup_purposes.csv"):
        (folder / name).unlink()
    add_file(folder, "records.csv", [
        *({"record_id": f"r{n}", "title": "x"} for n in (1, 2, 3, 4)),
        {"record_id": "r5", "title": "x", "removed": "automation"},
        {"record_id": "w1", "title": "x"}, {"record_id": "w2", "title": "x"}, {"record_id": "c1", "title": "x"},
    ])  # fmt: skip
    add_file(folder, "identified.csv", [
        *({"theme": "A", "raw_record_id": f"A{n}", "source": "index", "record_id": f"r{n}"} for n in (1, 2, 3, 4, 5)),
        {"theme": "A", "raw_record_id": "A6", "source": "register", "record_id": "r1", "route": "register"},
        {"theme": "A", "raw_record_id": "W1", "source": "site", "record_id": "w1", "route": "website"},
        {"theme": "A", "raw_record_id": "W2", "source": "site", "record_id": "w2", "route": "website"},
        {"theme": "A", "raw_record_id": "C1", "source": "list", "record_id": "c1", "route": "citation"},
    ])  # fmt: skip
    add_file(folder, "screenings.csv", [
        *({"record_id": f"r{n}", "reviewer": "Ada", "stage": "title_abstract", "decision": "include"} for n in (1, 2, 3)),
        {"record_id": "r4", "reviewer": "Ada", "stage": "title_abstract", "decision": "exclude",
         "reason": "review_or_survey"},
    ])  # fmt: skip
    add_file(folder, "reports.csv", [
        {"report_id": "p1", "record_id": "r1", "study_id": "s1", "retrieved": "yes", "decision": "include"},
        {"report_id": "p2", "record_id": "r2", "retrieved": "yes", "decision": "exclude", "reason": "not_quantization"},
        {"report_id": "p3", "record_id": "r3", "retrieved": "no"},
        {"report_id": "p4", "record_id": "w1", "study_id": "s2", "retrieved": "yes", "decision": "include"},
        {"report_id": "p5", "record_id": "w2", "retrieved": "yes", "decision": "exclude", "reason": "not_medical_images"},
        {"report_id": "p6", "record_id": "c1", "retrieved": "no"},
    ])  # fmt: skip


@pytest.fixture
def flow_db(
    fresh_db: Engine, tiny_dir: Path, load: Load, add_file: AddFile, edit_csv: Callable[..., None]
) -> Engine:
    """Open a database with a full-text stage and an arm of other methods."""
    _flow(tiny_dir, add_file)
    edit_csv(tiny_dir / "studies.csv", lambda rows: rows[2].__setitem__(rows[0].index("record_id"), "w1"))
    load(fresh_db, tiny_dir)
    return fresh_db


def test_a_full_text_stage_and_other_methods_are_counted_in_their_arms(flow_db: Engine) -> None:
    counts = _counts(flow_db)
    assert counts.as_keys() == {
        "previous_studies": None, "previous_reports": None,
        "database_results": 5, "register_results": 1,
        "database_specific_results": "index, 5", "register_specific_results": "register, 1",
        "website_results": 2, "organisation_results": None, "citations_results": 1,
        "duplicates": 1, "excluded_automatic": 1, "excluded_other": None,
        "records_screened": 4, "records_excluded": 1,
        "dbr_sought_reports": 3, "dbr_notretrieved_reports": 1,
        "other_sought_reports": 3, "other_notretrieved_reports": 1,
        "dbr_assessed": 2, "dbr_excluded": "not_quantization, 1",
        "other_assessed": 2, "other_excluded": "not_medical_images, 1",
        "new_studies": 2, "new_reports": 2, "total_studies": 2, "total_reports": 2,
    }  # fmt: skip
    assert counts.unresolved == ()
    assert [c.number for c in check_prisma(counts) if c.status != CheckStatus.PASSED] == [11]


@pytest.mark.parametrize(
    ("number", "statement"),
    [
        (3, "DELETE FROM reports WHERE report_id = 'p3'"),
        (3, "DELETE FROM reports WHERE report_id IN ('p1', 'p2', 'p3')"),
        (4, "UPDATE reports SET decision = NULL, reason = NULL WHERE report_id = 'p2'"),
        (5, "UPDATE reports SET reason = NULL WHERE report_id = 'p5'"),
        (6, "DELETE FROM reports WHERE report_id = 'p6'"),
        (6, "DELETE FROM reports WHERE report_id IN ('p4', 'p5', 'p6')"),
        (7, "UPDATE reports SET decision = 'maybe' WHERE report_id = 'p1'"),
        (8, "UPDATE reports SET decision = 'exclude', reason = 'not_quantization' WHERE report_id = 'p1'"),
        (10, "UPDATE reports SET decision = NULL, reason = NULL WHERE report_id = 'p5'"),
        (10, "UPDATE reports SET decision = 'maybe' WHERE report_id = 'p2'"),
        (10, "UPDATE records SET removed = NULL WHERE record_id = 'r5'"),
    ],
)
def test_rows_of_a_full_text_stage_that_break_a_rule_are_noticed(
    flow_db: Engine, number: int, statement: str
) -> None:
    _sql(flow_db, statement)
    assert _check(_counts(flow_db), number).status == CheckStatus.FAILED


@pytest.mark.parametrize(
    ("votes", "decision"),
    [
        ({"Ada": "include"}, Decision.INCLUDE),
        ({"Ada": "include", "Grace": "include"}, Decision.INCLUDE),
        ({"Ada": "include", "Grace": "exclude"}, None),
        ({"Ada": "maybe"}, None),
        ({"Ada": "include", "Grace": "maybe"}, None),
        ({"Ada": "include", "Grace": "exclude", "adjudicated": "exclude"}, Decision.EXCLUDE),
        ({"Ada": "include", "adjudicated": "exclude"}, Decision.EXCLUDE),
        ({"Ada": "include", "adjudicated": "maybe"}, None),
    ],
)
def test_a_decision_stands_when_settled_or_agreed(
    fresh_db: Engine,
    tiny_dir: Path,
    load: Load,
    add_file: AddFile,
    votes: dict[str, str],
    decision: Decision | None,
) -> None:
    add_file(tiny_dir, "screenings.csv", [
        {"record_id": "r3", "reviewer": who, "stage": "title_abstract", "decision": what} for who, what in votes.items()
    ])  # fmt: skip
    load(fresh_db, tiny_dir)
    with reading(fresh_db) as connection:
        assert final_decisions(connection, Stage.TITLE_ABSTRACT).get("r3") == decision
        assert final_decisions(connection, Stage.FULL_TEXT) == {}
    assert ("r3" in _counts(fresh_db).unresolved) == (decision != Decision.EXCLUDE)


def _changed(engine: Engine, *statements: str) -> PrismaCounts:
    with writing(engine, actor="tester", reason="another flow") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    return _counts(engine)


def test_a_record_that_two_websites_gave_counts_once(flow_db: Engine) -> None:
    counts = _changed(
        flow_db,
        "INSERT INTO identified (theme, raw_record_id, source, record_id, route, position) "
        "VALUES ('A', 'W3', 'other site', 'w2', 'website', 99)",
    )
    assert counts.website_results == 2
    assert check_prisma(counts)[5].status == CheckStatus.PASSED


def test_a_record_that_a_database_gave_too_is_no_find_of_other_methods(flow_db: Engine) -> None:
    counts = _changed(
        flow_db,
        "INSERT INTO identified (theme, raw_record_id, source, record_id, route, position) "
        "VALUES ('A', 'W3', 'site', 'r1', 'website', 99)",
    )
    assert counts.website_results == 2


def test_a_further_document_of_a_study_is_no_part_of_the_flow(flow_db: Engine) -> None:
    before = _counts(flow_db)
    after = _changed(
        flow_db,
        "INSERT INTO reports (report_id, study_id, retrieved, decision, position) "
        "VALUES ('p9', 's1', 'yes', 'include', 99)",
    )
    assert after == before


def test_without_logged_screening_a_record_with_a_study_is_settled(flow_db: Engine) -> None:
    counts = _changed(flow_db, "DELETE FROM reports", "DELETE FROM screenings")
    assert counts.records_screened is None
    assert "r1" not in counts.unresolved
    assert "r2" in counts.unresolved


def test_studies_of_an_earlier_version_are_added_to_the_totals(
    fresh_db: Engine, tiny_dir: Path, load: Load
) -> None:
    (tiny_dir / "corpus.toml").write_text('release = "2"\nprevious_studies = "7"\nprevious_reports = "9"\n')
    load(fresh_db, tiny_dir)
    counts = _counts(fresh_db)
    assert (counts.previous_studies, counts.previous_reports) == (7, 9)
    assert (counts.total_studies, counts.total_reports) == (7 + counts.new_studies, 9 + counts.new_reports)


def test_a_previous_count_that_is_no_number_is_refused(tiny_dir: Path) -> None:
    (tiny_dir / "corpus.toml").write_text('previous_studies = "seven"\n')
    with pytest.raises(DataError, match=r"previous_studies is 'seven'; allowed: a whole number in quotes"):
        read_corpus(tiny_dir)
