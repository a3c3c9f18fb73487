"""What is wrong with the team and its rules: settings that are none, a team too small, outcomes against all votes."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from db.models.tables import Report, Reviewer, ReviewSetting, Screening
from db.printed import Finding, Severity
from db.vocabulary import Answer, Decision, Stage

REVIEWERS_NEEDED = "reviewers_needed"
FULL_TEXT_VOTES = "full_text_votes"
SETTINGS = {REVIEWERS_NEEDED: ("2", 9), FULL_TEXT_VOTES: ("1", 9)}
"""Each rule, with what it is where nothing is set, and the most that it may be."""


def allowed_setting(key: str, text: str) -> str:
    """Return in words why a setting cannot be, or nothing."""
    if key not in SETTINGS:
        return f"there is no such setting; allowed: {', '.join(SETTINGS)}"
    most = SETTINGS[key][1]
    if text.isascii() and text.isdecimal() and text == str(int(text)) and 1 <= int(text) <= most:
        return ""
    return f"allowed: 1 to {most}"


def check_full_text_votes(connection: Connection) -> Iterator[Finding]:
    """Find reports that say something else than all who judged them."""
    held = connection.scalar(select(ReviewSetting.value).where(ReviewSetting.key == FULL_TEXT_VOTES))
    least = 2 if held is None or allowed_setting(FULL_TEXT_VOTES, held) else max(2, int(held))
    votes: dict[str, list[Decision]] = defaultdict(list)
    for record, decision in connection.execute(
        select(Screening.record_id, Screening.decision).where(Screening.stage == Stage.FULL_TEXT)
    ):
        votes[record].append(decision)
    for report in connection.execute(select(Report.report_id, Report.record_id, Report.decision)):
        said = votes.get(report.record_id or "", [])
        decided = report.decision in (Decision.INCLUDE, Decision.EXCLUDE)
        if decided and len(said) >= least and len(set(said)) == 1 and said[0] != report.decision:
            yield Finding(
                Severity.WARNING,
                "full_text_votes",
                f"reports {report.report_id}",
                f"the report says {report.decision}, all {len(said)} who judged it say {said[0]}",
                "settle the full text anew, or take the votes back with `medquant review undo`",
            )


def check_team(connection: Connection) -> Iterator[Finding]:
    """Find settings that cannot be, and a team that is too small for what it has set itself."""
    held = dict(connection.execute(select(ReviewSetting.key, ReviewSetting.value)).all())
    wrong = {key: problem for key, text in held.items() if (problem := allowed_setting(key, text))}
    for key, problem in wrong.items():
        yield Finding(
            Severity.ERROR,
            "setting",
            f"review_settings {key}",
            f"{key} cannot be {held[key]}: {problem}",
            "set it with `medquant review team`, or take the row out",
        )
    counts = dict(connection.execute(select(Reviewer.active, func.count()).group_by(Reviewer.active)).all())
    if wrong or not counts:
        return
    most = max(int(held.get(key, default)) for key, (default, _) in SETTINGS.items())
    if counts.get(Answer.YES, 0) < most:
        yield Finding(
            Severity.WARNING,
            "team",
            "reviewers",
            f"{counts.get(Answer.YES, 0)} member(s) take part, but {most} judge each record or full text",
            "add a member, or ask for fewer, with `medquant review team`",
        )
