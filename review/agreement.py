"""How far reviewers agree: raw agreement, Cohen's kappa, Krippendorff's alpha, and double extraction.

References: Cohen J. Educ Psychol Meas 1960;20:37-46. Fleiss JL, Cohen J, Everitt BS. Psychol Bull 1969;72:323-7
(standard error of kappa). Krippendorff K. Content Analysis, 4th ed., 2019, chapter 12. Hayes AF, Krippendorff K.
Commun Methods Meas 2007;1:77-89.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import norm
from sqlalchemy import Connection, select

from db.models.tables import Extraction, ExtractionVote, FieldAgreement, Screening
from db.prisma import ADJUDICATED
from db.vocabulary import Decision, Stage

ALL_PAIRS = "all pairs"
Votes = Mapping[Hashable, Mapping[str, str]]


@dataclass(frozen=True)
class PairAgreement:
    """Agreement of two reviewers (or of all pairs pooled) on an include/exclude decision.

    `kappa` and its interval are None where they are undefined: nothing was judged by both, or both always gave
    the same one answer, so that chance agreement is 1.
    """

    pair: str
    n: int
    both_include: int
    both_exclude: int
    disagree: int
    raw: float | None
    kappa: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class Agreement:
    """Agreement on a set of decisions: per pair, pooled over pairs, and Krippendorff's alpha over all votes."""

    pairs: tuple[PairAgreement, ...]
    pooled: PairAgreement
    alpha: float | None
    judged_twice: int
    disputed: int


def cohen_kappa(
    table: Sequence[Sequence[float]], level: float = 95.0
) -> tuple[float | None, float | None, float | None]:
    """Return Cohen's kappa with its confidence interval.

    Parameters
    ----------
    table
        Square table of counts: rows are the first reviewer's categories, columns the second's.
    level
        Confidence level, percent.

    Returns
    -------
    kappa, low, high
        None where undefined (no counts, or chance agreement of 1).

    Notes
    -----
    statsmodels' `cohens_kappa` is the arithmetic; it is wrapped because it divides by zero where kappa is undefined,
    and because rounding may leave it a variance just below 0. The limits stay within -1 and 1.
    """
    total = sum(map(sum, table))
    if total == 0:
        return None, None, None
    rows = [sum(row) / total for row in table]
    columns = [sum(row[j] for row in table) / total for j in range(len(table))]
    if math.isclose(sum(a * b for a, b in zip(rows, columns, strict=True)), 1.0):
        return None, None, None
    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(divide="ignore", invalid="ignore"):  # of statistics that are not used here
        result = cohens_kappa(table)
    kappa = float(result.kappa)
    half = float(norm.ppf(0.5 + level / 200)) * math.sqrt(max(float(result.var_kappa), 0.0))
    return kappa, max(kappa - half, -1.0), min(kappa + half, 1.0)


def krippendorff_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Return Krippendorff's alpha for nominal data; missing votes are simply left out.

    Parameters
    ----------
    units
        One sequence a unit: the categories that its judges gave, in any order, of any length. Units with fewer
        than two votes do not count.

    Returns
    -------
    alpha
        1 is perfect, 0 is chance; None if no unit has two votes or only one category occurs.
    """
    pairable = [Counter(votes) for votes in units if len(votes) > 1]
    totals: Counter[str] = Counter()
    observed = 0.0
    for counts in pairable:
        m = counts.total()
        totals.update(counts)
        observed += (m * m - sum(c * c for c in counts.values())) / (m - 1)
    n = totals.total()
    expected = (n * n - sum(c * c for c in totals.values())) / (n - 1) if n > 1 else 0.0
    return None if expected == 0 else 1 - observed / expected


def screening_agreement(
    connection: Connection, stage: Stage = Stage.TITLE_ABSTRACT, *, needed: int = 0
) -> Agreement:
    """Return how far the reviewers agree on including records at a stage (the adjudicated rows do not vote).

    Parameters
    ----------
    connection
        An open connection.
    stage
        Of the review.
    needed
        Leave out records with fewer votes, of which an agreement that is told meanwhile would betray something.
    """
    votes: dict[Hashable, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(
        select(Screening.record_id, Screening.reviewer, Screening.decision).where(
            Screening.stage == stage, Screening.reviewer != ADJUDICATED
        )
    ):
        votes[row.record_id][row.reviewer] = row.decision.value
    return agreement_of({record: judged for record, judged in votes.items() if len(judged) >= needed})


def agreement_of(votes: Votes) -> Agreement:
    """Return agreement on include/exclude votes; "maybe" counts as a vote of its own in alpha, not in kappa.

    Parameters
    ----------
    votes
        For each record the reviewers' decisions.
    """
    reviewers = sorted({reviewer for judged in votes.values() for reviewer in judged})
    sides = (Decision.INCLUDE.value, Decision.EXCLUDE.value)
    pairs = []
    pooled = [[0, 0], [0, 0]]
    for first, second in combinations(reviewers, 2):
        table = [[0, 0], [0, 0]]
        for judged in votes.values():
            if judged.get(first) in sides and judged.get(second) in sides:
                table[sides.index(judged[first])][sides.index(judged[second])] += 1
        if any(map(sum, table)):
            pairs.append(_pair(f"{first}-{second}", table))
            for i in (0, 1):
                for j in (0, 1):
                    pooled[i][j] += table[i][j]
    several = [list(judged.values()) for judged in votes.values() if len(judged) > 1]
    return Agreement(
        tuple(pairs),
        _pair(ALL_PAIRS, pooled, symmetric=True),
        krippendorff_alpha([list(judged.values()) for judged in votes.values()]),
        len(several),
        sum(len(set(decisions)) > 1 for decisions in several),
    )


def _pair(name: str, table: list[list[int]], *, symmetric: bool = False) -> PairAgreement:
    """Describe a table; a symmetric one pools pairs whose order means nothing, so it splits the disagreements evenly."""
    n = sum(map(sum, table))
    same = table[0][0] + table[1][1]
    half = (n - same) / 2
    kappa, low, high = cohen_kappa([[table[0][0], half], [half, table[1][1]]] if symmetric else table)
    raw = same / n if n else None
    return PairAgreement(name, n, table[0][0], table[1][1], n - same, raw, kappa, low, high)


@dataclass(frozen=True)
class FieldShare:
    """How often two extractors gave the same: the field, number of pairs, identical ones, studies (None: unknown)."""

    field: str
    pairs: int
    identical: int
    studies: int | None = None

    @property
    def share(self) -> float | None:
        """Identical pairs as a share of all."""
        return self.identical / self.pairs if self.pairs else None


def coding_agreement(connection: Connection) -> list[FieldShare]:
    """Return agreement on coded fields as the corpus states it."""
    return [
        FieldShare(row.field, row.reviewer_pairs, row.identical, row.studies)
        for row in connection.execute(select(FieldAgreement.__table__).order_by(FieldAgreement.position))
    ]


def extraction_agreement(connection: Connection) -> list[FieldShare]:
    """Return agreement on values that were extracted twice, by field, and over all fields in the last row."""
    judged: dict[str, list[bool]] = defaultdict(list)
    for row in connection.execute(select(Extraction.field, Extraction.agree).order_by(Extraction.field)):
        judged[row.field].append(row.agree == "yes")
    shares = [FieldShare(field, len(agrees), sum(agrees)) for field, agrees in judged.items()]
    if shares:
        shares.append(FieldShare("all", sum(s.pairs for s in shares), sum(s.identical for s in shares)))
    return shares


def votes_by_extraction(connection: Connection) -> dict[tuple[str, str], dict[str, str]]:
    """Return the extractors' own words for each value that was extracted twice."""
    votes: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(ExtractionVote.__table__)):
        votes[row.comparison_id, row.field][row.reviewer] = row.value
    return dict(votes)
