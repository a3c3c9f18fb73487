"""`medquant db check` finds what is wrong, says where and what to do, and lets warnings be accepted with a reason."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.check import check_database
from db.load import LoadResult
from db.printed import Finding, Severity, check_comparison, expected_change, half_unit, printed_numbers
from db.session import place_of, reading
from db.vocabulary import ChangeKind
from tests.databases import lift_rules, outside

Medquant = Callable[..., Any]
NO_TYPES = pytest.mark.sqlite_only("PostgreSQL's columns have a type and refuse other values")


@pytest.fixture
def tiny_db(fresh_db: Engine, tiny_dir: Path, load: Callable[..., LoadResult]) -> Engine:
    """Open a database with the tiny corpus."""
    load(fresh_db, tiny_dir)
    return fresh_db


def _find(engine: Engine) -> list[Finding]:
    with reading(engine) as connection:
        return check_database(connection)


def _force(engine: Engine, statement: str) -> None:
    """Write past every constraint."""
    with outside(place_of(engine)) as raw:
        lift_rules(raw)
        raw.exec_driver_sql(statement)


def test_the_shipped_corpus_has_no_error_and_every_warning_is_accepted_with_a_reason(
    seeded_db: Engine,
) -> None:
    findings = _find(seeded_db)
    assert [finding for finding in findings if finding.severity == Severity.ERROR] == []
    assert [finding for finding in findings if not finding.accepted] == []


def test_the_tiny_corpus_has_only_few_hits(tiny_db: Engine) -> None:
    assert [finding.code for finding in _find(tiny_db)] == ["prisma_11"]


@pytest.mark.parametrize(
    ("code", "where", "statement"),
    [
        ("foreign_key", "studies s1", "UPDATE studies SET record_id = 'nobody' WHERE study_id = 's1'"),
        ("foreign_key", "screenings r3|Ada|title_abstract", "DELETE FROM records WHERE record_id = 'r3'"),
        ("foreign_key", "extraction_votes s1-01|x|Ada", "UPDATE extraction_votes SET field = 'x' WHERE reviewer = 'Ada'"),
        ("vocabulary", "comparisons s1-01 technique", "UPDATE comparisons SET technique = 'ptq;magic' WHERE study_id = 's1'"),
        ("vocabulary", "comparisons s1-01 weight_bits", "UPDATE comparisons SET weight_bits = '0' WHERE study_id = 's1'"),
        ("vocabulary", "comparisons s1-01 bound", "UPDATE comparisons SET bound = 'stranger' WHERE study_id = 's1'"),
        ("vocabulary", "comparisons s1-01 change_kind", "UPDATE comparisons SET change_kind = 'x' WHERE study_id = 's1'"),
        ("vocabulary", "comparisons s1-01 verification", "UPDATE comparisons SET verification = 'x' WHERE study_id = 's1'"),
        ("vocabulary", "second_readings 1 verdict", "UPDATE second_readings SET verdict = 'x'"),
        ("vocabulary", "screenings r3|Ada|x stage", "UPDATE screenings SET stage = 'x' WHERE record_id = 'r3'"),
        ("vocabulary", "variables url type", "UPDATE variables SET type = 'x' WHERE code = 'url'"),
        ("vocabulary", "study_values s1|modality", "UPDATE study_values SET value = 'magic' WHERE variable = 'modality' AND study_id = 's1'"),
        ("number", "comparisons s1-01 change_value", "UPDATE comparisons SET change_value = 'abc' WHERE study_id = 's1'"),
        pytest.param("number", "comparisons s1-01 n_test", "UPDATE comparisons SET n_test = 'many' WHERE study_id = 's1'", marks=NO_TYPES),
        ("number", "records r1 year", "UPDATE records SET year = 1500 WHERE record_id = 'r1'"),
        pytest.param("date", "searches q1 date", "UPDATE searches SET date = 'yesterday'", marks=NO_TYPES),
        ("prisma", "flow diagram", "UPDATE screenings SET decision = 'x' WHERE record_id = 'r3'"),
        ("prisma_10", "flow diagram", "UPDATE screenings SET decision = 'maybe' WHERE record_id = 'r3'"),
        ("orphan", "records r3", "DELETE FROM identified WHERE record_id = 'r3'"),
        ("as_printed", "comparisons s1-01 baseline_value", "UPDATE comparisons SET as_printed = '90.5 to 91.0' WHERE study_id = 's1'"),
        ("arithmetic", "comparisons s1-01", "UPDATE comparisons SET change_value = '0.50' WHERE study_id = 's1'"),
        ("range", "comparisons s1-01 quantized_value", "UPDATE comparisons SET quantized_value = '905' WHERE study_id = 's1'"),
        ("range", "comparisons s1-01 baseline_value", "UPDATE comparisons SET baseline_value = '-1' WHERE study_id = 's1'"),
        ("verification", "comparisons s1-01", "UPDATE comparisons SET verification = 'confirmed'"),
        ("correction", "corrections nobody unit", "UPDATE corrections SET id = 'nobody'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_and_where(tiny_db: Engine, code: str, where: str, statement: str) -> None:
    _force(tiny_db, statement)
    found = {(finding.code, finding.where): finding for finding in _find(tiny_db)}
    assert (code, where) in found, list(found)
    assert found[code, where].problem
    assert found[code, where].remedy


@pytest.mark.parametrize("verb", ["status", "export"])
def test_a_stranger_in_the_database_is_told_by_other_verbs_in_one_sentence(
    tiny_db: Engine, medquant: Medquant, tmp_path: Path, verb: str
) -> None:
    place = [tmp_path / "out"] if verb == "export" else []
    for values in ("bound = 'stranger'", "bound = 'exact', baseline_value = 'stranger'"):
        _force(tiny_db, f"UPDATE comparisons SET {values}")  # noqa: S608
        done = medquant("db", verb, *place, "--db", place_of(tiny_db))
        assert done.code == 1
        assert done.err.endswith("`medquant db check` names the row\n")
        assert "'stranger'" in done.err


def _comparison(**changes: object) -> dict[str, object]:
    return {
        "comparison_id": "c", "baseline_value": None, "quantized_value": None, "change_kind": ChangeKind.NONE,
        "change_value": None, "as_printed": None,
    } | {name: Decimal(v) if name.endswith("_value") else v for name, v in changes.items()}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        # the numbers of the two arms stand in the printed words
        ({"baseline_value": "91.5", "quantized_value": "91.0", "as_printed": "91.5 % fell to 91 %"}, []),
        ({"baseline_value": "0.915", "as_printed": "91.5%"}, []),
        ({"baseline_value": "1234", "as_printed": "1,234 images"}, []),
        ({"baseline_value": "91.5", "as_printed": "19.5 %"}, ["as_printed"]),
        ({"baseline_value": "91.5", "as_printed": "no loss at all"}, []),  # words without a number say nothing
        # a change alone follows from one printed number
        ({"change_kind": "ratio", "change_value": "0.25", "as_printed": "4x smaller"}, []),
        ({"change_kind": "ratio", "change_value": "0.25", "as_printed": "75 % less"}, []),
        ({"change_kind": "percent_change", "change_value": "-75", "as_printed": "4 times smaller"}, []),
        ({"change_kind": "difference", "change_value": "-0.9", "as_printed": "0.0%-0.9% lower"}, []),
        ({"change_kind": "ratio", "change_value": "0.4", "as_printed": "4x smaller"}, ["as_printed"]),
        # a change follows from its arms, as far as they were rounded
        ({"baseline_value": "91.50", "quantized_value": "91.0", "change_kind": "difference", "change_value": "-0.50"}, []),
        ({"baseline_value": "91.5", "quantized_value": "91.0", "change_kind": "difference", "change_value": "-0.6"}, []),
        ({"baseline_value": "91.50", "quantized_value": "91.00", "change_kind": "difference", "change_value": "-0.60"}, ["arithmetic"]),
        ({"baseline_value": "91.0", "quantized_value": "91.5", "change_kind": "difference", "change_value": "-0.5"}, ["arithmetic"]),
        ({"baseline_value": "44.7", "quantized_value": "11.2", "change_kind": "ratio", "change_value": "0.25"}, []),
        ({"baseline_value": "44.7", "quantized_value": "11.2", "change_kind": "ratio", "change_value": "3.99"}, ["arithmetic"]),
        ({"baseline_value": "44.7", "quantized_value": "11.2", "change_kind": "percent_change", "change_value": "-74.9"}, []),
        ({"baseline_value": "0", "quantized_value": "11.2", "change_kind": "ratio", "change_value": "2"}, ["arithmetic"]),
    ],
)  # fmt: skip
def test_worked_examples_of_printed_numbers_and_arithmetic(
    changes: dict[str, object], codes: list[str]
) -> None:
    assert [finding.code for finding in check_comparison(_comparison(**changes))] == codes


def test_the_pieces_of_the_arithmetic() -> None:
    assert printed_numbers("from 1,234.5 to .9, that is -12% (2-4x)") == [
        Decimal(number) for number in ("1234.5", ".9", "12", "2", "4")
    ]
    assert half_unit(Decimal("0.90")) == Decimal("0.005")
    assert half_unit(Decimal(90)) == Decimal("0.5")
    assert expected_change(ChangeKind.PERCENT_CHANGE, Decimal(4), Decimal(1))[0] == Decimal(-75)


def test_an_accepted_warning_shows_its_reason_and_is_exported(
    tiny_db: Engine, medquant: Medquant, tmp_path: Path
) -> None:
    path = place_of(tiny_db)
    done = medquant(
        "db",
        "acknowledge",
        "prisma_11",
        "flow diagram",
        "--reason",
        "a tiny corpus",
        "--by",
        "Ada",
        "--db",
        path,
    )
    assert (done.code, done.out) == (0, "accepted: prisma_11 at flow diagram\n")
    shown = medquant("db", "check", "--db", path)
    assert "    accepted: a tiny corpus (Ada)\n0 error(s), 1 warning(s), 1 of them accepted\n" in shown.out
    medquant("db", "export", tmp_path / "out", "--db", path)
    assert (tmp_path / "out" / "acknowledgements.csv").read_text() == (
        "code,place,reason,accepted_by\nprisma_11,flow diagram,a tiny corpus,Ada\n"
    )
    again = medquant("db", "acknowledge", "prisma_11", "flow diagram", "--reason", "x", "--db", path)
    assert (again.code, again.err) == (
        1, "medquant: prisma_11 at flow diagram is accepted already: a tiny corpus (Ada)\n"
    )  # fmt: skip


def test_a_warning_can_be_accepted_everywhere(tiny_db: Engine, medquant: Medquant) -> None:
    _force(tiny_db, "DELETE FROM identified WHERE record_id IN ('r2', 'r3')")
    assert (
        medquant(
            "db", "acknowledge", "orphan", "*", "--reason", "older search", "--db", place_of(tiny_db)
        ).code
        == 0
    )
    accepted = [finding.accepted for finding in _find(tiny_db) if finding.code == "orphan"]
    assert accepted == ["older search (tester)", "older search (tester)"]


@pytest.mark.parametrize(
    ("code", "place", "said"),
    [
        (
            "prisma_10",
            "flow diagram",
            "is an error, which cannot be accepted; settle the decision, or extract",
        ),
        (
            "magic",
            "flow diagram",
            "there is no finding magic at flow diagram; `medquant db check` prints both words",
        ),
    ],
)
def test_errors_and_what_was_not_found_cannot_be_accepted(
    tiny_db: Engine, medquant: Medquant, code: str, place: str, said: str
) -> None:
    _force(tiny_db, "UPDATE screenings SET decision = 'maybe' WHERE record_id = 'r3'")
    done = medquant("db", "acknowledge", code, place, "--reason", "x", "--db", place_of(tiny_db))
    assert done.code == 1
    assert said in done.err
    assert _find(tiny_db)[0].accepted is None


def test_errors_give_exit_code_1_and_findings_come_as_json_too(tiny_db: Engine, medquant: Medquant) -> None:
    assert medquant("db", "check", "--db", place_of(tiny_db)).code == 0
    _force(tiny_db, "UPDATE studies SET record_id = 'nobody' WHERE study_id = 's1'")
    done = medquant("db", "check", "--json", "--db", place_of(tiny_db))
    assert done.code == 1
    assert json.loads(done.out)[0] == {
        "severity": "error", "code": "foreign_key", "where": "studies s1",
        "problem": "record_id = nobody has no row in records",
        "remedy": "add the row to records, or correct the identifier", "accepted": None,
    }  # fmt: skip
