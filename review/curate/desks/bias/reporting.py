"""Which variables the studies report, by theme, and what each study leaves out."""

from nicegui import html
from sqlalchemy import Connection

from db.codebook.codebook import codebook_from_database
from review.bias.completeness import Completeness, StudyReporting, VariableReporting, completeness
from review.curate.showing import Cell, show_table
from review.matrix import study_matrix


def read_reporting(connection: Connection) -> Completeness:
    """Count what the studies report."""
    return completeness(study_matrix(connection), codebook_from_database(connection))


def show_reporting(found: Completeness) -> None:
    """Show the themes, and on demand a row a variable and a row a study."""
    html.p(
        "“Silent” speaks of the text that was read. An abstract leaves out what the full text may tell."
    ).classes("hint")
    if not found.studies:
        html.p("There is no study yet.")
        return
    rows: list[list[Cell]] = [
        [theme, str(asked), _percent(found.share(theme))] for theme, asked in found.asked.items()
    ]
    show_table(
        f"Share of a theme’s variables that a study reports, mean of {len(found.studies):,} studies",
        ["Theme", "Variables", "Reported"],
        rows,
        (1, 2),
    )
    with html.details():
        html.summary(f"Variable by variable ({len(found.variables)})")
        show_table(
            "How many studies report a variable",
            ["Theme", "Variable", "Reported", "Unclear", "Silent"],
            [_variable(one) for one in found.variables],
            (2, 3, 4),
        )
    labels = {one.variable: one.label for one in found.variables}
    with html.details():
        html.summary(f"Study by study, with what is missing ({len(found.studies):,})")
        show_table(
            "What each study reports, and what is missing",
            ["Study", "Reported", *(f"Missing: {theme}" for theme in found.asked)],
            [_study(one, found, labels) for one in found.studies],
            (1,),
        )


def _variable(one: VariableReporting) -> list[Cell]:
    counts = (one.reported, one.unclear, one.silent)
    return [one.theme, _to_codebook(one.variable, one.label), *(f"{n:,}" for n in counts)]


def _study(one: StudyReporting, found: Completeness, labels: dict[str, str]) -> list[Cell]:
    def link() -> None:
        html.a(one.study_id, href=f"/studies/{one.study_id}")

    told = f"{sum(one.reported.values())} of {sum(found.asked.values())}"
    missing = [
        ", ".join(labels[name] for name in one.missing[theme]) or "nothing is missing"
        for theme in found.asked
    ]
    return [link, told, *missing]


def _to_codebook(variable: str, label: str) -> Cell:
    return lambda: html.a(label, href=f"/codebook/{variable}")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
