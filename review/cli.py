"""`medquant review`: matrix, PRISMA flow, agreement, effects, pooled estimates, claims, and curation by command."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.command import add_json, add_verb, print_json, print_table
from review.accounts_cli import add_account_verb
from review.bias_cli import add_bias_verbs
from review.changes_cli import add_changes_verb
from review.claims_cli import add_claims_verbs
from review.codebook_cli import add_code_verb
from review.contradictions_cli import add_contradictions_verb
from review.dedupe_cli import add_dedupe_verb
from review.editing_cli import add_curating_verbs
from review.escalc_cli import add_escalc_verb
from review.extraction_cli import add_extraction_verbs
from review.importing_cli import add_importing_verbs
from review.lookup_cli import add_lookup_verb
from review.matrix_diff_cli import add_matrix_diff_verb
from review.meta_cli import add_meta_verb
from review.pool_cli import add_pool_verb
from review.prioritise_cli import add_prioritising_verbs
from review.screening_cli import add_screening_verbs
from review.serve_cli import add_serve_verb
from review.todo_cli import add_todo_verb

if TYPE_CHECKING:
    from review.agreement import PairAgreement
    from review.effects import Effect


def build(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; nothing heavy is imported before one of them runs."""
    parser.set_defaults(parser=parser)
    verbs = parser.add_subparsers(metavar="VERB")

    matrix = add_verb(verbs, "matrix", "write the variable matrix, studies × variables")
    matrix.add_argument(
        "--out", type=Path, metavar="FILE", help="a .csv or .xlsx file (default: CSV to the terminal)"
    )
    matrix.set_defaults(run=_matrix)

    prisma = add_verb(
        verbs, "prisma", "count the PRISMA 2020 flow and check its arithmetic; exit code 1 if it is broken"
    )
    prisma.add_argument(
        "--csv", type=Path, metavar="FILE", help="write the CSV that the R package PRISMA2020 reads"
    )
    add_json(prisma)
    prisma.set_defaults(run=_prisma)

    agreement = add_verb(verbs, "agreement", "tell how far reviewers and extractors agree")
    add_json(agreement)
    agreement.set_defaults(run=_agreement)

    effects = add_verb(verbs, "effects", "list the effect size of every comparison, and why some have none")
    effects.add_argument("--outcome", metavar="CODE", help="only this outcome")
    effects.add_argument("--all", action="store_true", help="not only clean contrasts")
    effects.add_argument(
        "--origin", choices=("reported", "measured"), help="only what studies report, or only our own runs"
    )
    effects.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write a .csv file, one row per effect, as `review meta` reads it",
    )
    add_json(effects)
    effects.set_defaults(run=_effects)

    add_pool_verb(verbs)
    add_escalc_verb(verbs)
    add_meta_verb(verbs)
    add_claims_verbs(verbs)
    add_screening_verbs(verbs)
    add_prioritising_verbs(verbs)
    add_changes_verb(verbs)
    add_contradictions_verb(verbs)
    add_extraction_verbs(verbs)
    add_matrix_diff_verb(verbs)
    add_curating_verbs(verbs)
    add_importing_verbs(verbs)
    add_dedupe_verb(verbs)
    add_bias_verbs(verbs)
    add_code_verb(verbs)
    add_serve_verb(verbs)
    add_account_verb(verbs)
    add_todo_verb(verbs)
    add_lookup_verb(verbs)


def _matrix(given: argparse.Namespace) -> None:
    from db.errors import MedquantError
    from db.export import write_files
    from db.schema import open_current
    from db.session import reading
    from review.matrix import matrix_csv, matrix_xlsx

    writers = {".csv": matrix_csv, ".xlsx": matrix_xlsx}
    if given.out is not None and given.out.suffix not in writers:
        raise MedquantError(f"{given.out} has no known ending; allowed: .csv, .xlsx")
    with reading(open_current(given.db)) as connection:
        content = writers[given.out.suffix if given.out else ".csv"](connection)
    if given.out is None:
        sys.stdout.write(content.decode())
    else:
        write_files(given.out.parent, {given.out.name: content})
        print(f"{given.out}: written")


def _prisma(given: argparse.Namespace) -> int:
    from db.export import write_files
    from db.prisma import count_prisma
    from db.prisma_checks import CheckStatus, check_prisma
    from db.schema import open_current
    from db.session import reading
    from review.prisma import prisma_csv

    with reading(open_current(given.db)) as connection:
        counts = count_prisma(connection)
    checks = check_prisma(counts)
    if given.csv is not None:
        write_files(given.csv.parent, {given.csv.name: prisma_csv(counts)})
    if given.json:
        listed = [
            {"number": c.number, "rule": c.rule, "status": c.status, "detail": c.detail} for c in checks
        ]
        print_json({"counts": counts.as_keys(), "checks": listed})
    else:
        rows = [
            [key, "not done" if value is None or value == "" else str(value)]
            for key, value in counts.as_keys().items()
        ]
        print_table(["box", "n"], rows)
        print()
        print_table(
            ["check", "rule", "status", "detail"],
            [[str(c.number), c.rule, c.status, c.detail] for c in checks],
            (0,),
        )
    return 1 if any(check.status == CheckStatus.FAILED for check in checks) else 0


def _agreement(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.schema import open_current
    from db.session import reading
    from review.agreement import coding_agreement, extraction_agreement, screening_agreement

    with reading(open_current(given.db)) as connection:
        screening = screening_agreement(connection)
        coding, extraction = coding_agreement(connection), extraction_agreement(connection)
    if given.json:
        fields = {"coding": [asdict(f) for f in coding], "extraction": [asdict(f) for f in extraction]}
        print_json({"screening": asdict(screening), **fields})
        return
    header = ["pair", "records", "both in", "both out", "differ", "raw", "kappa", "95 % CI"]
    print_table(
        header, [_pair_row(pair) for pair in (*screening.pairs, screening.pooled)], (1, 2, 3, 4, 5, 6)
    )
    print(
        f"Krippendorff's alpha {_number(screening.alpha)}; {screening.disputed} of {screening.judged_twice} records disputed\n"
    )
    header = ["field", "pairs", "identical", "share"]
    print_table(
        header,
        [[f.field, str(f.pairs), str(f.identical), _number(f.share)] for f in (*coding, *extraction)],
        (1, 2, 3),
    )


def _pair_row(pair: "PairAgreement") -> list[str]:
    interval = f"{_number(pair.ci_low)} to {_number(pair.ci_high)}" if pair.kappa is not None else ""
    counts = [pair.n, pair.both_include, pair.both_exclude, pair.disagree]
    return [pair.pair, *map(str, counts), _number(pair.raw), _number(pair.kappa), interval]


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _known_outcome(outcome: str | None, known: Any) -> None:  # noqa: ANN401
    from db.errors import MedquantError, one_of, shown

    if outcome is not None and outcome not in known:
        raise MedquantError(f"{shown(outcome)} is no outcome; {one_of(list(known))}")


def _effects(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.codebook.codebook import codebook_from_database
    from db.schema import open_current
    from db.session import reading
    from db.vocabulary import Control
    from review.effects import read_effects

    with reading(open_current(given.db)) as connection:
        _known_outcome(given.outcome, codebook_from_database(connection).outcomes)
        found = read_effects(connection)
    effects = [
        e for e in found.effects
        if (given.all or e.control == Control.CLEAN)
        and given.outcome in (None, e.outcome)
        and given.origin in (None, e.origin)
    ]  # fmt: skip
    omitted = [
        o for o in found.omitted
        if (given.all or o.control == Control.CLEAN)
        and given.outcome in (None, o.outcome)
        and given.origin in (None, o.origin)
    ]  # fmt: skip
    if given.out is not None:
        _write_effects(given.out, effects)
        return
    if given.json:
        print_json({"effects": [asdict(e) for e in effects], "omitted": [asdict(o) for o in omitted]})
        return
    rows = [
        [
            e.comparison_id,
            e.outcome,
            e.measure,
            f"{e.yi:.4g}",
            "" if e.vi is None else f"{e.vi**0.5:.3g}",
            e.variance_from,
            e.arm,
        ]
        for e in effects
    ]
    print_table(["comparison", "outcome", "measure", "yi", "se", "variance from", "arm"], rows, (3, 4))
    print(f"{len(effects)} effects; {len(omitted)} comparisons without one")
    for omission in omitted:
        print(f"  {omission.comparison_id} ({omission.outcome}): {omission.why}")


COLUMNS = (
    "comparison_id", "source", "group", "origin", "outcome", "measure", "yi", "vi", "variance_from", "n_test", "arm",
    "technique", "weight_bits", "granularity", "execution", "control", "bound", "dataset", "architecture",
)  # fmt: skip


def _write_effects(file: Path, effects: "list[Effect]") -> None:
    import csv
    import io

    from db.errors import MedquantError
    from db.export import write_files
    from review.sources.table import guarded

    if file.suffix != ".csv":
        raise MedquantError(f"{file} has no known ending; allowed: .csv")
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for effect in effects:
        values = [getattr(effect, name) for name in COLUMNS]
        cells = [";".join(v) if isinstance(v, tuple) else "" if v is None else v for v in values]
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    write_files(file.parent, {file.name: lines.getvalue().encode()})
    print(f"{file}: {len(effects)} effects written")
