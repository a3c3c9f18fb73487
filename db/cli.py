"""`medquant db`: make, load, check and export the database, and show its history."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from db.command import Steps, add_authorship, add_json, add_verb, print_json, print_table, whole
from db.diff_cli import add_diff_verb
from db.release_cli import add_release_verb

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from db.results_file import ResultFile


def build(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; nothing heavy is imported before one of them runs."""
    parser.set_defaults(parser=parser)
    verbs = parser.add_subparsers(metavar="VERB")

    init = add_verb(verbs, "init", "make the tables, or bring an older database up to date")
    init.set_defaults(run=_upgrade, create=True)

    upgrade = add_verb(verbs, "upgrade", "bring an existing database to the schema of this version")
    upgrade.set_defaults(run=_upgrade, create=False)

    load = add_verb(
        verbs, "load", "load a corpus of CSV files in one transaction, changing only what differs"
    )
    load.add_argument(
        "directory",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="folder with the CSV files (default: the shipped corpus)",
    )
    load.add_argument(
        "--overwrite", action="store_true", help="replace rows that were edited since the last load"
    )
    load.add_argument(
        "--results",
        type=Path,
        metavar="DIR",
        help="folder with measured results to add, or none (default: the shipped results with the shipped corpus)",
    )
    load.add_argument("--by", metavar="NAME", help="who loads (default: MEDQUANT_ACTOR, else log-in name)")
    load.set_defaults(run=_load)

    check = add_verb(
        verbs, "check", "verify keys, codes, numbers, arithmetic and the PRISMA flow; exit code 1 on errors"
    )
    add_json(check)
    check.set_defaults(run=_check)

    export = add_verb(
        verbs, "export", "write the corpus as CSV files, byte for byte as loaded where nothing changed"
    )
    export.add_argument("directory", type=Path, metavar="DIR", help="folder to write to")
    export.set_defaults(run=_export)

    history = add_verb(verbs, "history", "show who changed what, when and why, newest last")
    history.add_argument("table", nargs="?", metavar="TABLE", help="only this table")
    history.add_argument(
        "key", nargs="?", metavar="KEY", help="only this row: its identifier (parts joined by |)"
    )
    history.add_argument(
        "--limit", type=whole, default=20, metavar="N", help="the last N changes (default: 20; 0: all)"
    )
    history.add_argument("--all", action="store_true", help="show loads of releases too")
    add_json(history)
    history.set_defaults(run=_history)

    status = add_verb(verbs, "status", "tell what the database holds")
    add_json(status)
    status.set_defaults(run=_status)

    template = add_verb(
        verbs, "template", "write blank CSV files and their data dictionary for another review"
    )
    template.add_argument("directory", type=Path, metavar="DIR", help="folder to write to")
    template.set_defaults(run=_template)

    acknowledge = add_verb(verbs, "acknowledge", "accept a warning of `check`, with the reason")
    acknowledge.add_argument("code", help="code of the finding, such as as_printed")
    acknowledge.add_argument("place", help="where it was found, as `check` prints it, or * for everywhere")
    add_authorship(acknowledge)
    acknowledge.set_defaults(run=_acknowledge)

    add_release_verb(verbs)
    add_diff_verb(verbs)


def _upgrade(given: argparse.Namespace) -> None:
    from db.schema import upgrade_schema
    from db.session import open_database, place_of

    engine = open_database(given.db, create=given.create)
    before, after = upgrade_schema(engine)
    place = place_of(engine)
    if before == after:
        print(f"{place}: schema {after} is up to date")
    else:
        print(f"{place}: schema {after}, {'made new' if before is None else f'upgraded from {before}'}")


def _load(given: argparse.Namespace) -> None:
    from db.corpus import SHIPPED, read_corpus
    from db.files import FILES
    from db.load import load_corpus
    from db.measured import load_results
    from db.models.tables import Base
    from db.session import current_actor, database_url, place_of

    with Steps("load", total=len(FILES) + len(Base.metadata.tables)) as steps:
        corpus = read_corpus(given.directory or SHIPPED, steps)
        files = _measured_files(given)
        with _ready(given.db) as engine:
            actor = current_actor(given.by)
            result = load_corpus(engine, corpus, actor=actor, overwrite=given.overwrite, progress=steps)
            measured = load_results(engine, files, actor=actor)
    print(f"{place_of(database_url(given.db))}: release {result.release} ({result.sha256[:12]}) loaded")
    print(f"  rows: {result.inserted:,} inserted, {result.updated:,} updated, {result.deleted:,} deleted")
    if files:
        differing = len(measured.differing)
        left = f", {differing:,} of them with other content, left as they are" if differing else ""
        print(f"  runs: {measured.inserted:,} inserted, {measured.present:,} present already{left}")


def _measured_files(given: argparse.Namespace) -> "list[ResultFile]":
    """Return the measured results to load: those named, else those that ship with the shipped corpus."""
    from db.measured import SHIPPED, read_results

    if given.results is not None:
        return [] if str(given.results) == "none" else read_results(given.results)
    return read_results(SHIPPED) if given.directory is None and SHIPPED.is_dir() else []


@contextmanager
def _ready(given: str | None) -> Iterator["Engine"]:
    """Give a database with tables; a new SQLite file takes its place only when it was filled without a mistake."""
    from db.errors import MedquantError
    from db.export import replacing
    from db.schema import require_schema, schema_of, upgrade_schema
    from db.session import database_url, open_database, reading

    url = database_url(given)
    name = url.database or ":memory:"
    new = url.get_backend_name() == "sqlite" and name != ":memory:" and not Path(name).exists()
    if new and Path(name).parent.exists() and not url.query:
        with replacing(Path(name)) as temporary:
            engine = open_database(str(temporary), create=True)
            upgrade_schema(engine)
            yield engine
            if Path(name).exists():
                raise MedquantError(f"another program made {name} meanwhile; load again to see what differs")
        return
    engine = open_database(given, create=True)
    with reading(engine) as connection:
        empty = schema_of(connection) is None
    if empty:
        upgrade_schema(engine)
    require_schema(engine)
    yield engine


def _check(given: argparse.Namespace) -> int:
    from dataclasses import asdict

    from db.check import check_database
    from db.printed import Severity
    from db.schema import open_current
    from db.session import reading

    with reading(open_current(given.db)) as connection:
        findings = check_database(connection)
    if given.json:
        print_json([asdict(finding) for finding in findings])
    for finding in [] if given.json else findings:
        print(f"{finding.severity} {finding.code}: {finding.where}: {finding.problem}")
        print(f"    accepted: {finding.accepted}" if finding.accepted else f"    to do: {finding.remedy}")
    errors = sum(finding.severity == Severity.ERROR for finding in findings)
    if not given.json:
        warnings = [finding for finding in findings if finding.severity == Severity.WARNING]
        accepted = sum(finding.accepted is not None for finding in warnings)
        print(f"{errors} error(s), {len(warnings)} warning(s), {accepted} of them accepted")
    return 1 if errors else 0


def _export(given: argparse.Namespace) -> None:
    from db.export import export_files, write_files
    from db.schema import open_current
    from db.session import reading

    with reading(open_current(given.db)) as connection:
        files = export_files(connection)
    write_files(given.directory, files)
    print(f"{given.directory}: {len(files)} files written")


def _history(given: argparse.Namespace) -> None:
    from db.history import read_history
    from db.schema import open_current
    from db.session import reading

    with reading(open_current(given.db)) as connection:
        entries = read_history(
            connection,
            table=given.table,
            key=given.key,
            limit=given.limit,
            loads=given.all or given.key is not None,
        )
    if given.json:
        print_json([entry.as_dict() for entry in entries])
        return
    for entry in entries:
        change = f"change {entry.change}" if entry.change else "raw SQL"
        print(f"{entry.at}  {change}  {entry.actor}: {entry.action} {entry.table} {entry.key}")
        for field, (old, new) in entry.fields.items():
            print(f"    {field}: {_cut(old)} -> {_cut(new)}")
        if entry.reason:
            print(f"    because: {entry.reason}")
    if not entries:
        print("no changes" + ("" if given.all else " since the load (--all shows what the load wrote)"))


def _cut(value: object) -> str:
    text = "(empty)" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _status(given: argparse.Namespace) -> None:
    from db.schema import latest_schema, open_current
    from db.session import place_of, reading
    from db.status import read_status

    engine = open_current(given.db)
    with reading(engine) as connection:
        status = read_status(connection, latest_schema())
    if given.json:
        print_json(status)
        return
    comparisons = status["comparisons"]
    rows = [
        ["schema", str(status["schema"])],
        ["release", f"{status['release'] or 'none'}{' (edited since)' if status['edited'] else ''}"],
        *([name, f"{status[name]:,}"] for name in ("searches", "records", "studies")),
        ["comparisons", f"{comparisons['reported']:,} reported, {comparisons['measured']:,} measured"],
        ["cases", f"{status['cases']:,}"],
        ["runs", _counted(status["runs"])],
    ]
    if status["synthetic_runs"]:
        rows.append(["synthetic runs", f"{_counted(status['synthetic_runs'])} (no evidence)"])
    print_table(["database", place_of(engine)], rows)


def _counted(states: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {state}" for state, n in states.items()) or "none"


def _template(given: argparse.Namespace) -> None:
    from db.export import write_files
    from db.template import template_files

    existing = [name for name in template_files() if (given.directory / name).exists()]
    if existing:
        from db.errors import MedquantError

        raise MedquantError(f"{given.directory} holds {existing[0]} already; name an empty folder")
    write_files(given.directory, template_files())
    print(
        f"{given.directory}: blank files and DICTIONARY.md written; fill them, then: medquant db load {given.directory}"
    )


def _acknowledge(given: argparse.Namespace) -> None:
    from db.check import acknowledge
    from db.schema import open_current
    from db.session import current_actor, writing

    with writing(open_current(given.db), actor=current_actor(given.by), reason=given.reason) as connection:
        acknowledge(connection, given.code, given.place, reason=given.reason, actor=current_actor(given.by))
    print(f"accepted: {given.code} at {given.place}")
