"""The catalogue: what each case fixes before anything is measured, read from its TOML file and checked."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.schema import Field, Table, checked
from db.errors import MedquantError, one_of, shown
from db.vocabulary import Quantity

SHIPPED = Path(__file__).parent / "cases"
SPLITS = ("paper", "grouped")
PARTS = ("validation", "testing")
OWN = "own"
"""The method of a user's network, which nothing trains; no file of the catalogue has it."""
METHODS = ("baseline", "ptq", "mixed", "qat", "distillation", "pruning", "low_rank", "onnx", "torch", OWN)
UNTRAINED: Mapping[str, Any] = {"start": "none"}
STARTS = ("backbone", "none")
TRAINABLE = ("head", "all")
SCHEDULES = ("constant", "cosine")

_STAGE = Table(
    {
        "name": Field(str),
        "epochs": Field(int, low=1, high=1000),
        "rate": Field(float, low=1e-8, high=1.0),
        "trainable": Field(str, allowed=TRAINABLE, default="all"),
        "schedule": Field(str, allowed=SCHEDULES, default="constant"),
        "warm_up": Field(float, low=0.0, high=1.0, default=0.0),
        "decay": Field(float, low=0.0, high=1.0, default=0.0),
        "smoothing": Field(float, low=0.0, high=1.0, default=0.0),
    }
)
_TRAINING = Table(
    {
        "start": Field(str, allowed=STARTS),
        "batch": Field(int, low=1, high=4096),
        "augment": Field(bool, default=False),
        "stages": Field(list, table=_STAGE),
    }
)
_CLAIM = Table(
    {
        "study": Field(str),
        "comparison": Field(str, default=None),
        "statement": Field(str),
        "quantity": Field(str, allowed=tuple(Quantity), default=Quantity.CHANGE.value),
        "outcome": Field(str, default="accuracy"),
        "arm": Field(str),
        "baseline": Field(str),
        "split": Field(str, allowed=SPLITS, default=None),
        "part": Field(str, allowed=PARTS, default=None),
        "tolerance": Field(float, low=1e-6, high=1000.0, default=None),
        "comparable": Field(bool, default=True),
        "reason": Field(str),
    }
)
_CASE = Table(
    {
        "title": Field(str),
        "method": Field(str, allowed=METHODS),
        "about": Field(str),
        "after": Field(str, default=None),
        "network": Field(str, default=None),
        "input_size": Field(int, low=8, high=1024, default=None),
        "splits": Field(list, allowed=SPLITS),
        "seeds": Field(list, low=0, high=2**31 - 1),
        "minutes": Field(float, low=0.0, high=100_000.0),
        "quick": Field(bool, default=False),
        "training": Field(dict, table=_TRAINING, default=None),
        "parameters": Field(dict, default={}),
        "claims": Field(list, table=_CLAIM, default=[]),
    }
)


@dataclass(frozen=True)
class ClaimSpec:
    """What a case re-measures; see `db.models.runs.Claim`."""

    study: str
    statement: str
    arm: str
    baseline: str
    reason: str
    comparison: str | None = None
    quantity: str = Quantity.CHANGE.value
    outcome: str = "accuracy"
    split: str | None = None
    part: str | None = None
    tolerance: float | None = None
    comparable: bool = True


@dataclass(frozen=True)
class Case:
    """One case: data split, network, training, method and its parameters, seeds, claims, expected minutes of one run."""

    case_id: str
    title: str
    about: str
    method: str
    network: str
    input_size: int
    splits: tuple[str, ...]
    seeds: tuple[int, ...]
    minutes: float
    quick: bool
    after: str | None
    training: Mapping[str, Any]
    parameters: Mapping[str, Any]
    claims: tuple[ClaimSpec, ...]
    texts: tuple[str, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """The file as written, and before it that of the case whose trained network it starts from."""
        return "\n".join(self.texts)

    @cached_property
    def case_hash(self) -> str:
        """SHA-256 of the text, so that a tolerance cannot change unnoticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_cases(folder: Path = SHIPPED) -> dict[str, Case]:
    """Return all cases of a folder by their identifiers, which are the names of the files.

    Raises
    ------
    MedquantError
        If the folder holds no case, or a case is not as its schema says.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise MedquantError(f"{folder} holds no case; a case is a .toml file such as those in {SHIPPED}")
    tables = {path.stem: _read(path) for path in files}
    return {case_id: _case(case_id, tables, folder) for case_id in tables}


def find_cases(names: Sequence[str], folder: Path = SHIPPED) -> list[Case]:
    """Return the cases of these names, in the order given.

    Raises
    ------
    MedquantError
        If a case is unknown.
    """
    cases = read_cases(folder)
    for name in names:
        if name not in cases:
            raise MedquantError(f"there is no case {shown(name)}; {one_of(tuple(cases))}")
    return [cases[name] for name in names]


def case_of_text(case_id: str, text: str, after: str | None = None) -> Case:
    """Return the case that a text says (and the text of the case it starts from), checked as a file is.

    Raises
    ------
    MedquantError
        If it is not as the schema says.
    """
    name = f"{case_id}.toml"
    tables = {case_id: (text, checked(_parsed(text, name), _CASE, name))}
    if after is not None:
        first = tables[case_id][1]["after"]
        tables[first] = (after, checked(_parsed(after, f"{first}.toml"), _CASE, f"{first}.toml"))
    return _case(case_id, tables, Path())


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MedquantError(f"{path} cannot be read: {error}") from None
    return text, checked(_parsed(text, path.name), _CASE, path.name)


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MedquantError(f"{name} is not well-formed TOML: {error}") from None


def _case(case_id: str, tables: Mapping[str, tuple[str, dict[str, Any]]], folder: Path) -> Case:
    text, own = tables[case_id]
    texts: tuple[str, ...] = (text,)
    name = folder / f"{case_id}.toml"
    start = own
    if own["after"] is not None:
        if own["after"] not in tables or own["after"] == case_id:
            raise MedquantError(f"{name}: after = {shown(own['after'])} names no other case of {folder}")
        before, start = tables[own["after"]]
        texts = (before, text)
        for key in ("network", "input_size", "training"):
            if own[key] is not None:
                raise MedquantError(f"{name}: {key} comes from the case {own['after']}; leave it out here")
    for key in ("network", "input_size", "training"):
        if start[key] is None and (own["method"], key) != (OWN, "training"):
            raise MedquantError(
                f"{name}: {key} is missing; give it, or name with `after` the case that has it"
            )
    _check_claims(own["claims"], own["splits"], str(name))
    return Case(
        case_id=case_id,
        title=own["title"],
        about=own["about"],
        method=own["method"],
        network=start["network"],
        input_size=start["input_size"],
        splits=tuple(own["splits"]),
        seeds=tuple(own["seeds"]),
        minutes=own["minutes"],
        quick=own["quick"],
        after=own["after"],
        training=start["training"] or UNTRAINED,
        parameters=own["parameters"],
        claims=tuple(ClaimSpec(**claim) for claim in own["claims"]),
        texts=texts,
    )


def _check_claims(claims: Sequence[Mapping[str, Any]], splits: Sequence[str], name: str) -> None:
    for number, claim in enumerate(claims, start=1):
        where = f"{name}, claim {number}"
        if (claim["comparison"] is None) != (claim["tolerance"] is None):
            raise MedquantError(
                f"{where}: a published comparison needs a tolerance, fixed beforehand, and an open question has none"
            )
        if claim["split"] is not None and claim["split"] not in splits:
            raise MedquantError(f"{where}: split {shown(claim['split'])} is not run; {one_of(tuple(splits))}")
