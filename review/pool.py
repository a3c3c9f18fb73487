"""Pooling the database's effects, outcome by outcome, by the model that the evidence allows.

Few studies print a variance and many give several comparisons. The main estimate therefore weighs each group of
studies equally, with a cluster-robust (CR2) interval; only where at least five groups, and half of them, have variances
is it the multilevel model of correlated and hierarchical effects. Everything else (other weights, rows and groups,
classes, bit widths, small studies, certainty) stands beside it. Where there are too few studies, no number is given.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.codebook.codebook import Codebook, OutcomeInfo, codebook_from_database
from db.models.tables import Study
from db.vocabulary import Control, Measure, Origin
from review.effects import CORRELATION_GRID, Effect, Effects, read_effects
from review.pooling.analysis import Analysis, equal, new_group_interval
from review.pooling.bits import BitSlope, bit_slopes
from review.pooling.certainty import Certainty, Grounds, certainty
from review.pooling.classes import BYS
from review.pooling.correlated import RHO, correlated, is_main, rho_grid
from review.pooling.sensitivity import choices, inverse_variance, leave_one_out, rests_on_correlation
from review.pooling.sharing import SharedData, shared_data
from review.pooling.small_studies import SmallStudies, small_study_test
from review.pooling.subgroups import Subgroups, subgroups
from review.pooling.within import Within, within_group

DOMINANT = 1 / 3
"""A group with at least this share of an outcome's rows is left out once, to show what it does."""


@dataclass(frozen=True)
class OutcomePool:
    """Everything about one outcome: its effects, the main estimate, what stands beside it, what was left out.

    `new_group` is where the mean of one more group of studies is expected, by the rule that `new_group_rule` names.
    `sensitivity` repeats the estimate under other choices, `leave_one_out` without each group (empty where too few are
    left). `subgroups` has one entry for each way of grouping. `certainty` is None where nothing is pooled.
    """

    outcome: OutcomeInfo
    measure: Measure
    effects: tuple[Effect, ...]
    measured: tuple[Effect, ...]
    not_clean: int
    groups: int
    studies: int
    largest_group: str | None
    main: Analysis
    sensitivity: tuple[Analysis, ...]
    new_group: tuple[float, float] | None
    new_group_rule: str | None
    level: float
    leave_one_out: tuple[Analysis, ...]
    shared_data: SharedData
    subgroups: tuple[Subgroups, ...]
    bit_slopes: tuple[BitSlope, ...]
    within: Within | None
    small_studies: SmallStudies
    certainty: Certainty | None

    @property
    def unit(self) -> str:
        """What yi counts."""
        return "percentage points" if self.measure == Measure.DIFFERENCE else "log ratio"

    @property
    def largest_share(self) -> float:
        """Share of the effects that the largest group gives; 0 where none is large."""
        if self.largest_group is None:
            return 0.0
        return sum(e.group == self.largest_group for e in self.effects) / len(self.effects)

    def by(self, name: str) -> Subgroups:
        """Return the classes of one way of grouping."""
        return next(found for found in self.subgroups if found.by == name)


def pool_database(
    connection: Connection,
    outcomes: Iterable[str] | None = None,
    *,
    level: float = 95.0,
    rho: float = RHO,
) -> list[OutcomePool]:
    """Pool every outcome that has clean reported effects, in codebook order.

    Parameters
    ----------
    connection
        An open connection.
    outcomes
        Only these (default: all).
    level
        Confidence level of all intervals, in percent.
    rho
        Assumed correlation of the sampling errors of effects of one group, 0 ≤ rho < 1; used where variances are known.
    """
    codebook = codebook_from_database(connection)
    effects = read_effects(connection)
    assumed = any(rests_on_correlation(effect) for effect in effects.effects)
    grid = {phi: read_effects(connection, correlation=phi) for phi in CORRELATION_GRID} if assumed else {}
    chosen = list(codebook.outcomes) if outcomes is None else list(outcomes)
    basis = {
        study: text or "" for study, text in connection.execute(select(Study.study_id, Study.text_basis))
    }
    pools = [
        pool_outcome(effects, outcome, codebook, grid, text_basis=basis, level=level, rho=rho)
        for outcome in chosen
    ]
    return [pool for pool in pools if pool.effects]


def pool_outcome(
    effects: Effects,
    outcome: str,
    codebook: Codebook,
    grid: Mapping[float, Effects] | None = None,
    *,
    text_basis: Mapping[str, str] | None = None,
    level: float = 95.0,
    rho: float = RHO,
) -> OutcomePool:
    """Pool one outcome.

    Parameters
    ----------
    effects
        All effects.
    outcome
        Code of the outcome.
    codebook
        Names and measures.
    grid
        The same effects under other assumed correlations, for the sensitivity of variances that rest on one.
    text_basis
        How much of each study's text was read, by study.
    level
        Confidence level of all intervals, in percent.
    rho
        Assumed correlation of the sampling errors of effects of one group, 0 ≤ rho < 1.
    """
    info = codebook.outcomes[outcome]
    clean = effects.of(outcome, origin=Origin.REPORTED)
    measured = effects.of(outcome, origin=Origin.MEASURED)
    everything = effects.of(outcome, control=None, origin=Origin.REPORTED)
    sizes = Counter(effect.group for effect in clean)
    dominant = _dominant(sizes)
    once = equal(
        clean,
        "each study group once",
        "main estimate: no study weighs more because it prints more rows",
        level=level,
    )
    multilevel = correlated(clean, rho, level)
    main, others = (multilevel, [once]) if is_main(clean, multilevel) else (once, [multilevel])
    sensitivity: list[Analysis] = []
    if main.result is not None:
        sensitivity += choices(clean, everything, measured, dominant=dominant, level=level)
    sensitivity += others if others[0].result is not None else []
    sensitivity += rho_grid(clean, rho, level)
    sensitivity += inverse_variance(clean, outcome, grid or {}, level)
    interval, rule = _expected(clean, main, level)
    tested = small_study_test(clean, level)
    return OutcomePool(
        outcome=info,
        measure=info.measure,
        effects=tuple(clean),
        measured=tuple(measured),
        not_clean=sum(e.control != Control.CLEAN for e in everything),
        groups=len(sizes),
        studies=len({effect.source for effect in clean}),
        largest_group=dominant,
        main=main,
        sensitivity=tuple(sensitivity),
        new_group=interval,
        new_group_rule=rule,
        level=level,
        leave_one_out=leave_one_out(clean, level),
        shared_data=shared_data(clean),
        subgroups=tuple(subgroups(clean, by, level) for by in BYS),
        bit_slopes=bit_slopes(clean, dominant, level),
        within=within_group(clean, level),
        small_studies=tested,
        certainty=None
        if main.effect is None
        else certainty(
            Grounds(
                outcome, info.measure, clean, len(everything), main.effect, interval, tested, text_basis or {}
            )
        ),
    )


def _dominant(sizes: Counter[str]) -> str | None:
    if len(sizes) < 2:
        return None
    largest, most = sizes.most_common(1)[0]
    return largest if most >= DOMINANT * sizes.total() else None


def _expected(
    clean: Sequence[Effect], main: Analysis, level: float
) -> tuple[tuple[float, float] | None, str | None]:
    """Return the prediction interval of the main model and the rule it follows."""
    found = getattr(main.result, "prediction_interval", None)
    if found is not None:
        return (found.low, found.high), f"multilevel model, {found.df_rule}"
    if main.result is None:
        return None, None
    interval = new_group_interval(clean, level)
    return interval, None if interval is None else "spread of the group means, t with groups − 1 df"
