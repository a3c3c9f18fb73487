"""Search strategies: where was searched, and every query as it was typed (PRISMA-S)."""

from collections import Counter

from reports.context import Cell, Column, Paragraph, Section, Table, link, text
from reports.evidence import Evidence
from reports.sections.words import count


def searches(evidence: Evidence, title: str) -> Section:
    """Return the section on the searches."""
    if not evidence.searches:
        return Section("searches", title, (Paragraph(text("The corpus does not log its searches.")),))
    dates = sorted({row["date"] for row in evidence.searches})
    when = f"on {dates[0]}" if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}"
    results = sum(row["results_returned"] or 0 for row in evidence.searches)
    told = text(
        f"{count(len(evidence.searches), 'query', 'queries')} and look-ups were run {when}; they returned "
        f"{count(results, 'result')}, of which {count(evidence.counts.identified or 0, 'candidate')} were logged. "
        "A result that looked off topic from its title was not always logged. ",
        link("Every query as typed", "#queries-section"),
        " stands at the end.",
    )
    return Section("searches", title, (Paragraph(told), _by_corpus(evidence)))


def queries(evidence: Evidence, title: str) -> Section:
    """Return the appendix of full queries."""
    if not evidence.searches:
        return Section("queries-section", title, (Paragraph(text("The corpus does not log its queries.")),))
    return Section("queries-section", title, (_queries(evidence),))


def _by_corpus(evidence: Evidence) -> Table:
    queries: Counter[str] = Counter()
    results: Counter[str] = Counter()
    for row in evidence.searches:
        queries[row["corpus"]] += 1
        results[row["corpus"]] += row["results_returned"] or 0
    logged = {**evidence.counts.database_specific_results, **evidence.counts.register_specific_results}
    rows = tuple(
        (
            Cell(corpus),
            Cell(f"{n:,}", sort=n),
            Cell(f"{results[corpus]:,}", sort=results[corpus]),
            Cell(f"{logged.get(corpus, 0):,}", sort=logged.get(corpus, 0)),
        )
        for corpus, n in queries.most_common()
    )
    columns = (
        Column("Source", width=3),
        Column("Queries", "right"),
        Column("Results", "right"),
        Column("Hits logged", "right"),
    )
    return Table("search-sources", "Queries, results and logged hits by source", columns, rows)


def _queries(evidence: Evidence) -> Table:
    rows = tuple(
        (
            Cell(row["query_id"]),
            Cell(row["reviewer"]),
            Cell(row["query"]),
            Cell(row["corpus"]),
            Cell(str(row["date"])),
            Cell(
                "" if row["results_returned"] is None else str(row["results_returned"]),
                sort=row["results_returned"],
            ),
            Cell(row["purpose"] or ""),
        )
        for row in evidence.searches
    )
    columns = (
        Column("Query", width=0.7),
        Column("By", width=0.6, filter="choice"),
        Column("As typed", width=6),
        Column("Source", width=1.1, filter="choice"),
        Column("Date", width=1.2),
        Column("Results", "right", 0.9),
        Column("Purpose", width=1.3, filter="choice"),
    )
    return Table("queries", "Every query as typed", columns, rows, interactive=True)
