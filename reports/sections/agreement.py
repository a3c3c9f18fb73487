"""Agreement of reviewers: on records, on codes, on values read twice."""

from reports.context import Block, Cell, Column, Note, Paragraph, Section, Table, text
from reports.evidence import Evidence
from reports.sections.words import count, listed
from review.agreement import FieldShare, PairAgreement


def agreement(evidence: Evidence, title: str) -> Section:
    """Return the section on agreement."""
    found = evidence.agreement
    blocks: list[Block] = []
    if found.pairs:
        alpha = "undefined" if found.alpha is None else f"{found.alpha:.2f}"
        blocks += [
            Paragraph(
                text(
                    f"{count(found.judged_twice, 'record')} were judged by two or more reviewers, {found.disputed} of them "
                    f"with different decisions, which were settled. Krippendorff's alpha over all votes is {alpha}."
                )
            ),
            _pairs(found.pairs, found.pooled),
            Note(
                text(
                    "“All pairs” pools the pairs, so that a record with three judges counts three times; its interval "
                    "takes the pairs as independent, which they are not, and is too narrow."
                )
            ),
        ]
    else:
        blocks.append(Paragraph(text("No record was judged by two reviewers, so agreement cannot be told.")))
    blocks += [
        _fields(
            "coding-agreement",
            "Agreement of extractors on coded fields, as the corpus states it",
            evidence.coding,
        ),
        _fields("extraction-agreement", "Values extracted twice that say the same", evidence.extraction),
    ]
    if evidence.second_readings:
        told = listed([f"{n} {verdict.replace('_', ' ')}" for verdict, n in evidence.second_readings.items()])
        total = sum(evidence.second_readings.values())
        blocks.append(
            Paragraph(
                text(f"{count(total, 'value')} were looked for a second time, on another copy: {told}.")
            )
        )
    return Section("agreement", title, tuple(b for b in blocks if not (isinstance(b, Table) and not b.rows)))


def _number(value: float | None) -> Cell:
    return Cell("undefined" if value is None else f"{value:.2f}", sort=value)


def _pairs(pairs: tuple[PairAgreement, ...], pooled: PairAgreement) -> Table:
    rows = []
    for p in (*pairs, pooled):
        interval = "" if p.ci_low is None or p.ci_high is None else f"{p.ci_low:.2f} to {p.ci_high:.2f}"
        counts = [Cell(str(n), sort=n) for n in (p.n, p.both_include, p.both_exclude, p.disagree)]
        rows.append((Cell(p.pair), *counts, _number(p.raw), _number(p.kappa), Cell(interval)))
    columns = (
        Column("Pair", width=1.2),
        Column("Records", "right"),
        Column("Both include", "right"),
        Column("Both exclude", "right"),
        Column("Differ", "right"),
        Column("Raw", "right"),
        Column("Kappa", "right"),
        Column("95 % CI", "right", 1.4),
    )
    return Table("record-agreement", "Agreement on including records", columns, tuple(rows))


def _fields(identifier: str, caption: str, shares: tuple[FieldShare, ...]) -> Table:
    rows = tuple(
        (
            Cell(s.field.replace("_", " ")),
            Cell(str(s.pairs), sort=s.pairs),
            Cell(str(s.identical), sort=s.identical),
            _number(s.share),
        )
        for s in shares
    )
    columns = (
        Column("Field", width=3),
        Column("Pairs", "right"),
        Column("Identical", "right"),
        Column("Share", "right"),
    )
    return Table(identifier, caption, columns, rows)
