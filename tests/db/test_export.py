"""Exporting: what was loaded comes out byte for byte, whatever it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update

from db.corpus import SHIPPED
from db.csvfile import csv_bytes
from db.errors import MedquantError
from db.export import export_files, write_files
from db.load import LoadResult
from db.models.tables import Record
from db.session import reading, writing
from db.status import read_status

Load = Callable[..., LoadResult]
AddFile = Callable[[Path, str, list[dict[str, str]]], None]


def _exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        return export_files(connection)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "LICENSE"
    }


def test_the_shipped_corpus_comes_out_byte_for_byte(seeded_db: Engine) -> None:
    assert _exported(seeded_db) == _files(SHIPPED)


def test_a_corpus_with_every_kind_of_file_comes_out_byte_for_byte(
    fresh_db: Engine, tiny_dir: Path, load: Load, add_file: AddFile, own_codebook: Callable[[Path], Path]
) -> None:
    add_file(tiny_dir, "reports.csv", [
        {"report_id": "p1", "record_id": "r1", "study_id": "s1", "retrieved": "yes", "decision": "include"},
        {"report_id": "p2", "record_id": "r2", "retrieved": "no"},
    ])  # fmt: skip
    add_file(tiny_dir, "study_values.csv", [
        {"study_id": "s1", "variable": "technique", "locator": "p. 3", "as_printed": "“PTQ”", "extracted_by": "Ada",
         "extracted_on": "2026-02-01", "verification": "confirmed"},
        {"study_id": "s2", "variable": "weight_bits", "source_url": "https://example.org/a,b"},
    ])  # fmt: skip
    add_file(tiny_dir, "acknowledgements.csv", [
        {"code": "prisma_11", "place": "*", "reason": "a tiny corpus", "accepted_by": "Ada"},
    ])  # fmt: skip
    add_file(tiny_dir, "study_groups.csv", [{"study_id": "s1", "group": "g", "reason": "same scans"}])
    own_codebook(tiny_dir)
    (tiny_dir / "README.md").write_bytes("# Größe\r\nno line end".encode())
    (tiny_dir / "corpus.toml").write_bytes(b'title = "A \\"quoted\\" title \\\\"\nrelease = "7"\n')
    load(fresh_db, tiny_dir)
    assert _exported(fresh_db) == _files(tiny_dir)
    assert load(fresh_db, tiny_dir).changed == 0


def test_optional_columns_come_out_where_they_stood(
    fresh_db: Engine, tiny_dir: Path, load: Load, edit_csv: Callable[..., None]
) -> None:
    def widen(rows: list[list[str]]) -> None:
        extra = {"split": "test", "granularity": "per_channel", "execution": "device", "discordant_gained": "0",
                 "discordant_lost": "12", "baseline_sd": "0.120", "calibration": "500 images"}  # fmt: skip
        for number, row in enumerate(rows):
            row[3:3] = extra if number == 0 else extra.values() if number == 1 else [""] * len(extra)

    edit_csv(tiny_dir / "comparisons.csv", widen)
    edit_csv(
        tiny_dir / "records.csv",
        lambda rows: [r.append(c) for r, c in zip(rows, ("removed", "", "", ""), strict=True)],
    )
    edit_csv(
        tiny_dir / "identified.csv",
        lambda rows: [r.insert(0, "website" if i else "route") for i, r in enumerate(rows)],
    )
    load(fresh_db, tiny_dir)
    assert _exported(fresh_db) == _files(tiny_dir)


def test_files_with_a_header_alone_come_out(
    fresh_db: Engine, tiny_dir: Path, load: Load, edit_csv: Callable[..., None]
) -> None:
    for path in tiny_dir.glob("*.csv"):
        edit_csv(path, lambda rows: rows.__delitem__(slice(1, None)))
    result = load(fresh_db, tiny_dir)
    assert result.inserted > 0  # the codebook
    assert _exported(fresh_db) == _files(tiny_dir)


def test_files_that_were_not_loaded_are_not_invented(fresh_db: Engine, tiny_dir: Path, load: Load) -> None:
    for path in tiny_dir.glob("*.csv"):
        if path.name not in ("records.csv", "studies.csv", "comparisons.csv"):
            path.unlink()
    load(fresh_db, tiny_dir)
    assert set(_exported(fresh_db)) == {"records.csv", "studies.csv", "comparisons.csv"}


def test_needless_quotes_are_left_out_and_count_as_no_edit(
    fresh_db: Engine, tiny_dir: Path, load: Load
) -> None:
    plain = (tiny_dir / "lookup_purposes.csv").read_bytes()
    (tiny_dir / "lookup_purposes.csv").write_bytes(b'"query_id","purpose"\n"q1","new studies"\n')
    load(fresh_db, tiny_dir)
    assert _exported(fresh_db)["lookup_purposes.csv"] == plain
    with reading(fresh_db) as connection:
        assert read_status(connection, "")["edited"] is False


def test_an_optional_column_that_comes_into_use_is_appended(
    fresh_db: Engine, tiny_dir: Path, load: Load
) -> None:
    load(fresh_db, tiny_dir)
    with writing(fresh_db, actor="a", reason="b") as connection:
        connection.execute(update(Record).where(Record.record_id == "r3").values(removed="other"))
    lines = _exported(fresh_db)["records.csv"].decode().splitlines()
    assert lines[0].endswith("dedup_note,removed")
    assert lines[-1].endswith(",other")


def test_a_row_that_was_added_is_exported_and_loads_again(
    fresh_db: Engine, tiny_dir: Path, tmp_path: Path, load: Load
) -> None:
    load(fresh_db, tiny_dir)
    with writing(fresh_db, actor="a", reason="b") as connection:
        connection.execute(insert(Record).values(record_id="r9", title="Nine", position=4))
    write_files(tmp_path / "out", _exported(fresh_db))
    assert load(fresh_db, tmp_path / "out").changed == 0


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_no_litter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(MedquantError, match=r"b\.csv cannot be written: Is a directory"):
        write_files(tmp_path, {"b.csv": b"new", "a.csv": b"new"})
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


# No carriage return, NUL or lone surrogate: those are refused, which test_bad_files.py shows.
FREE_TEXT = st.text(
    st.characters(exclude_characters="\r\0", exclude_categories=("Cs",))
    | st.sampled_from("\"\n;,=+-@'\t\\ "),
    min_size=1,
)
DECIMAL = st.from_regex(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?", fullmatch=True)
GENTLE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@GENTLE
@given(cells=st.lists(FREE_TEXT, min_size=1, max_size=15))
def test_any_text_survives(fresh_db: Engine, tiny_dir: Path, load: Load, cells: list[str]) -> None:
    rows = [{"fact": f"{number}: {cell}", "value": cell, "source": cell} for number, cell in enumerate(cells)]
    written = csv_bytes(["fact", "value", "source"], rows)
    (tiny_dir / "review_facts.csv").write_bytes(written)
    load(fresh_db, tiny_dir)
    assert _exported(fresh_db)["review_facts.csv"] == written


@GENTLE
@given(pairs=st.lists(st.tuples(DECIMAL, DECIMAL), min_size=1, max_size=15))
def test_any_decimal_survives_with_its_trailing_zeros(
    fresh_db: Engine, tiny_dir: Path, load: Load, add_file: AddFile, pairs: list[tuple[str, str]]
) -> None:
    add_file(tiny_dir, "comparisons.csv", [
        {"comparison_id": f"s1-{number:02}", "study_id": "s1", "arm": "int8, all layers", "outcome": "accuracy",
         "unit": "percent", "baseline_value": baseline, "change_kind": "ratio", "change_value": change,
         "bound": "exact", "control": "clean", "verification": "unverified"}
        for number, (baseline, change) in enumerate(pairs, start=1)
    ])  # fmt: skip
    written = (tiny_dir / "comparisons.csv").read_bytes()
    load(fresh_db, tiny_dir)
    assert _exported(fresh_db)["comparisons.csv"] == written
