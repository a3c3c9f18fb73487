"""Measured anew: every measured contrast with its scores, sizes and times, where it ran, and on which images."""

import math
import re
from collections.abc import Iterable

from reports.context import Block, Cell, Column, Paragraph, Section, Table, link, text
from reports.evidence import Evidence
from reports.figures import tradeoff
from reports.measured import MAIN, THREADS, Measured, MeasuredContrast, Spread, place_of
from reports.plates import Plates
from reports.sections.conditions import images, machines
from reports.sections.plane import measured_points, reported_points
from reports.sections.words import count, effect_words, interval_words, signed
from review.measured import MeasuredSummary

PLACES = (MAIN, "grouped/validation", "paper/testing", "grouped/testing")
MEGABYTE = 1_000_000
ROBUSTNESS = re.compile(r"robustness:(?P<corruption>[^:]+):(?P<severity>.+)")


def measured_anew(evidence: Evidence, plates: Plates) -> Section:
    """Return the subsection on what our own runs measured, claim or no claim."""
    measured = evidence.measured
    told = (
        f"{count(len(measured.contrasts), 'contrast')} of a quantized arm with its baseline, each over its seeds. These are "
        "values of our own runs and stand apart from what studies report: no main pool holds them, and a sensitivity "
        "analysis of each pool adds them. A grouped split keeps exact and near duplicates of an image together."
    )
    blocks: list[Block] = [
        Paragraph(text(told)),
        *_plane(evidence, plates),
        _scores(evidence),
        _costs(evidence),
        *_flips(measured),
        *_robustness(measured),
        *images(measured),
        *machines(measured),
    ]
    return Section("measured", "Measured anew", tuple(blocks))


def contrast_name(contrast: MeasuredContrast) -> str:
    """Return what is compared with what, in the run's own names."""
    return f"{contrast.arm_key} against {contrast.baseline_key}"


def summary_words(summary: MeasuredSummary | None) -> str:
    """Return a measured effect with its 95 % interval."""
    if summary is None:
        return ""
    words = effect_words(summary.yi, summary.measure)
    if summary.ci_low is None or summary.ci_high is None:
        return words
    interval = interval_words(summary.ci_low, summary.ci_high, summary.measure)
    return words if interval == f"{words} to {words}" else f"{words} [{interval}]"


def bits_words(evidence: Evidence, contrast: MeasuredContrast) -> str:
    """Return weight and activation bits, such as "8 / 8"."""
    sides = (contrast.row["weight_bits"], contrast.row["activation_bits"])
    return " / ".join(
        ", ".join(evidence.codebook.label("bits", code) for code in side) or "–" for side in sides
    )


def _what(evidence: Evidence, contrast: MeasuredContrast) -> tuple[Cell, ...]:
    row = contrast.row
    case = evidence.measured.titles.get(contrast.case_id, contrast.case_id)
    runs = f"{case}; {count(len(contrast.runs), 'run')}: {', '.join(contrast.runs)}"
    return (
        Cell(contrast.case_id, note=runs),
        Cell(contrast_name(contrast), note=row["arm"]),
    )


_WHAT = (Column("Case", width=1.2), Column("Contrast", width=1.8))


def _scores(evidence: Evidence) -> Table:
    measured = evidence.measured
    present = {place_of(s) for c in measured.contrasts for s in c.summaries if s.outcome == "accuracy"}
    places = [place for place in PLACES if place in present] + sorted(present - set(PLACES))
    rows = []
    for contrast in measured.contrasts:
        row = contrast.row
        found = [contrast.of("accuracy", place) for place in places]
        main = contrast.of("accuracy")
        if main is None:
            continue
        agreement = measured.value(contrast, "agreement", MAIN)
        rows.append(
            (
                *_what(evidence, contrast),
                Cell(" + ".join(evidence.codebook.label("technique", code) for code in row["technique"])),
                Cell(bits_words(evidence, contrast)),
                Cell(_code(row["granularity"])),
                Cell(str(len(main.seeds)), sort=len(main.seeds)),
                *(Cell(summary_words(s), note=_seed_note(s), sort=s.yi if s else None) for s in found),
                _percent(agreement),
            )
        )
    columns = (
        *_WHAT,
        Column("Technique", width=1.2),
        Column("Bits, weights / activations", width=1.1),
        Column("Granularity", width=1),
        Column("Seeds", "right", 0.6),
        *(Column(f"Accuracy, points, {place}", "right", 1.5) for place in places),
        Column("Same class, % of images", "right", 1),
    )
    caption = "Measured contrasts: change of accuracy with its 95 % interval, by the images that were tested"
    return Table("measured-scores", caption, columns, tuple(rows), landscape=True)


def _seed_note(summary: MeasuredSummary | None) -> str | None:
    if summary is None or len(summary.seeds) < 2:
        return None
    seeds = ", ".join(f"{effect_words(yi, summary.measure)} (seed {seed})" for seed, yi in summary.seeds)
    return f"{seeds}; {summary.n:,} images" if summary.n else seeds


def _code(value: object) -> str:
    return str(getattr(value, "value", value) or "").replace("_", " ")


def _percent(spread: Spread | None) -> Cell:
    return (
        Cell("") if spread is None else Cell(f"{spread.value:.1f}", note=_span(spread, 1), sort=spread.value)
    )


def _span(spread: Spread, digits: int) -> str | None:
    if spread.low is None or spread.high is None:
        return None
    return f"intervals of the seeds reach from {spread.low:.{digits}f} to {spread.high:.{digits}f}"


def _costs(evidence: Evidence) -> Table:
    measured = evidence.measured
    rows = []
    for contrast in measured.contrasts:
        size = contrast.of("size")
        rows.append(
            (
                *_what(evidence, contrast),
                Cell(_sizes(measured, contrast)),
                Cell(summary_words(size), sort=size.yi if size else None),
                *(_latency(measured, contrast, threads) for threads in THREADS),
                _single(measured, contrast, "peak_rss_mb", 0),
                _single(measured, contrast, "cold_start_ms", 0),
                Cell(contrast.row["fallback_ops"] or "none"),
                Cell(_code(contrast.row["execution"]), note=contrast.row["device"]),
            )
        )
    columns = (
        *_WHAT,
        Column("MB, baseline → arm", width=1.3),
        Column("Size ratio", "right", 0.9),
        *(Column(f"Latency ratio, {threads}", "right", 1.3) for threads in THREADS),
        Column("Peak memory, MB", "right", 0.9),
        Column("Cold start, ms", "right", 0.8),
        Column("Left in float", width=1.4),
        Column("Execution", width=1.1),
    )
    caption = "Measured contrasts: size like for like, latency with the span of the seeds' 95 % intervals, what stayed in float"
    return Table("measured-costs", caption, columns, tuple(rows), landscape=True)


def _sizes(measured: Measured, contrast: MeasuredContrast) -> str:
    sizes = [
        measured.value(contrast, "size_bytes", "", arm) for arm in (contrast.baseline_key, contrast.arm_key)
    ]
    return " → ".join("?" if s is None else f"{s.value / MEGABYTE:.2f}" for s in sizes) if any(sizes) else ""


def _latency(measured: Measured, contrast: MeasuredContrast, threads: str) -> Cell:
    ratio = measured.value(contrast, "latency_ratio", threads)
    if ratio is None:
        return Cell("")
    span = "" if ratio.low is None or ratio.high is None else f" [{ratio.low:.2f} to {ratio.high:.2f}]"
    arm, baseline = contrast.arm_key, contrast.baseline_key
    beside = (f"{baseline} beside {arm}|{baseline}", f"{baseline} beside {arm}")
    before = (measured.value(contrast, "latency_p50_ms", threads, name) for name in beside)
    medians = [next(filter(None, before), None), measured.value(contrast, "latency_p50_ms", threads)]
    known = [m for m in medians if m is not None]
    note = f"median {' → '.join(f'{m.value:.2f}' for m in known)} ms" if len(known) == 2 else None
    return Cell(f"{ratio.value:.2f}{span}", note=note, sort=ratio.value)


def _single(measured: Measured, contrast: MeasuredContrast, metric: str, digits: int) -> Cell:
    """Return a measurement of the arm, its baseline's in the note."""
    arm = measured.value(contrast, metric, "", contrast.arm_key)
    if arm is None:
        return Cell("")
    baseline = measured.value(contrast, metric, "", contrast.baseline_key)
    note = None if baseline is None else f"baseline {baseline.value:.{digits}f}"
    return Cell(f"{arm.value:.{digits}f}", note=note, sort=arm.value)


def _flips(measured: Measured) -> list[Block]:
    """Count the images that the two arms put into different classes, on the main images, over all seeds."""
    rows = []
    for contrast in measured.contrasts:
        s = contrast.of("accuracy", MAIN)
        if s is None or not s.n:
            continue
        agreement = measured.value(contrast, "agreement", MAIN)
        tested = s.n * len(s.seeds)
        flipped = None if agreement is None else round(tested * (1 - agreement.value / 100))
        changes = [yi * s.n / 100 for _, yi in s.seeds]
        rows.append(
            (
                Cell(contrast.case_id),
                Cell(contrast_name(contrast)),
                Cell(f"{s.n:,} × {len(s.seeds)}", sort=tested),
                Cell("" if flipped is None else f"{flipped:,}", sort=flipped),
                Cell(
                    ", ".join(f"{round(c):+d}".replace("-", "−").replace("+0", "0") for c in changes),
                    sort=sum(changes),
                ),
            )
        )
    if not rows:
        return []
    columns = (
        *_WHAT,
        Column("Images × seeds", "right", 1.1),
        Column("Decided otherwise", "right", 1.1),
        Column("Right ones won or lost, by seed", "right", 1.5),
    )
    caption = f"Images that the arm decides otherwise than its baseline, {MAIN}"
    return [Table("measured-flips", caption, columns, tuple(rows))]


def _robustness(measured: Measured) -> list[Block]:
    """Show how the change of accuracy holds under corrupted images: a row a contrast, a column a corruption."""
    found: dict[str, list[str]] = {}
    for _, _, metric, split in measured.values:
        if (match := ROBUSTNESS.fullmatch(metric)) and split == MAIN:
            severities = found.setdefault(match["corruption"], [])
            if match["severity"] not in severities:
                severities.append(match["severity"])
    if not found:
        return []
    corruptions = {name: sorted(severities) for name, severities in sorted(found.items())}
    rows = []
    for contrast in measured.contrasts:
        cells = [_corrupted(measured, contrast, name, levels) for name, levels in corruptions.items()]
        if any(cell.text for cell in cells):
            rows.append((Cell(contrast.case_id), Cell(contrast_name(contrast)), *cells))
    labels = {name: f"{name.replace('_', ' ')} ({', '.join(levels)})" for name, levels in corruptions.items()}
    columns = (*_WHAT, *(Column(labels[name].capitalize(), "right", 1.6) for name in corruptions))
    caption = f"Robustness: change of accuracy, arm minus baseline in points, on corrupted images of {MAIN}; severities in brackets"
    return [Table("measured-robustness", caption, columns, tuple(rows), collapsed=True)] if rows else []


def _corrupted(measured: Measured, contrast: MeasuredContrast, name: str, levels: Iterable[str]) -> Cell:
    spreads = [(level, measured.value(contrast, f"robustness:{name}:{level}", MAIN)) for level in levels]
    words = [f"{'+' if s.value > 0 else ''}{signed(s.value, 1)}" if s else "–" for _, s in spreads]
    notes = [
        f"severity {level}: {signed(s.low, 1)} to {signed(s.high, 1)}"
        for level, s in spreads
        if s is not None and s.low is not None and s.high is not None
    ]
    known = any(s is not None for _, s in spreads)
    return Cell("; ".join(words) if known else "", note=", ".join(notes) or None)


def _plane(evidence: Evidence, plates: Plates) -> list[Block]:
    """Draw the measured contrasts over the cloud of the literature: accuracy against size."""
    points = measured_points(evidence)
    if not points:
        return []
    data = tradeoff.Tradeoff(
        tuple(points),
        accuracy_name="change in accuracy, percentage points",
        cloud=tuple((math.exp(size.yi), score.yi) for size, score in reported_points(evidence)),
    )
    figure = plates.add(
        "measured-tradeoff",
        tradeoff.figure(data),
        title="Measured contrasts over the literature: size against accuracy",
        caption=text(
            f"One hollow mark a clean contrast, mean over the seeds with the 95 % interval of the accuracy change on {MAIN} "
            "images; sizes like for like. Grey dots are the contrasts that studies report (see ",
            link("the plane of the literature", "#figure-tradeoff"),
            "), other networks on other images.",
        ),
        alt=tradeoff.alt_text(data),
        data=tradeoff.table(data),
    )
    return [figure]
