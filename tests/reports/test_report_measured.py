"""What our own runs measured is told with its verdicts, stands apart from what studies report, and never is synthetic."""

import datetime as dt
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from matplotlib.figure import Figure as MatplotlibFigure
from sqlalchemy import Engine, delete, select

import reports.plates as plates
from db.models.tables import Comparison, ImageSet, Measurement, Prediction, Run
from db.session import open_database, reading, writing
from db.vocabulary import Origin, RunState, Verdict
from reports.context import Block, Bullets, Document, Figure, Note, Paragraph, Section, Table
from reports.document import build_document
from reports.evidence import Evidence, read_evidence
from reports.figures import proof
from reports.figures.render import themed, to_svg
from reports.html.render import render_html
from reports.pdf.render import render_pdf
from reports.sections.headline import signed_points
from reports.sections.words import effect_words, interval_words
from review.pool import pool_database
from tests.databases import Databases

DATE = dt.date(2026, 11, 21)
SHORT = """
[[section]]
id = "summary"
title = "In plain words"
[[section]]
id = "data"
title = "Data behind the figures"
[[section]]
id = "claims"
title = "Claims and verdicts"
[[section]]
id = "limitations"
title = "Limitations"
"""
SYNTHETIC = "int8.paper.s9.phantom"


@pytest.fixture(scope="module")
def runs() -> ModuleType:
    path = Path(__file__).with_name("measured_sample.py")
    spec = importlib.util.spec_from_file_location("measured_sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def engine(databases: Databases, tmp_path_factory: pytest.TempPathFactory, runs: ModuleType) -> Engine:
    """Open a database with the shipped corpus and hand-made runs."""
    address = databases.copy(databases.loaded, tmp_path_factory.mktemp("measured") / "measured.db")
    engine = open_database(address)
    runs.seed_runs(engine)
    return engine


@pytest.fixture(scope="module")
def evidence(engine: Engine) -> Evidence:
    with reading(engine) as connection:
        return read_evidence(connection, date=DATE)


@pytest.fixture(scope="module")
def faults() -> list[str]:
    return []


@pytest.fixture(scope="module")
def document(evidence: Evidence, faults: list[str]) -> Document:
    """Build the whole document, looking at each drawing on its way."""

    def looked_at(drawing: MatplotlibFigure, prefix: str | None = None) -> str:
        faults.extend(f"{prefix}: {fault}" for fault in proof.faults(drawing))
        return to_svg(drawing, prefix=prefix)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plates, "to_svg", looked_at)
        return build_document(evidence)


@pytest.fixture
def outline(tmp_path: Path) -> Path:
    path = tmp_path / "outline.toml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from walk(section.sections)


def section(document: Document, name: str) -> Section:
    return next(one for one in walk(document.sections) if one.id == name)


def blocks(document: Document) -> Iterator[Block]:
    for one in walk(document.sections):
        yield from one.blocks


def table(document: Document, name: str) -> Table:
    return next(block for block in blocks(document) if isinstance(block, Table) and block.id == name)


def figure(document: Document, name: str) -> Figure:
    return next(
        block for block in blocks(document) if isinstance(block, Figure) and block.id == f"figure-{name}"
    )


def words(one: Section) -> str:
    """Return all running text of a section and its subsections."""
    said = []
    for section in walk((one,)):
        for block in section.blocks:
            if isinstance(block, Paragraph | Note):
                said.append("".join(span.text for span in block.text))
            elif isinstance(block, Bullets):
                said += ["".join(span.text for span in item) for item in block.items]
    return "\n".join(said)


def column(one: Table, label: str) -> list[str]:
    place = next(i for i, column in enumerate(one.columns) if column.label == label)
    return [row[place].text for row in one.rows]


def test_each_claim_shows_the_numbers_and_the_verdict_of_the_review(
    evidence: Evidence, document: Document
) -> None:
    judged = [v for v in evidence.measured.verdicts if v.comparison_id]
    shown = table(document, "claims-table")
    said = {
        Verdict.REPRODUCED: "✓ reproduced",
        Verdict.NOT_REPRODUCED: "× not reproduced",
        Verdict.INCONCLUSIVE: "? inconclusive",
        Verdict.NOT_COMPARABLE: "≠ not comparable",
    }
    assert {v.verdict for v in judged} == set(said)
    assert column(shown, "Verdict") == [said[v.verdict] for v in judged if v.verdict]
    first = judged[0]
    assert first.measured is not None
    assert first.ci_low is not None
    assert first.ci_high is not None
    assert column(shown, "Measured")[0] == f"{signed_points(first.measured)} points"
    assert column(shown, "95 % CI")[0] == f"{signed_points(first.ci_low)} to {signed_points(first.ci_high)}"
    assert column(shown, "Tolerance, fixed beforehand")[:2] == ["±0.5 points", "±5 %"]
    assert column(shown, "Images")[0] == "573 (paper/validation)"
    assert column(shown, "Seeds")[0].startswith("3: ")
    assert shown.rows[0][4].href == "#comparison-kanneti2026-01"
    assert "#study-kanneti2026" in [cell.href for cell in shown.rows[0]]
    for verdict in judged:
        assert verdict.why in words(section(document, "claims"))


def test_a_verdict_has_a_colour_beside_its_sign_and_word(document: Document) -> None:
    tones = {row[2].text: row[2].tone for row in table(document, "claims-table").rows}
    assert tones == {
        "✓ reproduced": "good",
        "× not reproduced": "bad",
        "? inconclusive": "unsure",
        "≠ not comparable": "plain",
    }


def test_the_text_says_what_one_image_and_what_the_size_ratio_are_made_of(document: Document) -> None:
    said = words(section(document, "claims"))
    assert "+0.17 points of 573 images kanneti2026-01 is 1 image; one image is 0.175 points." in said
    assert "27.80 MB (keras_with_optimizer) against 4.52 MB (float16) is 6.15×" in said
    assert "9.01 MB (fp32) against 4.52 MB (float16) is 1.99×, like for like" in said


def test_open_questions_have_answers_and_no_verdict(evidence: Evidence, document: Document) -> None:
    shown = table(document, "open-questions")
    answer = next(v for v in evidence.measured.verdicts if v.case_id == "int8")
    assert column(shown, "State") == ["– not measured: run failed", "◆ answered"]
    assert answer.measured is not None
    assert column(shown, "Measured") == ["", f"{signed_points(answer.measured)} points"]


def test_failed_runs_are_counted_and_named_and_cases_without_a_run_listed(
    document: Document, runs: ModuleType
) -> None:
    from benchmark.catalogue import read_cases

    said = words(section(document, "claims-runs"))
    assert "12 done and 1 failed" in said
    failed = table(document, "failed-runs")
    assert [[cell.text for cell in row] for row in failed.rows] == [
        ["distillation.paper.s0.aaaa", "distillation", "paper", "0", runs.FAILURE]
    ]
    waiting = set(read_cases()) - {"fp16", "int8", "distillation"}
    assert waiting
    assert f"Not run yet ({len(waiting)} cases):" in said
    assert set(re.findall(r"^(\w+): ", said, re.MULTILINE)) >= waiting


def test_the_summary_counts_verdicts(document: Document) -> None:
    said = words(section(document, "summary"))
    assert (
        "Re-measured published claims: 1 reproduced, 1 not reproduced, 1 inconclusive and 1 not comparable, "
        "from 12 finished runs of our own"
    ) in said


def test_the_claims_figure_draws_every_published_claim(evidence: Evidence, document: Document) -> None:
    alt = figure(document, "claims").alt
    assert "4 claims" in alt
    for v in evidence.measured.verdicts:
        if v.comparison_id and v.unit == "percentage points":
            assert v.measured is not None
            assert f"measured {signed_points(v.measured)}" in alt
    assert len(table(document, "data-claims").rows) == 4


def test_measured_contrasts_show_each_split_with_the_interval_of_the_review(
    evidence: Evidence, document: Document
) -> None:
    shown = table(document, "measured-scores")
    assert column(shown, "Contrast") == ["float16 against fp32", "int8 against fp32"]
    for contrast in evidence.measured.contrasts:
        for place in ("paper/validation", "grouped/validation", "paper/testing"):
            summary = contrast.of("accuracy", place)
            if summary is None:
                continue
            assert summary.ci_low is not None
            assert summary.ci_high is not None
            interval = interval_words(summary.ci_low, summary.ci_high, summary.measure)
            expected = f"{effect_words(summary.yi, summary.measure)} [{interval}]"
            row = column(shown, "Contrast").index(f"{contrast.arm_key} against {contrast.baseline_key}")
            assert column(shown, f"Accuracy, points, {place}")[row] == expected


def test_costs_show_sizes_latency_and_float_fallbacks(document: Document) -> None:
    shown = table(document, "measured-costs")
    contrasts = column(shown, "Contrast")
    int8, stored = (
        contrasts.index("int8 against fp32"),
        contrasts.index("float16 against keras_with_optimizer"),
    )
    assert column(shown, "Size ratio")[int8] == "0.30"
    assert column(shown, "Latency ratio, 1 thread")[int8] == "0.67 [0.64 to 0.70]"
    assert "median 1.70 → 1.14 ms" in [cell.note for cell in shown.rows[int8]]
    assert column(shown, "Left in float")[int8] == "SOFTMAX"
    assert column(shown, "Latency ratio, 1 thread")[stored] == ""


def test_machines_images_leakage_and_missing_energy_are_named(document: Document) -> None:
    said = words(section(document, "measured"))
    assert "225 of 394 have a twin among the 2,297 images of training, 88 of them byte for byte" in said
    assert "2-core x86-64 machine (12 runs): " in said
    assert "tensorflow 2.21.0" in said
    assert "no energy counter is readable" in said


def test_the_forest_draws_measured_rows_once_a_contrast_and_apart(
    evidence: Evidence, document: Document
) -> None:
    rows = [row for row in table(document, "data-forest-accuracy").rows if row[-1].text == "measured"]
    assert [row[0].text for row in rows] == ["fp16", "int8"]
    summaries = evidence.measured.main("accuracy")
    assert [row[4].sort for row in rows] == pytest.approx([s.yi for s in summaries])
    assert "2 rows measured, the others reported" in figure(document, "forest-accuracy").alt


def test_planes_and_bit_widths_mark_measured_points_apart(document: Document) -> None:
    assert "2 points measured, drawn hollow" in figure(document, "tradeoff").alt
    assert "contrasts of the literature as grey dots" in figure(document, "measured-tradeoff").alt
    assert "Measured, 8 bits: 1 contrast" in figure(document, "bit-change").alt


def test_measured_rows_never_enter_the_main_estimate(engine: Engine, seeded_db: Engine) -> None:
    def main(of: Engine) -> dict[str, float]:
        with reading(of) as connection:
            pools = pool_database(connection)
        return {p.outcome.code: p.main.result.coefficients[0].estimate for p in pools if p.main.result}

    assert main(engine) == main(seeded_db)


def test_the_appendix_keeps_reported_and_measured_rows_in_two_tables(
    engine: Engine, document: Document
) -> None:
    with reading(engine) as connection:
        reported = set(
            connection.scalars(select(Comparison.comparison_id).where(Comparison.origin == Origin.REPORTED))
        )
    assert set(column(table(document, "comparisons"), "Comparison")) == reported
    measured = table(document, "measured-comparisons")
    assert set(column(measured, "Seeds")) == {"3"}
    assert set(column(measured, "Execution")) == {"interpreter"}
    assert set(column(measured, "Split and part")) >= {
        "paper/validation",
        "grouped/validation",
        "paper/testing",
    }
    assert set(column(measured, "Device")) == {"2-core x86-64 machine"}
    assert all("aaaa" in runs for runs in column(measured, "Runs"))


def test_synthetic_runs_are_named_in_their_note_alone(document: Document, evidence: Evidence) -> None:
    note = next(block for block in section(document, "claims-runs").blocks if isinstance(block, Note))
    assert "Synthetic, no evidence: 1 run" in "".join(span.text for span in note.text)
    said = repr(document)
    assert SYNTHETIC not in said
    assert "phantom" not in said
    assert all(run["run_id"] != SYNTHETIC for run in evidence.measured.done)


def test_only_synthetic_runs_give_no_verdict(seeded_db: Engine, runs: ModuleType, outline: Path) -> None:
    runs.seed_runs(seeded_db)
    real = select(Run.run_id).where(Run.synthetic.is_(False))
    with writing(seeded_db, actor="tester", reason="the phantom alone") as connection:
        for model in (Comparison, Measurement, Prediction):
            connection.execute(delete(model).where(model.run_id.in_(real)))  # type: ignore[attr-defined]
        connection.execute(delete(Run).where(Run.synthetic.is_(False)))
        connection.execute(delete(ImageSet).where(ImageSet.synthetic.is_(False)))
    with reading(seeded_db) as connection:
        document = build_document(read_evidence(connection, date=DATE), outline=outline)
    said = words(section(document, "claims"))
    assert "No claim has been re-measured yet" in said
    assert "Synthetic, no evidence" in said
    assert not any(isinstance(block, Table) for block in section(document, "claims").blocks)
    assert "Re-measured" not in words(section(document, "summary"))


def test_without_any_run_the_page_says_so_in_one_sentence(seeded_db: Engine, outline: Path) -> None:
    with reading(seeded_db) as connection:
        document = build_document(read_evidence(connection, date=DATE), outline=outline)
    claims = section(document, "claims")
    assert [type(block) for block in claims.blocks] == [Note]
    assert claims.sections == ()
    assert "the database holds no finished run" in words(claims)


def test_no_words_of_a_drawing_overlap_or_run_over_the_edge(document: Document, faults: list[str]) -> None:
    assert figure(document, "claims").svg
    assert faults == []


def test_figures_of_measured_values_have_their_data_whatever_the_order(
    evidence: Evidence, outline: Path
) -> None:
    short = build_document(evidence, outline=outline)
    assert [one.id for one in short.sections] == ["summary", "data", "claims", "limitations"]
    assert {"data-claims", "data-measured-tradeoff"} <= {
        block.id for block in section(short, "data").blocks if isinstance(block, Table)
    }


def test_both_forms_print_the_verdicts(evidence: Evidence, outline: Path, tmp_path: Path) -> None:
    import pypdf

    short = build_document(evidence, outline=outline)
    page = render_html(short, figure_svg=lambda one: themed(one.svg, one.title, one.alt, identifier=one.id))
    assert '<td class="good">✓ reproduced</td>' in page
    assert "var(--fig-grid" in page
    file = tmp_path / "report.pdf"
    file.write_bytes(render_pdf(short))
    printed = " ".join(" ".join(leaf.extract_text() for leaf in pypdf.PdfReader(file).pages).split())
    for verdict in ("✓ reproduced", "× not reproduced", "? inconclusive"):
        assert verdict in printed


def test_a_state_of_a_run_that_goes_on_is_told(seeded_db: Engine, outline: Path) -> None:
    with writing(seeded_db, actor="tester", reason="a planned run") as connection:
        connection.execute(
            Run.__table__.insert().values(
                run_id="later", case_id="int4", state=RunState.PLANNED, synthetic=False
            )  # type: ignore[attr-defined]
        )
    with reading(seeded_db) as connection:
        document = build_document(read_evidence(connection, date=DATE), outline=outline)
    assert "(1 planned)" in words(section(document, "claims"))
