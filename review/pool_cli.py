"""`medquant review pool`: the pooled change of each outcome, and everything that stands beside it."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json

if TYPE_CHECKING:
    from review.meta.decision_result import MarginDecision
    from review.meta.result import Coefficient
    from review.pool import OutcomePool
    from review.pooling.analysis import Analysis
    from review.pooling.bits import BitSlope
    from review.pooling.subgroups import Subgroups
    from review.pooling.within import Within

BYS = ("technique", "bits", "granularity", "dataset", "architecture", "execution")
"""As in `review.pooling.classes`, which is not imported before the verb runs."""


def add_pool_verb(verbs: Any) -> None:  # noqa: ANN401
    """Add the verb; nothing heavy is imported before it runs."""
    pool = add_verb(verbs, "pool", "pool the effects of clean contrasts, outcome by outcome")
    pool.add_argument("--outcome", metavar="CODE", help="only this outcome")
    pool.add_argument("--by", choices=BYS, help="pool each class apart, and test whether the classes differ")
    pool.add_argument(
        "--rho",
        type=float,
        default=0.6,
        metavar="R",
        help="assumed correlation of the sampling errors of one study, 0 up to 1 (default: 0.6); used where variances are known",
    )
    pool.add_argument(
        "--level",
        type=float,
        default=95.0,
        metavar="PERCENT",
        help="confidence level of all intervals (default: 95)",
    )
    pool.add_argument(
        "--margin",
        type=float,
        metavar="M",
        help="equivalence and non-inferiority against a margin: points, or a ratio above 1 for sizes and times; needs --outcome",
    )
    add_json(pool)
    pool.set_defaults(run=_pool)


def _pool(given: argparse.Namespace) -> None:
    from db.codebook.codebook import codebook_from_database
    from db.errors import MedquantError, one_of, shown
    from db.schema import open_current
    from db.session import reading
    from review.pool import pool_database

    if not 1 < given.level < 100:
        raise MedquantError(f"a level of {given.level:g} cannot be; give percent, such as 95")
    if not 0 <= given.rho < 1:
        raise MedquantError(
            f"a correlation of {given.rho:g} cannot be; give a number from 0 up to, but not, 1"
        )
    if given.margin is not None and given.outcome is None:
        raise MedquantError("--margin is in the units of one outcome: name it with --outcome")
    with reading(open_current(given.db)) as connection:
        known = codebook_from_database(connection).outcomes
        if given.outcome is not None and given.outcome not in known:
            raise MedquantError(f"{shown(given.outcome)} is no outcome; {one_of(list(known))}")
        chosen = [given.outcome] if given.outcome else None
        pools = pool_database(connection, chosen, level=given.level, rho=given.rho)
    decisions = {pool.outcome.code: _decision(pool, given.margin) for pool in pools}
    if given.json:
        found = [pool_as_dict(pool, given.by) for pool in pools]
        told = [None if d is None else d.to_dict() for d in decisions.values()]
        print_json([{**one, "decision": decision} for one, decision in zip(found, told, strict=True)])
        return
    if not pools:
        print("no clean contrast has an effect size")
    for pool in pools:
        decision = decisions[pool.outcome.code]
        against = [] if decision is None else [f"  {line}" for line in str(decision).splitlines()]
        print("\n".join([*_lines(pool, given.by), *against]) + "\n")


def _decision(pool: "OutcomePool", margin: float | None) -> "MarginDecision | None":
    from db.errors import MedquantError
    from review.meta.errors import InvalidInput
    from review.pooling.decision import decide_pool

    try:
        return None if margin is None else decide_pool(pool, margin)
    except InvalidInput as error:
        raise MedquantError(str(error)) from None


def _lines(pool: "OutcomePool", by: str | None) -> Iterator[str]:
    yield (
        f"{pool.outcome.label} ({pool.unit}): {len(pool.effects)} effects, {pool.studies} studies, "
        f"{pool.groups} study groups"
    )
    yield _analysis_line(pool.main)
    if pool.new_group is not None:
        low, high = pool.new_group
        yield f"  a new study group: {low:.3f} to {high:.3f} ({pool.level:g} % prediction interval)"
    if pool.certainty is not None:
        yield f"  certainty: {pool.certainty.level}"
        yield from (f"    {d.name}: {-d.down:d}, {d.reason}" for d in pool.certainty.domains)
    if by is not None:
        yield from _class_lines(pool.by(by))
    if pool.largest_group is not None:
        yield f"  {pool.largest_group} gives {pool.largest_share:.0%} of the effects"
    yield from (_analysis_line(analysis) for analysis in pool.sensitivity)
    left_out = [analysis.effect for analysis in pool.leave_one_out if analysis.effect is not None]
    if left_out:
        low, high = min(e.estimate for e in left_out), max(e.estimate for e in left_out)
        yield f"  leaving out one study group at a time: {low:.3f} to {high:.3f}"
    yield from (_slope_line(slope) for slope in pool.bit_slopes)
    if pool.within is not None:
        yield from _within_lines(pool.within)
    tested = pool.small_studies
    yield "  small studies (Egger, CR2): " + (tested.too_few or f"slope {_effect(tested.slope)}")


def _class_lines(found: "Subgroups") -> Iterator[str]:
    yield f"  by {found.by}:"
    for one in found.classes:
        yield f"    {one.name} ({one.effects} effects, {one.groups} groups): " + (
            one.pooled.too_few or _effect(one.pooled.effect)
        )
    if found.test is not None:
        t = found.test
        yield f"    do the classes differ? F({t.df}, {t.df_denominator:.1f}) = {t.statistic:.2f}, p = {t.p:.3f} (CR2, HTZ)"
    if found.no_test is not None:
        yield f"    no test of differences: {found.no_test}"
    yield from (f"    {warning}" for warning in found.warnings)


def _within_lines(within: "Within") -> Iterator[str]:
    yield f"  inside {within.group}, {within.networks} networks:"
    for s in within.settings:
        yield f"    {s.bits} {s.granularity}: {_effect(s.mean)}"
    for t in within.tests:
        yield f"    {t.terms[0]}: F({t.df}, {t.df_denominator:.1f}) = {t.statistic:.2f}, p = {t.p:.2g} (CR2, HTZ)"


def _slope_line(slope: "BitSlope") -> str:
    what = f"  each halving of the {slope.moderator}, {slope.among}: "
    return what + (slope.too_few or f"{_effect(slope.per_halving)}{_warned(slope.warnings)}")


def _analysis_line(analysis: "Analysis") -> str:
    if analysis.result is None:
        return f"  {analysis.name}: {analysis.too_few}"
    told = f"  {analysis.name}: {_effect(analysis.effect)}, k {analysis.result.k}"
    return told + _warned(analysis.result.warnings)


def _warned(warnings: tuple[str, ...]) -> str:
    return f"  [{'; '.join(warnings)}]" if warnings else ""


def _effect(c: "Coefficient | None") -> str:
    if c is None:
        return "no number"
    df = "" if c.df is None else f", df {c.df:.3g}"
    return f"{c.estimate:.3f} [{c.ci_low:.3f}, {c.ci_high:.3f}]{df}"


def pool_as_dict(pool: "OutcomePool", by: str | None = None) -> dict[str, Any]:
    """Return a pool as plain values; what is not finite becomes None.

    Parameters
    ----------
    pool
        The pool of one outcome.
    by
        The one way of grouping that is wanted; None gives all.
    """
    from review.meta.plain import finite

    rule = pool.new_group_rule
    plain: dict[str, Any] = finite(
        {
            "outcome": pool.outcome.code,
            "measure": pool.measure,
            "unit": pool.unit,
            "level": pool.level,
            "effects": len(pool.effects),
            "studies": pool.studies,
            "groups": pool.groups,
            "largest_group": pool.largest_group,
            "largest_share": pool.largest_share,
            "main": _analysis(pool.main),
            "new_group": pool.new_group,
            "prediction_interval": None
            if pool.new_group is None
            else {"low": pool.new_group[0], "high": pool.new_group[1], "df_rule": rule},
            "certainty": None if pool.certainty is None else asdict(pool.certainty),
            "sensitivity": [_analysis(a) for a in pool.sensitivity],
            "leave_one_out": [
                {"omitted": a.name, **asdict(a.effect)} for a in pool.leave_one_out if a.effect is not None
            ],
            "shared_data": asdict(pool.shared_data),
            "by": [_classes(found) for found in pool.subgroups if by in (None, found.by)],
            "bit_slopes": [asdict(slope) for slope in pool.bit_slopes],
            "within": None if pool.within is None else asdict(pool.within),
            "small_studies": asdict(pool.small_studies),
        }
    )
    return plain


def _analysis(a: "Analysis") -> dict[str, Any]:
    return {
        "name": a.name,
        "why": a.why,
        "too_few": a.too_few,
        "effect": None if a.effect is None else asdict(a.effect),
        "result": None if a.result is None else a.result.to_dict(),
    }


def _classes(found: "Subgroups") -> dict[str, Any]:
    classes = [
        {
            "name": one.name,
            "effects": one.effects,
            "studies": one.studies,
            "groups": one.groups,
            "new_group": one.new_group,
            **_analysis(one.pooled),
        }
        for one in found.classes
    ]
    return {
        "by": found.by,
        "classes": classes,
        "test": None if found.test is None else asdict(found.test),
        "no_test": found.no_test,
        "warnings": found.warnings,
    }
