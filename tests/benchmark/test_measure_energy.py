"""What measuring energy promises: a real counter's value, or none with the reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from benchmark.arms import Runtime
from benchmark.measure import energy as energy_module
from benchmark.measure.energy import energy_from_meter, measure_energy, metered_joules, read_meter, read_rapl
from db.errors import MedquantError

ONNX = Runtime.ONNXRUNTIME
ARM = Path("arm.onnx")
CALLS = 40

Counter = Callable[[int, int], Path]


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """Return what sets the energy counters of two processor packages, one of which has a part of its own."""

    def set_to(first: int, second: int) -> Path:
        root = tmp_path / "powercap"
        for name, value in (("intel-rapl:0", first), ("intel-rapl:1", second), ("intel-rapl:0:0", 5)):
            (root / name).mkdir(parents=True, exist_ok=True)
            (root / name / "energy_uj").write_text(f"{value}\n")
            (root / name / "max_energy_range_uj").write_text("999999\n")
        return root

    return set_to


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Replace the arm's process by one that makes 40 calls; what is put into the list happens meanwhile."""
    meanwhile: list[Callable[[], object]] = []

    class Working:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def ask(self, do: str, **_: Any) -> dict[str, Any]:
            if do == "repeat":
                for happens in meanwhile:
                    happens()
            return {"calls": CALLS}

    monkeypatch.setattr(energy_module, "ArmChild", Working)
    return meanwhile


def test_packages_are_added_and_their_parts_are_not_counted_twice(counter: Counter) -> None:
    before = read_rapl(counter(100, 200))
    after = read_rapl(counter(500_100, 250_200))
    assert after.joules_since(before) == pytest.approx(0.75)


def test_a_counter_that_started_anew_is_unwrapped(counter: Counter) -> None:
    before = read_rapl(counter(999_990, 0))
    after = read_rapl(counter(9, 0))
    assert after.joules_since(before) == pytest.approx(19e-6)


def test_without_a_counter_energy_is_none_and_says_why(
    tmp_path: Path, working: list[Callable[[], object]]
) -> None:
    result = measure_energy(ARM, ONNX, threads=1, root=tmp_path)
    assert result.per_inference.value is None
    assert result.energy_method.startswith("none: this machine shows no RAPL counter")
    assert result.per_inference.note == result.energy_method
    assert result.calls == CALLS
    assert result.begin <= result.end


def test_a_counter_that_only_the_administrator_may_read_says_so(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = counter(1, 2)

    def refuse(self: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_text", refuse)
    assert "administrator" in read_rapl(root)


def test_a_counter_that_is_no_number_says_so(counter: Counter) -> None:
    root = counter(1, 2)
    (root / "intel-rapl:1/energy_uj").write_text("?")
    assert read_rapl(root).startswith("none: the RAPL counter")


def test_energy_is_what_the_counter_says_divided_by_the_predictions(
    counter: Counter, working: list[Callable[[], object]]
) -> None:
    root = counter(100_000, 0)
    working.append(lambda: counter(500_000, 0))
    result = measure_energy(ARM, ONNX, threads=1, root=root)
    assert result.per_inference.value == pytest.approx(400 / CALLS)
    assert (result.per_inference.unit, result.per_inference.n) == ("mJ", CALLS)
    assert result.energy_method.startswith("RAPL")


def meter(tmp_path: Path, text: str) -> Path:
    """Write a meter's record."""
    path = tmp_path / "meter.csv"
    path.write_text(text)
    return path


def test_power_is_integrated_by_trapezoids_with_interpolated_ends(tmp_path: Path) -> None:
    record = read_meter(meter(tmp_path, "time_s,power_w\n0,0\n1,10\n2,10\n4,0\n"))
    assert metered_joules(record, 0, 4) == pytest.approx(5 + 10 + 10)
    assert metered_joules(record, 0.5, 3) == pytest.approx(0.5 * 7.5 + 10 + 7.5)
    assert metered_joules(record, 1.25, 1.75) == pytest.approx(5)


def test_a_meter_that_adds_up_energy_is_read_by_difference(tmp_path: Path) -> None:
    record = read_meter(meter(tmp_path, "time_s,energy_j\n10,100\n12,104\n14,120\n"))
    assert metered_joules(record, 11, 13) == pytest.approx(10)


def test_a_meters_record_gives_the_energy_of_a_run(
    tmp_path: Path, working: list[Callable[[], object]]
) -> None:
    run = measure_energy(ARM, ONNX, threads=1, root=tmp_path)
    record = read_meter(meter(tmp_path, f"time_s,power_w\n{run.begin - 1!r},6\n{run.end + 1!r},6\n"))
    result = energy_from_meter(run, record)
    assert result.per_inference.value == pytest.approx(6000 * (run.end - run.begin) / run.calls)
    assert result.energy_method.startswith("external meter")


def test_a_window_outside_the_record_is_refused(tmp_path: Path) -> None:
    record = read_meter(meter(tmp_path, "time_s,power_w\n0,1\n1,1\n"))
    with pytest.raises(MedquantError, match="does not cover the window"):
        metered_joules(record, 0.5, 1.5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "columns"),
        ("seconds,watts\n0,1\n1,1\n", "allowed: time_s,power_w or time_s,energy_j"),
        ("time_s,power_w\n0,1\n", "fewer than two rows"),
        ("time_s,power_w\n0,1\n1,much\n", "row 3: '1,much' is no pair of numbers"),
        ("time_s,power_w\n0,1\n1,1,1\n", "row 3"),
        ("time_s,power_w\n0,1\n1,nan\n", "row 3: a value is not finite"),
        ("time_s,power_w\n1,1\n1,1\n", "times must increase"),
        ("time_s,power_w\n0,1\n1,-1\n", "negative"),
        ("time_s,energy_j\n0,5\n1,4\n", "it must add up"),
    ],
)
def test_a_meters_record_is_read_strictly(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match=says):
        read_meter(meter(tmp_path, text))


def test_a_missing_record_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="cannot be read"):
        read_meter(tmp_path / "none.csv")
