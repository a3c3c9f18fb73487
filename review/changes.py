"""What moved between two states of the evidence: cells, the counts of the flow, and the pooled estimates."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from db.diff import Diff, State, compare
from db.diff_sides import database_state, folder_state, is_folder, loaded, opened
from db.errors import MedquantError, shown
from db.models.tables import Release
from db.prisma import count_prisma
from db.session import reading
from db.vocabulary import Measure
from review.pool import OutcomePool, pool_database

TOLERANCE = 1e-9
"""Estimates that are nearer than this, relatively, are the same: only the order of a sum may differ."""


@dataclass(frozen=True)
class CountMoved:
    """A box of the PRISMA flow whose count differs; None is a stage that was not done."""

    box: str
    before: int | str | None
    after: int | str | None


@dataclass(frozen=True)
class PooledNumber:
    """The main estimate of one outcome: what went in, the estimate with its interval, where a new study group would lie.

    Without an estimate `too_few` says why.
    """

    effects: int
    studies: int
    groups: int
    model: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    prediction: tuple[float, float] | None
    certainty: str | None
    too_few: str | None


@dataclass(frozen=True)
class PoolMoved:
    """An outcome whose pooled estimate, or what stands beside it, differs; None where it is not pooled at all."""

    outcome: str
    label: str
    measure: Measure
    unit: str
    before: PooledNumber | None
    after: PooledNumber | None

    @property
    def shift(self) -> float | None:
        """How far the estimate moved; None where one of the two has none."""
        if self.before is None or self.after is None:
            return None
        if self.before.estimate is None or self.after.estimate is None:
            return None
        return self.after.estimate - self.before.estimate


@dataclass(frozen=True)
class Standing:
    """What one state of the evidence says: the counts of its flow and its pools."""

    counts: Mapping[str, int | str | None]
    pools: tuple[OutcomePool, ...]


@dataclass(frozen=True)
class Changes:
    """What differs between two states, and what that moved; `pooled` counts the outcomes of either state."""

    diff: Diff
    counts: tuple[CountMoved, ...]
    pools: tuple[PoolMoved, ...]
    pooled: int


def read_changes(before: str, after: str, db: str | None) -> Changes:
    """Compare two states of the evidence, each named as in `db.diff_sides.read_state`.

    Raises
    ------
    MedquantError
        If a side names nothing, or a folder cannot be loaded.
    """
    (was, stood), (is_now, stands) = (_side(words, db) for words in (before, after))
    return changes_between(compare(was, is_now), stood, stands)


def changes_since(folder: str, connection: Connection, pools: tuple[OutcomePool, ...]) -> Changes:
    """Compare the folder of a release with a database whose pools are known already.

    Raises
    ------
    MedquantError
        If the words name no folder, or the folder cannot be loaded.
    """
    if not is_folder(folder):
        raise MedquantError(f"{shown(folder)} is no folder; name the folder of a release")
    release = folder_state(Path(folder))
    with loaded(Path(folder)) as engine, reading(engine) as earlier:
        named = State(release_name(earlier, folder), release.files)
        was = _standing(earlier)
    now = Standing(count_prisma(connection).as_keys(), pools)
    return changes_between(compare(named, database_state(connection, "now")), was, now)


def release_name(connection: Connection, otherwise: str) -> str:
    """Return the name of the release that a database was loaded with last."""
    name = connection.scalar(select(Release.name).order_by(Release.id.desc()).limit(1))
    return otherwise if name is None else str(name)


def _side(words: str, db: str | None) -> tuple[State, Standing]:
    with opened(words, db) as engine, reading(engine) as connection:
        state = folder_state(Path(words)) if is_folder(words) else database_state(connection, words)
        return state, _standing(connection)


def _standing(connection: Connection) -> Standing:
    return Standing(count_prisma(connection).as_keys(), tuple(pool_database(connection)))


def changes_between(diff: Diff, before: Standing, after: Standing) -> Changes:
    """Say what differs between two states that were read."""
    was, now = ({pool.outcome.code: pool for pool in side.pools} for side in (before, after))
    codes = list(dict.fromkeys([*now, *was]))
    moved = [_pool(code, was.get(code), now.get(code)) for code in codes]
    return Changes(
        diff,
        tuple(
            CountMoved(box, before.counts.get(box), count)
            for box, count in after.counts.items()
            if before.counts.get(box) != count
        ),
        tuple(one for one in moved if not _same(one.before, one.after)),
        len(codes),
    )


def _pool(code: str, before: OutcomePool | None, after: OutcomePool | None) -> PoolMoved:
    known = after or before
    assert known is not None  # noqa: S101 - the code comes from one of the two
    return PoolMoved(
        code,
        known.outcome.label,
        known.measure,
        known.unit,
        None if before is None else _number(before),
        None if after is None else _number(after),
    )


def _number(pool: OutcomePool) -> PooledNumber:
    effect = pool.main.effect
    return PooledNumber(
        effects=len(pool.effects),
        studies=pool.studies,
        groups=pool.groups,
        model=pool.main.name,
        estimate=None if effect is None else effect.estimate,
        ci_low=None if effect is None else effect.ci_low,
        ci_high=None if effect is None else effect.ci_high,
        prediction=pool.new_group,
        certainty=None if pool.certainty is None else str(pool.certainty.level),
        too_few=pool.main.too_few,
    )


def _same(before: PooledNumber | None, after: PooledNumber | None) -> bool:
    if before is None or after is None:
        return before is after
    told = [
        (one.effects, one.studies, one.groups, one.model, one.certainty, one.too_few)
        for one in (before, after)
    ]
    return told[0] == told[1] and all(
        _near(a, b) for a, b in zip(_numbers(before), _numbers(after), strict=True)
    )


def _numbers(one: PooledNumber) -> list[float | None]:
    return [one.estimate, one.ci_low, one.ci_high, *(one.prediction or (None, None))]


def _near(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (math.isnan(a) and math.isnan(b))
