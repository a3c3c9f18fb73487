"""The README keeps its word: its tour runs, and it names every verb and target that there is."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import medquant as front_door
from benchmark.catalogue import SHIPPED, read_cases

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text("utf-8")
MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")
CHANGE = re.compile(r"change (\d+)")


def tour() -> list[tuple[str, str]]:
    """Return (command, what the README shows of its output) for each command of the tour."""
    return commands(README.split("## A tour")[1].split("## A curator's day")[0])


def commands(text: str) -> list[tuple[str, str]]:
    """Return (command, what is shown of its output) for each command of the console blocks of a text."""
    steps: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            steps.append((command, shown))
    return steps


def matches(shown: str, printed: str) -> bool:
    """Whether the output is what the README shows, `...` standing for anything."""
    pattern = re.escape(shown.strip()).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def renumbered(text: str, numbers: dict[str, str]) -> str:
    """Return a text with the numbers of changes that this database has: what shipped was loaded as changes before."""
    return re.sub(r"(?<=change )\d+|(?<=undo )\d+", lambda found: numbers.get(found[0], found[0]), text)


@pytest.mark.tour
def test_the_tour_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEDQUANT_DB", raising=False)
    steps, numbers = tour(), dict[str, str]()
    assert len(steps) > 17
    for command, shown in steps:
        program, *words = shlex.split(renumbered(command, numbers))
        assert program == "medquant"
        code = front_door.main(words)
        printed = capsys.readouterr()
        assert code == 0, f"{command}: {printed.err}"
        if (told := CHANGE.search(shown)) and (made := CHANGE.search(printed.out)):
            numbers.setdefault(told[1], made[1])
        assert matches(renumbered(shown, numbers), printed.out), (
            f"{command} printed\n{printed.out}\nbut the README shows\n{shown}"
        )
    assert (tmp_path / "page" / "report.html").stat().st_size > 100_000
    assert (tmp_path / "page" / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_the_spreadsheet_of_the_readme_is_pooled_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDQUANT_DB", str(tmp_path / "medquant.db"))
    assert front_door.main(["db", "load", "--results", "none"]) == 0
    capsys.readouterr()
    steps = commands(README.split("## Pool a spreadsheet of your own")[1].split("## Reference")[0])
    assert len(steps) == 3
    for command, shown in steps:
        assert front_door.main(shlex.split(command)[1:]) == 0, capsys.readouterr().err
        assert matches(shown, capsys.readouterr().out), command
    assert (tmp_path / "forest.svg").read_text("utf-8").count("<desc") == 1


def test_a_tour_that_shows_something_else_is_caught() -> None:
    assert matches("a\n...\nc", "a\nb\nc\n")
    assert not matches("a\n...\nd", "a\nb\nc\n")


def verbs(package: str) -> list[str]:
    """Return the verbs of a package."""
    parser = front_door.build_parser(package)
    chosen = next(action for action in parser._actions if action.dest == "package").choices[package]
    actions = [action for action in chosen._actions if action.choices and action.dest != "form"]
    return list(actions[0].choices) if actions else []


def verbs_of_the_table(package: str) -> set[str]:
    """Return the verbs of a package that have a row, or share one, in the README's table."""
    table = README.split("### All verbs")[1].split("## How the house")[0]
    found: set[str] = set()
    for names in re.findall(rf"^\| (`medquant {package}\b.*?) \|", table, re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", names):
            words = name.removeprefix(f"medquant {package}").split()
            found.update(words[:1])
    return found


@pytest.mark.parametrize("package", list(front_door.PACKAGES))
def test_the_table_has_every_verb_and_no_other(package: str) -> None:
    assert verbs_of_the_table(package) == set(verbs(package))


def test_every_verb_of_the_readme_exists() -> None:
    found = re.findall(r"medquant (db|review|benchmark) ([a-z-]+)", README)
    assert {package for package, _ in found} == {"db", "review", "benchmark"}
    for package, verb in found:
        assert verb in verbs(package), f"medquant {package} {verb}"


def test_every_command_of_the_readme_has_only_options_that_exist() -> None:
    written = [command for command, _ in commands(README) if command.startswith("medquant ")]
    assert sum("benchmark" in command for command in written) > 10
    for command in written:
        words = shlex.split(command, comments=True)[1:]
        assert callable(front_door.build_parser(words[0]).parse_args(words).run), command


def test_the_case_of_the_readme_is_the_shipped_one() -> None:
    (written,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    case = tomllib.loads(written)
    shipped = tomllib.loads((SHIPPED / "fp16.toml").read_text("utf-8"))
    assert case == {**shipped, "claims": shipped["claims"][:1]}


def test_the_quick_ladder_is_what_the_readme_says() -> None:
    quick = {name for name, case in read_cases().items() if case.quick}
    assert quick == {"fp32_mobilenet_v2", "fp16", "int8_dynamic", "int8"}


def test_every_environment_variable_stands_in_the_readme() -> None:
    table = README.split("### Environment variables")[1].split("### All verbs")[0]
    read = {
        name
        for package in ("db", "review", "benchmark", "reports")
        for file in (PROJECT / package).rglob("*.py")
        for name in re.findall(r"\"(MEDQUANT_[A-Z_]+)\"", file.read_text("utf-8"))
    }
    assert read == set(re.findall(r"`(MEDQUANT_[A-Z_]+)`", table))


def test_the_rooms_of_the_benchmark_stand_in_the_readme() -> None:
    house = README.split("## How the house")[1].split("## Contributing")[0]
    rooms = {path.name for path in (PROJECT / "benchmark").iterdir() if path.is_dir()} - {"__pycache__"}
    assert rooms == set(re.findall(r"^  - `([a-z]+)/`", house, re.MULTILINE))
    for name in re.findall(r"`([a-z]+(?:/[a-z_]+)+(?:\.[a-z]+|/))`", house):
        assert (PROJECT / name).exists(), name


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:`|\$ )make ([a-z]+)", README))
    assert len(named) > 4
    assert named <= targets
