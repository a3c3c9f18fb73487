"""`medquant benchmark`: cases, runs, comparisons of runs, leakage, results, and networks of one's own."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.device_cli import add_device_verbs
from benchmark.running_cli import add_images, add_running_verbs
from db.command import add_json, add_verb, print_json, print_table

if TYPE_CHECKING:
    from benchmark.catalogue import Case


def build(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; nothing heavy is imported before one of them runs."""
    parser.set_defaults(parser=parser)
    verbs = parser.add_subparsers(metavar="VERB")

    cases = add_verb(verbs, "cases", "list the cases with the state of their runs and the last verdicts")
    add_json(cases)
    cases.set_defaults(run=_cases)

    add_running_verbs(verbs)
    add_device_verbs(verbs)

    runs = add_verb(verbs, "runs", "list the runs, also those that failed")
    runs.add_argument("--case", metavar="CASE", help="only runs of this case")
    add_json(runs)
    runs.set_defaults(run=_runs)

    show = add_verb(verbs, "show", "show a run: fingerprint, measurements, flips, log")
    show.add_argument("name", metavar="RUN", help="the run, or the first letters of its name")
    add_json(show)
    show.set_defaults(run=_show)

    compare = add_verb(verbs, "compare", "compare two runs: what changed, what is noise")
    compare.add_argument("a", metavar="A", help="the earlier run")
    compare.add_argument("b", metavar="B", help="the later run")
    add_json(compare)
    compare.set_defaults(run=_compare)

    leakage = verbs.add_parser(
        "leakage", help="report the twins between training and test images", description="Report leakage."
    )
    add_images(leakage)
    leakage.add_argument("--size", type=int, default=96, metavar="PIXELS", help="input size (default: 96)")
    add_json(leakage)
    leakage.set_defaults(run=_leakage)

    export = add_verb(verbs, "export", "write the finished and failed runs as files that ship (db/results)")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    export.add_argument(
        "--dataset",
        action="append",
        default=[],
        metavar="NAME",
        help="runs on this data set (default: brain-tumor-mri; name your own only if its images may be known of)",
    )
    export.set_defaults(run=_export)

    phantom = verbs.add_parser(
        "phantom",
        help="write synthetic images: four classes, for machines without data",
        description="Write synthetic images into class folders.",
    )
    phantom.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    phantom.add_argument(
        "--per-class", type=int, default=50, metavar="N", help="images a class (default: 50)"
    )
    phantom.add_argument("--size", type=int, default=128, metavar="PIXELS", help="width and height")
    phantom.add_argument("--seed", type=int, default=0, metavar="N", help="random seed (default: 0)")
    phantom.set_defaults(run=_phantom)


def _cases(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from benchmark.catalogue import read_cases
    from db.models.tables import Run
    from db.schema import open_current
    from db.session import reading

    cases = read_cases()
    with reading(open_current(given.db)) as connection:
        rows = connection.execute(select(Run.case_id, Run.case_hash, Run.state, Run.synthetic)).all()
        verdicts = given.judge(connection) if hasattr(given, "judge") else ()
    told: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.verdict is not None and verdict.case_id in cases:
            told.setdefault(verdict.case_id, []).append(verdict.verdict.value)
    states = {
        case_id: Counter(row.state.value for row in rows if row.case_id == case_id and not row.synthetic)
        for case_id in cases
    }
    former = {
        row.case_id for row in rows if row.case_id in cases and row.case_hash != cases[row.case_id].case_hash
    }
    if given.json:
        print_json(
            [
                {
                    **_case_facts(case),
                    "runs": states[case.case_id],
                    "verdicts": told.get(case.case_id, []),
                    "runs_of_former_versions": case.case_id in former,
                }
                for case in cases.values()
            ]
        )
        return
    print_table(
        ["case", "network", "px", "min", "runs", "verdicts", "title"],
        [
            [
                case.case_id,
                case.network,
                str(case.input_size),
                f"{case.minutes:g}",
                ", ".join(f"{n} {state}" for state, n in states[case.case_id].items()) or "none",
                ", ".join(v.replace("_", " ") for v in told.get(case.case_id, [])) or "-",
                case.title,
            ]
            for case in cases.values()
        ],
        numeric=(2, 3),
    )


def _case_facts(case: "Case") -> dict[str, Any]:
    return {
        "case": case.case_id,
        "title": case.title,
        "method": case.method,
        "network": case.network,
        "input_size": case.input_size,
        "splits": case.splits,
        "seeds": case.seeds,
        "minutes": case.minutes,
        "quick": case.quick,
        "case_hash": case.case_hash,
    }


def _runs(given: argparse.Namespace) -> None:
    from sqlalchemy import select

    from db.models.tables import Run
    from db.schema import open_current
    from db.session import reading

    query = select(
        Run.run_id,
        Run.state,
        Run.dataset,
        Run.split,
        Run.seed,
        Run.synthetic,
        Run.started_at,
        Run.finished_at,
        Run.error,
    ).order_by(Run.started_at.nulls_first(), Run.run_id)
    if given.case:
        query = query.where(Run.case_id == given.case)
    with reading(open_current(given.db)) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    if given.json:
        print_json(rows)
        return
    if not rows:
        print(
            "no run yet; `medquant benchmark run CASE` makes one, `medquant benchmark cases` lists the cases"
        )
        return
    print_table(
        ["run", "state", "images", "began (UTC)", "seconds", "error"],
        [
            [
                row["run_id"],
                row["state"].value,
                f"{row['dataset'] or '-'}{' (synthetic)' if row['synthetic'] else ''}",
                f"{row['started_at']:%Y-%m-%d %H:%M}" if row["started_at"] else "-",
                f"{(row['finished_at'] - row['started_at']).total_seconds():.0f}"
                if row["finished_at"] and row["started_at"]
                else "-",
                row["error"] or "",
            ]
            for row in rows
        ],
        numeric=(4,),
    )


def _show(given: argparse.Namespace) -> None:
    from benchmark.showing import run_as_json, run_as_text
    from db.schema import open_current
    from db.session import reading

    with reading(open_current(given.db)) as connection:
        facts = run_as_json(connection, given.name)
    if given.json:
        print_json(facts)
    else:
        print(run_as_text(facts))


def _compare(given: argparse.Namespace) -> None:
    from benchmark.showing import find_run
    from db.run_comparison import compare_runs
    from db.schema import open_current
    from db.session import reading

    with reading(open_current(given.db)) as connection:
        result = compare_runs(connection, find_run(connection, given.a), find_run(connection, given.b))
    if given.json:
        print_json(result.as_json())
    else:
        print(result.as_text())


def _leakage(given: argparse.Namespace) -> None:
    from benchmark.cache import cache_folder
    from benchmark.data.dataset import open_dataset, source_of
    from benchmark.data.duplicates import duplicates_of
    from benchmark.data.leakage import leakage
    from benchmark.data.splits import grouped_split, paper_split
    from benchmark.progress import Bar

    cache = cache_folder(given.cache)
    source = source_of(given.data, given.phantom)
    with Bar() as bar:
        dataset = open_dataset(source, given.size, cache=cache, progress=bar)
        duplicates = duplicates_of(source, cache=cache, progress=bar)
    splits = (paper_split(dataset), grouped_split(dataset, duplicates.groups))
    reports = [leakage(dataset, split, duplicates) for split in splits]
    if given.json:
        print_json([report.facts() for report in reports])
    else:
        print("\n\n".join(report.as_text() for report in reports))


def _export(given: argparse.Namespace) -> None:
    from benchmark.catalogue import read_cases
    from benchmark.data.download import BRAIN_TUMOR
    from db.measured import export_results
    from db.schema import open_current
    from db.session import reading

    datasets = given.dataset or [BRAIN_TUMOR.name]
    with reading(open_current(given.db)) as connection:
        files = export_results(connection, given.out, cases=read_cases().keys(), datasets=datasets)
    print(f"{given.out}: {len(files)} files of runs of the catalogue's cases on {', '.join(datasets)}")


def _phantom(given: argparse.Namespace) -> None:
    from benchmark.data.phantom import write_phantom
    from benchmark.progress import Bar

    with Bar() as bar:
        write_phantom(given.out, per_class=given.per_class, size=given.size, seed=given.seed, progress=bar)
    print(f"{given.out}: synthetic images, {given.per_class} a class to train and a quarter as many to test")
