"""What stands below the conflicts: how far reviewers agree, all conflicts in a list, and what the team cannot finish."""

from dataclasses import dataclass

from nicegui import html
from sqlalchemy import Connection

from db.vocabulary import Stage
from review.agreement import Agreement, PairAgreement, screening_agreement
from review.curate.showing import show_table
from review.screening import Standing, Vote, beyond_reach
from review.settings import read_settings
from review.team import active_names
from review.waiting import at_full_text, in_conflict, standings_of, waiting_for

LISTED = 100
NAMES = {Stage.TITLE_ABSTRACT: "title and abstract", Stage.FULL_TEXT: "full texts"}


@dataclass(frozen=True)
class Overview:
    """What stands below the conflicts of a stage, of which a record needs `needed` votes."""

    stage: Stage
    needed: int
    conflicts: tuple[Standing, ...]
    stranded: tuple[Standing, ...]
    active: tuple[str, ...]
    agreement: Agreement

    def votes(self, standing: Standing) -> tuple[Vote, ...]:
        """Return the votes of this stage."""
        return standing.full_text_votes if self.stage == Stage.FULL_TEXT else standing.votes


def read_overview(connection: Connection, stage: Stage) -> Overview:
    """Return what stands below the conflicts of a stage."""
    rules = read_settings(connection)
    per_record = rules.reviewers_needed
    needed = rules.full_text_votes if stage == Stage.FULL_TEXT else per_record
    active = active_names(connection)
    stranded: list[Standing] = []
    if active and len(active) < needed:  # with enough of them no record can be out of reach
        waiting = (
            at_full_text(connection, per_record)
            if stage == Stage.FULL_TEXT
            else waiting_for(connection, None, per_record)
        )
        stranded = beyond_reach(standings_of(connection, per_record, waiting), active, per_record)
    return Overview(
        stage,
        needed,
        tuple(standings_of(connection, per_record, in_conflict(connection, per_record, stage))),
        tuple(stranded),
        tuple(active),
        screening_agreement(connection, stage, needed=needed),
    )


def draw_overview(found: Overview) -> None:
    """Draw the lists."""
    html.h2(f"Agreement on {NAMES[found.stage]}")
    _draw_agreement(found)
    html.h2("All conflicts")
    if found.conflicts:
        rows = [
            [s.record_id, s.title, "; ".join(f"{vote.reviewer}: {vote.decision}" for vote in found.votes(s))]
            for s in found.conflicts[:LISTED]
        ]
        caption = _listed("with votes that differ or doubt", len(found.conflicts))
        show_table(caption, ("Record", "Title", "Votes"), rows)
    else:
        html.p("There are none.")
    html.h2("Beyond reach")
    _draw_stranded(found)


def _draw_stranded(found: Overview) -> None:
    names = ", ".join(found.active)
    if not found.active:
        html.p(
            "The review has named no team, so it is not known whose votes are still to come. "
            "`medquant review team` names who takes part."
        )
    elif not found.stranded:
        html.p(f"None: those who take part ({names}) can finish every record.")
    else:
        html.p(
            f"Each record needs {found.needed} votes, and {names} cannot give them alone. "
            "Take one more reviewer into the team, or ask for fewer votes; `medquant review team` does both."
        ).classes("notice")
        rows = [
            [s.record_id, s.title, f"{len(found.votes(s))} of {found.needed}"]
            for s in found.stranded[:LISTED]
        ]
        caption = _listed("that the team cannot finish", len(found.stranded))
        show_table(caption, ("Record", "Title", "Votes"), rows)


def _listed(words: str, n: int) -> str:
    return f"{n:,} record{'s'[: n != 1]} {words}" + (f"; the first {LISTED} are shown" if n > LISTED else "")


def _draw_agreement(found: Overview) -> None:
    agreement = found.agreement
    if not agreement.pairs:
        html.p("No record has all its votes of include or exclude yet.")
        return
    pairs = agreement.pairs if len(agreement.pairs) == 1 else (*agreement.pairs, agreement.pooled)
    show_table(
        f"Votes of include or exclude on {NAMES[found.stage]}, two reviewers at a time",
        ("Reviewers", "Records", "Both include", "Both exclude", "Differ", "Agree", "κ (95 % interval)"),
        [_pair(pair) for pair in pairs],
        numeric=(1, 2, 3, 4, 5, 6),
    )
    alpha = "undefined" if agreement.alpha is None else f"{agreement.alpha:.2f}"
    html.p(
        f"Krippendorff's α over all votes, maybe among them: {alpha}; {agreement.judged_twice:,} records have all their "
        f"votes, {agreement.disputed:,} of them differ. 1 is perfect, 0 is chance. Records that wait for votes are left out."
    ).classes("hint")


def _pair(pair: PairAgreement) -> list[str]:
    raw = "–" if pair.raw is None else f"{pair.raw * 100:.0f} %"
    kappa = "undefined" if pair.kappa is None else f"{pair.kappa:.2f}"
    if pair.ci_low is not None and pair.ci_high is not None:
        kappa += f" ({pair.ci_low:.2f} to {pair.ci_high:.2f})"
    counts = (pair.n, pair.both_include, pair.both_exclude, pair.disagree)
    return [pair.pair, *(f"{count:,}" for count in counts), raw, kappa]
