"""`medquant review escalc`: effect sizes of a spreadsheet's raw data, ready for `review meta`."""

import argparse
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.command import add_json, print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from review.meta.escalc.measures import EffectMeasure
    from review.meta.escalc.result import EffectSizes

ABOUT = "compute effect sizes and their variances from a spreadsheet's raw data, as a table for `review meta`"


def add_escalc_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb; nothing heavy is imported before it runs."""
    parser = verbs.add_parser("escalc", help=ABOUT, description=ABOUT[0].upper() + ABOUT[1:] + ".")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a .csv, .tsv or .xlsx table, one row per effect"
    )
    parser.add_argument(
        "--measure", metavar="CODE", help="such as RR, SMD, ROM, MPRD, ACC; without it all are listed"
    )
    parser.add_argument(
        "--from",
        dest="columns",
        nargs="+",
        default=[],
        metavar="NAME=COLUMN",
        help="columns of the raw data, where they are not called as the measure calls them (ai=tpos bi=tneg …)",
    )
    parser.add_argument(
        "--set",
        dest="options",
        nargs="+",
        default=[],
        metavar="OPTION=VALUE",
        help="options of the measure (correct=true)",
    )
    parser.add_argument("--labels", metavar="COLUMN", help="names of the rows (default: their numbers)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the table with the columns yi and vi added (.csv)"
    )
    add_json(parser)
    parser.set_defaults(run=_escalc)


def _escalc(given: argparse.Namespace) -> None:
    from db.errors import MedquantError, one_of, shown
    from review.meta.errors import InvalidInput
    from review.meta.escalc.measures import MEASURES
    from review.meta_table import check_columns, read_table

    if given.measure is None:
        _list(list(MEASURES.values()), as_json=given.json)
        return
    if given.measure not in MEASURES:
        raise MedquantError(f"{shown(given.measure)} is no measure; {one_of(list(MEASURES))}")
    if given.file is None:
        raise MedquantError("no table was given: name a .csv, .tsv or .xlsx file")
    if given.out is not None and given.out.suffix != ".csv":
        raise MedquantError(f"{given.out} has no known ending; allowed: .csv")
    measure = MEASURES[given.measure]
    table = read_table(given.file)
    if given.labels is not None:
        check_columns(table, [given.labels], given.file)
    arguments = _arguments(measure, table, given)
    try:
        found = measure.compute(**arguments)
    except InvalidInput as error:
        raise MedquantError(f"{given.file}: {error}") from None
    if given.out is not None:
        _write(given.out, table, found)
    if given.json:
        print_json(found.to_dict())
    else:
        print(found)
        if given.out is not None:
            print(f"{given.out}: written")


def _list(measures: "list[EffectMeasure]", *, as_json: bool) -> None:
    listed = [
        {"code": m.code, "label": m.label, "needs": _needs(m), "options": sorted(_options(m))}
        for m in measures
    ]
    if as_json:
        print_json(listed)
        return
    rows = [[str(m["code"]), str(m["label"]), " ".join(m["needs"]), " ".join(m["options"])] for m in listed]
    print_table(["code", "measure", "raw data", "options"], rows)


def _needs(measure: "EffectMeasure") -> list[str]:
    """Return the columns of raw data that a measure takes; those in brackets may be left out."""
    parameters = inspect.signature(measure.compute).parameters
    empty = inspect.Parameter.empty
    return [name if p.default is empty else f"[{name}]" for name, p in parameters.items() if _array(p)]


def _array(parameter: inspect.Parameter) -> bool:
    """Tell a column of raw data from an option: it is given by place, or its type holds arrays."""
    return parameter.name != "labels" and (
        parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        or "_SupportsArray" in str(parameter.annotation)
    )


def _options(measure: "EffectMeasure") -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(measure.compute).parameters
    return {name: p for name, p in parameters.items() if name != "labels" and not _array(p)}


def _arguments(measure: "EffectMeasure", table: "pd.DataFrame", given: argparse.Namespace) -> dict[str, Any]:
    from db.errors import MedquantError, one_of
    from review.meta_table import numbers_of

    named, options = (
        _pairs(given.columns, "--from", "ai=tpos"),
        _pairs(given.options, "--set", "correct=true"),
    )
    parameters = inspect.signature(measure.compute).parameters
    arrays = [name for name, p in parameters.items() if _array(p)]
    allowed = _options(measure)
    for name in named:
        if name not in arrays:
            raise MedquantError(f"{measure.code} takes no raw data called {name!r}; {one_of(arrays)}")
    for name in options:
        if name not in allowed:
            raise MedquantError(
                f"{measure.code} has no option {name!r}; {one_of(sorted(allowed)) or 'it has none'}"
            )
    arguments: dict[str, Any] = {}
    for name in arrays:
        column = named.get(name, name)
        optional = parameters[name].default is not inspect.Parameter.empty
        if column in table.columns or not optional or name in named:
            arguments[name] = numbers_of(table, column, given.file).to_numpy()
    arguments |= {name: _value(name, word, allowed[name]) for name, word in options.items()}
    missing = [n for n, p in allowed.items() if p.default is inspect.Parameter.empty and n not in arguments]
    if missing:
        raise MedquantError(
            f"{measure.code} needs its option {missing[0]} to be said: --set {missing[0]}=true or =false"
        )
    if given.labels is not None:
        arguments["labels"] = [str(value) for value in table[given.labels].tolist()]
    return arguments


def _pairs(words: list[str], flag: str, example: str) -> dict[str, str]:
    from db.errors import MedquantError, shown

    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise MedquantError(f"{flag} {shown(word)} names no pair: write it like {example}")
        found[name] = value
    return found


def _value(name: str, word: str, parameter: inspect.Parameter) -> bool | float | str:
    """Return an option as what its default, or its type, is: true or false, a number, or a word."""
    from db.errors import MedquantError, shown

    default = parameter.default
    if isinstance(default, bool) or parameter.annotation in {bool, "bool"}:
        if word.lower() not in {"true", "false"}:
            raise MedquantError(
                f"{name} = {shown(word)} is neither true nor false: --set {name}=true or =false"
            )
        return word.lower() == "true"
    if not isinstance(default, int | float):
        return word
    try:
        return float(word)
    except ValueError:
        raise MedquantError(f"{name} = {shown(word)} is no number: --set {name}={default:g}, say") from None


def _write(file: Path, table: "pd.DataFrame", found: "EffectSizes") -> None:
    from db.errors import MedquantError
    from db.export import write_files

    for name in ("yi", "vi"):
        if name in table.columns:
            raise MedquantError(f"the table has a column {name} already: rename it, so that it is not lost")
    added = table.assign(yi=found.yi, vi=found.vi)
    write_files(file.parent, {file.name: added.to_csv(index=False, lineterminator="\n").encode()})
