"""A set of images as folders: one folder a class, perhaps below Training and Testing."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import MedquantError, shown

TRAINING = "Training"
TESTING = "Testing"
PARTS = {"training": TRAINING, "train": TRAINING, "testing": TESTING, "test": TESTING}
MARKER = "SYNTHETIC.txt"
"""The file beside the class folders that marks a set as made up."""
LAYOUT = "DIR/<class>/images, or DIR/Training/<class>/images with DIR/Testing/<class>/images"
_LITTER = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass(frozen=True)
class ImageFile:
    """A file of a class folder.

    `name` is its path below the set's folder, with `Training` and `Testing` spelt so whatever the folder's own
    spelling is; `origin` is "Training", "Testing", or "" where the set has no such parts.
    """

    path: Path
    name: str
    label: int
    origin: str


@dataclass(frozen=True)
class ClassFolder:
    """A scanned set: its classes in the order of their labels, and its files in the order of the set.

    `synthetic` is whether the set marks itself as made up.
    """

    root: Path
    classes: tuple[str, ...]
    files: tuple[ImageFile, ...]
    synthetic: bool


def scan_folder(path: Path) -> ClassFolder:
    """List a class-folder set in Keras' order: classes by name, and within a class files by name.

    Parameters
    ----------
    path
        A folder laid out as DIR/<class>/… or DIR/Training/<class>/… and DIR/Testing/<class>/… (train and test in
        any case of letters). Hidden files, Thumbs.db and desktop.ini are left out; files beside the class folders
        are not looked at.

    Raises
    ------
    MedquantError
        If the folder is not laid out so, a class is empty, there are fewer than two classes, Training and Testing
        have different classes, or something in a class folder is neither a file nor a folder of this set.

    Notes
    -----
    The order decides which images the paper's split holds out. It is that of Keras' `flow_from_directory`: Python's
    sorting of strings, by folder and then by file name, so that "gg (10)" stands before "gg (2)".
    """
    if not path.is_dir():
        problem = "is a file" if path.exists() else "does not exist"
        raise MedquantError(f"the folder of images {path} {problem}; give a folder laid out as {LAYOUT}")
    root = path.resolve()
    parts = _parts(root)
    classes: dict[str, tuple[str, ...]] = {
        origin: tuple(entry.name for entry in _folders(folder)) for origin, folder in parts.items()
    }
    names = classes.get(TRAINING, classes.get("", ()))
    if len(names) < 2:
        found = f"only one class folder, {shown(names[0])}" if names else "no class folders"
        raise MedquantError(
            f"{next(iter(parts.values()))} has {found}; at least two are needed, laid out as {LAYOUT}: "
            "if they lie deeper, name the folder that holds them"
        )
    if TESTING in classes and classes[TESTING] != names:
        odd = min(set(names) ^ set(classes[TESTING]))
        raise MedquantError(
            f"{root} has a class folder {shown(odd)} in only one of its training and testing parts; "
            "both need the same classes"
        )
    files = tuple(
        file
        for origin, folder in parts.items()
        for label, name in enumerate(names)
        for file in _class_files(root, folder / name, label, origin)
    )
    return ClassFolder(root, names, files, (root / MARKER).exists())


def tree_hash(names: Sequence[str], digests: Sequence[str]) -> str:
    """Return the SHA-256 of a tree of files: of the lines "digest  name" in the order of the names.

    Notes
    -----
    The same as `find Training Testing -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
    """
    lines = sorted(zip(names, digests, strict=True))
    return hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in lines).encode()).hexdigest()


def _parts(root: Path) -> dict[str, Path]:
    """Return the folders that hold class folders, by origin, training first."""
    folders = _folders(root)
    found: dict[str, Path] = {}
    for entry in folders:
        if (origin := PARTS.get(entry.name.lower())) is None:
            continue
        if origin in found:
            raise MedquantError(
                f"{root} has both {found[origin].name} and {entry.name}; only one can be its part"
            )
        found[origin] = root / entry.name
    if not found:
        return {"": root}
    if TRAINING not in found:
        raise MedquantError(
            f"{root} has {found[TESTING].name} but no Training folder beside it; it needs {LAYOUT}"
        )
    if len(found) < len(folders):
        odd = next(entry.name for entry in folders if entry.name.lower() not in PARTS)
        raise MedquantError(
            f"{root} has {shown(odd)} beside {found[TRAINING].name}, and it is unclear whether that is a class; "
            f"move it away, so that the folder is laid out as {LAYOUT}"
        )
    return {origin: found[origin] for origin in (TRAINING, TESTING) if origin in found}


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    """Return the folders in a folder, by name; links to folders are refused where one stands for a class."""
    entries = [entry for entry in _entries(folder) if entry.is_dir()]
    for entry in entries:
        if entry.is_symlink():
            raise MedquantError(f"{entry.path} is a link to another folder; put the folder itself there")
    return entries


def _class_files(root: Path, folder: Path, label: int, origin: str) -> list[ImageFile]:
    """Return the files of one class in Keras' order."""
    found = sorted(_walk(root, folder), key=lambda path: (str(path.parent), path.name))
    if not found:
        raise MedquantError(
            f"the class folder {folder} has no image in it; add its images or remove the folder"
        )
    files = []
    for path in found:
        inner = path.relative_to(root)
        name = Path(origin, *inner.parts[1:]) if origin else inner
        if not str(name).isprintable():
            raise MedquantError(
                f"{root} has a file named {shown(str(inner))}, which cannot be printed; rename it"
            )
        files.append(ImageFile(path, name.as_posix(), label, origin))
    return files


def _walk(root: Path, folder: Path) -> Iterator[Path]:
    for entry in _entries(folder):
        if entry.is_symlink() and not _stays_inside(root, Path(entry.path)):
            raise MedquantError(
                f"{entry.path} is a link that leads out of {root} or nowhere; put the file itself there"
            )
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)
        else:
            raise MedquantError(f"{entry.path} is no ordinary file; a class folder holds images only")


def _stays_inside(root: Path, link: Path) -> bool:
    target = link.resolve()
    return target.is_relative_to(root) and target.is_file()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder by name, without hidden files and the litter of file managers."""
    try:
        with os.scandir(folder) as entries:
            kept = [e for e in entries if not e.name.startswith(".") and e.name.lower() not in _LITTER]
    except OSError as error:
        raise MedquantError(
            f"{folder} cannot be listed ({error.strerror}); check that you may read it"
        ) from error
    return sorted(kept, key=lambda entry: entry.name)
