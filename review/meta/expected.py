"""The effect that a fitted model expects, for a new study with given moderators."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.plain import Told
from review.meta.result import Coefficient, PredictionInterval
from review.meta.rows import ExcludedRow
from review.meta.wording import coefficient_line, prediction_line

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Expected(Told):
    """The mean effect at one set of moderators, and where the effect of a new study there is expected.

    Parameters
    ----------
    mean
        Estimate, standard error and confidence interval of the mean.
    prediction_interval
        Where the true effect of a new estimate of a new study lies; None where τ² is 0 by assumption, or the df rule leaves
        no degrees of freedom.
    model
        The model in words.
    method
        Estimator of the heterogeneity.
    test
        "knha", "adhoc", "t", "z" or "CR2": what the mean rests on.
    inference
        The same in words.
    level
        Confidence level of both intervals, in percent.
    k
        Number of rows that the model was fitted to.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the model had left out, and why.
    """

    mean: Coefficient
    prediction_interval: PredictionInterval | None
    model: str
    method: str
    test: str
    inference: str
    level: float
    k: int
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line: the mean, and the prediction interval in columns named prediction_….

        Without a prediction interval its columns are empty.
        """
        import pandas as pd

        interval, parts = self.prediction_interval, ("low", "high", "df_rule", "df")
        beyond = {
            f"prediction_{part}": None if interval is None else getattr(interval, part) for part in parts
        }
        numbers = ("df", "prediction_low", "prediction_high", "prediction_df")
        return pd.DataFrame([{**vars(self.mean), **beyond}]).astype(dict.fromkeys(numbers, "float64"))

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"expected effect; {self.model}; {self.k} rows",
            f"estimator: {self.method}; inference: {self.inference}",
            coefficient_line(self.mean, self.level),
            self._new_study(),
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        told = coefficient_line(self.mean, self.level).removeprefix(f"{self.mean.term}: ")
        return (
            f"The effect expected at given moderators comes from this model: {self.model} ({self.k} rows; estimator: "
            f"{self.method}; {self.inference}). In units of the effects, {self.mean.term} was {told}. For a new study: "
            f"{self._new_study()}.{remarks.sentences(self.excluded_rows, self.warnings)}"
        )

    def _new_study(self) -> str:
        if self.prediction_interval is not None:
            return prediction_line(self.prediction_interval, self.level)
        why = "τ² is 0 by assumption" if self.method == "FE" else "no degrees of freedom are left"
        return f"no prediction interval, as {why}"
