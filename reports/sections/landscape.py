"""The landscape of the evidence: what was quantized how, on what images, for which machines."""

from collections.abc import Mapping

from reports.context import Figure, Paragraph, Section, text
from reports.evidence import Evidence
from reports.figures import alluvial, coverage, gap_map, publications, upset
from reports.figures.style import SILENT
from reports.plates import Plates
from reports.sections.summary import text_seen

DEPLOYMENT = (
    "reports_pacs_ris",
    "reports_lifecycle",
    "reports_energy",
    "reports_cost",
    "reports_regulatory",
    "prospective_or_clinical_use",
    "privacy",
)
CROSSINGS = (
    ("gaps", "technique", "modality", "Evidence-gap map: technique by imaging modality"),
    ("architecture", "technique", "architecture_family", "Technique by architecture family"),
    ("machines", "framework", "environment", "Framework by execution environment"),
    ("bits", "weight_bits", "activation_bits", "Bit widths of weights by activations"),
)
ALLUVIAL = ("technique", "architecture_family", "modality", "environment")
NOT_STATED = "not stated"
Labels = Mapping[str, tuple[str, ...]]


def landscape(evidence: Evidence, title: str, plates: Plates) -> Section:
    """Return the section of landscape figures."""
    told = text(
        "A study with several codes counts in each of their cells, so that cells may add up to more than the number "
        "of studies. What the text seen does not state is shown as such and never left out."
    )
    figures: list[Figure] = []
    if evidence.has("technique"):
        figures.append(_publications(evidence, plates))
    figures += [
        _crossing(evidence, plates, *crossing) for crossing in CROSSINGS if evidence.has(*crossing[1:3])
    ]
    if evidence.has(*ALLUVIAL):
        figures.append(_alluvial(evidence, plates))
    if evidence.has("technique", "co_compression"):
        figures.append(_compression(evidence, plates))
    if any(evidence.has(variable) for variable in DEPLOYMENT):
        figures.append(_coverage(evidence, plates))
    return Section("landscape", title, (Paragraph(told), *figures))


def _publications(evidence: Evidence, plates: Plates) -> Figure:
    techniques = evidence.labels("technique")
    years = {str(study): int(year) if year else None for study, year in evidence.matrix["year"].items()}
    known = [year for year in years.values() if year]
    data = publications.Publications(
        tuple(publications.Publication(years[study], labels) for study, labels in techniques.items()),
        tuple(evidence.codebook.terms.get("technique", {}).values()),
        partial_year=evidence.date.year if known and max(known) == evidence.date.year else None,
    )
    return plates.add(
        "publications",
        publications.figure(data),
        title="Publications per year by quantization technique",
        caption=text(publications.NOTE),
        alt=publications.alt_text(data),
        data=publications.table(data),
    )


def _axis(evidence: Evidence, variable: str) -> tuple[Labels, tuple[str, ...]]:
    """Return the labels by study, and all labels of the axis: the whole vocabulary, so that gaps can be seen."""
    info = evidence.codebook.variables[variable]
    by_study = {study: labels or (NOT_STATED,) for study, labels in evidence.labels(variable).items()}
    used = {label for labels in by_study.values() for label in labels}
    if info.vocabulary:
        ordered = list(dict.fromkeys(evidence.codebook.terms.get(info.vocabulary, {}).values()))
    else:
        ordered = sorted(used - {NOT_STATED}, key=_bit_order)
    ordered += sorted(used - set(ordered) - {NOT_STATED})
    return by_study, (*ordered, *([NOT_STATED] if NOT_STATED in used else []))


def _bit_order(label: str) -> tuple[float, str]:
    special = {"binary": 1.0, "ternary": 1.58}
    digits = label.rstrip("f").removeprefix("bf")
    return special.get(label, float(digits) if digits.replace(".", "", 1).isdigit() else 99.0), label


def _crossing(evidence: Evidence, plates: Plates, name: str, row: str, column: str, title: str) -> Figure:
    rows, row_labels = _axis(evidence, row)
    columns, column_labels = _axis(evidence, column)
    variables = evidence.codebook.variables

    def studies_with(a: str, b: str) -> int:
        return sum(a in rows[study] and b in columns[study] for study in rows)

    data = gap_map.GapMap(
        variables[row].label,
        variables[column].label,
        row_labels,
        column_labels,
        tuple(tuple(studies_with(a, b) for b in column_labels) for a in row_labels),
        tuple(sum(a in labels for labels in rows.values()) for a in row_labels),
        tuple(sum(b in labels for labels in columns.values()) for b in column_labels),
        len(rows),
    )
    told = [a for a in row_labels if a not in SILENT], [b for b in column_labels if b not in SILENT]
    gaps = sum(a in told[0] and b in told[1] for a, b in gap_map.empty_cells(data))
    caption = (
        f"Area and number are studies; hatched cells have none. Of {len(told[0]) * len(told[1])} cells with a stated "
        f"code on both sides, {gaps} are gaps."
    )
    return plates.add(
        name,
        gap_map.figure(data),
        title=title,
        caption=text(caption),
        alt=gap_map.alt_text(data),
        data=gap_map.table(data),
    )


def _alluvial(evidence: Evidence, plates: Plates) -> Figure:
    labels = [evidence.labels(variable) for variable in ALLUVIAL]
    data = alluvial.Alluvial(
        tuple(evidence.codebook.variables[variable].label for variable in ALLUVIAL),
        tuple(tuple(axis[study] for axis in labels) for study in evidence.matrix.index),
    )
    return plates.add(
        "alluvial",
        alluvial.figure(data),
        title="From technique to machine",
        caption=text(alluvial.NOTE),
        alt=alluvial.alt_text(data),
        data=alluvial.table(data),
    )


def _compression(evidence: Evidence, plates: Plates) -> Figure:
    techniques, others = evidence.labels("technique"), evidence.labels("co_compression")
    none = evidence.codebook.label("co_compression", "none")
    data = upset.UpSet(
        tuple((*techniques[s], *(label for label in others[s] if label != none)) for s in techniques),
        (
            ("quantization", tuple(evidence.codebook.terms.get("technique", {}).values())),
            (
                "further compression",
                tuple(v for v in evidence.codebook.terms.get("co_compression", {}).values() if v != none),
            ),
        ),
    )
    combinations, in_them = upset.left_out(data)
    note = (
        f" {combinations} rarer combinations ({in_them} studies) stand in the table only."
        if combinations
        else ""
    )
    return plates.add(
        "compression",
        upset.figure(data),
        title="Combinations of compression methods",
        caption=text(f"Each column of dots is a combination, its bar the number of studies.{note}"),
        alt=upset.alt_text(data),
        data=upset.table(data),
    )


def _coverage(evidence: Evidence, plates: Plates) -> Figure:
    rows = []
    for variable in DEPLOYMENT:
        if not evidence.has(variable):
            continue
        answers = evidence.matrix[variable].value_counts()
        yes, unclear = int(answers.get("yes", 0)), int(answers.get("unclear", 0))
        label = evidence.codebook.variables[variable].label
        rows.append(coverage.CoverageRow(label, yes, unclear, len(evidence.matrix) - yes - unclear))
    data = coverage.Coverage(tuple(rows))
    return plates.add(
        "coverage",
        coverage.figure(data),
        title="How far the variables of deployment are reported",
        caption=text(f"“Not mentioned” means: not mentioned in the text seen, {text_seen(evidence)}."),
        alt=coverage.alt_text(data),
        data=coverage.table(data),
    )
