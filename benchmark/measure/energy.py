"""Energy from a real counter, or none: the processor's own (RAPL) or an external meter's record."""

import csv
import time
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from benchmark.arms import Runtime
from benchmark.measure.child import PATIENCE, ArmChild
from benchmark.measure.score import Score, undefined
from db.errors import DataError, MedquantError, shown

POWERCAP = Path("/sys/class/powercap")
MICROJOULE = 1e-6
SECONDS = 10.0
METER_COLUMNS = (("time_s", "power_w"), ("time_s", "energy_j"))


@dataclass(frozen=True)
class RaplReading:
    """Counters of the processor packages in microjoules, each with the value at which it starts anew."""

    counters: tuple[tuple[str, int, int], ...]

    def joules_since(self, earlier: "RaplReading") -> float:
        """Return the energy between two readings; a counter may have started anew once."""
        before = {zone: value for zone, value, _ in earlier.counters}
        spent = 0
        for zone, value, limit in self.counters:
            change = value - before[zone]
            spent += change if change >= 0 else change + limit + 1
        return spent * MICROJOULE


@dataclass(frozen=True)
class Metered:
    """An external meter's record: times in seconds, and power in watts or energy since the start in joules."""

    times: tuple[float, ...]
    values: tuple[float, ...]
    cumulative: bool


@dataclass(frozen=True)
class Energy:
    """Energy of one prediction, and how it was measured or why it could not be.

    `begin` and `end` are seconds since 1970: the window to look up in an external meter's record.
    """

    per_inference: Score
    energy_method: str
    calls: int
    begin: float
    end: float


def read_rapl(root: Path = POWERCAP) -> RaplReading | str:
    """Return the counters of all packages, or why there are none.

    Parameters
    ----------
    root
        The system's folder of power counters.

    References
    ----------
    Linux kernel documentation, Power Capping Framework: `energy_uj`, `max_energy_range_uj`.
    """
    zones = sorted(zone for zone in root.glob("intel-rapl:*") if zone.name.count(":") == 1)
    if not zones:
        return f"none: this machine shows no RAPL counter in {root}"
    try:
        return RaplReading(
            tuple(
                (
                    zone.name,
                    int((zone / "energy_uj").read_text()),
                    int((zone / "max_energy_range_uj").read_text()),
                )
                for zone in zones
            )
        )
    except PermissionError:
        return f"none: the RAPL counter in {root} may be read by the administrator only"
    except (OSError, ValueError) as error:
        return f"none: the RAPL counter in {root} cannot be read ({error})"


def measure_energy(
    file: Path,
    runtime: Runtime,
    *,
    threads: int,
    size: int | None = None,
    seconds: float = SECONDS,
    root: Path = POWERCAP,
    patience: float = PATIENCE,
) -> Energy:
    """Measure the energy of predictions by the processor's own counter.

    Parameters
    ----------
    file, runtime
        The network and what executes it.
    threads
        Threads that share one call.
    size
        Side of the images in pixels, for a file that leaves it open.
    seconds
        How long predictions are repeated; one counter turn (minutes) at most.
    root
        The system's folder of power counters.
    patience
        Seconds until a silent process counts as hanging.

    Raises
    ------
    MedquantError
        If the arm cannot be run, or its process ends or hangs.

    Notes
    -----
    Without a counter the value is None: energy is never estimated from time. The counter covers the whole processor,
    other programs and idle power included; nothing is subtracted. The window is given in either case, so that an
    external meter's record can be laid over it.

    References
    ----------
    Khan et al. (2018), RAPL in Action, ACM Transactions on Modeling and Performance Evaluation 3, 9.
    """
    with ArmChild(file, runtime, patience=patience) as arm:
        arm.ask("hello", runtime=runtime.value)
        arm.ask("open", file=str(file), threads=threads, batch=1, size=size)
        before, begin = read_rapl(root), time.time()
        calls = int(arm.ask("repeat", seconds=seconds)["calls"])
        after, end = read_rapl(root), time.time()
    if isinstance(before, str) or isinstance(after, str):
        why = before if isinstance(before, str) else str(after)
        return Energy(undefined("energy", "mJ", why), why, calls, begin, end)
    method = "RAPL, all processor packages, idle power included"
    return _energy(after.joules_since(before), calls, begin, end, method)


def energy_from_meter(run: Energy, record: Metered) -> Energy:
    """Return the energy of a run's window as an external meter recorded it.

    Raises
    ------
    MedquantError
        If the record does not cover the window.
    """
    joules = metered_joules(record, run.begin, run.end)
    return _energy(
        joules, run.calls, run.begin, run.end, "external meter, whole machine, idle power included"
    )


def read_meter(path: Path) -> Metered:
    """Read an external meter's CSV file: columns `time_s,power_w` or `time_s,energy_j`.

    Parameters
    ----------
    path
        UTF-8, comma-separated; times in seconds since 1970, strictly increasing; power in watts, not negative, or
        energy in joules since any start, never falling; two rows at least.

    Raises
    ------
    MedquantError
        If the file is anything else.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MedquantError(f"the meter's record {path} cannot be read ({error}): give a CSV file") from error
    head = tuple(rows[0]) if rows else ()
    if head not in METER_COLUMNS:
        raise DataError(
            f"the columns are {shown(','.join(head))}; allowed: time_s,power_w or time_s,energy_j",
            file=str(path),
            row=1,
        )
    times: list[float] = []
    values: list[float] = []
    for number, row in enumerate(rows[1:], 2):
        try:
            moment, value = (float(cell) for cell in row)
        except ValueError:
            problem = f"{shown(','.join(row))} is no pair of numbers"
            raise DataError(f"{problem}; give one time and one value", file=str(path), row=number) from None
        _check_row(str(path), number, (moment, value), (times[-1], values[-1]) if times else None, head[1])
        times.append(moment)
        values.append(value)
    if len(times) < 2:
        raise DataError("there are fewer than two rows of values; record for longer", file=str(path))
    return Metered(tuple(times), tuple(values), cumulative=head[1] == "energy_j")


def metered_joules(record: Metered, begin: float, end: float) -> float:
    """Return the energy between two times: power by the trapezoidal rule, with interpolated ends.

    Raises
    ------
    MedquantError
        If the record does not cover the window.
    """
    times, values = np.asarray(record.times), np.asarray(record.values)
    if not times[0] <= begin < end <= times[-1]:
        raise MedquantError(
            f"the meter's record runs from {times[0]:.3f} to {times[-1]:.3f} s and does not cover the window from "
            f"{begin:.3f} to {end:.3f} s: record the whole run, with times in seconds since 1970"
        )
    edges = np.interp([begin, end], times, values)
    if record.cumulative:
        return float(edges[1] - edges[0])
    inside = (times > begin) & (times < end)
    moments = np.concatenate([[begin], times[inside], [end]])
    return float(np.trapezoid(np.concatenate([edges[:1], values[inside], edges[1:]]), moments))


def _check_row(
    file: str, row: int, now: tuple[float, float], last: tuple[float, float] | None, column: str
) -> None:
    if not (isfinite(now[0]) and isfinite(now[1])):
        raise DataError("a value is not finite; allowed are plain numbers", file=file, row=row)
    if last is not None and now[0] <= last[0]:
        raise DataError(f"{now[0]} does not come after {last[0]}; times must increase", file=file, row=row)
    if column == "power_w" and now[1] < 0:
        raise DataError(f"the power {now[1]} is negative; allowed: 0 or more", file=file, row=row)
    if column == "energy_j" and last is not None and now[1] < last[1]:
        raise DataError(f"the energy falls from {last[1]} to {now[1]}; it must add up", file=file, row=row)


def _energy(joules: float, calls: int, begin: float, end: float, method: str) -> Energy:
    value = 1000 * joules / calls
    return Energy(Score("energy", value, None, None, calls, "mJ", method), method, calls, begin, end)
