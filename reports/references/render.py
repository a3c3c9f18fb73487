"""References rendered by citeproc from the studies' own fields and from the methods' literature."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Reference:
    """A reference: its key, its text, and where it leads (None: nowhere that is known)."""

    key: str
    text: str
    href: str | None


def study_items(matrix: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the studies as CSL-JSON; what is not known is left out, never made up."""
    items = []
    for study, row in matrix.iterrows():
        item: dict[str, Any] = {
            "id": str(study),
            "type": "article-journal",
            "title": row["title"],
            "URL": row["url"],
        }
        if row["authors"]:
            item["author"] = [
                {"literal": author.strip()} for author in row["authors"].split(";") if author.strip()
            ]
        venue = row["venue"] or (f"arXiv {row['arxiv_id']}" if row["arxiv_id"] else "")
        if venue:
            item["container-title"] = venue
        if row["year"]:
            item["issued"] = {"date-parts": [[int(row["year"])]]}
        if row["doi"]:
            item["DOI"] = row["doi"]
        items.append(item)
    return items


def method_items() -> list[dict[str, Any]]:
    """Return the literature of the methods as CSL-JSON."""
    items: list[dict[str, Any]] = json.loads((HERE / "methods.json").read_text("utf-8"))
    return items


def render_references(items: list[dict[str, Any]]) -> list[Reference]:
    """Render CSL-JSON items by the project's style, in the order given."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    if not items:
        return []
    style = CitationStylesStyle(str(HERE / "medquant.csl"), validate=False)
    source = CiteProcJSON([{k: v for k, v in item.items() if k != "URL"} for item in items])
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for item in items:
        bibliography.register(Citation([CitationItem(item["id"])]))
    texts = [" ".join(str(entry).split()) for entry in bibliography.bibliography()]
    return [
        Reference(item["id"], words.replace("..", "."), _address(item))
        for item, words in zip(items, texts, strict=True)
    ]


def _address(item: dict[str, Any]) -> str | None:
    return f"https://doi.org/{item['DOI']}" if item.get("DOI") else item.get("URL") or None
