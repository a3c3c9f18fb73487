"""`medquant report --since DIR`: the page tells what differs from a release, and what that moved."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.session import place_of, writing

OUTLINE = '[[section]]\nid = "changes"\ntitle = "Changes since the release"\n'


@pytest.fixture
def report(medquant: Callable[..., Any], seeded_db: Engine, tmp_path: Path) -> Callable[..., tuple[Any, str]]:
    """Build the section on changes alone, as HTML, and return its words with single blanks."""
    outline = tmp_path / "outline.toml"
    outline.write_text(OUTLINE, encoding="utf-8")

    def run(*words: object) -> tuple[Any, str]:
        out = tmp_path / "out"
        done = medquant(
            "report",
            "--db",
            place_of(seeded_db),
            "--out",
            out,
            "--outline",
            outline,
            "--form",
            "html",
            *words,
        )
        page = (out / "report.html").read_text("utf-8") if done.code == 0 else ""
        body = page[page.find("<main") :]
        return done, " ".join(re.sub(r"<[^>]+>", " ", body).split())

    return run


def test_a_page_without_changes_says_that_no_cell_differs(
    report: Callable[..., tuple[Any, str]], corpus_dir: Path
) -> None:
    done, words = report("--since", corpus_dir)
    assert done.code == 0, done.err
    assert "No cell differs from release 2026.11." in words


def test_a_page_tells_cells_rows_flow_and_pools_that_moved(
    report: Callable[..., tuple[Any, str]], corpus_dir: Path, seeded_db: Engine
) -> None:
    with writing(seeded_db, actor="Ada", reason="read the full text") as connection:
        changed = connection.scalar(text(
            "SELECT min(comparison_id) FROM comparisons WHERE outcome = 'accuracy' AND control = 'clean' "
            "AND change_kind = 'difference' AND origin = 'reported'"
        ))  # fmt: skip
        connection.execute(
            text("UPDATE comparisons SET control = 'unclear' WHERE comparison_id = :key"), {"key": changed}
        )
        connection.execute(
            text("DELETE FROM identified WHERE position = (SELECT max(position) FROM identified)")
        )
    done, words = report("--since", corpus_dir, "--draft")
    assert done.code == 0, done.err
    assert "What differs from release 2026.11: comparisons, 1 changed." in words
    assert "1 of 12 pooled outcomes moved." in words
    assert "Pooled estimates that moved" in words
    assert "13 effects" in words
    assert "12 effects" in words
    assert "Counts of the flow that moved" in words
    assert "656" in words
    assert "Rows added and removed" in words
    assert f"comparisons.csv {changed} control clean unclear" in words
    assert "read the full text" in words


def test_a_page_without_a_release_folder_tells_the_edits_alone(
    report: Callable[..., tuple[Any, str]],
) -> None:
    done, words = report()
    assert done.code == 0
    assert "Nothing was changed since release 2026.11" in words
    assert "No cell differs" not in words


@pytest.mark.parametrize("folder", ["no-such-folder", "", "now"])
def test_a_folder_that_is_none_stops_the_page(report: Callable[..., tuple[Any, str]], folder: str) -> None:
    done, _ = report("--since", folder)
    assert done.code == 1
    assert "is no folder; name the folder of a release" in done.err
