"""Agreement is the published one, is right on worked examples, and is None where nobody could know it."""

import csv
import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert
from statsmodels.stats.inter_rater import cohens_kappa

from db.corpus import SHIPPED
from db.models.tables import Extraction, Screening
from db.session import reading, writing
from db.vocabulary import Decision, Stage
from review.agreement import (
    Agreement,
    agreement_of,
    coding_agreement,
    cohen_kappa,
    extraction_agreement,
    krippendorff_alpha,
    screening_agreement,
    votes_by_extraction,
)

# evidence README, "Agreement between reviewers A-D"
PUBLISHED = {
    "A-B": (22, 12, 8, 2, "0.91", "0.81"),
    "A-C": (22, 12, 6, 4, "0.82", "0.62"),
    "A-D": (38, 22, 10, 6, "0.84", "0.66"),
    "B-C": (33, 18, 10, 5, "0.85", "0.68"),
    "B-D": (42, 24, 15, 3, "0.93", "0.85"),
    "C-D": (52, 32, 15, 5, "0.90", "0.79"),
    "all pairs": (209, 120, 64, 25, "0.88", "0.74"),
}
CODED = {
    "year": (100, 101, "0.990"), "publication_type": (108, 118, "0.915"), "modality": (72, 82, "0.878"),
    "task": (109, 109, "1.000"), "architecture_family": (97, 103, "0.942"), "technique": (88, 118, "0.746"),
    "co_compression": (113, 113, "1.000"), "weight_bits": (74, 81, "0.914"), "activation_bits": (22, 23, "0.957"),
    "framework": (98, 118, "0.831"), "environment": (107, 118, "0.907"), "reports_energy": (116, 118, "0.983"),
    "reports_cost": (116, 118, "0.983"),
}  # fmt: skip
MISSING = "."


@pytest.fixture(scope="module")
def screening(shipped: Engine) -> Agreement:
    with reading(shipped) as connection:
        return screening_agreement(connection)


def units(*observers: str) -> list[list[str]]:
    """Turn rows of observers, as papers print them, into units with the votes that were given."""
    rows = [observer.split() for observer in observers]
    return [[vote for vote in votes if vote != MISSING] for votes in zip(*rows, strict=True)]


def fleiss_variance(table: Sequence[Sequence[float]]) -> float:
    """Return the variance of kappa as Fleiss, Cohen and Everitt 1969 print it (equation 13), cell by cell."""
    n, size = sum(map(sum, table)), range(len(table))
    p = [[cell / n for cell in row] for row in table]
    row, column = [sum(p[i]) for i in size], [sum(p[i][j] for i in size) for j in size]
    observed, chance = sum(p[i][i] for i in size), sum(row[i] * column[i] for i in size)
    total = 0.0
    for i, j in itertools.product(size, size):
        if i == j:
            total += p[i][i] * ((1 - chance) - (column[i] + row[i]) * (1 - observed)) ** 2
        else:
            total += (1 - observed) ** 2 * p[i][j] * (column[i] + row[j]) ** 2
    total -= (observed * chance - 2 * chance + observed) ** 2
    return total / (n * (1 - chance) ** 4)


@pytest.mark.parametrize("pair", PUBLISHED)
def test_shipped_corpus_gives_the_published_pairs(screening: Agreement, pair: str) -> None:
    found = {p.pair: p for p in (*screening.pairs, screening.pooled)}[pair]
    assert found.raw is not None
    assert found.kappa is not None
    printed = (f"{found.raw:.2f}", f"{found.kappa:.2f}")
    assert (found.n, found.both_include, found.both_exclude, found.disagree, *printed) == PUBLISHED[pair]


def test_shipped_corpus_has_the_published_pairs_and_no_other(screening: Agreement) -> None:
    assert [p.pair for p in (*screening.pairs, screening.pooled)] == list(PUBLISHED)


def test_shipped_corpus_repeats_its_own_table(screening: Agreement) -> None:
    with (SHIPPED / "record_agreement.csv").open(encoding="utf-8", newline="") as file:
        stated = list(csv.DictReader(file))
    found = [
        {
            "pair": p.pair, "records_judged_by_both": str(p.n), "both_include": str(p.both_include),
            "both_exclude": str(p.both_exclude), "disagree": str(p.disagree),
            "raw_agreement": f"{p.raw:.3f}", "cohen_kappa": f"{p.kappa:.3f}",
        }
        for p in (*screening.pairs, screening.pooled)
    ]  # fmt: skip
    assert found == stated


def test_shipped_corpus_has_14_disputes_in_110_records(screening: Agreement) -> None:
    assert (screening.disputed, screening.judged_twice) == (14, 110)


def test_intervals_hold_their_estimates(screening: Agreement) -> None:
    for pair in (*screening.pairs, screening.pooled):
        assert None not in (pair.kappa, pair.ci_low, pair.ci_high)
        assert -1 <= pair.ci_low < pair.kappa < pair.ci_high <= 1  # type: ignore[operator]


def test_cohen_1960() -> None:
    # 200 cases in three categories: 140 agree, 82 would by chance
    kappa, _, _ = cohen_kappa([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert kappa == pytest.approx((140 - 82) / (200 - 82))


def test_fleiss_cohen_everitt_1969() -> None:
    table = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
    kappa, low, high = cohen_kappa(table)
    assert kappa == pytest.approx(0.429, abs=5e-4)
    assert low is not None
    assert high is not None
    assert (high - low) / 2 / 1.959964 == pytest.approx(0.054, abs=5e-4)


def test_fleiss_levin_paik_2003_table_18_1() -> None:
    kappa, low, high = cohen_kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert kappa == pytest.approx(0.676, abs=5e-4)
    assert (low, high) == (pytest.approx(0.504, abs=1e-3), pytest.approx(0.848, abs=1e-3))


@given(st.lists(st.integers(0, 40), min_size=9, max_size=9))
def test_interval_follows_the_printed_formula(cells: list[int]) -> None:
    table = [cells[:3], cells[3:6], cells[6:]]
    kappa, low, high = cohen_kappa(table, level=90)
    if kappa is None:
        return
    half = 1.6448536269514722 * math.sqrt(max(fleiss_variance(table), 0))
    assert low == pytest.approx(max(kappa - half, -1), abs=1e-6)
    assert high == pytest.approx(min(kappa + half, 1), abs=1e-6)


@given(st.lists(st.integers(1, 40), min_size=4, max_size=4))
def test_kappa_is_statsmodels(cells: list[int]) -> None:
    table = [cells[:2], cells[2:]]
    with np.errstate(all="ignore"):
        expected = cohens_kappa(table)
    kappa, low, _ = cohen_kappa(table)
    assert kappa == pytest.approx(float(expected.kappa), abs=1e-12)
    assert low == pytest.approx(max(float(expected.kappa_low), -1), abs=1e-6)


def test_every_small_table_gives_numbers_or_none() -> None:
    for cells in itertools.product(range(4), repeat=4):
        found = cohen_kappa([cells[:2], cells[2:]])
        assert found == (None, None, None) or all(v is not None and -1 <= v <= 1 for v in found), cells


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[9, 0], [0, 0]], [[0, 0], [0, 4]]])
def test_kappa_is_undefined_where_chance_is_certain(table: list[list[float]]) -> None:
    assert cohen_kappa(table) == (None, None, None)


def test_perfect_agreement_is_one() -> None:
    assert cohen_kappa([[5, 0], [0, 7]]) == (1, 1, 1)


def test_krippendorff_2011_binary() -> None:
    meg, owen = "0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"
    assert krippendorff_alpha(units(meg, owen)) == pytest.approx(0.095, abs=5e-4)


def test_krippendorff_2011_nominal_two_observers() -> None:
    ben, gerry = "a a b b d c c c e d d a", "b a b b b c c c e d d d"
    assert krippendorff_alpha(units(ben, gerry)) == pytest.approx(0.692, abs=5e-4)


KRIPPENDORFF_2011 = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def test_krippendorff_2011_missing_votes() -> None:
    assert krippendorff_alpha(units(*KRIPPENDORFF_2011)) == pytest.approx(0.743, abs=5e-4)


def test_alpha_ignores_units_with_one_vote() -> None:
    data = units(*KRIPPENDORFF_2011)
    assert krippendorff_alpha([*data, ["7"], []]) == krippendorff_alpha(data)


@settings(max_examples=50)
@given(st.permutations(range(4)), st.permutations(range(12)))
def test_alpha_knows_no_order(observers: list[int], order: list[int]) -> None:
    data = units(*(KRIPPENDORFF_2011[i] for i in observers))
    assert krippendorff_alpha([data[i] for i in order]) == pytest.approx(0.743421052631579)


@pytest.mark.parametrize("votes", [[], [[]], [["a"]], [["a"], ["b"]], [["a", "a"], ["a", "a"]]])
def test_alpha_is_none_where_nothing_can_disagree(votes: list[list[str]]) -> None:
    assert krippendorff_alpha(votes) is None


def test_alpha_of_systematic_disagreement_is_negative() -> None:
    found = krippendorff_alpha([["a", "b"], ["a", "b"]])
    assert found is not None
    assert found < 0


def test_one_reviewer_agrees_with_nobody() -> None:
    found = agreement_of({"r1": {"A": "include"}, "r2": {"A": "exclude"}})
    assert found.pairs == ()
    assert (found.pooled.n, found.pooled.raw, found.pooled.kappa, found.alpha) == (0, None, None, None)
    assert (found.judged_twice, found.disputed) == (0, 0)


def test_no_votes_give_no_numbers() -> None:
    found = agreement_of({})
    assert (found.pairs, found.pooled.raw, found.pooled.kappa, found.alpha) == ((), None, None, None)


def test_reviewers_who_share_no_record_are_no_pair() -> None:
    votes = {"r1": {"A": "include", "B": "include"}, "r2": {"C": "exclude"}}
    assert [pair.pair for pair in agreement_of(votes).pairs] == ["A-B"]


def test_maybe_is_a_vote_in_alpha_and_none_in_kappa() -> None:
    votes = {
        "r1": {"A": "include", "B": "include"},
        "r2": {"A": "exclude", "B": "exclude"},
        "r3": {"A": "maybe", "B": "include"},
        "r4": {"A": "maybe", "B": "maybe"},
    }
    found = agreement_of(votes)
    assert (found.pairs[0].n, found.pairs[0].kappa) == (2, 1)
    assert (found.judged_twice, found.disputed) == (4, 1)
    assert found.alpha == krippendorff_alpha([list(judged.values()) for judged in votes.values()])
    assert found.alpha != 1


def test_pooled_kappa_does_not_depend_on_who_comes_first() -> None:
    votes = {f"r{i}": {"A": "include", "B": "exclude" if i < 3 else "include"} for i in range(8)}
    votes |= {f"s{i}": {"A": "exclude", "B": "exclude"} for i in range(4)}
    renamed = {
        record: {"Z" if r == "A" else r: v for r, v in judged.items()} for record, judged in votes.items()
    }
    there, back = agreement_of(votes).pooled, agreement_of(renamed).pooled
    assert there == back
    assert there.kappa != pytest.approx(agreement_of(votes).pairs[0].kappa)


def test_adjudicated_rows_never_vote(seeded_db: Engine, screening: Agreement) -> None:
    with writing(seeded_db, actor="tester", reason="no consensus") as connection:
        gone = connection.execute(delete(Screening).where(Screening.reviewer == "adjudicated")).rowcount
    assert gone == 432
    with reading(seeded_db) as connection:
        assert screening_agreement(connection) == screening


def test_stages_are_told_apart(seeded_db: Engine, screening: Agreement) -> None:
    with writing(seeded_db, actor="tester", reason="a full-text stage") as connection:
        for place, reviewer in enumerate("AB", start=9000):
            connection.execute(
                insert(Screening).values(
                    record_id="r001",
                    reviewer=reviewer,
                    stage=Stage.FULL_TEXT,
                    decision=Decision.INCLUDE,
                    position=place,
                )
            )
    with reading(seeded_db) as connection:
        assert screening_agreement(connection) == screening
        assert screening_agreement(connection, Stage.FULL_TEXT).pooled.n == 1


def test_coded_fields_agree_as_the_corpus_states(shipped: Engine) -> None:
    with reading(shipped) as connection:
        found = coding_agreement(connection)
    assert {f.field: (f.identical, f.pairs, f"{f.share:.3f}") for f in found} == CODED


def test_coded_shares_equal_the_file(shipped: Engine) -> None:
    with (SHIPPED / "field_agreement.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["field"]: row["share"] for row in csv.DictReader(file)}
    with reading(shipped) as connection:
        assert {f.field: f"{f.share:.3f}" for f in coding_agreement(connection)} == stated


def test_all_226_values_extracted_twice_agree(shipped: Engine) -> None:
    with reading(shipped) as connection:
        *fields, everything = extraction_agreement(connection)
        votes = votes_by_extraction(connection)
    assert (everything.field, everything.pairs, everything.identical, everything.share) == (
        "all",
        226,
        226,
        1,
    )
    assert sum(f.pairs for f in fields) == len(votes) == 226
    assert len({comparison for comparison, _ in votes}) == 135
    assert all(len(words) >= 2 for words in votes.values())


def test_a_disagreement_lowers_its_field_and_the_total(seeded_db: Engine) -> None:
    with writing(seeded_db, actor="tester", reason="a misreading") as connection:
        connection.execute(
            Extraction.__table__.update()  # type: ignore[attr-defined]
            .where(Extraction.comparison_id == "abid2022-01", Extraction.field == "change_reported")
            .values(agree="no")
        )
    with reading(seeded_db) as connection:
        shares = {f.field: (f.identical, f.pairs) for f in extraction_agreement(connection)}
    assert shares["change_reported"] == (61, 62)
    assert shares["n_test"] == (33, 33)
    assert shares["all"] == (225, 226)


def test_empty_database_gives_no_agreement_and_no_crash(fresh_db: Engine) -> None:
    with reading(fresh_db) as connection:
        assert screening_agreement(connection).alpha is None
        assert coding_agreement(connection) == extraction_agreement(connection) == []
