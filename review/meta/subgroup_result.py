"""What a comparison of groups hands back."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from review.meta import subgroup_words
from review.meta.plain import Plain
from review.meta.regression_result import RegressionEstimate
from review.meta.result import JointTest, PooledEstimate
from review.meta.rows import ExcludedRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SeparateGroups(Plain):
    """Groups pooled on their own, each with its tau2.

    Parameters
    ----------
    groups
        Names, in order of first appearance.
    pooled
        The estimate of each group.
    between
        Q-between: do the groups' estimates differ more than their standard errors allow? None with one group.
    warnings
        What a reader must know before using the numbers.
    excluded_rows
        Rows left out, and why.
    """

    groups: tuple[str, ...]
    pooled: tuple[PooledEstimate, ...]
    between: JointTest | None
    warnings: tuple[str, ...]
    excluded_rows: tuple[ExcludedRow, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per group."""
        import pandas as pd

        lines = [
            {"group": name, "k": p.k, **asdict(p.coefficients[0]), "tau2": p.tau2, "I2": p.I2}
            for name, p in zip(self.groups, self.pooled, strict=True)
        ]
        return pd.DataFrame(lines).drop(columns="term").astype({"df": "float64"})

    def __str__(self) -> str:
        return subgroup_words.separate_summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return subgroup_words.separate_report(self)


@dataclass(frozen=True)
class CommonGroups(Plain):
    """Groups in one model that share tau2.

    Parameters
    ----------
    groups
        Names, in order of first appearance.
    model
        The meta-regression on groups; its coefficients are the groups' estimates.
    between
        Test that all groups have one mean: F for t tests, χ² for z. None where no error is left.
    R2
        Percent of the between-row variance that the groups explain; None where there is none.
    """

    groups: tuple[str, ...]
    model: RegressionEstimate
    between: JointTest | None
    R2: float | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before using the numbers."""
        return self.model.warnings

    @property
    def excluded_rows(self) -> tuple[ExcludedRow, ...]:
        """Rows left out, and why."""
        return self.model.excluded_rows

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per group."""
        import pandas as pd

        lines = [{"group": c.term, **asdict(c)} for c in self.model.coefficients]
        return pd.DataFrame(lines).drop(columns="term").astype({"df": "float64"})

    def __str__(self) -> str:
        return subgroup_words.common_summary(self)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, written from the numbers."""
        return subgroup_words.common_report(self)
