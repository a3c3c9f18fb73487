"""The plain-language summary and the honest word about the corpus; every number comes from the data."""

import math

from db.vocabulary import Control, Measure, Verification
from reports.context import KeyNumber, KeyNumbers, Note, Paragraph, Section, Span, Text, link, strong, text
from reports.evidence import Evidence
from reports.sections.claims import counted_verdicts
from reports.sections.words import count, listed, pooled_words, share
from review.pool import OutcomePool

NEGLECTED = ("reports_pacs_ris", "reports_lifecycle", "reports_energy", "reports_cost", "reports_regulatory")


def summary(evidence: Evidence, title: str) -> Section:
    """Return the first section: what was found, what it rests on, and what it is not."""
    return Section(
        "summary",
        title,
        (
            _key_numbers(evidence),
            Paragraph(_what_was_done(evidence)),
            *(Paragraph(part) for part in _what_was_found(evidence)),
            *_what_was_measured(evidence),
            Paragraph(_what_is_missing(evidence)),
            Note(_corpus(evidence), "warning"),
            *([Note(_edited(evidence), "info")] if evidence.edited else []),
        ),
    )


def comparison_counts(evidence: Evidence) -> tuple[int, int]:
    """Return how many reported comparisons there are, and how many of them are clean contrasts."""
    effects = [(e.source, e.control) for e in evidence.effects.effects]
    omitted = [(o.source, o.control) for o in evidence.effects.omitted]
    reported = [control for source, control in effects + omitted if source in evidence.matrix.index]
    return len(reported), sum(control == Control.CLEAN for control in reported)


def _key_numbers(evidence: Evidence) -> KeyNumbers:
    total, clean = comparison_counts(evidence)
    counts = evidence.counts
    numbers = (
        (counts.identified, "search hits"),
        (counts.records_screened, "records screened"),
        (counts.new_studies, "studies included"),
        (total, "comparisons extracted"),
        (clean, "clean contrasts"),
    )
    return KeyNumbers(tuple(KeyNumber(f"{n:,}", label) for n, label in numbers if n is not None))


def _what_was_done(evidence: Evidence) -> Text:
    counts = evidence.counts
    parts = [
        "Quantization stores and computes a neural network with fewer bits, so that it fits small machines. "
    ]
    if counts.identified is not None:
        removed = [
            count(n, noun)
            for n, noun in (
                (counts.duplicates, "duplicate"),
                (counts.excluded_automatic, "record that automation marked ineligible"),
                (counts.excluded_other, "record for other reasons"),
            )
            if n
        ]
        without = f"; without {listed(removed)}" if removed else ""
        screened = counts.records_screened
        left = (
            ""
            if screened is None
            else f", {count(screened, 'record')} {'was' if screened == 1 else 'were'} screened"
        )
        parts.append(f"A search gave {count(counts.identified, 'hit')}{without}{left}. ")
    included = counts.new_studies
    parts.append(
        f"{count(included, 'study', 'studies')} of quantized networks on medical images "
        f"{'was' if included == 1 else 'were'} included."
    )
    return text(*parts)


def _what_was_found(evidence: Evidence) -> list[Text]:
    """Tell each outcome that could be pooled in one sentence."""
    found = []
    for pool in evidence.pools:
        c, result = pool.main.effect, pool.main.result
        if c is None or result is None:
            continue
        basis = f"{count(len(pool.effects), 'clean contrast')} from {count(pool.studies, 'study', 'studies')}"
        if pool.measure == Measure.DIFFERENCE:
            said = f"changed by {pooled_words(c, pool.level, pool.measure)} on average"
        else:
            said = f"was {pooled_words(c, pool.level, pool.measure)} (about {_times(c.estimate)})"
        doubt = " The interval rests on few studies and is not to be relied on." if result.warnings else ""
        doubt += _not_robust(pool)
        parts: list[str | Span] = [strong(f"{pool.outcome.label}"), f" {said}, over {basis}.{doubt}"]
        if pool.certainty is not None:
            parts += [" Certainty: ", link(pool.certainty.level, f"#effects-{pool.outcome.code}"), "."]
        found.append(text(*parts))
    return found


def _not_robust(pool: OutcomePool) -> str:
    """Say so where the main interval excludes no change and the interval of a sensitivity analysis does not."""
    intervals = [a.effect for a in (pool.main, *pool.sensitivity) if a.effect is not None]
    crossing = [c.ci_low <= 0 <= c.ci_high for c in intervals]
    if crossing[0] or not any(crossing):
        return ""
    return f" In {sum(crossing)} of {len(crossing) - 1} sensitivity analyses the interval includes no change."


def _times(estimate: float) -> str:
    ratio = math.exp(estimate)
    return f"{1 / ratio:.1f} times less" if ratio < 1 else f"{ratio:.1f} times more"


def _what_was_measured(evidence: Evidence) -> list[Paragraph]:
    """Tell in one sentence what became of the published claims that were re-measured."""
    told = counted_verdicts(evidence.measured)
    if not told:
        return []
    runs = count(len(evidence.measured.done), "finished run")
    return [
        Paragraph(
            text(
                strong("Re-measured"), f" published claims: {told}, from {runs} of our own (",
                link("claims and verdicts", "#claims"), "); measured values stand apart from the pools above.",
            )
        )
    ]  # fmt: skip


def _what_is_missing(evidence: Evidence) -> Text:
    total = len(evidence.matrix)
    parts = []
    for variable in NEGLECTED:
        if evidence.has(variable):
            yes = int((evidence.matrix[variable] == "yes").sum())
            parts.append(f"{evidence.codebook.variables[variable].label} in {yes}")
    if not parts:
        return text("The corpus does not record which deployment variables are reported.")
    return text(
        f"Of {count(total, 'study', 'studies')}, the text seen mentions {listed(parts)}. ",
        link("How far each variable is reported", "#figure-coverage"),
        f" counts what the text seen mentions ({text_seen(evidence)}).",
    )


def _corpus(evidence: Evidence) -> Text:
    total, clean = comparison_counts(evidence)
    parts: list[str] = [f"This is the corpus “{evidence.about.get('title', evidence.release)}”. "]
    if notice := evidence.about.get("notice"):
        parts.append(f"{notice} ")
    states = evidence.effects.verification
    seen = states.get(Verification.CONFIRMED, 0) + states.get(Verification.CORRECTED, 0)
    parts.append(
        f"Of {count(total, 'comparison')}, {clean} are clean contrasts, in which precision is the only stated "
        f"difference; {seen} ({share(seen, total)}) were read a second time and "
        f"{states.get(Verification.UNVERIFIED, 0)} are unverified. "
    )
    if not evidence.counts.full_text_done:
        parts.append(f"There was no separate full-text stage; what was read is {text_seen(evidence)}. ")
    pairs = evidence.agreement.pooled
    if pairs.kappa is not None:
        parts.append(
            f"Reviewers agreed on {share(pairs.both_include + pairs.both_exclude, pairs.n)} of shared decisions "
            f"(Cohen's kappa {pairs.kappa:.2f}). "
        )
    return text(*parts, link("Limitations", "#limitations"), ".")


def text_seen(evidence: Evidence) -> str:
    """Return in words how many studies were read as an abstract alone."""
    abstracts = int((evidence.matrix["text_basis"] == "abstract").sum())
    return f"an abstract alone for {abstracts} of {count(len(evidence.matrix), 'study', 'studies')}"


def _edited(evidence: Evidence) -> Text:
    return text(
        f"Rows were changed since release {evidence.release} was loaded: ",
        link("what changed", "#changes"),
        ".",
    )
