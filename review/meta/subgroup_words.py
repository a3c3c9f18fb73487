"""The words of a comparison of groups: a summary to read, and the sentences of a paper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.regression_words import joint
from review.meta.wording import number, summary

if TYPE_CHECKING:
    from review.meta.result import Coefficient
    from review.meta.subgroup_result import CommonGroups, SeparateGroups


def separate_summary(r: "SeparateGroups") -> str:
    """Return the groups and their comparison as lines of text.

    Parameters
    ----------
    r
        The result.
    """
    lines = [f"{len(r.groups)} groups, each with its own τ²"]
    for name, pooled in zip(r.groups, r.pooled, strict=True):
        lines += [f"{name}:", *(f"  {line}" for line in summary(pooled).splitlines())]
    return "\n".join(
        [*lines, f"between groups: {joint(r.between)}", *remarks.lines(r.excluded_rows, r.warnings)]
    )


def separate_report(r: "SeparateGroups") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    told = _listed([p.coefficients[0] for p in r.pooled], r.groups, r.pooled[0].level)
    return (
        f"Each of {len(r.groups)} groups was pooled with its own τ² ({r.pooled[0].method}): {told}. "
        f"Between groups: {joint(r.between)}.{remarks.sentences(r.excluded_rows, r.warnings)}"
    )


def common_summary(r: "CommonGroups") -> str:
    """Return the groups and their comparison as lines of text.

    Parameters
    ----------
    r
        The result.
    """
    lines = [f"{len(r.groups)} groups with one τ²", *(f"  {line}" for line in str(r.model).splitlines())]
    return "\n".join([*lines, f"between groups: {joint(r.between)}"])


def common_report(r: "CommonGroups") -> str:
    """Return the methods and the results sentences of a paper.

    Parameters
    ----------
    r
        The result.
    """
    told = _listed(r.model.coefficients, r.groups, r.model.level)
    return (
        f"{len(r.groups)} groups were pooled in one model with one τ² ({r.model.method}): {told}. "
        f"Between groups: {joint(r.between)}.{remarks.sentences(r.excluded_rows, r.warnings)}"
    )


def _listed(coefficients: "Sequence[Coefficient]", names: Sequence[str], level: float) -> str:
    return "; ".join(
        f"{name} {number(c.estimate)} ({level:g}% CI {number(c.ci_low)} to {number(c.ci_high)})"
        for name, c in zip(names, coefficients, strict=True)
    )
