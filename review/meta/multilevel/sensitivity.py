"""Fits of dependent effects without each study, and as studies come in."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from review.meta.errors import InvalidInput
from review.meta.inference import coefficient
from review.meta.multilevel import sensitivity_words as words
from review.meta.multilevel.grouping import Labels, Numbers, numbered
from review.meta.multilevel.result import MultilevelFit
from review.meta.multilevel.study_models import Fitted, refit_rows, studies_of
from review.meta.multilevel.study_refits import StudyRefit, StudySeries, levels_of, told
from review.meta.result import Coefficient

FEW = "a robust test has fewer than 4 Satterthwaite df, so that its interval and p-value are not to be relied on (Tipton 2015)"


@dataclass(frozen=True, kw_only=True)
class LeaveOneStudyOut(StudySeries):
    """The fit without each study in turn; `refits` are named after the study left out.

    Parameters
    ----------
    unit
        "studies", or "clusters" where wider ones were left out.
    """

    unit: str

    def __str__(self) -> str:
        return words.leave_one_out_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.leave_one_out_report(self)


@dataclass(frozen=True, kw_only=True)
class CumulativeByStudy(StudySeries):
    """The fit of the first study, the first two, and so on; `refits` are named after the study added.

    Parameters
    ----------
    ordered_by
        What the order rests on.
    """

    ordered_by: str

    def __str__(self) -> str:
        return words.cumulative_lines(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return words.cumulative_report(self)


def leave_one_study_out(fit: Fitted, *, cluster: Labels | None = None) -> LeaveOneStudyOut:
    """Fit anew without each study in turn, variance components estimated anew.

    Parameters
    ----------
    fit
        What `fit_multilevel`, `random_intercept` or `equal_weight_regression` gave.
    cluster
        Labels of wider clusters of the fit's rows (the research group), shape (k,), to be left out instead of studies.

    Raises
    ------
    InvalidInput
        With fewer than 2 studies, labels of another number, or for another kind of result.

    Notes
    -----
    All rows of a study leave together: its rows support each other, so that leaving out one of them shows little.

    References
    ----------
    Viechtbauer and Cheung (2010), Research Synthesis Methods 1, 112–125.
    """
    names, numbers = studies_of(fit)
    if cluster is not None:
        labels = [x.item() if isinstance(x, np.generic) else x for x in cluster]
        if len(labels) != fit.k:
            raise InvalidInput(
                f"cluster has {len(labels)} entries but the fit has {fit.k} rows: give one per row"
            )
        names, numbers = tuple(dict.fromkeys(labels)), numbered(labels)
    unit = "studies" if cluster is None else "clusters"
    if len(names) < 2:
        raise InvalidInput(f"only one of the {unit} was fitted: to leave one out, at least 2 are needed")
    refits = tuple(_refit(fit, name, numbers != i) for i, name in enumerate(names))
    return LeaveOneStudyOut(unit=unit, **_common(fit, refits, "without "))


def cumulative_by_study(
    fit: Fitted,
    order: Sequence[Hashable] | None = None,
    *,
    by: ArrayLike | None = None,
    ordered_by: str | None = None,
) -> CumulativeByStudy:
    """Fit the first study, the first two, and so on, variance components estimated anew.

    Parameters
    ----------
    fit
        What `fit_multilevel`, `random_intercept` or `equal_weight_regression` gave.
    order
        All studies in the order in which they come in.
    by
        Instead of order: a number for each row of the fit (its year), shape (k,), finite; studies come in by the
        smallest of their rows, ties in order of appearance.
    ordered_by
        What the order is called in the report.

    Raises
    ------
    InvalidInput
        When the order does not name each study once, or holds something that cannot be ordered.

    References
    ----------
    Lau et al. (1992), New England Journal of Medicine 327, 248–254.
    """
    names, numbers = studies_of(fit)
    sequence, called = _sequence(names, numbers, order, by)
    refits = []
    inside = np.zeros(fit.k, dtype=np.bool_)
    for i in sequence:
        inside |= numbers == i
        refits.append(_refit(fit, names[i], inside))
    return CumulativeByStudy(
        ordered_by=ordered_by or called, **_common(fit, tuple(refits), "up to and including ")
    )


def _sequence(
    names: tuple[Hashable, ...], numbers: Numbers, order: Sequence[Hashable] | None, by: ArrayLike | None
) -> tuple[list[int], str]:
    if order is not None and by is not None:
        raise InvalidInput("order and by both say how studies come in: give one of them")
    if by is not None:
        values = np.asarray(by, dtype=np.float64)
        if values.shape != numbers.shape or not np.isfinite(values).all():
            raise InvalidInput(
                f"by has shape {values.shape} but must hold {numbers.size} finite numbers, one per row"
            )
        first = np.full(len(names), np.inf)
        np.minimum.at(first, numbers, values)
        return np.argsort(first, kind="stable").tolist(), "the values given for rows"
    if order is None:
        return list(range(len(names))), "the order of the rows"
    asked = list(order)
    if len(asked) != len(names) or set(asked) != set(names):
        lost = [str(name) for name in names if name not in asked]
        strange = [str(name) for name in asked if name not in names]
        raise InvalidInput(
            f"the order must name each of the {len(names)} studies once; missing: {', '.join(lost) or 'none'}, unknown: "
            f"{', '.join(strange) or 'none'}, named: {len(asked)}"
        )
    return [names.index(name) for name in asked], "the order given"


def _refit(fit: Fitted, name: Hashable, keep: NDArray[np.bool_]) -> StudyRefit:
    try:
        return told(name, refit_rows(fit, keep))
    except InvalidInput as error:
        coefficients = _single(fit, keep)
        return StudyRefit(
            name=name,
            k=int(keep.sum()),
            clusters=len({fit.studies[i] for i in np.flatnonzero(keep).tolist()}),
            coefficients=coefficients,
            robust=(),
            sigma2=None,
            why_not=None if coefficients else str(error),
            warnings=("one row: its own variance and the normal distribution stand for it",)
            if coefficients
            else (),
        )


def _single(fit: Fitted, keep: NDArray[np.bool_]) -> tuple[Coefficient, ...]:
    if not isinstance(fit, MultilevelFit) or keep.sum() > 1 or fit.p > 1 or fit.design[0] != (1.0,):
        return ()
    i = int(keep.argmax())
    return (coefficient(fit.terms[0], fit.yi[i], math.sqrt(fit.vi[i]), None, fit.level),)


def _common(fit: Fitted, refits: tuple[StudyRefit, ...], how: str) -> dict[str, Any]:
    whole = told("all studies", fit)
    warnings = [f"{how}{r.name}: no fit, as {r.why_not}" for r in refits if r.why_not is not None]
    new: dict[str, list[str]] = {}
    for r in refits:
        for text in (FEW if "fewer than 4" in text else text for text in r.warnings):
            if text not in whole.warnings and str(r.name) not in new.get(text, ()):
                new.setdefault(text, []).append(str(r.name))
    warnings += [f"{how}{_some(names)}: {text}" for text, names in new.items()]
    return {
        "model": fit.model,
        "method": fit.method,
        "test": fit.test,
        "level": fit.level,
        "sigma2_levels": levels_of(fit),
        "all_studies": whole,
        "refits": refits,
        "warnings": (*whole.warnings, *warnings),
        "excluded_rows": fit.excluded_rows,
    }


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
