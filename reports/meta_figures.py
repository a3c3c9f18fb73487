"""The figures of a spreadsheet's meta-analysis: from an answer to files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from db.errors import MedquantError
from reports.figures import baujat, bubble, funnel, gosh, radial
from reports.figures.forest import plot as forest
from reports.figures.forest.data import Forest
from reports.figures.from_results.baujat import baujat_of
from reports.figures.from_results.bubble import bubble_of
from reports.figures.from_results.forest.model import forest_of
from reports.figures.from_results.forest.refits import cumulative_forest, leave_one_out_forest
from reports.figures.from_results.forest.rows import RawData
from reports.figures.from_results.funnel import funnel_of
from reports.figures.from_results.gosh import deciding_row, gosh_of
from reports.figures.from_results.radial import radial_of
from reports.figures.save import ending, save_figures
from review.meta.errors import InvalidInput
from review.meta.front.answer import Answer
from review.meta.multilevel.result import MultilevelFit
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate

Drawn = tuple[list[Figure], str]
"""The pages of a figure, and its words."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How figures name what they show.

    Parameters
    ----------
    ratio
        Whether the effects are log ratios, to be labelled as ratios.
    measure
        What the effect is called on the axes.
    favours
        Words below the forest's axis, left and right of the null.
    columns
        Raw data left of the forest, by heading, one cell per row of the model.
    """

    ratio: bool = False
    measure: str = "Effect"
    favours: tuple[str, str] = ("", "")
    columns: Mapping[str, Sequence[object]] = field(default_factory=dict)


def draw(answer: Answer, pictures: Mapping[str, Path], look: Look) -> list[Path]:
    """Write the figures of an answer.

    Parameters
    ----------
    answer
        The model with its companions.
    pictures
        File of each figure that is wanted, by the figure's name (see `FIGURES`).
    look
        How they name what they show.

    Returns
    -------
    The files, several where a forest has several pages.

    Raises
    ------
    MedquantError
        For a figure that this model does not have, or a file that cannot be written; nothing is written before all
        figures are drawn.
    """
    for path in pictures.values():
        ending(path)
    drawn: dict[str, Drawn] = {}
    for name in pictures:
        try:
            drawn[name] = FIGURES[name](answer, look)
        except (InvalidInput, ValueError) as error:
            raise MedquantError(f"no {name.replace('-', ' ')} plot: {error}") from None
    written: list[Path] = []
    for name, path in pictures.items():
        pages, words = drawn[name]
        title = f"{name.replace('-', ' ').capitalize()} plot: {look.measure}"
        written += save_figures(pages, path, title=title, description=words)
    return written


def _forest(answer: Answer, look: Look) -> Drawn:
    model: Any = answer.model
    if isinstance(model, RegressionEstimate):
        raise InvalidInput(
            "a forest plot shows a pooled effect, and this model has moderators: draw it without --mods"
        )
    if not isinstance(model, PooledEstimate | MultilevelFit):
        from review.meta.equal_weight import equal_weights

        if model.method != "equal weights" or len(model.coefficients) > 1 or answer.sample.cluster is None:
            raise InvalidInput(
                "of the models without variances only equal weights have one: leave --random-intercept out"
            )
        model = equal_weights(
            answer.sample.yi, answer.sample.cluster, level=model.level, labels=answer.sample.labels
        )
    return _told(
        forest_of(
            model,
            measure=look.measure,
            log=look.ratio,
            favours=look.favours,
            columns=[RawData(head, cells) for head, cells in look.columns.items()],
            studies=None if isinstance(model, MultilevelFit) else answer.sample.used_clusters,
            subgroups=answer.parts.get("subgroup"),
        )
    )


def _told(data: Forest) -> Drawn:
    return forest.figures(data), forest.alt_text(data)


def _funnel(answer: Answer, look: Look) -> Drawn:
    data = funnel_of(
        _pooled(answer), answer.parts.get("trimfill"), measure=look.measure, log=look.ratio, pseudo=95.0
    )
    return [funnel.figure(data)], funnel.alt_text(data)


def _baujat(answer: Answer, look: Look) -> Drawn:
    from review.meta.sensitivity.baujat import baujat as compute

    data = baujat_of(compute(_independent(answer)), measure=look.measure)
    return [baujat.figure(data)], baujat.alt_text(data)


def _radial(answer: Answer, look: Look) -> Drawn:
    from review.meta.sensitivity.radial import radial as compute

    data = radial_of(compute(_pooled(answer)), measure=look.measure, log=look.ratio)
    return [radial.figure(data)], radial.alt_text(data)


def _gosh(answer: Answer, look: Look) -> Drawn:
    from review.meta.sensitivity.gosh import gosh as compute

    pooled = _pooled(answer)
    found = compute(pooled)
    data = gosh_of(found, deciding_row(found), whole=pooled, measure=look.measure, log=look.ratio)
    return [gosh.figure(data)], gosh.alt_text(data)


def _bubble(answer: Answer, look: Look) -> Drawn:
    model = answer.model
    if not isinstance(model, RegressionEstimate):
        raise InvalidInput("it shows a meta-regression of independent rows: name a moderator with --mods")
    terms = [term for term in model.terms if term != "intercept"]
    if not terms:
        raise InvalidInput("the model has no moderator: name one with --mods")
    data = bubble_of(model, terms[0], measure=look.measure, log=look.ratio)
    return [bubble.figure(data)], bubble.alt_text(data)


def _leave_one_out(answer: Answer, look: Look) -> Drawn:
    from review.meta.sensitivity.leave_one_out import leave_one_out

    return _told(leave_one_out_forest(leave_one_out(_pooled(answer)), measure=look.measure, log=look.ratio))


def _cumulative(answer: Answer, look: Look) -> Drawn:
    found = answer.parts.get("cumulative")
    if found is None or not hasattr(found, "all_rows"):
        _pooled(answer)
        raise InvalidInput("the rows have no order: name a column with --cumulative")
    return _told(cumulative_forest(found, measure=look.measure, log=look.ratio))


def _independent(answer: Answer) -> Any:  # noqa: ANN401
    if not isinstance(answer.model, PooledEstimate | RegressionEstimate):
        raise InvalidInput("it takes rows for independent: draw it without --multilevel and with variances")
    return answer.model


def _pooled(answer: Answer) -> PooledEstimate:
    model = _independent(answer)
    if not isinstance(model, PooledEstimate):
        raise InvalidInput("it shows a pooled effect, and this model has moderators: draw it without --mods")
    return model


FIGURES: dict[str, Callable[[Answer, Look], Drawn]] = {
    "forest": _forest,
    "funnel": _funnel,
    "bubble": _bubble,
    "baujat": _baujat,
    "gosh": _gosh,
    "radial": _radial,
    "leave-one-out-forest": _leave_one_out,
    "cumulative-forest": _cumulative,
}
"""What draws each figure, by its name on the command line."""
