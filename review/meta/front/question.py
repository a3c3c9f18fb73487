"""What can be asked of a table of effects, and what of it makes no sense together."""

from dataclasses import dataclass

from review.meta.errors import InvalidInput
from review.meta.inference import check_level


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a table of effects.

    Parameters
    ----------
    yi
        Column of effects.
    vi
        Column of sampling variances; None where `se` is given or `variances` is False.
    se
        Column of standard errors, in place of variances.
    labels
        Column that names the rows; None numbers them from 1.
    method
        Estimator of tau2 (see `review.meta.tau2`); "REML" or "ML" for multilevel models.
    test
        "knha", "adhoc", "t" or "z"; None takes knha for independent rows and t for multilevel models.
    mods
        Moderators as a formula, see `review.meta.moderators`.
    cluster
        Column of clusters for CR2 standard errors; None takes the study of a multilevel model.
    study
        Column of the outer level of a multilevel model; None pools rows as independent.
    estimate
        Column of the inner level; None leaves it out.
    crossed
        Column of a second factor that is crossed with the study, such as the data set.
    rho
        Assumed correlation of sampling errors within a study, 0 ≤ rho < 1 (CHE); None takes them for independent.
    variances
        False ignores variances: equal weights, or a random intercept per study.
    random_intercept
        Without variances: a random intercept per cluster (REML) in place of equal weights.
    level
        Confidence level of all intervals, in percent.
    prediction
        Df of the prediction interval of independent rows: "k-2" (Riley) or "metafor", see `random_effects`.
    """

    yi: str = "yi"
    vi: str | None = "vi"
    se: str | None = None
    labels: str | None = None
    method: str = "REML"
    test: str | None = None
    mods: str | None = None
    cluster: str | None = None
    study: str | None = None
    estimate: str | None = None
    crossed: str | None = None
    rho: float | None = None
    variances: bool = True
    random_intercept: bool = False
    level: float = 95.0
    prediction: str = "k-2"

    @property
    def multilevel(self) -> bool:
        """Whether a multilevel model is asked for."""
        return self.study is not None

    @property
    def independent(self) -> bool:
        """Whether rows enter the model as independent."""
        return self.variances and not self.multilevel


def check_question(question: Question) -> None:
    """Refuse options that contradict each other.

    Parameters
    ----------
    question
        What is asked.

    Raises
    ------
    InvalidInput
        If they do; the sentence says which, and what to do.
    """
    check_level(question.level)
    if not question.variances:
        if question.cluster is None and question.study is None:
            raise InvalidInput(
                "without variances the error is told from the differences between studies: name the column of studies "
                "as cluster"
            )
        if question.rho is not None:
            raise InvalidInput(
                "rho is a correlation of sampling errors: without variances it has no meaning, leave it out"
            )
    elif question.random_intercept:
        raise InvalidInput(
            "a random intercept without variances was asked for, and variances too: choose one"
        )
    if (
        question.variances
        and not question.multilevel
        and (question.rho is not None or question.crossed is not None)
    ):
        what = "rho" if question.rho is not None else "a crossed factor"
        raise InvalidInput(f"{what} belongs to a multilevel model: name its levels, such as study/estimate")
    if question.multilevel and question.variances:
        if question.method not in {"REML", "ML"}:
            raise InvalidInput(
                f"method = {question.method!r} is none of a multilevel model: choose REML or ML"
            )
        if question.test not in {None, "t", "z"}:
            raise InvalidInput(
                f"test = {question.test!r} is defined for independent rows: choose t or z, and read the CR2 results"
            )
