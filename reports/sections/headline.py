"""What published headline figures are made of: images behind a change of score, bytes behind a ratio of sizes."""

import math

from db.vocabulary import Control, Quantity, Verdict
from reports.context import Block, Bullets, Paragraph, Text, link, text
from reports.figures import claims as drawing
from reports.measured import Measured
from reports.sections.words import count, signed
from review.reproduction import ClaimVerdict

MEGABYTE = 1_000_000


def value_words(value: float | None, unit: str) -> str:
    """Return a value of a claim in its unit, without the unit."""
    if value is None:
        return ""
    return (
        signed_points(value)
        if unit == drawing.POINTS
        else f"{value:.3g}"
        if unit == drawing.RATIO
        else f"{value:.2f}"
    )


def signed_points(value: float) -> str:
    """Return a change in percentage points with its sign."""
    return f"{'+' if value > 0 else ''}{signed(value)}"


def remarks(measured: Measured, judged: list[ClaimVerdict]) -> list[Block]:
    """Return the remarks as a list; nothing where no claim was measured that needs one."""
    items = [*_image_remarks(judged), *_size_remarks(measured, judged)]
    return (
        [Paragraph(text("What the published figures are made of:")), Bullets(tuple(items))] if items else []
    )


def _image_remarks(judged: list[ClaimVerdict]) -> list[Text]:
    found = {}
    for v in judged:
        comparable = v.verdict not in (None, Verdict.NOT_COMPARABLE) and v.quantity == Quantity.CHANGE
        if not comparable or v.unit != drawing.POINTS or not v.published or not v.n_images:
            continue
        images = abs(v.published) * v.n_images / 100
        if round(images) and abs(images - round(images)) < 0.1:
            found[v.comparison_id] = text(
                f"{signed_points(v.published)} points of {v.n_images:,} images ",
                link(v.comparison_id or "", f"#comparison-{v.comparison_id}"),
                f" is {count(round(images), 'image')}; one image is {100 / v.n_images:.3f} points.",
            )
    return list(found.values())


def _size_remarks(measured: Measured, judged: list[ClaimVerdict]) -> list[Text]:
    """Tell the parts of each published size ratio that was measured against several baselines."""
    by_value: dict[str, list[ClaimVerdict]] = {}
    for v in judged:
        if v.outcome == "size" and v.measured and v.comparison_id:
            by_value.setdefault(v.comparison_id, []).append(v)
    items = []
    for name, its in by_value.items():
        if len(its) < 2 or its[0].published is None:
            continue
        parts = [
            f"{_megabytes(measured, v, v.baseline_key)} against {_megabytes(measured, v, v.arm_key)} is {_times(v.measured)}"
            f"{', like for like' if _is_like_for_like(measured, v) else ''}"
            for v in sorted(its, key=lambda v: v.measured or math.inf)
        ]
        items.append(
            text(
                f"{_times(its[0].published)} (",
                link(name, f"#comparison-{name}"),
                f") was measured in {count(len(its), 'way')}: {'; '.join(parts)}. What a file holds beside the weights, such as "
                "an optimizer's state, and what reduced precision saves are different things.",
            )
        )
    return items


def _times(ratio: float | None) -> str:
    return "" if not ratio else f"{1 / ratio:.2f}×" if ratio < 1 else f"{ratio:.2f} times as much"


def _is_like_for_like(measured: Measured, v: ClaimVerdict) -> bool:
    """Whether the two files differ in precision only."""
    wanted = (v.case_id, v.arm_key, v.baseline_key)
    sizes = (c.of("size") for c in measured.contrasts if (c.case_id, c.arm_key, c.baseline_key) == wanted)
    return any(size is not None and size.control == Control.CLEAN for size in sizes)


def _megabytes(measured: Measured, v: ClaimVerdict, arm: str) -> str:
    rows = [measured.values.get((s.run_id, arm, "size_bytes", "")) for s in v.seeds]
    sizes = [row["value"] for row in rows if row is not None and row["value"] is not None]
    return f"{sum(sizes) / len(sizes) / MEGABYTE:.2f} MB ({arm})" if sizes else arm
