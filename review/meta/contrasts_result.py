"""What questions to a fitted meta-regression hand back."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from review.meta import remarks
from review.meta.plain import Told
from review.meta.regression_words import TESTS, joint
from review.meta.result import Coefficient, JointTest
from review.meta.rows import ExcludedRow
from review.meta.wording import coefficient_line, number, p_value

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Contrasts(Told):
    """Combinations of coefficients, each tested against 0, and all together.

    Parameters
    ----------
    contrasts
        One coefficient per combination.
    together
        Their joint test; None when they depend on each other or have no error.
    model
        The model in words.
    method
        Estimator of tau2.
    test
        "knha", "adhoc", "t" or "z": what the tests rest on.
    level
        Confidence level, in percent.
    k
        Number of rows that the model was fitted to.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the model had left out, and why.
    """

    contrasts: tuple[Coefficient, ...]
    together: JointTest | None
    model: str
    method: str
    test: str
    level: float
    k: int
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per combination."""
        import pandas as pd

        return pd.DataFrame([asdict(c) for c in self.contrasts]).astype({"df": "float64"})

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"combinations of coefficients; {self.model}; {self.k} rows",
            f"estimator: {self.method}; inference: {TESTS[self.test]}",
            *self._each(),
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return (
            f"Combinations of coefficients of this model were tested against 0: {self.model} ({self.k} rows; estimator: "
            f"{self.method}; {TESTS[self.test]}). {'; '.join(self._each())}."
            f"{remarks.sentences(self.excluded_rows, self.warnings)}"
        )

    def _each(self) -> list[str]:
        told = [coefficient_line(c, self.level) for c in self.contrasts]
        return [*told, f"together: {joint(self.together)}"]


@dataclass(frozen=True, kw_only=True)
class LikelihoodRatio(Told):
    """How much likelier the effects are under the fuller of two models.

    Parameters
    ----------
    statistic
        Twice the difference of the log-likelihoods, ≥ 0.
    df
        Number of coefficients that the smaller model lacks.
    p
        From χ²(df).
    method
        "ML": what both fits rest on.
    fuller, smaller
        The two models in words.
    k
        Number of rows that both were fitted to.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows that the fuller model had left out, and why.
    """

    statistic: float
    df: int
    p: float
    method: str
    fuller: str
    smaller: str
    k: int
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per test."""
        import pandas as pd

        names = ("statistic", "df", "p", "method", "fuller", "smaller", "k")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def lines(self) -> list[str]:
        """Return the result in lines of text."""
        return [
            f"likelihood-ratio test; {self.k} rows; estimator: {self.method}",
            f"{self.fuller}, against {self.smaller}",
            self._test(),
            *remarks.lines(self.excluded_rows, self.warnings),
        ]

    def sentences(self) -> str:
        """Return the methods and results sentences."""
        return (
            f"Two models of {self.k} rows ({self.fuller}, against {self.smaller}; both by {self.method}) were compared by a "
            f"likelihood-ratio test: {self._test()}.{remarks.sentences(self.excluded_rows, self.warnings)}"
        )

    def _test(self) -> str:
        return f"χ²({self.df}) = {number(self.statistic)}, {p_value(self.p)}"
