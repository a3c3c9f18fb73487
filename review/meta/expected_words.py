"""The words of an expected effect, which meta-regressions and models of dependent effects share."""

from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.wording import coefficient_line, prediction_line

if TYPE_CHECKING:
    import pandas as pd

    from review.meta.contrasts_result import Expected
    from review.meta.multilevel.prediction import Prediction
    from review.meta.result import Coefficient, PredictionInterval


def frame(mean: "Coefficient", interval: "PredictionInterval | None") -> "pd.DataFrame":
    """Return one line: the expected effect, and the prediction interval in columns named prediction_….

    Parameters
    ----------
    mean
        The expected effect.
    interval
        The prediction interval; None leaves its columns empty.
    """
    import pandas as pd

    parts = ("low", "high", "df_rule", "df")
    beyond = {f"prediction_{part}": None if interval is None else getattr(interval, part) for part in parts}
    numbers = ("df", "prediction_low", "prediction_high", "prediction_df")
    return pd.DataFrame([{**vars(mean), **beyond}]).astype(dict.fromkeys(numbers, "float64"))


def lines(e: "Expected | Prediction", interval: "PredictionInterval | None", inference: str) -> list[str]:
    """Return the effect in lines of text.

    Parameters
    ----------
    e
        The expected effect.
    interval
        Its prediction interval.
    inference
        What the standard errors rest on, in words.
    """
    return [
        f"expected effect; {e.model}; {e.k} rows",
        f"estimator: {e.method}; inference: {inference}",
        coefficient_line(e.mean, e.level),
        _new_study(e, interval),
        *remarks.lines(e.excluded_rows, e.warnings),
    ]


def sentences(e: "Expected | Prediction", interval: "PredictionInterval | None", inference: str) -> str:
    """Return the methods and results sentences.

    Parameters
    ----------
    e
        The expected effect.
    interval
        Its prediction interval.
    inference
        What the standard errors rest on, in words.
    """
    told = coefficient_line(e.mean, e.level).removeprefix(f"{e.mean.term}: ")
    return (
        f"The effect expected at given moderators comes from this model: {e.model} ({e.k} rows; estimator: {e.method}; "
        f"{inference}). In units of the effects, {e.mean.term} was {told}. For a new study: "
        f"{_new_study(e, interval)}.{remarks.sentences(e.excluded_rows, e.warnings)}"
    )


def _new_study(e: "Expected | Prediction", interval: "PredictionInterval | None") -> str:
    if interval is not None:
        return prediction_line(interval, e.level)
    why = "τ² is 0 by assumption" if e.method == "FE" else "no degrees of freedom are left"
    return f"no prediction interval, as {why}"
