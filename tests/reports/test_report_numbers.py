"""The report cannot contradict its data: what it says equals the database, and changes with it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.figure import Figure as MatplotlibFigure
from sqlalchemy import Engine, delete, func, select, update

import reports.plates as plates
from db.models.tables import (
    Comparison,
    Extraction,
    Identified,
    Record,
    Screening,
    Search,
    SecondReading,
    Study,
)
from db.session import open_database, reading, writing
from db.vocabulary import Control, Origin
from reports.context import Block, Cell, Document, Figure, KeyNumbers, Paragraph, Section, Table, Text
from reports.document import build_document
from reports.evidence import read_evidence
from reports.figures import proof
from reports.figures.render import to_svg
from reports.sections.words import effect_words, interval_words
from review.pool import OutcomePool, pool_database
from tests.databases import Databases

DATE = dt.date(2026, 11, 21)
SHORT = """
[[section]]
id = "summary"
title = "In plain words"
[[section]]
id = "flow"
title = "Flow of records"
[[section]]
id = "studies"
title = "Included studies"
[[section]]
id = "changes"
title = "Changes since the release"
"""


@pytest.fixture
def outline(tmp_path: Path) -> Path:
    """Write an outline of the sections without plots, which are made in no time."""
    path = tmp_path / "outline.toml"
    path.write_text(SHORT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def engine(databases: Databases) -> Engine:
    return open_database(databases.loaded)


@pytest.fixture(scope="module")
def faults() -> list[str]:
    """Collect what is wrong with the words of the drawings while the document is built."""
    return []


@pytest.fixture(scope="module")
def document(engine: Engine, faults: list[str]) -> Document:
    """Build the whole document of the shipped corpus, looking at each drawing on its way."""

    def looked_at(drawing: MatplotlibFigure, prefix: str | None = None) -> str:
        faults.extend(f"{prefix}: {fault}" for fault in proof.faults(drawing))
        return to_svg(drawing, prefix=prefix)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plates, "to_svg", looked_at)
        return told(engine)


@pytest.fixture(scope="module")
def pools(engine: Engine) -> list[OutcomePool]:
    with reading(engine) as connection:
        return pool_database(connection)


def told(engine: Engine, outline: Path | None = None, *, draft: bool = False) -> Document:
    with reading(engine) as connection:
        evidence = read_evidence(connection, date=DATE)
    return (
        build_document(evidence, draft=draft)
        if outline is None
        else build_document(evidence, draft=draft, outline=outline)
    )


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


def words(text: Text) -> str:
    return "".join(span.text for span in text)


def paragraphs(one: Section) -> list[str]:
    return [words(block.text) for block in one.blocks if isinstance(block, Paragraph)]


def key_numbers(document: Document) -> dict[str, str]:
    strip = next(block for block in section(document, "summary").blocks if isinstance(block, KeyNumbers))
    return {item.label: item.value for item in strip.items}


def counted(engine: Engine, query: object) -> str:
    with reading(engine) as connection:
        return f"{connection.scalar(query):,}"  # type: ignore[call-overload]


def rows_of(model: object, *conditions: object) -> object:
    return select(func.count()).select_from(model).where(*conditions)  # type: ignore[arg-type]


def test_the_key_numbers_are_counts_of_rows(engine: Engine, document: Document) -> None:
    reported = Comparison.origin == Origin.REPORTED
    assert key_numbers(document) == {
        "search hits": counted(engine, rows_of(Identified)),
        "records screened": counted(engine, select(func.count(Screening.record_id.distinct()))),
        "studies included": counted(engine, rows_of(Study)),
        "comparisons extracted": counted(engine, rows_of(Comparison, reported)),
        "clean contrasts": counted(
            engine, rows_of(Comparison, reported, Comparison.control == Control.CLEAN)
        ),
    }


def test_the_flow_counts_rows(engine: Engine, document: Document) -> None:
    data = {row[0].text: row[2].text for row in table(document, "data-flow").rows if row[0].text}
    hits, records = counted(engine, rows_of(Identified)), counted(engine, rows_of(Record))
    assert data["Records identified from databases and registers"] == hits
    assert data["Records removed before screening"] == f"{int(hits) - int(records):,}"
    assert data["Records screened"] == records
    assert data["New studies included in review"] == counted(engine, rows_of(Study))
    assert int(data["Records screened"]) == int(data["Records excluded"]) + int(
        data["New studies included in review"]
    )
    assert data["Reports sought for retrieval"] == ""
    figure = next(
        block for block in blocks(document) if isinstance(block, Figure) and block.id == "figure-flow"
    )
    assert all(f"{number}" in figure.alt for number in data.values() if number)


def test_no_words_of_a_drawing_overlap_or_run_over_the_edge(document: Document, faults: list[str]) -> None:
    assert sum(isinstance(block, Figure) for block in blocks(document)) >= 15
    assert faults == []


def test_every_row_of_the_corpus_stands_in_its_table(engine: Engine, document: Document) -> None:
    shown = {
        "studies-table": (Study, "study_id"),
        "records": (Record, "record_id"),
        "queries": (Search, "query_id"),
    }
    with reading(engine) as connection:
        for name, (model, key) in shown.items():
            stored = set(connection.scalars(select(getattr(model, key))))
            assert {row[0].text for row in table(document, name).rows} == stored
    assert len(table(document, "studies-table").rows) == 93


def test_studies_show_what_the_matrix_holds(engine: Engine, document: Document) -> None:
    from review.matrix import study_matrix

    with reading(engine) as connection:
        matrix = study_matrix(connection)
    shown = table(document, "studies-table")
    place = next(i for i, column in enumerate(shown.columns) if column.label == "Weight bits")
    stated = {row[0].text: row[place].text.replace(" ", "").split(";") for row in shown.rows}
    assert {study: len(bits) for study, bits in stated.items()} == {
        str(study): len(cell.split(";")) for study, cell in matrix["weight_bits"].items()
    }
    assert all(bool(stated[str(study)][0]) == bool(cell) for study, cell in matrix["weight_bits"].items())


def test_the_summary_tells_the_pooled_estimates(document: Document, pools: list[OutcomePool]) -> None:
    said = paragraphs(section(document, "summary"))
    pooled = 0
    for pool in pools:
        if pool.main.result is None:
            assert not any(one.startswith(f"{pool.outcome.label} ") for one in said)
            continue
        pooled += 1
        c = pool.main.result.coefficients[0]
        sentence = next(one for one in said if one.startswith(f"{pool.outcome.label} "))
        assert effect_words(c.estimate, pool.measure) in sentence
        assert interval_words(c.ci_low, c.ci_high, pool.measure) in sentence
        assert f"{len(pool.effects)} clean contrast" in sentence
    assert pooled >= 4


def test_the_table_of_pools_holds_the_pooled_estimates(document: Document, pools: list[OutcomePool]) -> None:
    rows = {row[0].text: row for row in table(document, "pooled").rows}
    assert list(rows) == [pool.outcome.label for pool in pools]
    for pool in pools:
        cells = rows[pool.outcome.label]
        assert [cell.text for cell in cells[2:5]] == [
            str(n) for n in (len(pool.effects), pool.studies, pool.groups)
        ]
        if pool.main.result is None:
            assert all(not isinstance(cell.sort, float) for cell in cells[5:])
        else:
            assert (
                Cell(
                    effect_words(pool.main.result.coefficients[0].estimate, pool.measure),
                    sort=pool.main.result.coefficients[0].estimate,
                )
                in cells
            )


def test_a_forest_draws_the_rows_of_its_pool(document: Document, pools: list[OutcomePool]) -> None:
    accuracy = next(pool for pool in pools if pool.outcome.code == "accuracy")
    rows = table(document, "data-forest-accuracy").rows
    drawn = sorted(row[0].text for row in rows if row[-1].text == "reported")
    assert drawn == sorted(effect.source for effect in accuracy.effects)


def test_a_changed_value_changes_the_page(seeded_db: Engine, outline: Path, document: Document) -> None:
    query = select(Comparison.comparison_id).where(
        Comparison.outcome == "accuracy",
        Comparison.control == Control.CLEAN,
        Comparison.quantized_value.is_not(None),
        Comparison.baseline_value.is_not(None),
    )
    with reading(seeded_db) as connection:
        chosen = connection.scalars(query.order_by(Comparison.comparison_id)).first()
    with writing(seeded_db, actor="curator", reason="misread") as connection:
        connection.execute(
            update(Comparison).where(Comparison.comparison_id == chosen).values(quantized_value=1)
        )
    changed = told(seeded_db, outline)

    def accuracy(of: Document) -> str:
        return next(one for one in paragraphs(section(of, "summary")) if one.startswith("Accuracy "))

    assert accuracy(changed) != accuracy(document)
    assert changed.meta.release_hash != document.meta.release_hash
    assert "edited since" in changed.meta.release
    what = [row[2].text for row in table(changed, "changes-table").rows]
    assert what == [f"update comparisons {chosen}"]
    assert "misread" in [cell.text for cell in table(changed, "changes-table").rows[0]]


def test_a_row_that_goes_is_no_longer_counted(seeded_db: Engine, outline: Path, document: Document) -> None:
    with reading(seeded_db) as connection:
        chosen = connection.scalars(
            select(Comparison.comparison_id)
            .where(
                Comparison.control != Control.CLEAN,
                Comparison.comparison_id.not_in(select(Extraction.comparison_id)),
                Comparison.comparison_id.not_in(select(SecondReading.comparison_id)),
            )
            .order_by(Comparison.comparison_id)
        ).first()
    with writing(seeded_db, actor="curator", reason="not a comparison") as connection:
        connection.execute(delete(Comparison).where(Comparison.comparison_id == chosen))
    before, after = key_numbers(document), key_numbers(told(seeded_db, outline))
    assert int(after.pop("comparisons extracted")) == int(before["comparisons extracted"]) - 1
    assert after.items() <= before.items()
