"""Measured results ship as files: the same bytes for the same content, loaded once, refused with a sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text, update

from db.corpus import SHIPPED as CORPUS
from db.errors import MedquantError
from db.export import export_files
from db.history import changes_since_release, undo_change
from db.measured import SHIPPED, export_results, load_results, read_results
from db.models.tables import Comparison, Environment, History, ImageSet, Measurement, Prediction, Run
from db.results_file import TABLES
from db.session import open_database, place_of, reading, writing
from db.vocabulary import RunState
from tests.databases import Databases, lift_rules, outside

AddRun = Callable[..., str]
Medquant = Callable[..., Any]
CLAIMS = [{"comparison_id": "kanneti2026-01", "tolerance": 0.5}, {"outcome": "size", "part": None}]
LABELS = {"validation": "0123012301", "testing": "3210"}
PREDICTIONS = {
    ("fp32", "validation"): "0123012300", ("float16", "validation"): "0123012301", ("fp32", "testing"): "3211"
}  # fmt: skip
MEASUREMENTS = [
    {"arm": "float16", "metric": "accuracy", "split": "paper/validation", "value": 0.1 + 0.2, "unit": "fraction",
     "n": 10, "ci_low": 0.0, "ci_high": 1.0},
    {"arm": "float16", "metric": "energy_j", "value": None, "note": "no counter can be read: “RAPL”"},
]  # fmt: skip
COMPARISONS = [
    {"baseline_value": "90.000000", "quantized_value": "100.000000", "split": "paper/validation", "n_test": 10,
     "discordant_gained": 1, "discordant_lost": 0, "granularity": "per_tensor"},
    {"outcome": "size", "unit": "MB", "baseline_value": "11.30", "quantized_value": "5.70", "weight_bits": ("16f", "8")},
]  # fmt: skip


@pytest.fixture(scope="session")
def _measured_at(tmp_path_factory: pytest.TempPathFactory, databases: Databases, add_run: AddRun) -> str:
    """Two cases: one with runs that are done and one that failed, the other with a run; and runs that stay out."""
    address = databases.copy(databases.loaded, tmp_path_factory.mktemp("measured") / "medquant.db")
    seeded_db = open_database(address)
    for run, seed in (("r0", 0), ("r1", 1)):
        add_run(
            seeded_db, run, seed=seed, claims=CLAIMS, labels=LABELS, predictions=PREDICTIONS, measurements=MEASUREMENTS,
            comparisons=COMPARISONS,
        )  # fmt: skip
    add_run(seeded_db, "broken", seed=2, state=RunState.FAILED)
    add_run(seeded_db, "other", case="int8", text="int8", labels=LABELS, predictions=PREDICTIONS)
    add_run(seeded_db, "waiting", state=RunState.PLANNED)
    add_run(seeded_db, "at-work", state=RunState.LEASED)
    add_run(seeded_db, "phantom", labels=LABELS, predictions=PREDICTIONS, synthetic=True, text="phantom")
    return address


@pytest.fixture(scope="session")
def _exported(tmp_path_factory: pytest.TempPathFactory, _measured_at: str) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    with reading(open_database(_measured_at)) as connection:
        export_results(connection, folder)
    return folder


@pytest.fixture
def measured_db(tmp_path: Path, databases: Databases, _measured_at: str) -> Engine:
    """Open a copy of the database with measured rows."""
    return open_database(databases.copy(_measured_at, tmp_path / "measured.db"))


@pytest.fixture
def results(tmp_path: Path, _exported: Path) -> Path:
    """Copy the exported results of that database."""
    return Path(shutil.copytree(_exported, tmp_path / "results"))


@pytest.fixture
def other_db(tmp_path: Path, databases: Databases) -> Engine:
    """Open another database with the shipped corpus."""
    return open_database(databases.copy(databases.loaded, tmp_path / "other.db"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in TABLES}


def test_a_round_trip_gives_the_same_bytes(results: Path, other_db: Engine, tmp_path: Path) -> None:
    load_results(other_db, results, actor="a")
    with reading(other_db) as connection:
        assert export_results(connection, tmp_path / "again") == ["fp16.json", "int8.json"]
    assert contents(tmp_path / "again") == contents(results)


def test_every_value_comes_through_a_round_trip(measured_db: Engine, results: Path, other_db: Engine) -> None:
    load_results(other_db, results, actor="a")
    ended = ("broken", "other", "r0", "r1")
    for table in TABLES:
        if "run_id" not in table.columns:
            continue
        query = select(table).where(table.c.run_id.in_(ended)).order_by(*table.primary_key)
        rows = []
        for engine in (measured_db, other_db):
            with reading(engine) as connection:
                rows.append([dict(row) for row in connection.execute(query).mappings()])
        assert rows[0] == rows[1]
        assert rows[0]


def test_planned_interrupted_and_synthetic_runs_stay_out(results: Path, other_db: Engine) -> None:
    load_results(other_db, results, actor="a")
    with reading(other_db) as connection:
        assert sorted(connection.scalars(select(Run.run_id))) == ["broken", "other", "r0", "r1"]
        assert not list(connection.scalars(select(ImageSet.set_id).where(ImageSet.synthetic)))


def test_a_second_load_changes_nothing(results: Path, other_db: Engine) -> None:
    first = load_results(other_db, results, actor="a")
    before = counts(other_db) | {"history": _history(other_db)}
    second = load_results(other_db, results, actor="a")
    assert (first.inserted, first.present, first.differing) == (4, 0, ())
    assert (second.inserted, second.present, second.differing) == (0, 4, ())
    assert counts(other_db) | {"history": _history(other_db)} == before


def _history(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(History)) or 0


def test_shared_rows_come_once(results: Path, other_db: Engine) -> None:
    load_results(other_db, results, actor="a")
    found = counts(other_db)
    assert (found["environments"], found["image_sets"], found["cases"], found["claims"]) == (1, 2, 2, 2)


def test_a_run_that_is_there_with_other_content_is_left_alone_and_named(
    results: Path, other_db: Engine
) -> None:
    load_results(other_db, results, actor="a")
    with writing(other_db, actor="a", reason="b") as connection:
        connection.execute(update(Measurement).where(Measurement.run_id == "r1").values(note="mine"))
    again = load_results(other_db, results, actor="a")
    assert (again.inserted, again.present, again.differing) == (0, 4, ("r1",))
    with reading(other_db) as connection:
        assert set(connection.scalars(select(Measurement.note).where(Measurement.run_id == "r1"))) == {"mine"}


def test_results_are_no_part_of_the_corpus(measured_db: Engine) -> None:
    with reading(measured_db) as connection:
        assert export_files(connection) == {
            path.name: path.read_bytes() for path in CORPUS.iterdir() if path.name != "LICENSE"
        }
        assert changes_since_release(connection) == []


def test_a_folder_without_results_gives_none(other_db: Engine, tmp_path: Path) -> None:
    assert read_results(tmp_path) == []
    before = _history(other_db)
    assert load_results(other_db, tmp_path, actor="a").inserted == 0
    assert _history(other_db) == before


def test_the_shipped_results_can_be_loaded(other_db: Engine) -> None:
    files = read_results(SHIPPED)
    found = load_results(other_db, files, actor="a")
    assert found.inserted == counts(other_db)["runs"]


def test_loading_the_corpus_brings_the_shipped_results(
    results: Path, medquant: Medquant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.measured.SHIPPED", results)
    path = tmp_path / "x.db"
    assert "  runs: 4 inserted, 0 present already\n" in medquant("db", "load", "--db", path).out
    again = medquant("db", "load", "--db", path).out
    assert "rows: 0 inserted, 0 updated, 0 deleted\n  runs: 0 inserted, 4 present already\n" in again
    engine = open_database(str(path))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM releases")).scalar() == 1
    assert "runs:" not in medquant("db", "load", "--results", "none", "--db", tmp_path / "y.db").out
    monkeypatch.setattr("db.measured.SHIPPED", tmp_path / "nowhere")
    assert medquant("db", "load", "--db", tmp_path / "z.db").code == 0
    assert "4 inserted" in medquant("db", "load", "--results", results, "--db", tmp_path / "z.db").out


def test_another_corpus_does_not_bring_the_shipped_results(
    results: Path, tiny_dir: Path, medquant: Medquant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.measured.SHIPPED", results)
    assert "runs:" not in medquant("db", "load", tiny_dir, "--db", tmp_path / "x.db").out


def test_a_measured_run_can_be_taken_back_and_put_back(measured_db: Engine) -> None:
    before = _dump(measured_db)
    last = _last_change(measured_db)
    with writing(measured_db, actor="a", reason="undo") as connection:
        undo_change(connection, last)
    with reading(measured_db) as connection:
        assert connection.scalar(select(Run.run_id).where(Run.run_id == "phantom")) is None
    with writing(measured_db, actor="a", reason="undo the undoing") as connection:
        undo_change(connection, last + 1)
    assert _dump(measured_db) == before


def test_the_history_keeps_a_measured_number_to_its_last_digit(measured_db: Engine) -> None:
    with writing(measured_db, actor="a", reason="b") as connection:
        connection.execute(update(Measurement).where(Measurement.run_id == "r0").values(value=1.0))
    with writing(measured_db, actor="a", reason="undo") as connection:
        undo_change(connection, _last_change(measured_db))
    with reading(measured_db) as connection:
        kept = connection.scalars(
            select(Measurement.value).where(Measurement.run_id == "r0").order_by(Measurement.metric)
        )
        assert list(kept) == [0.1 + 0.2, None]


def _last_change(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.max(History.change))) or 0


def _dump(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return {
            t.name: [tuple(r) for r in connection.execute(select(t).order_by(*t.primary_key))] for t in TABLES
        }


@pytest.fixture
def edited(results: Path) -> Callable[[Callable[[dict[str, Any]], object]], Path]:
    """Change what the file of the case fp16 says."""

    def edit(change: Callable[[dict[str, Any]], object]) -> Path:
        path = results / "fp16.json"
        given = json.loads(path.read_text(encoding="utf-8"))
        change(given)
        path.write_text(json.dumps(given), encoding="utf-8")
        return results

    return edit


def put(
    table: str, column: str, value: object, row: int = 0, run: int | None = None
) -> Callable[[dict[str, Any]], None]:
    """Return an edit that sets a cell."""

    def change(given: dict[str, Any]) -> None:
        place = given["columns"][table].index(column)
        if table == "runs":
            given["runs"][row]["run"][place] = value
        else:
            (given if run is None else given["runs"][run])[table][row][place] = value

    return change


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda given: given.pop(key)


BAD: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (drop("runs"), "fp16.json: runs is missing"),
    (lambda g: g.update(more=1), "'more' is not expected"),
    (lambda g: g.update(format=2), "it has the format '2'; allowed: 1; upgrade medquant"),
    (lambda g: g.update(case_id="int4"), "it holds the case 'int4'; allowed: the case of its name"),
    (lambda g: g.update(case_id=4), "case_id is no text"),
    (lambda g: g.update(runs={}), "fp16.json, runs: '{}' is no list"),
    (lambda g: g["runs"].append(3), "run 4: '3' is no object"),
    (lambda g: g["columns"]["runs"].append("colour"), "'colour' is no column of runs"),
    (lambda g: g["columns"]["runs"].append("run_id"), "'run_id' is no column of runs, or stands twice"),
    (lambda g: g["runs"][1]["run"].pop(), "run 2: it has 13 values for 14 columns"),
    (lambda g: g["runs"].append(g["runs"][0]), "'broken' stands twice in runs; allowed: once"),
    (lambda g: g["claims"].append(g["claims"][0]), "stands twice in claims"),
    (put("runs", "state", "planned"), "run broken: its state is planned; allowed: done, failed"),
    (put("runs", "state", "lost"), "column state: 'lost' is not allowed; allowed: planned, leased, done, failed"),
    (put("runs", "error", None), "it failed, but error is empty"),
    (put("runs", "finished_at", None, row=1), "it is done, but finished_at is empty"),
    (put("runs", "finished_at", "2026-11-20", row=1), "'2026-11-20' is no time"),
    (put("runs", "finished_at", "soon", row=1), "'soon' is no time"),
    (put("runs", "synthetic", True), "synthetic images, which are no evidence; take it out"),
    (put("runs", "synthetic", "no"), "'no' is not allowed; allowed: true, false"),
    (put("runs", "case_id", "int8"), "its case is 'int8'; allowed: fp16"),
    (put("runs", "run_id", None), "column run_id: it is empty; a value is needed here"),
    (put("runs", "run_id", "a\0b"), "holds a character that cannot be stored"),
    (put("runs", "run_id", "a\ud800b"), "holds a character that cannot be stored"),
    (put("runs", "seed", 1.5), "'1.5' is no whole number"),
    (put("runs", "seed", 2**40), "no whole number up to"),
    (put("runs", "fingerprint", "abc"), "'abc' is no object"),
    (put("runs", "environment_id", "e9"), "'e9' is no environment_id of its environments; add that row"),
    (put("runs", "case_hash", "0"), "'0' is no case_hash of its cases"),
    (put("cases", "text", "another text"), "has another SHA-256; a case cannot be changed after it was run"),
    (put("claims", "quantity", "guess"), "'guess' is not allowed; allowed: change, baseline"),
    (put("claims", "tolerance", "half"), "'half' is no finite number"),
    (put("image_sets", "n", 11), "allowed: n = 11"),
    (put("image_sets", "classes", []), "it has 0 classes; allowed: 1 to 36"),
    (put("image_sets", "classes", "a;b"), "'a;b' is no list of texts"),
    (put("image_sets", "classes", ["a;b"]), "holds a semicolon"),
    (put("image_sets", "labels", "9" * 4), "labels: '9' names no class; allowed: the 4 digits 0123"),
    (put("image_sets", "synthetic", True), "its images are synthetic"),
    (put("predictions", "classes", "012301230", run=1), "predictions of float16: there are 9 digits; allowed: one for each of the 10"),
    (put("predictions", "classes", "012301230x", run=1), "'x' names no class"),
    (put("predictions", "set_id", "gone", run=1), "'gone' is no set_id of its image_sets"),
    (put("measurements", "value", True, run=1), "'True' is no finite number"),
    (put("comparisons", "baseline_value", "9e1", run=1), "'9e1' is not a plain number"),
    (put("comparisons", "baseline_value", 90, run=1), "'90' is no text in quotes"),
    (put("comparisons", "comparison_id", "r1.01", run=1), "'r1.01' stands twice in comparisons"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), BAD, ids=range(len(BAD)))
def test_what_is_off_in_a_file_is_told_in_a_sentence(
    edited: Callable[[Callable[[dict[str, Any]], object]], Path],
    change: Callable[[dict[str, Any]], object],
    sentence: str,
) -> None:
    with pytest.raises(MedquantError) as told:
        read_results(edited(change))
    assert sentence in str(told.value)
    assert "fp16.json" in str(told.value) or "stands twice" in str(told.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"format": NaN}', b"[" * 100_000, b'"format"'], ids=range(7)
)
def test_what_is_no_file_of_results_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fp16.json").write_bytes(content)
    with pytest.raises(MedquantError, match=r"^fp16\.json: "):
        read_results(tmp_path)


def test_a_run_in_two_files_is_refused(results: Path) -> None:
    path = results / "int8.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"other"', '"r0"'), encoding="utf-8")
    with pytest.raises(MedquantError, match="'r0' stands twice in runs"):
        read_results(results)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("outcome", "beauty", "'beauty' is no outcome of the codebook"),
        ("unit", "furlong", "'furlong' is not a code of unit"),
        ("technique", ["magic"], "'magic' is not a code of technique"),
        ("comparison_id", "kanneti2026-01", "holds a comparison 'kanneti2026-01' already"),
        ("n_test", 0, "ck_comparisons_n_test_positive"),
    ],
)
def test_a_row_that_the_database_cannot_take_leaves_nothing_behind(
    edited: Callable[[Callable[[dict[str, Any]], object]], Path],
    other_db: Engine,
    column: str,
    value: object,
    sentence: str,
) -> None:
    folder = edited(put("comparisons", column, value, run=1))
    before = counts(other_db)
    with pytest.raises(MedquantError) as told:
        load_results(other_db, folder, actor="a")
    assert sentence in str(told.value)
    assert counts(other_db) == before


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        MedquantError, match="is no folder; give the folder with the files of measured results"
    ):
        read_results(tmp_path / "nowhere")


def _findings(medquant: Medquant, engine: Engine) -> list[str]:
    told = json.loads(medquant("db", "check", "--json", "--db", place_of(engine)).out)
    return [f"{f['severity']} {f['code']}: {f['where']}: {f['problem']}" for f in told if not f["accepted"]]


def test_sound_measured_rows_have_no_findings(measured_db: Engine, medquant: Medquant) -> None:
    assert _findings(medquant, measured_db) == []


WRONG: list[tuple[Any, str]] = [
    (update(Comparison).where(Comparison.comparison_id == "r0.01").values(discordant_gained=2),
     "error recomputed: comparisons r0.01 discordant_gained: 2 is stored, the predictions give 1"),
    (update(Comparison).where(Comparison.comparison_id == "r0.01").values(n_test=11),
     "error recomputed: comparisons r0.01 n_test: 11 is stored, the predictions give 10"),
    (text("UPDATE comparisons SET baseline_value = '91' WHERE comparison_id = 'r0.01'"),
     "error recomputed: comparisons r0.01 baseline_value: 91 is stored, the predictions give 90"),
    (update(Prediction).where(Prediction.run_id == "r1", Prediction.arm == "float16").values(classes="01"),
     "error prediction: predictions r1|float16|"),
    (update(ImageSet).where(ImageSet.part == "testing", ~ImageSet.synthetic).values(labels="98zz"),
     "error image_set: image_sets "),
    (update(ImageSet).where(ImageSet.part == "testing", ~ImageSet.synthetic).values(images="a b"),
     "it names 2 images; allowed: n = 4"),
    (text("DELETE FROM predictions WHERE run_id = 'other'"),
     "error run: runs other: it is done, but nothing that it measured is there"),
    (text("DELETE FROM comparisons WHERE run_id = 'r0'"),
     "warning run: runs r0: its case makes claims of a change, but it has no comparison"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "finding"), WRONG, ids=range(len(WRONG)))
def test_a_measured_row_that_cannot_be_is_found(
    measured_db: Engine, medquant: Medquant, change: Any, finding: str
) -> None:
    with writing(measured_db, actor="a", reason="b") as connection:
        connection.execute(change)
    assert any(finding in told for told in _findings(medquant, measured_db))


def test_a_damaged_cell_is_found_and_not_tripped_over(measured_db: Engine, medquant: Medquant) -> None:
    with outside(place_of(measured_db)) as connection:
        lift_rules(connection)
        connection.exec_driver_sql("UPDATE runs SET state = 'gone' WHERE run_id = 'r0'")
    assert any("runs r0 state" in told for told in _findings(medquant, measured_db))


def test_status_tells_cases_and_keeps_synthetic_runs_apart(measured_db: Engine, medquant: Medquant) -> None:
    status = json.loads(medquant("db", "status", "--json", "--db", place_of(measured_db)).out)
    assert status["cases"] == 2
    assert status["runs"] == {"done": 3, "failed": 1, "leased": 1, "planned": 1}
    assert status["synthetic_runs"] == {"done": 1}
    assert status["edited"] is False
    said = medquant("db", "status", "--db", place_of(measured_db)).out
    assert "synthetic runs  1 done (no evidence)" in said


def test_environments_are_read_as_they_were_written(
    measured_db: Engine, results: Path, other_db: Engine
) -> None:
    load_results(other_db, results, actor="a")
    with reading(other_db) as connection:
        assert connection.scalar(select(Environment.facts)) == {"processor": "a test", "threads": 2}
