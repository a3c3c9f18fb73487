"""A change by command lands with who and why and can be taken back; a mistake is told in a sentence and writes nothing."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.export import export_files, write_files
from db.session import open_database, place_of, reading
from review.editing import SUBJECTS, read_one

BECAUSE = ("--reason", "read again")
# Medquant and Outcome of tests/conftest.py: test files import nothing from each other
Run = Callable[..., Any]
NEW_COMPARISON = (
    "study_id=abid2022", "arm=int8", "outcome=accuracy", "unit=percent", "baseline_value=91.50", "quantized_value=91.0",
    "change_kind=difference", "change_value=-0.50", "bound=exact", "control=clean", "verification=unverified",
    "as_printed=from 91.50 to 91.0",
)  # fmt: skip


@pytest.fixture
def review(medquant: Run, seeded_db: Engine) -> Run:
    """Run `medquant review` on a copy of the shipped corpus."""
    return lambda *words: medquant("review", *words, "--db", place_of(seeded_db))


@pytest.fixture
def history(medquant: Run, seeded_db: Engine) -> Callable[[], list[dict[str, Any]]]:
    """Return what was changed since the load, oldest first."""

    def read() -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = json.loads(
            medquant("db", "history", "--json", "--db", place_of(seeded_db)).out
        )
        return changes

    return read


@pytest.fixture(scope="module")
def untouched(shipped: Engine) -> Mapping[str, bytes]:
    """Export the shipped corpus, from which every copy starts."""
    return exported(shipped)


def exported(engine: Engine) -> Mapping[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def cells(engine: Engine, subject: str, key: str) -> dict[str, str]:
    with reading(engine) as connection:
        return read_one(connection, SUBJECTS[subject], key)


def done(outcome: Any) -> Any:
    assert (outcome.code, outcome.err) == (0, "")
    return outcome


# valid changes


def test_a_column_changes_with_actor_reason_and_number(review: Run, seeded_db: Engine, history: Any) -> None:
    found = done(
        review("study", "set", "abid2022", "venue=A Journal", "--by", "Ada", "--reason", "seen in print")
    )
    assert found.out == "study abid2022: set, 1 field(s), change 2\n"
    assert cells(seeded_db, "study", "abid2022")["venue"] == "A Journal"
    (entry,) = history()
    assert (entry["actor"], entry["reason"], entry["action"]) == ("Ada", "seen in print", "update")
    assert (entry["table"], entry["key"], entry["change"]) == ("studies", "abid2022", 2)
    assert entry["fields"] == {
        "venue": {"old": "Lecture Notes in Networks and Systems 327, 77-87", "new": "A Journal"}
    }


def test_actor_comes_from_the_environment_where_none_is_named(review: Run, history: Any) -> None:
    done(review("record", "set", "r001", "year=2024", *BECAUSE))
    assert [entry["actor"] for entry in history()] == ["tester"]


def test_several_fields_are_one_change(review: Run, seeded_db: Engine, history: Any) -> None:
    done(review("study", "set", "abid2022", "year=2021", "modality=xray;ct", "country=USA", *BECAUSE))
    row = cells(seeded_db, "study", "abid2022")
    assert (row["year"], row["modality"], row["country"]) == ("2021", "xray;ct", "USA")
    assert {(entry["change"], entry["table"], entry["action"]) for entry in history()} == {
        (2, "studies", "update"), (2, "study_values", "update"), (2, "study_values", "insert")
    }  # fmt: skip


def test_setting_what_is_there_already_is_no_change(review: Run, history: Any) -> None:
    done(review("study", "set", "abid2022", "year=2022", "modality=xray", *BECAUSE))
    assert history() == []


@pytest.mark.parametrize(
    ("subject", "key", "field"),
    [("study", "abid2022", "venue"), ("study", "abid2022", "modality"), ("record", "r001", "arxiv_id"),
     ("comparison", "ren2021-01", "n_test"), ("comparison", "abid2022-01", "technique")],
)  # fmt: skip
def test_an_empty_value_clears_a_field(
    review: Run, seeded_db: Engine, subject: str, key: str, field: str
) -> None:
    assert cells(seeded_db, subject, key)[field]
    done(review(subject, "set", key, f"{field}=", *BECAUSE))
    assert not cells(seeded_db, subject, key).get(field)


def test_value_may_hold_an_equals_sign(review: Run, seeded_db: Engine) -> None:
    done(review("study", "set", "abid2022", "notes=loss = 0.9", *BECAUSE))
    assert cells(seeded_db, "study", "abid2022")["notes"] == "loss = 0.9"


def test_record_study_and_comparison_are_added(review: Run, seeded_db: Engine, history: Any) -> None:
    done(review("record", "add", "r900", "title=New", "year=2025", *BECAUSE))
    done(
        review(
            "study",
            "add",
            "new2025",
            "record_id=r900",
            "title=New",
            "publication_type=journal",
            "modality=mri",
            *BECAUSE,
        )
    )
    done(review("comparison", "add", "new2025-01", "study_id=new2025", *NEW_COMPARISON[1:], *BECAUSE))
    assert [(e["change"], e["action"], e["table"]) for e in history()] == [
        (2, "insert", "records"), (3, "insert", "studies"), (3, "insert", "study_values"), (4, "insert", "comparisons")
    ]  # fmt: skip
    assert cells(seeded_db, "study", "new2025")["modality"] == "mri"
    assert cells(seeded_db, "comparison", "new2025-01")["origin"] == "reported"


def test_added_rows_stand_last_in_the_export(
    review: Run, seeded_db: Engine, untouched: Mapping[str, bytes]
) -> None:
    before = untouched["records.csv"]
    done(review("record", "add", "a-first-by-name", "title=New", *BECAUSE))
    after = exported(seeded_db)["records.csv"]
    assert after.startswith(before)
    assert after.removeprefix(before).startswith(b"a-first-by-name,New,")


def test_changed_corpus_can_be_loaded_again(
    medquant: Run, review: Run, seeded_db: Engine, fresh_db: Engine, tmp_path: Path
) -> None:
    done(review("record", "add", "r900", 'title=two\nlines, "quoted"', *BECAUSE))
    done(review("study", "set", "abid2022", "doi=10.1000/x", "modality=ct", "--locator", "p. 3", *BECAUSE))
    done(
        review("comparison", "add", "abid2022-99", *NEW_COMPARISON, "split=test", "baseline_sd=1.5", *BECAUSE)
    )
    write_files(tmp_path / "out", exported(seeded_db))
    done(medquant("db", "load", tmp_path / "out", "--db", place_of(fresh_db)))
    assert exported(fresh_db) == exported(seeded_db)


# provenance of a cell


def provenance(engine: Engine) -> list[dict[str, str]]:
    content = exported(engine).get("study_values.csv", b"").decode()
    return [{k: v for k, v in row.items() if v} for row in csv.DictReader(io.StringIO(content, newline=""))]


def test_provenance_of_a_cell_is_kept_and_exported(review: Run, seeded_db: Engine) -> None:
    assert provenance(seeded_db) == []
    source = (
        "--as-printed",
        "chest radiographs",
        "--locator",
        "p. 3",
        "--source-url",
        "https://example.org/a",
    )
    done(review("study", "set", "abid2022", "modality=xray", "anatomy=lung", *source, *BECAUSE))
    told = {"as_printed": "chest radiographs", "locator": "p. 3", "source_url": "https://example.org/a"}
    assert provenance(seeded_db) == [
        {"study_id": "abid2022", "variable": "anatomy"} | told, {"study_id": "abid2022", "variable": "modality"} | told
    ]  # fmt: skip


def test_provenance_stays_when_the_value_changes_again(review: Run, seeded_db: Engine) -> None:
    done(review("study", "set", "abid2022", "modality=ct", "--locator", "p. 3", *BECAUSE))
    done(review("study", "set", "abid2022", "modality=mri", *BECAUSE))
    assert provenance(seeded_db) == [{"study_id": "abid2022", "variable": "modality", "locator": "p. 3"}]


def test_provenance_goes_with_its_cell(review: Run, seeded_db: Engine) -> None:
    done(review("study", "set", "abid2022", "modality=ct", "--locator", "p. 3", *BECAUSE))
    done(review("study", "set", "abid2022", "modality=", *BECAUSE))
    assert provenance(seeded_db) == []


# mistakes

MISTAKES = {
    "unknown field": (
        ("record", "set", "r001", "venu=x"), "'venu' is no field of a record; allowed: title, authors, year"),
    "key as a field": (("study", "set", "abid2022", "study_id=x"), "'study_id' is no field of a study; allowed: record_id,"),
    "origin as a field": (("comparison", "set", "abid2022-01", "origin=measured"), "'origin' is no field of a comparison"),
    "unknown code": (
        ("study", "set", "abid2022", "modality=xrays"),
        "column modality: 'xrays' is not a code of modality; allowed: mri, ct, xray,"),
    "unknown code among good ones": (
        ("study", "set", "abid2022", "modality=mri;xrays"), "column modality: 'xrays' is not a code of modality"),
    "unknown closed code": (
        ("comparison", "set", "abid2022-01", "control=tidy"),
        "column control: 'tidy' is not allowed; allowed: clean, combined_compression, cross_device, cross_model, unclear"),
    "unknown outcome": (("comparison", "set", "abid2022-01", "outcome=acc"), "column outcome: 'acc' is not in outcomes;"),
    "bad bits": (("comparison", "set", "abid2022-01", "weight_bits=int8"), "column weight_bits: 'int8' is no bit width;"),
    "bad number": (
        ("comparison", "set", "abid2022-01", "baseline_value=1e5"),
        "column baseline_value: '1e5' is not a plain number; allowed: digits"),
    "number with a comma": (("comparison", "set", "abid2022-01", "baseline_value=0,93"), "'0,93' is not a plain number;"),
    "number with a unit": (("comparison", "set", "abid2022-01", "baseline_value=93 %"), "'93 %' is not a plain number;"),
    "no whole number": (("comparison", "set", "abid2022-01", "n_test=12.5"), "column n_test: '12.5' is not a whole number;"),
    "no test case": (("comparison", "set", "abid2022-01", "n_test=0"), "column n_test: 0 test cases cannot be; allowed: 1"),
    "bad year": (("record", "set", "r001", "year=20x4"), "column year: '20x4' is not a year; allowed: 1900 to 2100"),
    "bad address of a row": (
        ("comparison", "set", "abid2022-01", "source_url=example.org"),
        "column source_url: 'example.org' is not an address; allowed: http:// or https:// and no spaces"),
    "bad address of a cell": (
        ("study", "set", "abid2022", "modality=ct", "--source-url", "ftp://x"), "'ftp://x' is not an address;"),
    "bad DOI": (
        ("study", "set", "abid2022", "doi=https://doi.org/10.1000/x"),
        "column doi: 'https://doi.org/10.1000/x' is not a DOI; allowed: 10.NNNN/… without https://doi.org/"),
    "empty value between semicolons": (("study", "set", "abid2022", "modality=ct;"), "there is an empty value between semicolons"),
    "empty author": (("study", "set", "abid2022", "authors=Ada;;Grace"), "column authors: there is an empty value between"),
    "carriage return": (("record", "set", "r001", "title=a\rb"), r"column title: 'a\rb' holds a carriage return;"),
    "no UTF-8": (("record", "set", "r001", "title=\udcff"), r"column title: '\udcff' holds a byte that is not UTF-8;"),
    "no UTF-8 in provenance": (
        ("study", "set", "abid2022", "modality=ct", "--locator", "\udcff"), r"'\udcff' holds a byte that is not UTF-8;"),
    "no UTF-8 in an identifier": (("record", "add", "\udcff", "title=x"), r"'\udcff' holds a byte that is not UTF-8;"),
    "missing parent of a study": (
        ("study", "set", "abid2022", "record_id=r9999"),
        "column record_id: 'r9999' is not in records; allowed: an identifier that is there"),
    "missing parent of a comparison": (
        ("comparison", "set", "abid2022-01", "study_id=nobody"), "column study_id: 'nobody' is not in studies;"),
    "no parent": (("comparison", "set", "abid2022-01", "study_id="), "column study_id: the cell is empty; a value is needed"),
    "empty required field": (("record", "set", "r001", "title="), "column title: the cell is empty; a value is needed here"),
    "required field left out": (("record", "add", "r900", "year=2024"), "column title: a value is needed; allowed: text"),
    "parent left out": (
        ("comparison", "add", "x-1", *NEW_COMPARISON[1:]),
        "column study_id: a value is needed; allowed: an identifier of studies"),
    "duplicate identifier": (
        ("record", "add", "r001", "title=x"), "the record 'r001' is there already; change it with `set`"),
    "no identifier": (("record", "add", " ", "title=x"), "a record needs an identifier"),
    "unknown identifier": (("study", "set", "abid202", "year=2020"), "there is no study 'abid202'; did you mean abid2022,"),
    "identifier like no other": (
        ("record", "set", "zzzzzz", "year=2020"), "there is no record 'zzzzzz'; `medquant review record list` shows them all"),
    "no equals sign": (
        ("record", "set", "r001", "year"), "'year' is no assignment; allowed: FIELD=VALUE, quoted if the value has spaces"),
    "no field": (("record", "set", "r001", "=2020"), "'=2020' is no assignment;"),
    "same field twice": (("record", "set", "r001", "year=2020", "year=2021"), "'year' is set twice; name each field once"),
    "change without its kind": (
        ("comparison", "set", "abid2022-01", "change_kind=none"),
        "column change_value: the change is '-0.9' but its kind is 'none'; allowed: a number with difference,"),
    "kind without its change": (
        ("comparison", "set", "abid2022-01", "change_value="), "column change_value: the change is '' but its kind is 'difference';"),
    "provenance of no cell": (
        ("study", "set", "abid2022", "venue=x", "--locator", "p. 3"),
        "locator would say where a variable of the matrix stands, but none is set;"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_a_sentence_and_writes_nothing(
    review: Run, seeded_db: Engine, history: Any, mistake: str
) -> None:
    words, message = MISTAKES[mistake]
    found = review(*words, *BECAUSE)
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("medquant: ")
    assert message in found.err
    assert found.err.count("\n") == 1
    assert history() == []


def test_a_good_field_beside_a_bad_one_is_not_written(review: Run, seeded_db: Engine) -> None:
    before = cells(seeded_db, "study", "abid2022")
    assert review("study", "set", "abid2022", "venue=x", "modality=ct", "task=cooking", *BECAUSE).code == 1
    assert cells(seeded_db, "study", "abid2022") == before


@pytest.mark.parametrize(
    "act", [("record", "set", "r001", "year=2020"), ("record", "add", "r9", "title=x"), ("undo", "2")]
)
def test_a_change_without_its_reason_is_wrong_usage(review: Run, history: Any, act: tuple[str, ...]) -> None:
    found = review(*act)
    assert found.code == 2
    assert "the following arguments are required: --reason" in found.err
    assert history() == []


# what is doubtful


def test_doubtful_arithmetic_is_told_after_the_change(review: Run, seeded_db: Engine) -> None:
    words = [w for w in NEW_COMPARISON if not w.startswith("change_value")]
    found = done(review("comparison", "add", "abid2022-99", *words, "change_value=-5", *BECAUSE))
    assert found.out == (
        "comparison abid2022-99: add, 12 field(s), change 2\n"
        "  warning arithmetic: difference -5 is stored, the two arms give -0.50; correct the value that was misread, "
        "or record why the source contradicts itself\n"
    )
    assert cells(seeded_db, "comparison", "abid2022-99")["change_value"] == "-5"


def test_number_that_is_not_printed_is_told_after_the_change(review: Run) -> None:
    done(review("comparison", "add", "abid2022-99", *NEW_COMPARISON, *BECAUSE))
    found = done(
        review("comparison", "set", "abid2022-99", "quantized_value=90.9", "change_value=-0.6", *BECAUSE)
    )
    assert "  warning as_printed: 90.9 does not stand in the printed words “from 91.50 to 91.0”;" in found.out


def test_sound_comparison_raises_no_doubt(review: Run) -> None:
    found = done(review("comparison", "add", "abid2022-99", *NEW_COMPARISON, *BECAUSE))
    assert found.out == "comparison abid2022-99: add, 12 field(s), change 2\n"


# undo

CHANGES = {
    "column": ("study", "set", "abid2022", "venue=x", "year=1999"),
    "cell": ("study", "set", "abid2022", "modality=ct", "--locator", "p. 3"),
    "new cell": ("study", "set", "abid2022", "country=USA"),
    "cleared cell": ("study", "set", "abid2022", "modality="),
    "columns and cells": (
        "study",
        "set",
        "abid2022",
        "notes=",
        "task=detection",
        "weight_bits=4",
        "anatomy=",
    ),
    "comparison": (
        "comparison",
        "set",
        "ren2021-01",
        "baseline_value=91.00",
        "technique=",
        "bound=about",
        "n_test=7",
    ),
    "record": ("record", "set", "r001", "title=x", "removed=other"),
    "added record": ("record", "add", "r900", "title=x"),
    "added study": (
        "study",
        "add",
        "new2025",
        "record_id=r001",
        "title=x",
        "publication_type=journal",
        "modality=ct",
    ),
    "added comparison": ("comparison", "add", "abid2022-99", *NEW_COMPARISON, "granularity=per_channel"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_undo_gives_back_the_very_bytes(
    review: Run, seeded_db: Engine, history: Any, untouched: Mapping[str, bytes], change: str
) -> None:
    done(review(*CHANGES[change], *BECAUSE))
    rows = len(history())
    assert rows > 0
    assert done(review("undo", "2", *BECAUSE)).out == f"change 2: taken back, {rows} row(s) restored\n"
    assert exported(seeded_db) == untouched


def test_undo_can_be_undone(review: Run, seeded_db: Engine, untouched: Mapping[str, bytes]) -> None:
    done(review("study", "set", "abid2022", "venue=x", "modality=ct", "country=USA", *BECAUSE))
    changed = exported(seeded_db)
    assert changed != untouched
    assert done(review("undo", "2", *BECAUSE)).out == "change 2: taken back, 3 row(s) restored\n"
    assert done(review("undo", "3", *BECAUSE)).out == "change 3: taken back, 3 row(s) restored\n"
    assert exported(seeded_db) == changed
    done(review("undo", "4", *BECAUSE))
    assert exported(seeded_db) == untouched


def test_undo_stands_in_the_history_with_its_own_reason(review: Run, history: Any) -> None:
    done(review("record", "set", "r001", "year=1999", *BECAUSE))
    done(review("undo", "2", "--by", "Grace", "--reason", "it was right"))
    assert [(e["change"], e["actor"], e["reason"]) for e in history()] == [
        (2, "tester", "read again"), (3, "Grace", "it was right")
    ]  # fmt: skip


def refused(outcome: Any, message: str) -> None:
    assert (outcome.code, outcome.out) == (1, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_same_change_is_not_taken_back_twice(review: Run, history: Any) -> None:
    done(review("record", "set", "r001", "year=1999", *BECAUSE))
    done(review("undo", "2", *BECAUSE))
    refused(
        review("undo", "2", *BECAUSE), "records r001 has changed since change 2; undo the later change first"
    )
    assert len(history()) == 2


def test_older_change_is_refused_when_its_row_changed_since(
    review: Run, seeded_db: Engine, history: Any
) -> None:
    done(review("record", "set", "r001", "year=1999", *BECAUSE))
    done(review("record", "set", "r001", "doi=10.1/x", *BECAUSE))
    refused(review("undo", "2", *BECAUSE), "(`medquant db history records 'r001'`)")
    assert cells(seeded_db, "record", "r001")["year"] == "1999"


def test_older_change_is_taken_back_after_the_later_one(
    review: Run, seeded_db: Engine, untouched: Mapping[str, bytes]
) -> None:
    done(review("record", "set", "r001", "year=1999", *BECAUSE))
    done(review("record", "set", "r001", "doi=10.1/x", *BECAUSE))
    done(review("undo", "3", *BECAUSE))
    done(review("undo", "2", *BECAUSE))
    assert exported(seeded_db) == untouched


def test_older_change_of_another_row_can_be_taken_back(review: Run, seeded_db: Engine) -> None:
    year = cells(seeded_db, "record", "r001")["year"]
    done(review("record", "set", "r001", "year=1999", *BECAUSE))
    done(review("record", "set", "r002", "year=1998", *BECAUSE))
    done(review("undo", "2", *BECAUSE))
    assert (cells(seeded_db, "record", "r001")["year"], cells(seeded_db, "record", "r002")["year"]) == (
        year,
        "1998",
    )


def test_half_of_a_change_is_never_taken_back(review: Run, seeded_db: Engine, history: Any) -> None:
    done(review("study", "set", "abid2022", "venue=x", "modality=ct", *BECAUSE))
    done(review("study", "set", "abid2022", "venue=y", *BECAUSE))
    before = history()
    refused(review("undo", "2", *BECAUSE), "studies abid2022 has changed since change 2")
    assert history() == before


def test_added_row_that_is_used_stays(review: Run, seeded_db: Engine) -> None:
    done(review("record", "add", "r900", "title=x", *BECAUSE))
    done(review("study", "add", "new2025", "record_id=r900", "title=x", "publication_type=journal", *BECAUSE))
    refused(review("undo", "2", *BECAUSE), "a row that goes is still used by another")
    assert cells(seeded_db, "record", "r900")["title"] == "x"


def test_load_cannot_be_undone(review: Run) -> None:
    refused(
        review("undo", "1", *BECAUSE),
        "change 1 is a load, which cannot be undone; load the release you want instead",
    )


def test_unknown_change_is_told(review: Run) -> None:
    refused(review("undo", "99", *BECAUSE), "there is no change 99; `medquant db history` prints the numbers")


def test_raw_sql_after_a_change_is_not_overwritten(review: Run, seeded_db: Engine) -> None:
    done(review("record", "set", "r001", "year=1999", *BECAUSE))
    with open_database(place_of(seeded_db)).begin() as connection:
        connection.execute(text("UPDATE records SET year = 1997 WHERE record_id = 'r001'"))
    refused(review("undo", "2", *BECAUSE), "records r001 has changed since change 2")
    assert cells(seeded_db, "record", "r001")["year"] == "1997"
