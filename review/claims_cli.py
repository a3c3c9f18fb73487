"""The verbs of `medquant review` that set measured beside published: claims and their verdicts, an own change placed."""

import argparse
from typing import TYPE_CHECKING

from db.command import add_json, add_verb, print_json, print_table

if TYPE_CHECKING:
    from review.reproduction import ClaimVerdict


def add_claims_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs; nothing heavy is imported before one of them runs."""
    claims = add_verb(
        verbs, "claims", "tell of every re-measured claim what was published, measured, and the verdict"
    )
    claims.add_argument("--why", action="store_true", help="print the reason of each verdict below the table")
    add_json(claims)
    claims.set_defaults(run=_claims)

    place = add_verb(
        verbs, "place", "place a change in what the literature reports: a run's, or one given by number"
    )
    place.add_argument("--run", metavar="RUN", dest="run_id", help="place every comparison of this run")
    place.add_argument(
        "--change",
        type=float,
        metavar="X",
        help="place this change: percentage points, or the ratio quantized / baseline for sizes, times and the like",
    )
    place.add_argument(
        "--outcome", default="accuracy", metavar="CODE", help="its outcome (default: accuracy)"
    )
    place.add_argument(
        "--bits", metavar="BITS", help="compare with arms of this bit width of the weights, such as 8"
    )
    add_json(place)
    place.set_defaults(run=_place)


def _claims(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.reproduction import read_verdicts

    with reading(open_current(given.db)) as connection:
        verdicts = read_verdicts(connection)
    if given.json:
        print_json([asdict(verdict) for verdict in verdicts])
        return
    if not verdicts:
        print("no case with claims was run; `medquant benchmark cases` lists them")
        return
    header = ["claim", "study", "published", "measured", "95 % CI", "seeds", "verdict"]
    print_table(header, [_row(verdict) for verdict in verdicts], (3, 4, 5))
    for verdict in verdicts if given.why else ():
        print(f"\n{_name(verdict)}: {verdict.statement}\n    {verdict.why}")


def _name(verdict: "ClaimVerdict") -> str:
    return f"{verdict.case_id} {verdict.position}"


def _row(verdict: "ClaimVerdict") -> list[str]:
    from review.claim_words import plain

    signed = verdict.unit == "percentage points"
    units = {"percentage points": "points", "percent": "%"}
    measured = interval = ""
    if verdict.measured is not None:
        measured = f"{plain(verdict.measured, sign=signed)} {units.get(verdict.unit, verdict.unit)}"
    if verdict.ci_low is not None and verdict.ci_high is not None:
        interval = f"{plain(verdict.ci_low, sign=signed)} to {plain(verdict.ci_high, sign=signed)}"
    word = verdict.verdict.value.replace("_", " ") if verdict.verdict else "not measured yet"
    synthetic = " (synthetic)" if verdict.synthetic else ""
    return [
        f"{_name(verdict)}: {verdict.outcome}",
        verdict.study_id,
        verdict.published_text,
        measured,
        interval,
        str(len(verdict.seeds)),
        f"{word}{synthetic}",
    ]


def _place(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.codebook.codebook import codebook_from_database
    from db.errors import MedquantError
    from db.schema import open_current
    from db.session import reading
    from review.effects import read_effects
    from review.placement import place_change, place_run
    from review.pooling.classes import bit_class

    if (given.run_id is None) == (given.change is None):
        raise MedquantError("say either --run RUN or --change X, and not both")
    with reading(open_current(given.db)) as connection:
        if given.run_id is None:
            codebook = codebook_from_database(connection)
            bits = None
            if given.bits is not None:
                codebook.check_code("bits", given.bits)
                bits = bit_class([given.bits])
            placed = place_change(read_effects(connection), codebook, given.outcome, given.change, bits)
            print_json(asdict(placed)) if given.json else print(placed.sentence)
            return
        rows = place_run(connection, given.run_id)
    if given.json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        where = f", {row.place}" if row.place else ""
        unit = {"percentage points": "points"}.get(row.placement.unit, row.placement.unit)
        change = f"{row.placement.change:.3g} {unit}"
        print(f"{row.arm}{where}: {row.placement.outcome} {change}: {row.placement.sentence}")
    if rows[0].synthetic:
        print("the images of this run are synthetic: its values are no evidence")
