"""The README keeps its word: its tour runs, and it names every verb and target that there is."""

import re
import shlex
from pathlib import Path

import pytest

import medquant as front_door

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
MAKEFILE = (Path(__file__).parent.parent / "Makefile").read_text("utf-8")


def tour() -> list[tuple[str, str]]:
    """Return (command, what the README shows of its output) for each command of the tour."""
    section = README.split("## A tour")[1].split("### All verbs")[0]
    steps: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            steps.append((command, shown))
    return steps


def matches(shown: str, printed: str) -> bool:
    """Whether the output is what the README shows, `...` standing for anything."""
    pattern = re.escape(shown.strip()).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


@pytest.mark.tour
def test_the_tour_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEDQUANT_DB", raising=False)
    steps = tour()
    assert len(steps) > 12
    for command, shown in steps:
        program, *words = shlex.split(command)
        assert program == "medquant"
        code = front_door.main(words)
        printed = capsys.readouterr()
        assert code == 0, f"{command}: {printed.err}"
        assert matches(shown, printed.out), f"{command} printed\n{printed.out}\nbut the README shows\n{shown}"
    assert (tmp_path / "page" / "report.html").stat().st_size > 100_000
    assert (tmp_path / "page" / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_tour_that_shows_something_else_is_caught() -> None:
    assert matches("a\n...\nc", "a\nb\nc\n")
    assert not matches("a\n...\nd", "a\nb\nc\n")


def verbs(package: str) -> list[str]:
    """Return the verbs of a package."""
    parser = front_door.build_parser(package)
    chosen = next(action for action in parser._actions if action.dest == "package").choices[package]
    actions = [action for action in chosen._actions if action.choices and action.dest != "form"]
    return list(actions[0].choices) if actions else []


@pytest.mark.parametrize("package", list(front_door.PACKAGES))
def test_every_verb_stands_in_the_readme(package: str) -> None:
    table = README.split("### All verbs")[1].split("## How the house")[0]
    for verb in verbs(package):
        assert f"medquant {package} {verb}" in table or f"`{verb}`" in table, f"{package} {verb} is missing"


def test_every_verb_of_the_readme_exists() -> None:
    for package, verb in re.findall(r"medquant (db|review) ([a-z]+)", README):
        assert verb in verbs(package), f"medquant {package} {verb}"


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:`|\$ )make ([a-z]+)", README))
    assert len(named) > 4
    assert named <= targets
