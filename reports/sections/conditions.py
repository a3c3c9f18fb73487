"""Under which conditions was measured: images, leakage, machines, software, and the energy that nobody could read."""

from reports.context import Block, Bullets, Paragraph, Text, text
from reports.measured import Measured
from reports.sections.words import count, listed


def images(measured: Measured) -> list[Block]:
    """Return which images were tested, and how many of them have a twin in training."""
    items = [_image_set(row) for row in measured.image_sets]
    if not items:
        return []
    return [
        Paragraph(text("Images that were tested, and how many of them the networks had seen in training:")),
        Bullets(tuple(items)),
    ]


def _image_set(row: dict[str, object]) -> Text:
    classes = row["classes"]
    names = ", ".join(str(name) for name in classes) if isinstance(classes, tuple) else ""
    facts = row["facts"] if isinstance(row["facts"], dict) else {}
    leaks = leak_words(facts, str(row["part"]))
    return text(
        f"{row['dataset']}, {row['split']}/{row['part']}: {row['n']:,} images of {names}"
        f"{'. ' + leaks if leaks else ''}."
    )


def leak_words(facts: dict[str, object], part: str) -> str:
    """Return the counts of images with a twin in training, as the run found them."""
    leaks = [facts] if "near" in facts else facts.get("leaks")
    found = [leak for leak in leaks if leak.get("side", part) == part] if isinstance(leaks, list) else []
    if found:
        return "; ".join(
            f"{leak['near']:,} of {leak['images']:,} have a twin among the {leak['other_images']:,} images of "
            f"{leak['other']}, {leak['exact']:,} of them byte for byte"
            for leak in found
        )
    plain = {
        name: value
        for name, value in facts.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in plain.items())


def machines(measured: Measured) -> list[Block]:
    """Return where the runs ran, and what could not be measured there."""
    if not measured.environments:
        return []
    items = []
    for row in measured.environments:
        facts = row["facts"] or {}
        n = sum(run["environment_id"] == row["environment_id"] for run in measured.done)
        parts = [str(facts[name]) for name in ("kernel", "machine") if facts.get(name)]
        if flags := facts.get("flags"):
            parts.append(f"instruction sets {', '.join(flags)}")
        if memory := facts.get("memory_gib"):
            parts.append(f"{memory} GiB of memory")
        packages = {name: v for name, v in (facts.get("packages") or {}).items() if v}
        if packages:
            parts.append(listed([f"{name} {v}" for name, v in packages.items()]))
        items.append(text(f"{row['label']} ({count(n, 'run')}){': ' + '; '.join(parts) if parts else ''}."))
    told = (
        "Machines and software; a latency speaks of its own machine only, and energy only of a real counter:"
    )
    return [Paragraph(text(told)), Bullets(tuple(items)), *_energy(measured)]


def _energy(measured: Measured) -> list[Block]:
    rows = [row for (_, _, metric, _), row in measured.values.items() if metric == "energy_j"]
    missing = [row for row in rows if row["value"] is None]
    if not missing:
        return []
    why = listed(sorted({str(row["note"]) for row in missing if row["note"]}))
    return [
        Paragraph(
            text(f"Energy could not be measured in {count(len(missing), 'row')}{': ' + why if why else ''}.")
        )
    ]
