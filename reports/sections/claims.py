"""Published claims and what our own runs say of them."""

from db.vocabulary import Origin
from reports.context import Bullets, Note, Paragraph, Section, text
from reports.evidence import Evidence
from reports.sections.words import count, effect_words, listed


def claims(evidence: Evidence, title: str) -> Section:
    """Return the section on claims and their verdicts; it says so where nothing was measured yet."""
    done = evidence.runs.get("done", 0)
    states = listed([f"{n} {state}" for state, n in evidence.runs.items()])
    measured = [e for e in evidence.effects.effects if e.origin == Origin.MEASURED]
    if not done or not measured:
        told = "No claim has been re-measured yet: the database holds no finished run"
        return Section(
            "claims",
            title,
            (Note(text(f"{told}{f' ({states})' if states else ''}. Verdicts need measured comparisons.")),),
        )
    items = tuple(
        text(f"{e.outcome} of {e.arm}: {effect_words(e.yi, e.measure)} (run {e.source})") for e in measured
    )
    return Section(
        "claims",
        title,
        (Paragraph(text(f"Measured comparisons of {count(done, 'finished run')}:")), Bullets(items)),
    )
