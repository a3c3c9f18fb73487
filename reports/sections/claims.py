"""Published claims and what our own runs say of them: verdicts, open questions, what was measured, which runs failed."""

from db.vocabulary import Verdict
from reports.context import (
    Block,
    Bullets,
    Cell,
    Column,
    Note,
    Paragraph,
    Section,
    Table,
    Text,
    code,
    link,
    text,
)
from reports.evidence import Evidence
from reports.figures import claims as drawing
from reports.measured import Measured
from reports.plates import Plates
from reports.sections.anew import measured_anew
from reports.sections.headline import remarks, value_words
from reports.sections.runs import runs_section, runs_words
from reports.sections.words import count, listed
from reports.verdicts import look_of, verdict_cell
from review.reproduction import ClaimVerdict


def claims(evidence: Evidence, title: str, plates: Plates) -> Section:
    """Return the section on claims and their verdicts; it says so where nothing was measured yet."""
    measured = evidence.measured
    if not measured.done:
        told = "No claim has been re-measured yet: the database holds no finished run"
        states = runs_words(measured.runs)
        blocks: list[Block] = [
            Note(text(f"{told}{f' ({states})' if states else ''}. Verdicts need measured comparisons."))
        ]
        return Section("claims", title, tuple(blocks), (runs_section(measured),) if measured.runs else ())
    judged = [v for v in measured.evidence if v.comparison_id is not None]
    asked = [v for v in measured.evidence if v.comparison_id is None]
    blocks = [Paragraph(_method(measured)), Paragraph(_counted(judged)), *_figure(judged, plates)]
    if judged:
        blocks += [_verdicts(judged), Paragraph(text("Why, claim by claim:")), _reasons(judged)]
    blocks += remarks(measured, judged)
    sections = [
        *([_open(asked)] if asked else []),
        measured_anew(evidence, plates),
        runs_section(measured),
    ]
    return Section("claims", title, tuple(blocks), tuple(sections))


def counted_verdicts(measured: Measured) -> str:
    """Return how many published claims have which verdict, in words; empty where none was re-measured."""
    found: dict[str, int] = {}
    for verdict in Verdict:
        n = sum(v.verdict == verdict and v.comparison_id is not None for v in measured.evidence)
        if n:
            found[look_of(verdict).word] = n
    return listed([f"{n} {word}" for word, n in found.items()])


def _method(measured: Measured) -> Text:
    return text(
        "A claim is a published value with the tolerance that its case fixed before anything was measured, or a question "
        "that its study leaves open. A verdict rests on an equivalence test (two one-sided tests at 5 %): reproduced if the "
        "90 % interval of measured minus published lies within the tolerance, not reproduced if it lies outside, "
        "inconclusive if it does both; values of networks or images of another kind are not compared. Measured values "
        f"are means over the seeds of {count(len(measured.done), 'finished run')} "
        "with 95 % intervals over images and seeds."
    )


def _counted(judged: list[ClaimVerdict]) -> Text:
    answered = [v for v in judged if v.verdict is not None]
    words: dict[str, int] = {}
    for v in answered:
        words[look_of(v.verdict).word] = words.get(look_of(v.verdict).word, 0) + 1
    waiting = len(judged) - len(answered)
    rest = (
        f"; {count(waiting, 'claim')} {'is' if waiting == 1 else 'are'} not measured yet" if waiting else ""
    )
    told = listed([f"{n} {word}" for word, n in words.items()]) or "none has a verdict"
    return text(f"Of {count(len(judged), 'published claim')}: {told}{rest}.")


def _interval(v: ClaimVerdict) -> str:
    if v.ci_low is None or v.ci_high is None:
        return "none" if v.measured is not None else ""
    low, high = value_words(v.ci_low, v.unit), value_words(v.ci_high, v.unit)
    return "exact" if low == high else f"{low} to {high}"


def _unit(v: ClaimVerdict) -> str:
    return {drawing.POINTS: "points", "percent": "%"}.get(v.unit, v.unit)


def _seeds(v: ClaimVerdict) -> Cell:
    if not v.seeds:
        return Cell("", sort=0)
    values = [s.value for s in v.seeds]
    words = str(len(values))
    low, high = value_words(min(values), v.unit), value_words(max(values), v.unit)
    if low != high:
        words += f": {low} to {high}"
    spread = "" if v.seed_sd is None else f"standard deviation over seeds {v.seed_sd:.2g} {_unit(v)}; "
    runs = ", ".join(f"{value_words(s.value, v.unit)} ({s.run_id})" for s in v.seeds)
    return Cell(words, note=f"{spread}{runs}", sort=len(values))


def _images(v: ClaimVerdict) -> str:
    place = "/".join(word for word in (v.split, v.part) if word)
    return f"{v.n_images:,} ({place})" if v.n_images else place


def _tolerance(v: ClaimVerdict) -> Cell:
    if v.tolerance is None:
        return Cell("")
    return Cell(f"±{v.tolerance:g} {'%' if v.unit == drawing.RATIO else 'points'}", note=v.tolerance_reason)


def _verdict(v: ClaimVerdict) -> Cell:
    if v.verdict is None and v.runs_failed:
        return Cell(
            "– not measured: run failed", note=count(v.runs_failed, "failed run"), sort="not measured"
        )
    return verdict_cell(v.verdict, note=None if v.comparison_id else v.why)


def _row(v: ClaimVerdict) -> tuple[Cell, ...]:
    measured = value_words(v.measured, v.unit)
    return (
        Cell(f"{v.case_id}, {v.position}", note=v.case_title),
        Cell(v.statement),
        _verdict(v),
        Cell(v.study_id, href=f"#study-{v.study_id}"),
        Cell(v.published_text.replace("->", "→"), href=f"#comparison-{v.comparison_id}", sort=v.published),
        Cell(f"{measured} {_unit(v)}" if measured else "", sort=v.measured),
        Cell(_interval(v)),
        _seeds(v),
        Cell(_images(v)),
        _tolerance(v),
    )


def _verdicts(judged: list[ClaimVerdict]) -> Table:
    columns = (
        Column("Case", width=1),
        Column("Claim", width=3),
        Column("Verdict", width=1.4),
        Column("Study", width=1.3),
        Column("Published", width=1.3),
        Column("Measured", "right", 1.1),
        Column("95 % CI", "right", 1.2),
        Column("Seeds", width=1.3),
        Column("Images", width=1.4),
        Column("Tolerance, fixed beforehand", width=1.1),
    )
    rows = tuple(_row(v) for v in judged)
    caption = "Published claims, what was measured of them, and the verdicts"
    ids = tuple(f"claim-{v.case_id}-{v.position}" for v in judged)
    return Table("claims-table", caption, columns, rows, row_ids=ids, landscape=True)


def _reasons(judged: list[ClaimVerdict]) -> Bullets:
    return Bullets(
        tuple(
            text(
                link(f"{v.case_id}, {v.position}", f"#claim-{v.case_id}-{v.position}"),
                f" {_verdict(v).text}: {v.why.rstrip('.')}."
                f"{'' if tolerated(v) is None else f' Tolerance {_tolerance(v).text}: {v.tolerance_reason}.'}",
            )
            for v in judged
        )
    )


def tolerated(v: ClaimVerdict) -> tuple[float, float] | None:
    """Return the ends of the range that still counts as reproduced; None where nothing is compared."""
    if v.published is None or v.tolerance is None or v.verdict == Verdict.NOT_COMPARABLE:
        return None
    if v.unit == drawing.RATIO:
        return v.published / (1 + v.tolerance / 100), v.published * (1 + v.tolerance / 100)
    return v.published - v.tolerance, v.published + v.tolerance


def _figure(judged: list[ClaimVerdict], plates: Plates) -> list[Block]:
    marks = tuple(
        drawing.ClaimMark(
            v.case_id,
            v.statement,
            v.unit,
            v.published,
            v.measured,
            v.ci_low,
            v.ci_high,
            tuple(s.value for s in v.seeds),
            tolerated(v),
            look_of(v.verdict).sign,
            look_of(v.verdict).word,
        )
        for v in judged
        if v.published is not None and v.measured is not None
    )
    if not marks:
        return []
    data = drawing.Claims(marks)
    return [
        plates.add(
            "claims",
            drawing.figure(data),
            title="Published claims and what was measured of them",
            caption=text(
                "One row a claim: a ring at the published value, a diamond at the measured mean with its 95 % interval, a "
                "tick for each seed, a band for what counts as reproduced. The axis of ratios is logarithmic; a value "
                "beyond an axis is an arrow with its number."
            ),
            alt=drawing.alt_text(data),
            data=drawing.table(data),
        )
    ]


def _open(asked: list[ClaimVerdict]) -> Section:
    rows = []
    for v in asked:
        measured = value_words(v.measured, v.unit)
        rows.append(
            (
                Cell(v.statement, note=f"case {v.case_id}: {v.case_title}"),
                _verdict(v),
                Cell(v.study_id, href=f"#study-{v.study_id}"),
                Cell(f"{v.outcome}: {v.arm_key} against {v.baseline_key}"),
                Cell(f"{measured} {_unit(v)}" if measured else "", sort=v.measured),
                Cell(_interval(v)),
                _seeds(v),
                Cell(_images(v)),
            )
        )
    columns = (
        Column("Question", width=3),
        Column("State", width=1.2),
        Column("Study", width=1.3),
        Column("Asked of", width=2),
        Column("Measured", "right", 1.2),
        Column("95 % CI", "right", 1.3),
        Column("Seeds", width=1.4),
        Column("Images", width=1.5),
    )
    told = text(
        "Questions that a study describes and answers with no figure; what was measured is an answer and no verdict. A case "
        "answers on the images named; ",
        code("medquant benchmark cases"),
        " lists all.",
    )
    table = Table(
        "open-questions", "Open questions and what was measured of them", columns, tuple(rows), landscape=True
    )
    return Section("claims-open", "Open questions", (Paragraph(told), table))
