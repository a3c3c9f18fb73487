"""Two runs side by side: which measured values changed, which differ by noise, and which facts of the runs differ."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from db.errors import MedquantError, shown
from db.models.tables import ImageSet, Measurement, Prediction, Run

LEVEL = 0.05
COUNTED = frozenset({"size_bytes", "size_gzip_bytes", "parameters", "macs", "quantized_share"})
"""Metrics without sampling error."""


class Difference(StrEnum):
    """What the difference of a value between two runs is."""

    SAME = "same"
    NOISE = "noise"
    CHANGED = "changed"
    UNKNOWN = "unknown"


_RANK = {Difference.CHANGED: 0, Difference.UNKNOWN: 1, Difference.NOISE: 2}


@dataclass(frozen=True)
class ComparedValue:
    """One value in two runs; `how` says what tells change from noise."""

    arm: str
    metric: str
    split: str
    old: float | None
    new: float | None
    unit: str | None
    difference: Difference
    how: str

    @property
    def change(self) -> float | None:
        """New minus old."""
        return None if self.old is None or self.new is None else self.new - self.old


@dataclass(frozen=True)
class ComparedFact:
    """One fact of the runs that differs."""

    name: str
    old: object
    new: object


@dataclass(frozen=True)
class RunComparison:
    """Everything that differs between two runs, and what does not; `only` names values that one of them lacks."""

    old: str
    new: str
    values: tuple[ComparedValue, ...]
    facts: tuple[ComparedFact, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the comparison for programs."""
        values = [asdict(value) | {"change": value.change} for value in self.values]
        return asdict(self) | {"values": values}

    def as_text(self) -> str:
        """Return the comparison for a terminal: first what changed."""
        told = [value for value in self.values if value.difference != Difference.SAME]
        told.sort(key=lambda value: _RANK[value.difference])
        lines = [f"{self.old} -> {self.new}"]
        for value in told:
            where = f" {value.split}" if value.split else ""
            unit = f" {value.unit}" if value.unit else ""
            lines.append(
                f"  {value.difference}: {value.arm} {value.metric}{where}: {_number(value.old)} -> "
                f"{_number(value.new)}{unit} ({value.how})"
            )
        same = len(self.values) - len(told)
        lines.append(f"  {same:,} value{'' if same == 1 else 's'} the same")
        for name, missing in ((self.old, self.only_old), (self.new, self.only_new)):
            if missing:
                lines.append(f"  only in {name}: {', '.join(missing)}")
        lines.append("facts that differ" if self.facts else "all facts of the runs are the same")
        lines += [f"  {fact.name}: {_fact(fact.old)} -> {_fact(fact.new)}" for fact in self.facts]
        return "\n".join(lines)


def compare_runs(connection: Connection, old: str, new: str) -> RunComparison:
    """Compare what two runs measured.

    Parameters
    ----------
    connection
        An open connection.
    old, new
        Their identifiers.

    Raises
    ------
    MedquantError
        If there is no such run.

    Notes
    -----
    Accuracies on the same images are compared image by image (McNemar's exact test at 5 %); other values by whether
    their 95 % intervals overlap, which is the more cautious rule; what is counted (sizes, parameters) is the same or not;
    of what has no interval nobody can tell.
    """
    runs = [_run(connection, name) for name in (old, new)]
    measured = [_measurements(connection, name) for name in (old, new)]
    paired = _paired(connection, old, new)
    values = [
        _compared(key, measured[0][key], measured[1][key], paired)
        for key in measured[0]
        if key in measured[1]
    ]
    known = {(value.arm, value.split) for value in values if value.metric == "accuracy"}
    values += [value for key, value in paired.items() if key not in known]
    return RunComparison(
        old=old,
        new=new,
        values=tuple(values),
        facts=tuple(_facts(runs[0], runs[1])),
        only_old=tuple(_named(key) for key in measured[0] if key not in measured[1]),
        only_new=tuple(_named(key) for key in measured[1] if key not in measured[0]),
    )


def mcnemar_exact(gained: int, lost: int) -> float:
    """Return the two-sided p value of McNemar's exact test.

    Parameters
    ----------
    gained, lost
        Images that only the second, only the first of two classifiers has right.

    Notes
    -----
    Twice the smaller tail of a binomial distribution with probability 1/2, at most 1.

    Reference: McNemar Q. Psychometrika 1947;12:153-7.
    """
    n = gained + lost
    tail = sum(math.comb(n, i) for i in range(min(gained, lost) + 1))
    return float(min(1, 2 * tail / 2**n))


def _run(connection: Connection, name: str) -> Mapping[str, Any]:
    row = connection.execute(select(Run.__table__).where(Run.run_id == name)).mappings().first()
    if row is None:
        raise MedquantError(f"there is no run {shown(name)}; `medquant benchmark runs` lists them")
    return dict(row)


def _measurements(connection: Connection, run: str) -> dict[tuple[str, str, str], Row[Any]]:
    query = select(Measurement.__table__).where(Measurement.run_id == run)
    query = query.order_by(Measurement.arm, Measurement.metric, Measurement.split)
    return {(row.arm, row.metric, row.split): row for row in connection.execute(query)}


def _paired(connection: Connection, old: str, new: str) -> dict[tuple[str, str], ComparedValue]:
    """Compare the accuracies of arms that both runs tested on the same images, by arm and place."""
    sets = {row.set_id: row for row in connection.execute(select(ImageSet.__table__))}
    said: dict[tuple[str, str, str], str] = {
        (row.run_id, row.arm, row.set_id): row.classes
        for row in connection.execute(select(Prediction.__table__).where(Prediction.run_id.in_((old, new))))
    }
    found = {}
    for (run, arm, set_id), before in sorted(said.items()):
        after = said.get((new, arm, set_id))
        if run != old or after is None:
            continue
        images = sets[set_id]
        place = f"{images.split}/{images.part}"
        found[arm, place] = _accuracy(arm, place, images.labels, before, after)
    return found


def _accuracy(arm: str, place: str, labels: str, before: str, after: str) -> ComparedValue:
    right = [(b == t, a == t) for t, b, a in zip(labels, before, after, strict=False)]
    gained = sum(now and not was for was, now in right)
    lost = sum(was and not now for was, now in right)
    p = mcnemar_exact(gained, lost)
    difference = (
        Difference.SAME
        if before == after
        else Difference.CHANGED if p < LEVEL else Difference.NOISE
    )  # fmt: skip
    how = f"{gained} images gained, {lost} lost of {len(right):,}, McNemar p = {p:.3g}"
    old, new = (sum(pair[i] for pair in right) / max(len(right), 1) for i in (0, 1))
    return ComparedValue(arm, "accuracy", place, old, new, "fraction", difference, how)


def _compared(
    key: tuple[str, str, str],
    old: Row[Any],
    new: Row[Any],
    paired: Mapping[tuple[str, str], ComparedValue],
) -> ComparedValue:
    arm, metric, split = key
    if metric == "accuracy" and (arm, split) in paired:
        return paired[arm, split]
    difference, how = _told_apart(metric, old, new)
    return ComparedValue(arm, metric, split, old.value, new.value, new.unit, difference, how)


def _told_apart(metric: str, old: Row[Any], new: Row[Any]) -> tuple[Difference, str]:
    """Return what a difference is, and by which rule."""
    if old.value == new.value:
        return Difference.SAME, "equal"
    if old.value is None or new.value is None:
        return Difference.UNKNOWN, "one of the runs has no value"
    if old.unit != new.unit:
        return Difference.UNKNOWN, f"in {old.unit} and in {new.unit}"
    if None not in (old.ci_low, old.ci_high, new.ci_low, new.ci_high):
        apart = old.ci_high < new.ci_low or new.ci_high < old.ci_low
        if apart:
            return Difference.CHANGED, "the 95 % intervals do not overlap"
        return Difference.NOISE, "the 95 % intervals overlap"
    if metric in COUNTED:
        return Difference.CHANGED, "counted, not sampled"
    return Difference.UNKNOWN, "no interval tells change from noise"


def _facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ComparedFact]:
    """Find facts of the runs that differ, those of the fingerprint by their path."""
    names = ("case_id", "case_hash", "dataset", "split", "synthetic", "seed", "environment_id", "state")
    before = {name: old[name] for name in names} | dict(_flat(old["fingerprint"] or {}, "fingerprint"))
    after = {name: new[name] for name in names} | dict(_flat(new["fingerprint"] or {}, "fingerprint"))
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield ComparedFact(name, before.get(name), after.get(name))


def _flat(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _flat(value[key], f"{path}.{key}")
    else:
        yield path, value


def _named(key: tuple[str, str, str]) -> str:
    return " ".join(part for part in key if part)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def _fact(value: object) -> str:
    text = "(none)" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
