"""The rules that the RO-Crate description of a release has to keep."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from db.release_crate import FILE, PROFILE, SUMS, format_of

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Entity = Mapping[str, Any]


def crate_problems(content: bytes, sizes: Mapping[str, int], hashes: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a description, each as a sentence; nothing where it keeps every rule.

    Parameters
    ----------
    content
        The file's bytes.
    sizes, hashes
        Number of bytes and SHA-256 of every file of the release, by name.
    """
    entities = _entities(content)
    if isinstance(entities, str):
        return [entities]
    listed = {name: entity for name, entity in entities.items() if entity.get("@type") == "File"}
    return [
        *_structure(entities),
        *_references(entities),
        *_parts(entities.get("./", {}), set(listed), set(sizes) - {FILE}),
        *(
            problem
            for name in sorted(set(listed) & set(sizes))
            for problem in _file_problems(name, listed[name], sizes[name], hashes[name])
        ),
    ]


def _entities(content: bytes) -> dict[str, Entity] | str:
    try:
        crate = json.loads(content)
    except (ValueError, RecursionError) as error:
        return f"it is no JSON: {error}"
    context = crate.get("@context") if isinstance(crate, dict) else None
    if f"{PROFILE}/context" not in (context if isinstance(context, list) else [context]):
        return f"its @context is not {PROFILE}/context"
    graph = crate.get("@graph")
    if not isinstance(graph, list) or not all(
        isinstance(e, dict) and isinstance(e.get("@id"), str) for e in graph
    ):
        return "its @graph is no list of entities with an @id each"
    entities = {entity["@id"]: entity for entity in graph}
    return entities if len(entities) == len(graph) else "an @id stands twice in it"


def _structure(entities: Mapping[str, Entity]) -> Iterator[str]:
    descriptor, root = entities.get(FILE), entities.get("./")
    if descriptor is None or descriptor.get("@type") != "CreativeWork":
        yield f"it has no entity {FILE} of type CreativeWork"
    elif descriptor.get("conformsTo") != {"@id": PROFILE}:
        yield f"it does not say that it conforms to {PROFILE}"
    elif descriptor.get("about") != {"@id": "./"}:
        yield "it is not about ./"
    if root is None or root.get("@type") != "Dataset":
        yield "it has no root entity ./ of type Dataset"
        return
    for name in ("name", "description", "license", "author"):
        if not root.get(name):
            yield f"the root entity has no {name}"
    if not _DAY.match(str(root.get("datePublished", ""))):
        yield "the root entity has no datePublished of at least a day"


def _references(entities: Mapping[str, Entity]) -> Iterator[str]:
    for name, entity in entities.items():
        for key, value in entity.items():
            for one in value if isinstance(value, list) else [value]:
                target = one.get("@id") if isinstance(one, dict) else None
                if target is not None and target not in entities and key != "conformsTo":
                    yield f"{name} names {target} as its {key}, which it does not describe"


def _parts(root: Entity, listed: set[str], present: set[str]) -> Iterator[str]:
    parts = root.get("hasPart")
    named = (
        {part.get("@id") for part in parts if isinstance(part, dict)} if isinstance(parts, list) else set()
    )
    for name in sorted(present - listed):
        yield f"it does not list {name}"
    for name in sorted(listed - present):
        yield f"it lists {name}, which is not there"
    for name in sorted(listed - named):
        yield f"{name} is no part of the root entity"


def _file_problems(name: str, entity: Entity, size: int, sha256: str) -> Iterator[str]:
    if entity.get("contentSize") != str(size):
        yield f"{name} has {size:,} bytes, it says {entity.get('contentSize')}"
    if name != SUMS and entity.get("sha256") != sha256:
        yield f"{name} has another SHA-256 than it says"
    if entity.get("encodingFormat") != format_of(name):
        yield f"{name} has no encodingFormat {format_of(name)}"
