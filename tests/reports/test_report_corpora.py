"""The report of other people's corpora: small, empty, with a full-text stage, with hostile words; drafts and refusals."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from db.models.tables import Study
from db.session import open_database, writing
from db.template import template_files

Medquant = Callable[..., "object"]
Row = dict[str, str]
Files = dict[str, list[Row]]
HOSTILE = '</script><script>alert("1")</script> & #set text(red) $x$ {{ 1 }} ]'
ROOT = Path(__file__).parents[2]


def study(name: str, record: str, **cells: str) -> Row:
    return {
        "study_id": name, "record_id": record, "title": f"Title of {name}", "authors": "Ada Lovelace;Grace Hopper",
        "year": "2024", "url": "https://example.org/a", "publication_type": "journal", "modality": "mri", "task": "segmentation", "technique": "ptq",
        "architecture_family": "cnn", "weight_bits": "8", "activation_bits": "8", "framework": "not_reported",
        "environment": "not_reported", "reports_energy": "no", "text_basis": "abstract", "extracted_by": "A", **cells,
    }  # fmt: skip


def comparison(name: str, of: str, **cells: str) -> Row:
    return {
        "comparison_id": name, "study_id": of, "arm": "int8", "technique": "ptq", "weight_bits": "8", "outcome": "accuracy",
        "unit": "percent", "baseline_value": "90.0", "quantized_value": "89.0", "change_kind": "difference",
        "change_value": "-1.0", "bound": "exact", "control": "clean", "verification": "unverified", **cells,
    }  # fmt: skip


def small() -> Files:
    """Return three records, two studies and three comparisons: the required files and no other."""
    records = [{"record_id": f"r{n}", "title": f"Record {n}", "year": "2024"} for n in (1, 2, 3)]
    return {
        "records.csv": records,
        "studies.csv": [study("a2024", "r1"), study("b2024", "r2")],
        "comparisons.csv": [
            comparison("a1", "a2024"),
            comparison("b1", "b2024", quantized_value="90.5", change_value="0.5"),
            comparison("b2", "b2024", outcome="size", unit="MB", baseline_value="40", quantized_value="10",
                       change_kind="ratio", change_value="0.25"),
        ],
    }  # fmt: skip


def screened() -> Files:
    """Return the small corpus with its hits and decisions: the flow adds up, but few hits are a warning."""
    votes = [("r1", "include", ""), ("r2", "include", ""), ("r3", "exclude", "not_medical_images")]
    return small() | {
        "identified.csv": [
            {"theme": "A", "raw_record_id": f"h{n}", "title": "Hit", "source": "PubMed", "record_id": f"r{n}"}
            for n in (1, 2, 3)
        ],
        "screenings.csv": [
            {"record_id": record, "reviewer": "A", "stage": "title_abstract", "decision": decision, "reason": reason}
            for record, decision, reason in votes
        ],
    }  # fmt: skip


@pytest.fixture
def load(tmp_path: Path, medquant: Medquant) -> Callable[[Files], Path]:
    """Write a corpus and load it into a new database."""

    def write_and_load(files: Files, *, blank: bool = False) -> Path:
        folder = tmp_path / "corpus"
        folder.mkdir()
        for name, content in template_files().items():
            if name in files:
                header = next(csv.reader([content.decode()]))
                extra = [key for row in files[name] for key in row if key not in header]
                with (folder / name).open("w", encoding="utf-8", newline="") as out:
                    writer = csv.DictWriter(out, [*header, *dict.fromkeys(extra)], lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(files[name])
            elif blank:
                (folder / name).write_bytes(content)
        database = tmp_path / "own.db"
        done = medquant("db", "load", folder, "--db", database)
        assert done.code == 0, done.err  # type: ignore[attr-defined]
        return database

    return write_and_load


@pytest.fixture
def report(tmp_path: Path, medquant: Medquant) -> Callable[..., Path]:
    """Build a report and return its folder."""

    def build(database: Path, *options: str) -> Path:
        out = tmp_path / "out"
        done = medquant("report", "--db", database, "--out", out, "--date", "2026-11-21", *options)
        assert done.code == 0, done.err  # type: ignore[attr-defined]
        return out

    return build


def page(out: Path) -> str:
    return (out / "report.html").read_text("utf-8")


def pdf(out: Path) -> str:
    reader = PdfReader(BytesIO((out / "report.pdf").read_bytes()))
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in reader.pages))


def one_sentence(done: object) -> str:
    """Return what a refused command said, which is one sentence and no traceback."""
    assert done.code == 1  # type: ignore[attr-defined]
    said = str(done.err).strip()  # type: ignore[attr-defined]
    assert said.startswith("medquant: ")
    assert "\n" not in said
    assert "Traceback" not in said
    return said


def test_a_small_corpus_without_searches_is_reported(load: Callable, report: Callable) -> None:
    out = report(load(small()), "--draft")
    assert "Title of b2024" in page(out)
    assert "does not log its searches" in page(out)
    assert "a2024" in pdf(out)


def test_blank_files_give_a_page_that_says_so(load: Callable, report: Callable) -> None:
    blank = {"records.csv": [], "studies.csv": [], "comparisons.csv": []}
    out = report(load(blank, blank=True), "--draft")
    assert ">0</dd>" in page(out)
    assert "0 studies" in page(out)
    assert "0 studies" in pdf(out)


def test_a_warning_of_the_flow_needs_a_reason(
    load: Callable, report: Callable, medquant: Medquant, tmp_path: Path
) -> None:
    database = load(screened())
    refused = medquant("report", "--db", database, "--out", tmp_path / "none")
    said = one_sentence(refused)
    command = re.search(r"medquant db acknowledge (\S+) '([^']+)'", said)
    assert command is not None
    assert "--draft" in said
    assert not (tmp_path / "none").exists()
    done = medquant("db", "acknowledge", command[1], command[2], "--reason", "a pilot", "--db", database)
    assert done.code == 0, done.err  # type: ignore[attr-defined]
    out = report(database)
    assert "⚠ warning" in page(out)
    assert re.search(r">\s*Draft", page(out)) is None
    assert "DRAFT" not in pdf(out)


def test_a_flow_that_does_not_add_up_is_refused_and_drawn_as_a_draft(
    load: Callable, report: Callable, medquant: Medquant, tmp_path: Path
) -> None:
    files = screened()
    files["screenings.csv"][2] |= {"decision": "include", "reason": ""}  # included, but no study
    database = load(files)
    said = one_sentence(medquant("report", "--db", database, "--out", tmp_path / "none"))
    assert "does not add up" in said
    assert "--draft" in said
    assert not (tmp_path / "none").exists()
    out = report(database, "--draft")
    assert re.search(r">\s*Draft", page(out))
    assert "DRAFT" in pdf(out)
    assert "failed" in page(out)


def test_full_texts_and_other_methods_have_their_boxes(load: Callable, report: Callable) -> None:
    files = screened()
    files["records.csv"].append({"record_id": "r4", "title": "Found in a list of references"})
    files["identified.csv"].append(
        {"theme": "A", "raw_record_id": "h4", "title": "Hit", "source": "references", "record_id": "r4", "route": "citation"}
    )  # fmt: skip
    files["studies.csv"].append(study("c2024", "r4"))
    files["reports.csv"] = [
        {
            "report_id": "t1",
            "record_id": "r1",
            "study_id": "a2024",
            "retrieved": "yes",
            "decision": "include",
        },
        {
            "report_id": "t2",
            "record_id": "r2",
            "study_id": "b2024",
            "retrieved": "yes",
            "decision": "include",
        },
        {
            "report_id": "t4",
            "record_id": "r4",
            "study_id": "c2024",
            "retrieved": "yes",
            "decision": "include",
        },
    ]
    built = page(report(load(files), "--draft", "--form", "html"))
    start = built.index('id="figure-flow-desc"')
    words = built[start : built.index("</desc>", start)]
    assert "Reports sought for retrieval: 2" in words
    assert "Reports assessed for eligibility: 2" in words
    assert "Records identified from other methods (other methods): 1" in words
    assert "Reports sought for retrieval (other methods): 1" in words
    assert "not done" not in words
    assert "✗ failed" not in built


def test_hostile_words_stay_words(load: Callable, report: Callable) -> None:
    files = small()
    files["records.csv"][0] |= {"title": HOSTILE, "dedup_note": HOSTILE}
    files["studies.csv"][0] |= {"title": HOSTILE, "notes": HOSTILE, "datasets": HOSTILE}
    files["comparisons.csv"][0] |= {"arm": HOSTILE, "locator": HOSTILE}
    database = load(files)
    engine = open_database(str(database))
    with writing(engine, actor="somebody", reason=HOSTILE) as connection:  # a load refuses such an address
        connection.execute(update(Study).values(url="javascript:alert(1)"))
    out = report(database, "--draft")
    built = page(out)
    assert 'alert("1")' not in built
    assert "&lt;/script&gt;&lt;script&gt;alert(&#34;1&#34;)" in built
    assert 'href="javascript:' not in built
    assert built.count("<script") == 2
    assert "#set text(red) $x$ {{ 1 }} ]" in pdf(out)


def test_enough_variances_give_a_funnel(load: Callable, report: Callable) -> None:
    files = small()
    files["records.csv"] = [{"record_id": f"r{n}", "title": f"Record {n}"} for n in range(12)]
    files["studies.csv"] = [study(f"s{n}", f"r{n}") for n in range(12)]
    files["comparisons.csv"] = [
        comparison(f"c{n}", f"s{n}", n_test=str(100 + 50 * n), quantized_value=f"{88 + n / 4:.2f}",
                   change_kind="none", change_value="")
        for n in range(12)
    ]  # fmt: skip
    built = page(report(load(files), "--draft", "--form", "html"))
    assert 'id="figure-funnel-accuracy"' in built
    assert "inverse variance" in built


def test_one_study_alone_is_reported(load: Callable, report: Callable) -> None:
    files = small()
    files["records.csv"] = files["records.csv"][:1]
    files["studies.csv"] = [study("a2024", "r1", year="", modality="", technique="", weight_bits="", url="")]
    files["comparisons.csv"] = []
    assert "1 study" in page(report(load(files), "--draft", "--form", "html"))


def test_a_very_long_table_is_cut_on_paper_and_says_so(
    load: Callable, report: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records still lead to studies; a study that is not printed is named without a link."""
    monkeypatch.setattr("reports.pdf.blocks.MOST_ROWS", 1)
    out = report(load(small()), "--draft")
    words = pdf(out)
    assert "Included studies and their variables (the first 1 of 2 rows; the HTML page holds all)" in words
    assert "(the first 1 of 3 rows; the HTML page holds all)" in words
    assert 'id="study-b2024"' in page(out)


def test_what_was_there_survives_a_disk_that_is_full(load: Callable, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails in the same place."""
    database = load(small())
    out = tmp_path / "out"
    out.mkdir()
    for name in ("report.html", "report.pdf"):
        (out / name).write_text("the old one", encoding="utf-8")
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)); "
        "import medquant; sys.exit(medquant.main(sys.argv[1:]))"
    )
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                limited,
                "report",
                "--db",
                database,
                "--out",
                out,
                "--draft",
                "--form",
                form,
            ],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for form in ("html", "pdf")
    ]
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 1
        assert said.startswith("medquant: "), said
        assert said.count("\n") == 1
    assert [path.name for path in sorted(out.iterdir())] == ["report.html", "report.pdf"]
    assert {path.read_text("utf-8") for path in out.iterdir()} == {"the old one"}


@pytest.mark.parametrize("in_the_way", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_named(
    load: Callable, medquant: Medquant, tmp_path: Path, in_the_way: str
) -> None:
    database = load(small())
    out = tmp_path / "out"
    if in_the_way == "file":
        out.write_text("a file", encoding="utf-8")
    else:
        (out / "report.html").mkdir(parents=True)
    said = one_sentence(medquant("report", "--db", database, "--out", out, "--draft", "--form", "html"))
    assert str(out / "report.html") in said


def test_two_builds_are_the_same_bytes(load: Callable, tmp_path: Path) -> None:
    """Another process, another order of sets, another clock: nothing of it shows."""
    database = load(small())
    processes = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo")):
        words = ["report", "--db", str(database), "--out", str(tmp_path / f"out{number}"), "--draft"]
        environment = os.environ | {
            "PYTHONHASHSEED": str(number + 1),
            "TZ": zone,
            "SOURCE_DATE_EPOCH": "1760000000",
        }
        processes.append(
            subprocess.Popen([sys.executable, "-m", "medquant", *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        )  # fmt: skip
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    for name in ("report.html", "report.pdf"):
        assert (tmp_path / "out0" / name).read_bytes() == (tmp_path / "out1" / name).read_bytes()
    assert "2025-10-09" in page(tmp_path / "out0")
