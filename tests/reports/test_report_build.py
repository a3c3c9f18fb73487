"""What `medquant report` takes and refuses on the shipped corpus: the flow, the outline, the checklist, the options."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

import reports.sections.checklist as checklist
from db.models.tables import Screening
from db.session import place_of, reading, writing
from db.vocabulary import Decision
from reports.document import OUTLINE

Medquant = Callable[..., "object"]
QUICK = ("summary", "claims", "limitations")


def outline_of(names: list[str]) -> str:
    return "".join(f'[[section]]\nid = "{name}"\ntitle = "{name.title()}"\n' for name in names)


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """Write an outline of sections without drawings."""
    path = tmp_path / "quick.toml"
    path.write_text(outline_of(list(QUICK)), encoding="utf-8")
    return path


@pytest.fixture
def report(medquant: Medquant, seeded_db: Engine, tmp_path: Path) -> Callable[..., object]:
    """Run `medquant report` on the shipped corpus into `out`."""

    def run(*words: object) -> object:
        return medquant("report", "--db", place_of(seeded_db), "--out", tmp_path / "out", *words)

    return run


def refusal(done: object) -> str:
    """Return what a refused command said, which is one sentence and no traceback."""
    assert done.code == 1  # type: ignore[attr-defined]
    said = str(done.err).strip()  # type: ignore[attr-defined]
    assert said.startswith("medquant: ")
    assert "\n" not in said
    return said


def outputs(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir()) if (folder / "out").exists() else []


def test_an_included_record_without_a_study_stops_a_final_build(
    report: Callable, seeded_db: Engine, tmp_path: Path
) -> None:
    with reading(seeded_db) as connection:
        chosen = connection.scalars(
            select(Screening.record_id)
            .where(Screening.decision == Decision.EXCLUDE)
            .order_by(Screening.record_id)
        ).first()
    with writing(seeded_db, actor="curator", reason="second thoughts") as connection:
        connection.execute(
            update(Screening)
            .where(Screening.record_id == chosen)
            .values(decision=Decision.INCLUDE, reason=None)
        )
    said = refusal(report())
    assert "check 7" in said
    assert "93 against 94" in said
    assert "--draft" in said
    assert outputs(tmp_path) == []


def test_an_outline_with_an_unknown_section_is_refused(report: Callable, tmp_path: Path) -> None:
    path = tmp_path / "outline.toml"
    path.write_text(outline_of(["summary", "sumary"]), encoding="utf-8")
    said = refusal(report("--outline", path))
    assert "'sumary' is no section" in said
    assert "summary" in said.partition("no section")[2]
    assert outputs(tmp_path) == []


def test_an_outline_with_a_section_twice_is_refused(report: Callable, tmp_path: Path) -> None:
    path = tmp_path / "outline.toml"
    path.write_text(outline_of(["summary", "claims", "summary"]), encoding="utf-8")
    assert "'summary' stands twice" in refusal(report("--outline", path))


@pytest.mark.parametrize(
    "content",
    [b"", b"[[section]]\nid = 'summary'\n", b"[section", b"\xff\xfe", b"section = 1"],
    ids=["empty", "no title", "no TOML", "no UTF-8", "no list"],
)
def test_a_damaged_outline_is_refused(report: Callable, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "outline.toml"
    path.write_bytes(content)
    assert str(path) in refusal(report("--outline", path))


def test_an_outline_that_is_not_there_is_named(report: Callable, tmp_path: Path) -> None:
    assert str(tmp_path / "none.toml") in refusal(report("--outline", tmp_path / "none.toml"))


@pytest.fixture
def checklist_first(tmp_path: Path) -> Path:
    """Write an outline of all sections with the checklist before everything else."""
    names = [entry["id"] for entry in tomllib.loads(OUTLINE.read_text("utf-8"))["section"]]
    path = tmp_path / "checklist.toml"
    path.write_text(outline_of(["checklist", *(n for n in names if n != "checklist")]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [("how", " ", "says nothing"), ("section", "nowhere", "'nowhere', which is no section")],
)
def test_an_item_of_the_checklist_that_says_nothing_fails_the_build(
    report: Callable,
    tmp_path: Path,
    checklist_first: Path,
    monkeypatch: pytest.MonkeyPatch,
    column: str,
    value: str,
    told: str,
) -> None:
    with checklist.FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = next(row for row in rows if row["how"])
    chosen[column] = value
    _replace_checklist(rows, tmp_path, monkeypatch)
    said = refusal(report("--outline", checklist_first))
    assert told in said
    assert f"PRISMA item {chosen['item']} " in said


def test_a_checklist_without_an_item_fails_the_build(
    report: Callable, tmp_path: Path, checklist_first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with checklist.FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["item"] != "9"]
    _replace_checklist(rows, tmp_path, monkeypatch)
    assert "PRISMA item 9 is missing" in refusal(report("--outline", checklist_first))


def _replace_checklist(rows: list[dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checklist.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr(checklist, "FILE", path)


@pytest.mark.parametrize(
    ("forms", "made"),
    [
        (["html"], ["report.html"]),
        (["pdf"], ["report.pdf"]),
        (["html", "pdf"], ["report.html", "report.pdf"]),
    ],
)
def test_only_the_forms_asked_for_are_made(
    report: Callable, quick: Path, tmp_path: Path, forms: list[str], made: list[str]
) -> None:
    done = report("--outline", quick, *(word for form in forms for word in ("--form", form)))
    assert done.code == 0, done.err
    assert outputs(tmp_path) == made
    assert [line.partition(":")[0] for line in done.out.splitlines()] == [
        str(tmp_path / "out" / m) for m in made
    ]


def test_both_forms_are_made_by_default(report: Callable, quick: Path, tmp_path: Path) -> None:
    assert report("--outline", quick).code == 0
    assert outputs(tmp_path) == ["report.html", "report.pdf"]


def test_an_unknown_form_is_wrong_usage(report: Callable) -> None:
    done = report("--form", "docx")
    assert done.code == 2
    assert "html" in done.err


def test_the_page_bears_the_date_given(
    report: Callable, quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    page = tmp_path / "out" / "report.html"
    assert report("--outline", quick, "--form", "html").code == 0
    assert "2025-10-09" in page.read_text("utf-8")
    assert report("--outline", quick, "--form", "html", "--date", "2031-02-03").code == 0
    assert "2031-02-03" in page.read_text("utf-8")
    assert "2025-10-09" not in page.read_text("utf-8")


@pytest.mark.parametrize("epoch", ["", "yesterday", "1e9", "99999999999999999999"])
def test_a_wrong_epoch_is_refused(report: Callable, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert "SOURCE_DATE_EPOCH" in refusal(report())


def test_a_wrong_date_is_wrong_usage(report: Callable) -> None:
    assert report("--date", "2026-13-01").code == 2


def test_a_database_that_is_not_there_is_named(medquant: Medquant, tmp_path: Path) -> None:
    assert str(tmp_path / "none.db") in refusal(medquant("report", "--db", tmp_path / "none.db"))


def test_an_error_that_the_check_finds_stops_a_final_build(
    report: Callable, seeded_db: Engine, quick: Path, tmp_path: Path
) -> None:
    with writing(seeded_db, actor="tester", reason="a slip") as connection:
        connection.exec_driver_sql(
            "UPDATE study_values SET value = 'mrii' WHERE study_id = 'ren2021' AND variable = 'modality'"
        )
    said = refusal(report("--outline", quick))
    assert "vocabulary at study_values ren2021|modality" in said
    assert outputs(tmp_path) == []
    assert report("--outline", quick, "--draft", "--form", "html").code == 0
