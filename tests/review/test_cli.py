"""`medquant review` lists, shows and writes what the database holds, says what went wrong, and starts light."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, delete

from db.corpus import SHIPPED
from db.models.tables import Screening
from db.session import place_of, writing

# Medquant and Outcome of tests/conftest.py: test files import nothing from each other
Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]
HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "sqlalchemy",
    "alembic",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "openpyxl",
)
ACTS = ("list", "show", "add", "set")
VERBS = [
    [], ["matrix"], ["prisma"], ["agreement"], ["effects"], ["pool"], ["meta"], ["escalc"], ["claims"], ["place"], ["undo"], ["changes"],
    ["import"], ["export"], ["dedupe"], ["appraise"], ["appraisals"], ["completeness"], ["contradictions"], ["extraction"], ["agree"], ["diff-matrix"],
    ["serve"], ["account"], ["account", "add"], ["todo"], ["team"], ["verify"], ["unread"], ["lookup"], ["extract"], ["code"], ["code", "add"],
    ["queue"], ["screen"], ["conflicts"], ["prioritise"], ["simulate-screening"],
    *([subject, *act] for subject in ("study", "record", "comparison") for act in ([], *([act] for act in ACTS))),
]  # fmt: skip
ASK_EVERY_VERB = """
import contextlib, io, json, sys, medquant
helps = {}
for verb in json.loads(sys.argv[1]):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            code = medquant.main(["review", *verb, "--help"])
        except SystemExit as leaving:
            code = leaving.code
    helps[" ".join(verb)] = [code, out.getvalue()]
print(json.dumps({"helps": helps, "modules": sorted(sys.modules)}))
"""


@pytest.fixture
def review(medquant: Run, shipped: Engine) -> Run:
    """Run `medquant review` on the shipped corpus, to read only."""
    return lambda *words: medquant("review", *words, "--db", place_of(shipped))


@pytest.fixture(scope="module")
def asked() -> dict[str, Any]:
    """Ask each verb for its help in a fresh interpreter."""
    given = subprocess.run(
        [sys.executable, "-c", ASK_EVERY_VERB, json.dumps(VERBS)],
        cwd=ROOT, env={**os.environ, "COLUMNS": "100"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers: dict[str, Any] = json.loads(given.stdout)
    return answers


def printed(outcome: Any) -> str:
    assert (outcome.code, outcome.err) == (0, "")
    return str(outcome.out)


def parsed(outcome: Any) -> Any:
    return json.loads(printed(outcome))


# help


@pytest.mark.parametrize("verb", [" ".join(verb) for verb in VERBS])
def test_every_verb_has_help(asked: dict[str, Any], verb: str) -> None:
    code, text = asked["helps"][verb]
    assert code == 0
    assert text.startswith(f"usage: medquant review {verb}".rstrip())
    assert text.count("\n") > 5


def test_help_imports_nothing_heavy(asked: dict[str, Any]) -> None:
    loaded = {module.partition(".")[0] for module in asked["modules"]}
    assert "medquant" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_help_names_every_verb(asked: dict[str, Any]) -> None:
    def named(verb: str) -> set[str]:
        return {
            line.split()[0]
            for line in asked["helps"][verb][1].splitlines()
            if line.startswith("    ") and line[4] != " "
        }

    assert named("") == {verb[0] for verb in VERBS if len(verb) == 1}
    assert named("study") == named("record") == named("comparison") == set(ACTS)


@pytest.mark.parametrize(
    "verb",
    [
        verb
        for verb in VERBS
        if verb
        not in ([], ["meta"], ["escalc"], ["study"], ["record"], ["comparison"], ["account"], ["code"])
    ],
    ids=" ".join,
)
def test_every_verb_takes_a_database(asked: dict[str, Any], verb: list[str]) -> None:
    assert "--db URL" in asked["helps"][" ".join(verb)][1]


def test_a_spreadsheet_needs_no_database(asked: dict[str, Any]) -> None:
    assert "--db" not in asked["helps"]["meta"][1]
    assert "--db" not in asked["helps"]["escalc"][1]


@pytest.mark.parametrize("words", [[], ["study"]], ids=["review", "review study"])
def test_without_a_verb_help_is_printed(medquant: Run, words: list[str]) -> None:
    assert printed(medquant("review", *words)).startswith(f"usage: {' '.join(['medquant review', *words])}")


@pytest.mark.parametrize(
    "words", [["wish"], ["study", "wish"], ["study", "show"], ["undo", "two", "--reason", "x"]]
)
def test_wrong_usage_is_exit_code_2(medquant: Run, words: list[str]) -> None:
    found = medquant("review", *words)
    assert (found.code, found.out) == (2, "")
    assert "usage: medquant review" in found.err


# matrix


def test_matrix_goes_to_the_terminal_as_csv(review: Run) -> None:
    assert printed(review("matrix")).encode() == (SHIPPED / "studies.csv").read_bytes()


def test_matrix_is_written_by_its_ending(review: Run, tmp_path: Path) -> None:
    table, book = tmp_path / "new" / "matrix.csv", tmp_path / "matrix.xlsx"
    assert printed(review("matrix", "--out", table)) == f"{table}: written\n"
    assert printed(review("matrix", "--out", book)) == f"{book}: written\n"
    assert table.read_bytes() == (SHIPPED / "studies.csv").read_bytes()
    assert load_workbook(book)["matrix"].max_row == 94


def test_matrix_with_another_ending_is_refused(review: Run, tmp_path: Path) -> None:
    target = tmp_path / "matrix.ods"
    found = review("matrix", "--out", target)
    assert (found.code, found.err) == (1, f"medquant: {target} has no known ending; allowed: .csv, .xlsx\n")
    assert not target.exists()


def test_matrix_that_cannot_be_written_is_told(review: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    found = review("matrix", "--out", tmp_path / "file" / "matrix.csv")
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert "cannot be written" in found.err


# prisma


def test_prisma_prints_counts_and_eleven_checks(review: Run) -> None:
    lines = printed(review("prisma")).splitlines()
    assert "records_screened            432" in lines
    assert "dbr_assessed                not done" in lines
    assert sum(line.lstrip()[:2].strip().isdigit() for line in lines) == 11


def test_prisma_json_has_counts_and_checks(review: Run) -> None:
    found = parsed(review("prisma", "--json"))
    assert (found["counts"]["database_results"], found["counts"]["dbr_assessed"]) == (656, None)
    assert [check["number"] for check in found["checks"]] == list(range(1, 12))
    assert {check["status"] for check in found["checks"]} == {"passed", "not applicable"}


def test_prisma_csv_is_written(review: Run, tmp_path: Path) -> None:
    printed(review("prisma", "--csv", tmp_path / "flow.csv"))
    with (tmp_path / "flow.csv").open(encoding="utf-8", newline="") as file:
        assert {row["data"]: row["n"] for row in csv.DictReader(file)}["records_screened"] == "432"


def test_broken_flow_is_exit_code_1(medquant: Run, seeded_db: Engine) -> None:
    with writing(seeded_db, actor="tester", reason="a record without a decision") as connection:
        connection.execute(delete(Screening).where(Screening.record_id == "r001"))
    found = medquant("review", "prisma", "--json", "--db", place_of(seeded_db))
    assert found.code == 1
    assert {c["number"] for c in json.loads(found.out)["checks"] if c["status"] == "failed"} == {2, 7, 10}


# agreement, effects, pool


def test_agreement_prints_the_published_table(review: Run) -> None:
    out = printed(review("agreement"))
    assert "all pairs      209      120        64      25  0.880  0.742  0.648 to 0.837\n" in out
    assert "Krippendorff's alpha 0.779; 14 of 110 records disputed\n" in out
    assert out.endswith("all                    226        226  1.000\n")


def test_agreement_json(review: Run) -> None:
    found = parsed(review("agreement", "--json"))
    assert found["screening"]["pooled"]["n"] == 209
    assert [pair["pair"] for pair in found["screening"]["pairs"]] == [
        "A-B",
        "A-C",
        "A-D",
        "B-C",
        "B-D",
        "C-D",
    ]
    assert (len(found["coding"]), found["extraction"][-1]["pairs"]) == (13, 226)


def test_agreement_says_undefined_where_nothing_was_judged(medquant: Run, fresh_db: Engine) -> None:
    out = printed(medquant("review", "agreement", "--db", place_of(fresh_db)))
    assert "Krippendorff's alpha undefined; 0 of 0 records disputed\n" in out
    assert "nan" not in out


def test_effects_lists_clean_contrasts_and_why_some_have_none(review: Run) -> None:
    out = printed(review("effects"))
    assert "150 effects; 4 comparisons without one\n" in out
    assert "  liao2019-02 (other): the outcome is not pooled\n" in out


@pytest.mark.parametrize(
    ("words", "effects", "omitted"),
    [([], 150, 4), (["--all"], 212, 102), (["--outcome", "dice"], 91, 0), (["--outcome", "latency", "--all"], 30, 19)],
)  # fmt: skip
def test_effects_json(review: Run, words: list[str], effects: int, omitted: int) -> None:
    found = parsed(review("effects", "--json", *words))
    assert (len(found["effects"]), len(found["omitted"])) == (effects, omitted)


def test_pool_prints_a_number_or_why_there_is_none(review: Run) -> None:
    out = printed(review("pool"))
    assert "Accuracy (percentage points): 13 effects, 11 studies, 11 study groups\n" in out
    assert "  each study group once: -1.064 [-2.106, -0.022], df 10, k 13\n" in out
    assert "  each study group once: 2 independent study group(s), at least 3 are needed\n" in out
    assert "nan" not in out


def test_pool_json_of_one_outcome(review: Run) -> None:
    (found,) = parsed(review("pool", "--json", "--outcome", "size"))
    assert (found["outcome"], found["measure"], found["effects"], found["groups"]) == (
        "size",
        "log_ratio",
        18,
        12,
    )
    assert found["main"]["result"]["coefficients"][0]["estimate"] == pytest.approx(-1.416, abs=5e-4)
    assert found["main"]["too_few"] is None


def test_pool_of_an_outcome_without_effects_says_so(review: Run) -> None:
    assert printed(review("pool", "--outcome", "psnr")) == "no clean contrast has an effect size\n"


@pytest.mark.parametrize("verb", ["effects", "pool"])
def test_unknown_outcome_is_told(review: Run, verb: str) -> None:
    found = review(verb, "--outcome", "dcie")
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("medquant: 'dcie' is no outcome; allowed: accuracy, f1, auc,")


# list and show


@pytest.mark.parametrize(("subject", "rows"), [("study", 93), ("record", 432), ("comparison", 314)])
def test_list_gives_every_row(review: Run, subject: str, rows: int) -> None:
    assert len(parsed(review(subject, "list", "--json"))) == rows
    assert printed(review(subject, "list")).endswith(f"\n{rows} row(s)\n")


def cells() -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO((SHIPPED / "studies.csv").read_text(encoding="utf-8"), newline=""))
    )


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("modality", "mri"),
        ("weight_bits", "16f"),
        ("technique", "low_bit"),
        ("year", "2024"),
        ("country", ""),
    ],
)
def test_where_finds_a_code_among_several(review: Run, field: str, code: str) -> None:
    expected = [row["study_id"] for row in cells() if code in row[field].split(";")]
    assert 0 < len(expected) < 93
    assert [
        row["study_id"] for row in parsed(review("study", "list", "--json", "--where", f"{field}={code}"))
    ] == expected


def test_where_finds_whole_codes_only(review: Run) -> None:
    assert parsed(review("study", "list", "--json", "--where", "modality=mr")) == []
    assert printed(review("study", "list", "--where", "modality=mr")).endswith("0 row(s)\n")


def test_where_is_repeated_to_narrow_down(review: Run) -> None:
    both = ("--where", "modality=mri", "--where", "technique=ptq")
    expected = [
        r["study_id"]
        for r in cells()
        if "mri" in r["modality"].split(";") and "ptq" in r["technique"].split(";")
    ]
    assert [row["study_id"] for row in parsed(review("study", "list", "--json", *both))] == expected


def test_where_by_key_and_control(review: Run) -> None:
    assert len(parsed(review("comparison", "list", "--json", "--where", "control=clean"))) == 154
    (row,) = parsed(review("comparison", "list", "--json", "--where", "comparison_id=abid2022-02"))
    assert row["outcome"] == "size"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("modalty=mri", "medquant: 'modalty' is no field of a study; allowed: study_id, record_id, title,"),
        ("mri", "medquant: 'mri' is no assignment; allowed: FIELD=VALUE"),
    ],
)
def test_where_that_cannot_be_read_is_told(review: Run, where: str, message: str) -> None:
    found = review("study", "list", "--where", where)
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith(message)


def test_show_prints_what_is_known_and_where_its_history_is(review: Run) -> None:
    lines = printed(review("study", "show", "abid2022")).splitlines()
    assert [line.split(maxsplit=1) for line in lines if line.startswith("weight_bits")] == [
        ["weight_bits", "8;16f"]
    ]
    assert not any(line.startswith("country") for line in lines)
    assert "  abid2022-02  size: 2-4x smaller  (dynamic range, float16 and int8 pooled)" in lines
    assert lines[-1] == "history: medquant db history studies abid2022"


@pytest.mark.parametrize(
    ("subject", "key"), [("study", "abid2022"), ("record", "r001"), ("comparison", "abid2022-01")]
)
def test_show_json_is_the_row(review: Run, subject: str, key: str) -> None:
    found = parsed(review(subject, "show", key, "--json"))
    assert found[f"{subject}_id"] == key
    if subject == "study":
        assert {c["study_id"] for c in found["comparisons"]} == {"abid2022"}


@pytest.mark.parametrize("subject", ["study", "record", "comparison"])
def test_show_of_a_stranger_is_told(review: Run, subject: str) -> None:
    found = review(subject, "show", "~~~")
    assert (found.code, found.out) == (1, "")
    assert (
        found.err
        == f"medquant: there is no {subject} '~~~'; `medquant review {subject} list` shows them all\n"
    )


# databases


@pytest.mark.parametrize(
    "verb", [["matrix"], ["agreement"], ["effects"], ["pool"], ["prisma"], ["study", "list"]], ids=" ".join
)
def test_missing_database_is_told(medquant: Run, tmp_path: Path, verb: list[str]) -> None:
    place = tmp_path / "none.db"
    found = medquant("review", *verb, "--db", place)
    assert found.code == 1
    assert (
        found.err == f"medquant: {place} does not exist; `medquant db load --db {place}` makes and fills it\n"
    )
    assert not place.exists()


@pytest.mark.parametrize(
    "verb",
    [["matrix"], ["effects"], ["pool"], ["prisma"], ["study", "list"], ["record", "list"]],
    ids=" ".join,
)
def test_empty_database_is_no_mistake(medquant: Run, fresh_db: Engine, verb: list[str]) -> None:
    assert printed(medquant("review", *verb, "--db", place_of(fresh_db)))
