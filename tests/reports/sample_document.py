"""A made-up document that uses every kind of block, for the tests of both templates.

Nothing in it is evidence: names and numbers come from counters. It is as large as the real page, and as unkind as
input can be: markup of several languages, words without a break, empty cells, links that must not be links.
"""

from reports.context import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Document,
    Figure,
    KeyNumber,
    KeyNumbers,
    Meta,
    Note,
    Paragraph,
    Section,
    Table,
    code,
    link,
    strong,
    text,
)

HOSTILE = (
    "<script>window.executed = 1</script> \"double\" 'single' & &amp; {{ 7 * 7 }} {% raw %} #[]$*_`~@<x>\\ %"
)
LONG_WORD = "Quantisierungsempfindlichkeitsuntersuchung" * 4
BAD_ADDRESSES = (
    "javascript:window.executed=2",
    "JAVASCRIPT:window.executed=2",
    "java\tscript:window.executed=2",
    " javascript:window.executed=2",
    "data:text/html,<script>window.executed=2</script>",
    "vbscript:window.executed=2",
    "file:///etc/passwd",
    "//example.org/without-a-scheme",
    "relative/page.html",
    'https://example.org/"onmouseover="window.executed=2',
    "http://[",
)

TECHNIQUES = ("ptq", "qat", "binary", "ptq;qat", "mixed_precision", "")
MODALITIES = ("mri", "ct", "xray", "histopathology", "ultrasound", "mri;ct", "fundus")
FAMILIES = ("cnn", "unet", "transformer", "cnn;transformer", "mobilenet")
TASKS = ("classification", "segmentation", "detection", "reconstruction")
FRAMEWORKS = ("tflite", "pytorch", "tensorrt", "not_reported", "openvino;onnx")
AUTHORS = (
    "Adler",
    "Baptista",
    "Cho",
    "Dvořák",
    "Eriksen",
    "Faßbender",
    "García",
    "Hoang",
    "Iqbal",
    "Łukasik",
)

STUDY_COLUMNS = (
    Column("Study", width=1.4),
    Column("Year", align="right", width=0.6),
    Column("Title", width=3.0),
    Column("Modality", filter="choice"),
    Column("Task", filter="choice", width=1.2),
    Column("Architecture family", filter="choice", width=1.2),
    Column("Technique", filter="choice"),
    Column("Weight bits", align="right", width=0.7),
    Column("Activation bits", align="right", width=0.8),
    Column("Framework", filter="choice"),
    Column("Change in accuracy, points", align="right"),
    Column("Size ratio", align="right", width=0.8),
    Column("Code", align="center", width=0.6),
    Column("Remarks", width=2.4, paper=False),
)


def _study_row(index: int) -> tuple[Cell, ...]:
    """Return one row of the study table; every fifth has gaps, every seventh a long remark."""
    address = f"https://doi.org/10.1000/sample.{index}"
    locator = f"page {index % 12 + 1}, Table {index % 4 + 1}; as printed: “{index % 9}.{index % 10} %”"
    gaps = index % 5 == 4
    bits = (1, 2, 4, 8, 16)[index % 5]
    change = (index * 37 % 61 - 45) / 10
    remark = "Values were read from a figure and rounded to the nearest half point by two extractors. " * 2
    if index == 3:
        title, note = HOSTILE, HOSTILE
    elif index == 10:
        title, note = LONG_WORD, locator
    else:
        title, note = f"Low-bit inference for medical images, sample study number {index + 1}", locator
    return (
        Cell(f"{AUTHORS[index % 10]} {2016 + index % 10}", href=f"https://example.org/studies/{index}"),
        Cell(str(2016 + index % 10), sort=2016 + index % 10),
        Cell(title, href=BAD_ADDRESSES[0] if index == 3 else address, note=note),
        Cell(MODALITIES[index % 7], href=address, note=locator),
        Cell(TASKS[index % 4], href=address, note=locator),
        Cell(FAMILIES[index % 5], note=locator),
        Cell(TECHNIQUES[index % 6], href=address if TECHNIQUES[index % 6] else None, note=locator),
        Cell("" if gaps else str(bits), href=address, note=locator, sort=None if gaps else bits),
        Cell("" if gaps else str(bits), note=locator, sort=None if gaps else bits),
        Cell(FRAMEWORKS[index % 5], href=address, note=locator),
        Cell("" if gaps else f"{change:+.1f}".replace("-", "−"), address, locator, None if gaps else change),
        Cell("" if gaps else f"{bits / 32:.2f}", address, locator, None if gaps else bits / 32),
        Cell("yes", href=f"https://example.org/code/{index}") if index % 3 == 0 else Cell("no"),
        Cell(remark if index % 7 == 0 else ""),
    )


def study_table(rows: int = 93) -> Table:
    """Return the interactive table of so many made-up studies."""
    return Table(
        id="study-table",
        caption=f"Table 1. Characteristics of the {rows} sample studies.",
        columns=STUDY_COLUMNS,
        rows=tuple(_study_row(index) for index in range(rows)),
        interactive=True,
        row_ids=tuple(f"study-sample{index}" for index in range(rows)),
        landscape=True,
    )


def _drawing(width: int, height: int, label: str, linked: bool = False) -> str:
    """Return a small bar chart as a complete SVG element, in points as matplotlib writes it."""
    bars = "".join(
        f'<rect x="{40 + step * (width - 60) / 8:.0f}" y="{height - 30 - 12 * (step + 1)}" '
        f'width="{(width - 60) / 11:.0f}" height="{12 * (step + 1)}" style="fill: #0072b2"/>'
        for step in range(8)
    )
    words = f'<text x="40" y="24" style="font: 600 11px \'Source Sans Pro\'; fill: #1b1f24">{label}</text>'
    if linked:
        words = f'<a href="#study-table?Technique=qat&amp;Modality=mri">{words}</a>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" version="1.1">'
        f'<rect width="{width}" height="{height}" style="fill: #ffffff"/>'
        f'<path d="M40 {height - 30}H{width - 20}" style="stroke: #d5dbe1; stroke-width: 1"/>{bars}{words}</svg>'
    )


def _figures() -> tuple[Block, ...]:
    return (
        Paragraph(text("The bars of ", link("Figure 1", "#figure-years"), " are counters, too.")),
        Figure(
            id="figure-years",
            number=1,
            title="Publications per year",
            caption=text(
                "Bars count sample studies. ", strong("Nothing here is evidence."), " See the table."
            ),
            alt='Bar chart with eight bars that rise from left to right; "quoted" & <angled> words.',
            svg=_drawing(340, 190, "Studies"),
            table_id="table-years",
        ),
        Figure(
            id="figure-map",
            number=2,
            title="Evidence map of technique by modality",
            caption=text("The heading in the drawing leads to the filtered study table."),
            alt="Wide bar chart with eight bars.",
            svg=_drawing(560, 260, "Quantization-aware training × MRI", linked=True),
            table_id="table-cases",
            width="wide",
        ),
    )


def _tables() -> tuple[Block, ...]:
    years = tuple((Cell(str(2016 + step)), Cell(str(step + 1), sort=step + 1)) for step in range(8))
    cases = tuple(
        (
            Cell(f"case-{step + 1:02d}"),
            Cell(
                "A plain sentence that is long enough to wrap in a narrow column."
                if step % 6 == 0
                else "short"
            ),
            Cell(f"{step * 1.5:.1f}", note="calculated" if step % 10 == 0 else None),
        )
        for step in range(60)
    )
    wide_columns = tuple(Column(f"Quantity {letter}", align="right") for letter in "ABCDEFGHIJ")
    wide = tuple(tuple(Cell(f"{row * column / 7:.3f}") for column in range(10)) for row in range(6))
    number = Column("Number", align="right", width=0.7)
    return (
        Table("table-years", "Table 2. Data of Figure 1.", (Column("Year"), number), years),
        Table(
            "table-cases",
            "Table 3. A long table without tools.",
            (Column("Case"), Column("Remark", width=3.0), number),
            cases,
            row_ids=tuple(f"case-{step + 1}" for step in range(60)),
        ),
        Table("table-wide", "Table 4. A table for a turned page.", wide_columns, wide, landscape=True),
        Table(
            "table-collapsed",
            "Table 5. Kept closed until it is wanted.",
            (Column("Term"), Column("Meaning", width=2.0)),
            ((Cell("τ²"), Cell("variance between studies")), (Cell("I²"), Cell("≥ 0 %, ≤ 100 %"))),
            row_ids=("term-tau", "term-i"),
            collapsed=True,
        ),
        Table("table-empty", "Table 6. No rows yet.", (Column("Claim"), Column("Verdict")), ()),
    )


def _hostile() -> tuple[Block, ...]:
    return (
        Paragraph(
            text(
                HOSTILE, " ", strong(HOSTILE), " ", code(HOSTILE), " ", link(HOSTILE, "https://example.org/")
            )
        ),
        Paragraph(text("A long word: ", LONG_WORD, " ", code(LONG_WORD))),
        Bullets(tuple(text(link(f"bad address {index}", href)) for index, href in enumerate(BAD_ADDRESSES))),
        Note(text(HOSTILE), tone="info"),
        Code(HOSTILE + "\n</code></pre></script>\n" + LONG_WORD, language="text"),
    )


def sample_document(studies: int = 93) -> Document:
    """Return the document, with so many rows in its study table."""
    summary: tuple[Block, ...] = (
        Paragraph(
            text(
                "This page shows ",
                strong("every kind of block"),
                " once; its ",
                link("study table", "#study-table"),
                " can be narrowed to ",
                link("quantization-aware training", "#study-table?Technique=qat"),
                ". Built by ",
                code("medquant report"),
                " and described at ",
                link("example.org", "https://example.org/a?b=1&c=2"),
                ". ",
                "Sentences of ordinary length follow each other so that the measure of a line can be judged. "
                * 4,
            )
        ),
        KeyNumbers(
            (
                KeyNumber(str(studies), "studies included"),
                KeyNumber("314", "comparisons"),
                KeyNumber("−0.4", "points of accuracy, pooled"),
                KeyNumber("3.9×", "smaller, median"),
            )
        ),
        Note(text("An info note, with a ", link("link", "#methods"), "."), tone="info"),
        Note(text("A warning note: reviewers were automated."), tone="warning"),
        Note(text("An error note: a check failed."), tone="error"),
        Bullets(
            (
                text("First item."),
                text("Second item with ", code("code"), "."),
                text(strong("Third"), " item."),
            )
        ),
    )
    methods = Section(
        "methods",
        "Methods",
        (Paragraph(text("Methods have subsections.")),),
        (
            Section(
                "search", "Search strategies", (Code('quantization AND ("medical imaging" OR MRI)', "text"),)
            ),
            Section(
                "agreement", "Agreement of reviewers", (Paragraph(text("Cohen’s κ = 0.81 (0.76 to 0.86).")),)
            ),
        ),
    )
    return Document(
        meta=Meta(
            title="Quantization of neural networks in medical imaging: a sample page",
            subtitle="Every kind of block, none of the evidence",
            release="sample-1",
            release_hash="sha256:4f1c0d5e9a7b3826c1e0d4f59b7a6382aa55ee01",
            version="0.1.0",
            schema="0001",
            date="2025-11-21",
            licence="CC BY 4.0",
            draft=True,
            description='A sample page with "quotes" & <angles>.',
            keywords=("quantization", "medical imaging"),
        ),
        sections=(
            Section("summary", "Plain-language summary", summary),
            methods,
            Section("studies", "Included studies", (study_table(studies),)),
            Section("figures", "Figures", _figures()),
            Section("tables", "Tables", _tables()),
            Section("hostile", f"Hostile text {HOSTILE}", _hostile()),
            Section("citing", "How to cite", (Code("@misc{medquant,\n  title = {Sample},\n}", "bibtex"),)),
        ),
    )
