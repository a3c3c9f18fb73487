"""A question answered: the model, and beside it what was asked about bias, sensitivity and decisions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from review.meta.errors import InvalidInput
from review.meta.front.companions import INDEPENDENT_ONLY, Wish, companions
from review.meta.front.model import fit
from review.meta.front.question import Question
from review.meta.front.sample import Sample, read_sample
from review.meta.plain import Plain, finite

if TYPE_CHECKING:
    import pandas as pd

CONTRACT = (
    "k", "clusters", "model", "method", "test", "level", "rho", "coefficients", "tau2", "tau2_ci", "se_tau2", "sigma2",
    "I2", "I2_ci", "H2", "H2_ci", "R2", "Q", "Q_df", "Q_p", "moderators", "prediction_interval", "weights", "robust",
)  # fmt: skip
"""Keys that every answer holds, null where the model has no such thing."""
ASKED = ("leave_one_out", "egger", "trimfill")
"""Keys of companions that every answer holds, null where they were not asked for or cannot be given."""
LAST = ("warnings", "excluded_rows")
ROW_BY_ROW = ("leave_one_out", "cumulative", "egger", *INDEPENDENT_ONLY)
"""Companions that know no clusters unless the model does."""


@dataclass(frozen=True, eq=False)
class Answer(Plain):
    """The model and its companions.

    Parameters
    ----------
    question
        What was asked.
    sample
        The rows it was asked of.
    model
        The fitted model.
    parts
        Companion results by their key in the JSON document.
    refused
        Companions that could not be given, and why.
    """

    question: Question
    sample: Sample
    model: Any
    parts: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know: the model's warnings, then those about its companions."""
        return (*self.model.warnings, *self._about_companions())

    def _about_companions(self) -> list[str]:
        """Return what could not be given, and what is too sure of itself where rows are clustered."""
        found = [f"no {key.replace('_', ' ')}: {why}" for key, why in self.refused.items()]
        return [*found, *self._too_sure()]

    def _too_sure(self) -> list[str]:
        clusters = self.model.clusters if self.question.independent else None
        blind = [key.replace("_", " ") for key in self.parts if key in ROW_BY_ROW]
        if clusters is not None and clusters < self.model.k and blind:
            return [
                (
                    f"{', '.join(blind)}: rows of one cluster are taken for independent; with --multilevel Egger's test and "
                    "leave-one-out keep clusters together"
                )
            ]
        return []

    def to_dict(self) -> dict[str, Any]:
        """Return one plain document: the model's keys, the companions' keys, warnings and rows left out."""
        model = self.model.to_dict()
        document: dict[str, Any] = {key: model.pop(key, None) for key in CONTRACT}
        kept = {key: value for key, value in model.items() if key not in {*LAST, *document}}
        document.update(kept)
        document.update(dict.fromkeys((*ASKED, *self.refused)))
        document.update({key: finite(plain(key, part)) for key, part in self.parts.items()})
        document["warnings"] = list(self.warnings)
        document["excluded_rows"] = model.get("excluded_rows", [])
        return document

    def to_frame(self) -> "pd.DataFrame":
        """Return one line per coefficient of the model."""
        frame: pd.DataFrame = self.model.to_frame()
        return frame

    def __str__(self) -> str:
        lines = [str(self.model)]
        for key, part in self.parts.items():
            lines += ["", f"{key.replace('_', ' ')}:", *(f"  {line}" for line in told(part).splitlines())]
        lines += [f"warning: {text}" for text in self._about_companions()]
        return "\n".join(lines)

    def report_text(self) -> str:
        """Return the methods and results sentences of a paper, of the model and of its companions."""
        sentences = [self.model.report_text()]
        sentences += [part.report_text() for part in self.parts.values() if hasattr(part, "report_text")]
        sentences += [f"Limits: {text}." for text in self._too_sure()]
        return " ".join(sentences)


def answer(data: "pd.DataFrame", question: Question, wish: Wish | None = None) -> Answer:
    """Fit the model that a question asks for, and what is wanted beside it.

    Parameters
    ----------
    data
        One row per effect.
    question
        The model.
    wish
        Companions; None for none.

    Raises
    ------
    InvalidInput
        For what the model refuses; a companion that cannot be given is told among the warnings.
    """
    wish = wish or Wish()
    sample = read_sample(data, question)
    model = fit(data, question, sample)
    if wish.profile and question.multilevel:
        from review.meta.multilevel.profile import profile_intervals

        model = profile_intervals(model)
    parts: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for key, make in companions(data, question, sample, model, wish).items():
        try:
            parts[key] = make()
        except InvalidInput as error:
            refused[key] = str(error)
    return Answer(question, sample, model, parts, refused)


def plain(key: str, part: Any) -> Any:  # noqa: ANN401
    """Return a companion as the JSON document holds it: plain values, refits as a list.

    Parameters
    ----------
    key
        Its key.
    part
        The result.
    """
    if isinstance(part, Mapping):
        return {name: plain(name, item) for name, item in part.items()}
    if key in {"leave_one_out", "cumulative"}:
        return [_refit(asdict(refit), key) for refit in part.refits]
    found = part.to_dict() if hasattr(part, "to_dict") else asdict(part)
    if key == "egger" and "slope" in found and "intercept" not in found:
        slope = found["slope"]
        return {
            "intercept": slope["estimate"],
            "t": slope["statistic"],
            **{name: slope[name] for name in ("se", "df", "p", "ci_low", "ci_high")},
            **found,
        }
    return found


def _refit(found: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a refit with its estimate on the top level, whatever kind of model it is of."""
    if "coefficients" not in found:
        return found
    name = {"leave_one_out": "omitted", "cumulative": "added"}[key]
    first = dict(found["coefficients"][0]) if found["coefficients"] else {"estimate": None, "se": None}
    first.pop("term", None)
    return {name: str(found.pop("name")), **first, "tau2": None, **found}


def told(part: Any) -> str:  # noqa: ANN401
    """Return a companion as lines of text.

    Parameters
    ----------
    part
        The result, or several by name.
    """
    if isinstance(part, Mapping):
        return "\n".join(told(item) for item in part.values())
    return str(part)
