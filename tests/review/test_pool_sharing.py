"""Who shares data is data: sure sharing always counts, possible sharing and common data sets are varied."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, insert, update

from db.check import check_database
from db.models.tables import StudyGroup
from db.session import reading, writing
from db.study_groups import is_possible, read_groups
from review.effects import Effect, Effects, read_effects
from review.pool import OutcomePool, pool_database
from review.pooling.analysis import Analysis
from review.pooling.sharing import dataset_groups, shared_data

MakeEffect = Callable[..., Effect]
OWN = "medquanbench2025+qu2025"
DOUBTFUL = "chen2021+xu2018"


def named(pool: OutcomePool, name: str) -> Analysis | None:
    return next((a for a in pool.sensitivity if a.name == name), None)


def declare(connection: Connection, group: str, reason: str, *studies: str) -> None:
    rows = [
        {"study_id": s, "group": group, "reason": reason, "position": 90 + i} for i, s in enumerate(studies)
    ]
    connection.execute(insert(StudyGroup), rows)


@pytest.mark.parametrize(
    ("reason", "possible"),
    [
        ("possible: may share data", True),
        ("Possible: one city", True),
        ("sure: one team", False),
        ("same scans", False),
    ],
)
def test_the_reason_says_how_sure_it_is(reason: str, possible: bool) -> None:
    assert is_possible(reason) == possible


def test_the_shipped_groups_are_known_with_their_certainty(shipped: Engine, shipped_effects: Effects) -> None:
    with reading(shipped) as connection:
        every, sure = read_groups(connection), read_groups(connection, possible=False)
    assert {study for study, group in every.items() if group == OWN} == {"medquanbench2025", "qu2025"}
    assert {study for study, group in every.items() if group == DOUBTFUL} == {"chen2021", "xu2018"}
    assert set(sure.values()) == {OWN}
    chen = next(e for e in shipped_effects.effects if e.source == "chen2021")
    assert (chen.group, chen.sure_group) == (DOUBTFUL, "chen2021")


def test_possible_sharing_is_switched_off_once(seeded_db: Engine) -> None:
    with reading(seeded_db) as connection:
        (before,) = pool_database(connection, ["accuracy"])
    assert named(before, "possible sharing apart") is None
    first, second = sorted({e.source for e in before.effects} - {"chen2021"})[:2]
    with writing(seeded_db, actor="tester", reason="a doubt") as connection:
        declare(connection, "both", "possible: one hospital", first, second)
    with reading(seeded_db) as connection:
        (after,) = pool_database(connection, ["accuracy"])
    assert (after.groups, after.shared_data.possible) == (before.groups - 1, ("both",))
    apart = named(after, "possible sharing apart")
    assert apart is not None
    assert apart.effect is not None
    assert before.main.effect is not None
    assert apart.effect.estimate == pytest.approx(before.main.effect.estimate)
    assert apart.effect.df == pytest.approx(before.main.effect.df)


def test_groups_that_name_a_data_set_in_common_are_one_once(shipped_pools: dict[str, OutcomePool]) -> None:
    dice = shipped_pools["dice"]
    assert dice.shared_data == shared_data(dice.effects)
    assert dice.shared_data.sure == (OWN,)
    assert dice.shared_data.datasets == ("bandarigoda-nd+wang2022b",)
    analysis = named(dice, "one data set, one group")
    assert analysis is not None
    assert analysis.effect is not None
    means = [-4.87 / 3, -0.5, -18.321176470588235]
    assert analysis.effect.estimate == pytest.approx(sum(means) / 3)


def test_sharing_of_a_data_set_is_passed_on(make_effect: MakeEffect) -> None:
    effects = [
        make_effect(group, 0.0, dataset=dataset)
        for group, dataset in (("a", "X"), ("b", "Y 2"), ("c", "x;y"), ("d", None), ("e", "Z"), ("f", None))
    ]
    assert dataset_groups(effects) == {"a": "a+b+c", "b": "a+b+c", "c": "a+b+c", "d": "d", "e": "e", "f": "f"}
    assert dataset_groups(effects[::-1]) == dataset_groups(effects)


@pytest.mark.parametrize(
    ("reason", "studies", "problem"),
    [
        ("may share patients", ("ren2021", "abid2022"), "sounds unsure but counts as sure"),
        ("sure: one team", ("ren2021",), "has no other study"),
    ],
)
def test_doubtful_groups_are_found(
    seeded_db: Engine, reason: str, studies: tuple[str, ...], problem: str
) -> None:
    with writing(seeded_db, actor="tester", reason="a group") as connection:
        declare(connection, "g", reason, *studies)
    with reading(seeded_db) as connection:
        found = [f for f in check_database(connection) if f.code == "study_group"]
    assert {f.where for f in found} == {f"study_groups {study}" for study in studies}
    assert all(problem in f.problem for f in found)


def test_a_sure_reason_makes_one_group(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="tester", reason="asked the authors") as connection:
        connection.execute(
            update(StudyGroup).where(StudyGroup.group == DOUBTFUL).values(reason="sure: same scans")
        )
    with reading(seeded_db) as connection:
        effects = read_effects(connection).effects
    assert {e.sure_group for e in effects if e.source in {"chen2021", "xu2018"}} == {DOUBTFUL}
