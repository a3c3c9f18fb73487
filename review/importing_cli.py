"""`medquant review import` and `export`: what searches returned comes in, and records go to other programs."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.command import add_authorship, add_json, add_verb, print_json, print_table, told
from review.unread_cli import add_unread_verb

if TYPE_CHECKING:
    from review.importing import Import
    from review.sources.imported import Reading

# the formats stand here as words: nothing of the readers is imported before a verb runs
FORMATS = ("ris", "bibtex", "nbib", "web-of-science", "endnote-xml", "csl-json", "csv", "xlsx", "zip")
WRITTEN = ("ris", "bibtex", "csl-json", "rayyan-csv", "csv")
ROUTES = ("database", "register", "website", "organisation", "citation")
ONLY = ("included", "excluded", "undecided")
_SHOWN = 20


def add_importing_verbs(verbs: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Add `import` and `export`; nothing heavy is imported before one of them runs."""
    taking = add_verb(
        verbs,
        "import",
        "take in what a search returned (RIS, BibTeX, nbib, Web of Science, EndNote XML, CSL-JSON, CSV, XLSX, Rayyan zip)",
    )
    taking.add_argument("files", nargs="+", type=Path, metavar="FILE", help="exports of one search")
    taking.add_argument("--source", type=told, metavar="NAME", help="the database that was searched")
    taking.add_argument("--query", type=told, metavar="TEXT", help="the query as typed")
    taking.add_argument(
        "--date", type=_day, metavar="YYYY-MM-DD", help="when it was searched (default: today)"
    )
    taking.add_argument("--route", choices=ROUTES, help="PRISMA route of the hits (default: database)")
    taking.add_argument(
        "--labels-by",
        type=told,
        metavar="NAME",
        help="whose decisions labels without a name are (default: --by)",
    )
    taking.add_argument(
        "--format", choices=FORMATS, help="the files' format (default: by ending and first words)"
    )
    taking.add_argument("--preview", action="store_true", help="say what would come in; write nothing")
    add_authorship(taking)
    add_json(taking)
    taking.set_defaults(run=_import)

    add_unread_verb(verbs)
    giving = add_verb(verbs, "export", "write the records for other programs")
    giving.add_argument("--format", required=True, choices=WRITTEN, help="the format")
    giving.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file")
    giving.add_argument("--only", choices=ONLY, help="only records with this decision on title and abstract")
    add_json(giving)
    giving.set_defaults(run=_export)


def _day(words: str) -> dt.date:
    try:
        if len(words) == len("2026-01-31"):
            return dt.date.fromisoformat(words)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{words!r} is no date; allowed: YYYY-MM-DD, such as 2026-01-31")


def _import(given: argparse.Namespace) -> int:
    from db.schema import open_current
    from db.session import current_actor, reading, writing
    from db.vocabulary import Route
    from review.importing import SearchFacts, read_files
    from review.taking_in import prepare_import, take_in

    engine = open_current(given.db)
    actor = current_actor(given.by)
    facts = SearchFacts(
        by=actor,
        source=given.source or "",
        query=given.query or "",
        date=given.date,
        route=Route(given.route) if given.route and given.route != Route.DATABASE else None,
        labels_by=given.labels_by or "",
    )
    files = read_files(given.files, given.format)
    change = None
    with reading(engine) as connection:  # others may write while it is worked out
        prepared = prepare_import(connection, files, facts)
    made = prepared.made
    if made.records and not given.preview:
        with writing(engine, actor=actor, reason=given.reason) as connection:
            made, change = take_in(connection, files, facts, prepared)
    sources = [source for source, _ in files]
    if given.json:
        print_json(_as_json(sources, made, change, preview=given.preview))
    else:
        _tell(sources, made, change, preview=given.preview)
    return 0 if made.records else 1


def _as_json(
    sources: "list[Reading]", made: "Import", change: int | None, *, preview: bool
) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "written": change is not None,
        "preview": preview,
        "change": change,
        "search": made.search,
        "files": [
            {"name": s.name, "format": s.format, "blocks": s.blocks, "records": len(s.records), "lost": len(s.lost)}
            for s in sources
        ],
        "records": [
            {k: v for k, v in row.items() if k != "position"} | {"same_as": made.known.get(row["record_id"])}
            for row in made.records
        ],
        "decisions": [{k: v for k, v in row.items() if k != "position"} for row in made.screenings],
        "unread": [{"file": file, **asdict(part)} for file, part in made.unread],
        "not_kept": made.not_kept,
    }  # fmt: skip


def _tell(sources: "list[Reading]", made: "Import", change: int | None, *, preview: bool) -> None:
    rows = [[s.name, s.format, str(s.blocks), str(len(s.records)), str(len(s.lost))] for s in sources]
    print_table(["file", "format", "found", "read", "lost"], rows, (2, 3, 4))
    if preview:
        print()
        shown = [
            [row["record_id"], str(row["year"] or ""), row["title"][:80]] for row in made.records[:_SHOWN]
        ]
        print_table(["record", "year", "title"], shown)
        if len(made.records) > _SHOWN:
            print(f"… and {len(made.records) - _SHOWN:,} more; --json lists all")
    if made.unread:
        from review.sources.imported import excerpt

        lost_first = sorted(made.unread, key=lambda pair: not pair[1].lost)
        print(f"\n{made.lost} lost, {len(made.unread) - made.lost} remark(s):")
        for file, part in lost_first[:_SHOWN]:
            print(
                f"  {file}, {part.where}: {'lost: ' if part.lost else ''}{excerpt(part.what, 80)}: {part.why}"
            )
        if len(made.unread) > _SHOWN:
            print(f"  … and {len(made.unread) - _SHOWN:,} more; --json lists all")
    if made.not_kept:
        names = ", ".join(f"{name} ({n})" for name, n in sorted(made.not_kept.items()))
        print(f"\nread, but the database has no column for it: {names}")
    if made.known:
        print(
            f"\n{len(made.known)} have the DOI, arXiv or PubMed identifier of another record; deduplication settles them"
        )
    search = made.search
    print(f"\nsearch {search['query_id']}: {search['corpus']}, {search['date']}, query: {search['query']}")
    counts = f"{len(made.records)} record(s), {len(made.screenings)} decision(s)"
    if change is not None:
        if made.entries:
            print(
                f"{len(made.entries)} unread, kept; `medquant review unread --query {search['query_id']}` lists them"
            )
        print(f"{counts} imported, change {change}")
    else:
        print(
            f"{counts} would be imported; nothing was written"
            if preview
            else "no record could be read; nothing was written"
        )


def _export(given: argparse.Namespace) -> None:
    from dataclasses import asdict

    from db.export import write_files
    from db.schema import open_current
    from db.session import reading
    from review.exporting import records_to_export
    from review.sources.writing import written

    with reading(open_current(given.db)) as connection:
        records, left_out = records_to_export(connection, given.only)
    write_files(given.out.parent, {given.out.name: written(records, given.format)})
    if given.json:
        print_json(
            {
                "file": given.out,
                "format": given.format,
                "records": len(records),
                "left_out": [asdict(p) for p in left_out],
            }
        )
        return
    print(f"{given.out}: {len(records)} records written")
    for part in left_out:
        print(f"  {part.where}: left out: {part.what}: {part.why}")
