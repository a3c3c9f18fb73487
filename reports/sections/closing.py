"""The closing sections: limitations, references, how to cite."""

import re

from reports.context import (
    Block,
    Bullets,
    Code,
    Paragraph,
    Section,
    Text,
    code,
    link,
    text,
)
from reports.evidence import Evidence
from reports.references.render import method_items, render_references, study_items
from reports.sections.words import count


def limitations(evidence: Evidence, title: str) -> Section:
    """Return the limitations that the corpus states of itself, and those that its rows show."""
    stated = stated_limitations(evidence.description)
    blocks: list[Block] = []
    if stated:
        blocks += [
            Paragraph(text("The corpus says of itself:")),
            Bullets(tuple(text(item) for item in stated)),
        ]
    else:
        blocks.append(
            Paragraph(text("The corpus states no limitations (its README.md has no such section)."))
        )
    shown = _from_rows(evidence)
    blocks += [Paragraph(text("Its rows show:")), Bullets(tuple(shown))]
    return Section("limitations", title, tuple(blocks))


def stated_limitations(readme: str) -> list[str]:
    """Return the items of the README's section on limitations or known weaknesses, as plain text."""
    section = re.search(
        r"^##+ +(?:limitations|known weaknesses)\s*\n(.*?)(?=^##? |\Z)",
        readme,
        re.IGNORECASE | re.MULTILINE | re.DOTALL,
    )
    if section is None:
        return []
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(section[1])
    return [
        "".join(child.content if child.type in ("text", "code_inline") else " " for child in token.children or []
                if child.type in ("text", "code_inline", "softbreak"))
        for token in tokens
        if token.type == "inline"
    ]  # fmt: skip


def _from_rows(evidence: Evidence) -> list[Text]:
    matrix = evidence.matrix
    items = []
    basis = matrix["text_basis"]
    from_abstract = int((basis == "abstract").sum())
    items.append(
        text(f"{from_abstract} of {count(len(matrix), 'study', 'studies')} were read as an abstract alone.")
    )
    for variable, what in (
        ("year", "no year"),
        ("modality", "no kind of image"),
        ("weight_bits", "no bit width of the weights"),
    ):
        missing = int((matrix[variable] == "").sum()) if evidence.has(variable) else 0
        if missing:
            items.append(
                text(
                    f"{count(missing, 'study', 'studies')} {'has' if missing == 1 else 'have'} {what} in the text seen."
                )
            )
    techniques = evidence.codes("technique").values() if evidence.has("technique") else ()
    if unspecified := sum("unspecified" in codes for codes in techniques):
        items.append(text(f"The technique is unspecified in {count(unspecified, 'study', 'studies')}."))
    items += _from_runs(evidence)
    accepted = [f for f in evidence.findings if f.accepted]
    open_ = [f for f in evidence.findings if not f.accepted]
    items.append(
        text(
            f"The database check has {count(len(open_), 'open finding')} and {count(len(accepted), 'accepted warning')} (",
            code("medquant db check"),
            ").",
        )
    )
    return items


def _from_runs(evidence: Evidence) -> list[Text]:
    """Say how narrow the ground of the measured values is."""
    measured = evidence.measured
    if not measured.done:
        return []
    sets = sorted({str(run["dataset"]) for run in measured.done if run["dataset"]})
    machines = len(measured.environments)
    return [
        text(
            f"Measured values come from {count(len(sets), 'data set')} ({', '.join(sets)}) and {count(machines, 'environment')} "
            "of one house: they test claims on that ground and no other."
        )
    ]


def references(evidence: Evidence, title: str) -> Section:
    """Return included studies and methods as two lists."""

    def items(source: list[dict[str, object]]) -> Bullets:
        rendered = render_references(source)
        return Bullets(
            tuple(text(f"[{r.key}] ", link(r.text, r.href) if r.href else r.text) for r in rendered)
        )

    return Section(
        "references",
        title,
        (),
        (
            Section("references-studies", "Studies of the review", (items(study_items(evidence.matrix)),)),
            Section("references-methods", "Literature of the methods", (items(method_items()),)),
        ),
    )


def citing(evidence: Evidence, title: str, version: str) -> Section:
    """Return how to cite the page, with a BibTeX entry."""
    named = (
        evidence.about.get("citation")
        or f"{evidence.about.get('title', evidence.release)}. Release {evidence.release}."
    )
    entry = (
        "@misc{medquant,\n"
        f"  title  = {{{_bib(evidence.about.get('title', 'medquant evidence'))}}},\n"
        f"  author = {{{{The medquant founders}}}},\n"
        f"  year   = {{{evidence.date.year}}},\n"
        f"  note   = {{Evidence release {_bib(evidence.release)}, data sha256 {evidence.content_hash[:12]}, medquant {version}}}\n"
        "}"
    )
    return Section("citing", title, (Paragraph(text(named)), Code(entry, "bibtex")))


def _bib(words: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", words)
