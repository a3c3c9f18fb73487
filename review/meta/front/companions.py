"""What may be asked beside a model: bias, sensitivity, influence, decisions; for independent rows and for clusters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from review.meta.errors import InvalidInput
from review.meta.front.question import Question
from review.meta.front.sample import Sample
from review.meta.rows import absent

if TYPE_CHECKING:
    import pandas as pd

DIRECTIONS: dict[str, Literal["lower", "higher"]] = {"low": "lower", "high": "higher"}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted beside the model.

    Parameters
    ----------
    leave_one_out
        Without each row; without each study in multilevel models and without variances.
    cumulative
        Column whose order rows (studies) are added in; None for none.
    influence
        Case diagnostics.
    subgroup
        Column of groups to pool apart; None for none.
    egger, begg, pet_peese, fail_safe, excess, henmi_copas, selection
        Methods for small-study effects and selective publication.
    trimfill
        "L0", "R0" or "Q0"; None for none.
    rho_grid
        The multilevel estimate under several correlations of sampling errors.
    profile
        Profile-likelihood limits of the variance components.
    margin
        Margin of equivalence and non-inferiority, in units of yi, > 0; None for none.
    harm
        Side of 0 on which a change is harm.
    """

    leave_one_out: bool = False
    cumulative: str | None = None
    influence: bool = False
    subgroup: str | None = None
    egger: bool = False
    begg: bool = False
    pet_peese: bool = False
    trimfill: str | None = None
    fail_safe: bool = False
    excess: bool = False
    henmi_copas: bool = False
    selection: bool = False
    rho_grid: bool = False
    profile: bool = False
    margin: float | None = None
    harm: Literal["low", "high"] = "low"


Makers = dict[str, Callable[[], Any]]
INDEPENDENT_ONLY = (
    "begg",
    "pet_peese",
    "trimfill",
    "fail_safe",
    "excess",
    "henmi_copas",
    "selection",
    "subgroup",
)


def companions(
    data: "pd.DataFrame",
    question: Question,
    sample: Sample,
    model: Any,  # noqa: ANN401 - any fitted model
    wish: Wish,
) -> Makers:
    """Return what makes each companion that is wanted, by its key in the JSON document.

    Parameters
    ----------
    data
        One row per effect.
    question
        The model.
    sample
        The rows it was asked of.
    model
        The fitted model.
    wish
        What is wanted.
    """
    dependent = question.multilevel or not question.variances
    makers = _dependent(data, question, sample, model, wish) if dependent else {}
    if not dependent:
        makers = _sensitivity(data, question, sample, model, wish) | _bias(question, model, wish)
    found = {key: make for key, make in makers.items() if getattr(wish, key) not in (None, False)}
    if wish.margin is not None:
        from review.meta.decisions import decide

        margin, direction = wish.margin, DIRECTIONS[wish.harm]
        found["decision"] = lambda: decide(
            _pooled(question, model, "a decision"), margin, direction=direction
        )
    return found


def _sensitivity(
    data: "pd.DataFrame",
    question: Question,
    sample: Sample,
    model: Any,  # noqa: ANN401
    wish: Wish,
) -> Makers:
    from review.meta.sensitivity.cumulative import cumulative
    from review.meta.sensitivity.influence import influence
    from review.meta.sensitivity.leave_one_out import leave_one_out
    from review.meta.subgroups import separate_groups

    def by_group() -> Any:  # noqa: ANN401
        groups = column_of(data, str(wish.subgroup), sample, gaps=True)
        return separate_groups(
            model.yi,
            model.vi,
            groups,
            method=model.method,
            test=model.test,
            level=model.level,
            labels=model.rows,
        )

    def in_order() -> Any:  # noqa: ANN401
        pooled = _pooled(question, model, "a cumulative analysis")
        return cumulative(
            pooled, column_of(data, str(wish.cumulative), sample), ordered_by=str(wish.cumulative)
        )

    return {
        "leave_one_out": lambda: leave_one_out(_pooled(question, model, "leaving rows out")),
        "cumulative": in_order,
        "influence": lambda: influence(model),
        "subgroup": by_group,
        "rho_grid": lambda: _refuse("rho belongs to a multilevel model"),
        "profile": lambda: _refuse("there are no variance components but tau2, whose limits are given"),
    }


def _bias(question: Question, model: Any, wish: Wish) -> Makers:  # noqa: ANN401
    from review.meta.bias.egger import egger
    from review.meta.bias.failsafe import fail_safe_n
    from review.meta.bias.henmi_copas import henmi_copas
    from review.meta.bias.pet_peese import pet_peese
    from review.meta.bias.ranktest import rank_test
    from review.meta.bias.tes import excess_significance
    from review.meta.bias.trim_and_fill import trim_and_fill
    from review.meta.selection.step_function import selection_model

    y, v, rows = model.yi, model.vi, model.rows

    def filled() -> Any:  # noqa: ANN401
        pooled = _pooled(question, model, "trim and fill")
        return trim_and_fill(
            y,
            v,
            estimator=wish.trimfill,  # type: ignore[arg-type]
            method=pooled.method,
            test=pooled.test,
            level=pooled.level,
            labels=rows,
        )

    return {
        "egger": lambda: egger(y, v, level=model.level, labels=rows),
        "begg": lambda: rank_test(y, v, labels=rows),
        "pet_peese": lambda: pet_peese(y, v, level=model.level, labels=rows),
        "trimfill": filled,
        "fail_safe": lambda: {
            kind.lower(): fail_safe_n(y, v, kind=kind, labels=rows)
            for kind in ("Rosenthal", "Orwin", "Rosenberg")
        },
        "excess": lambda: excess_significance(y, v, labels=rows),
        "henmi_copas": lambda: henmi_copas(y, v, level=model.level, labels=rows),
        "selection": lambda: selection_model(model),
    }


def _dependent(
    data: "pd.DataFrame",
    question: Question,
    sample: Sample,
    model: Any,  # noqa: ANN401
    wish: Wish,
) -> Makers:
    from review.meta.multilevel.egger import egger_multilevel
    from review.meta.multilevel.rho import rho_grid
    from review.meta.multilevel.sensitivity import cumulative_by_study, leave_one_study_out
    from review.meta.multilevel.study_influence import influence_by_study

    def in_order() -> Any:  # noqa: ANN401
        by = column_of(data, str(wish.cumulative), sample)
        return cumulative_by_study(model, by=by, ordered_by=wish.cumulative)

    made: Makers = {
        "leave_one_out": lambda: leave_one_study_out(model),
        "cumulative": in_order,
        "influence": lambda: influence_by_study(model),
        "egger": lambda: egger_multilevel(model),
        "rho_grid": lambda: (
            rho_grid(model) if question.multilevel else _refuse("there are no sampling errors")
        ),
    }
    why = "it takes rows for independent, and these depend on each other"
    return made | {key: lambda: _refuse(why) for key in INDEPENDENT_ONLY}


def column_of(data: "pd.DataFrame", column: str, sample: Sample, *, gaps: bool = False) -> list[Any]:
    """Return a column's values in the rows that a model used.

    Parameters
    ----------
    data
        One row per effect.
    column
        Its name.
    sample
        The rows that were asked about.
    gaps
        Whether values may be missing.

    Raises
    ------
    InvalidInput
        If there is no such column, or a value is missing where none may be.
    """
    if column not in data.columns:
        raise InvalidInput(f"there is no column {column!r}: choose from {', '.join(map(str, data.columns))}")
    values = data[column].tolist()
    lost = [i + 1 for i in sample.used if absent(values[i])]
    if lost and not gaps:
        raise InvalidInput(
            f"row {', '.join(map(str, lost[:10]))} has no {column}: fill it in, or use another column"
        )
    return [values[i] for i in sample.used]


def _pooled(question: Question, model: Any, what: str) -> Any:  # noqa: ANN401
    if question.mods is not None:
        raise InvalidInput(
            f"{what} is for a pooled effect, and this model has moderators: ask without --mods"
        )
    return model


def _refuse(why: str) -> Any:  # noqa: ANN401
    raise InvalidInput(why)
