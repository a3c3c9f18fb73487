"""The study table: every included study with its coded variables, each with locator and source."""

from db.vocabulary import ValueType
from reports.context import Cell, Column, Paragraph, Section, Table, text
from reports.evidence import Evidence
from reports.sections.words import count

SHOWN = {
    "modality": 1.2,
    "task": 1.2,
    "architecture_family": 1.4,
    "technique": 1.2,
    "weight_bits": 0.8,
    "activation_bits": 0.9,
    "co_compression": 1.2,
    "framework": 1.2,
    "environment": 1.3,
}
ONLY_ON_SCREEN = (
    "publication_type",
    "anatomy",
    "datasets",
    "architectures",
    "devices",
    "country",
    "n_images_total",
)


def studies(evidence: Evidence, title: str) -> Section:
    """Return the study table."""
    shown = {v: w for v, w in SHOWN.items() if evidence.has(v)}
    extra = [v for v in ONLY_ON_SCREEN if evidence.has(v)]
    variables = evidence.codebook.variables
    columns = [Column("Study", width=1.9), Column("Year", "right", 0.6, filter="choice")]
    for name, width in shown.items():
        choice = variables[name].type in (ValueType.CODE, ValueType.BITS)
        columns.append(Column(variables[name].label, width=width, filter="choice" if choice else "none"))
    columns += [Column(variables[name].label, paper=False) for name in extra]
    columns += [Column("Effects", "right", 0.7), Column("Title", width=3, paper=False)]
    effects: dict[str, int] = {}
    for effect in evidence.effects.effects:
        effects[effect.source] = effects.get(effect.source, 0) + 1
    rows, anchors = [], []
    for study, cells in evidence.matrix.iterrows():
        key = str(study)
        row = [
            Cell(key, href=cells["url"] or None, note=_about(cells)),
            Cell(cells["year"], sort=int(cells["year"]) if cells["year"] else None),
        ]
        row += [_value(evidence, key, name, cells) for name in (*shown, *extra)]
        n = effects.get(key, 0)
        row += [Cell(str(n) if n else "", sort=n), Cell(cells["title"])]
        rows.append(tuple(row))
        anchors.append(f"study-{key}")
    about = text(
        f"{count(len(rows), 'study', 'studies')}. An empty cell means that the text seen does not state it. The note of a "
        "cell names where the value stands and who extracted it; the study's name leads to the text that was read. "
        "On the HTML page the table can be searched, sorted and filtered, and shows more columns."
    )
    table = Table(
        "studies-table",
        "Included studies and their variables",
        tuple(columns),
        tuple(rows),
        interactive=True,
        row_ids=tuple(anchors),
        landscape=True,
    )
    return Section("studies", title, (Paragraph(about), table))


def _about(cells: "object") -> str:
    def of(name: str) -> str:
        return str(cells[name])  # type: ignore[index]

    parts = [of("title"), of("authors").replace(";", "; "), of("venue"), of("notes")]
    return " · ".join(part for part in parts if part)


def _value(evidence: Evidence, study: str, variable: str, cells: "object") -> Cell:
    raw = str(cells[variable])  # type: ignore[index]
    if not raw:
        return Cell("")
    info = evidence.codebook.variables[variable]
    labels = [evidence.codebook.label(info.vocabulary or "", code) for code in raw.split(";")]
    own = evidence.provenance.get((study, variable), {})
    locator = own.get("locator") or cells["text_basis"]  # type: ignore[index]
    by = own.get("extracted_by") or cells["extracted_by"]  # type: ignore[index]
    source = own.get("source_url") or cells["url"]  # type: ignore[index]
    words = [f"stands in: {locator}", f"extracted by {str(by).replace(';', ', ')}"]
    if own.get("as_printed"):
        words.insert(0, f"printed: {own['as_printed']}")
    return Cell("; ".join(labels), href=source or None, note=" · ".join(words))
