"""The data set: images decoded once, with their labels, names and digests."""

import hashlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Progress, silent
from benchmark.cache import made_once
from benchmark.data.download import BRAIN_TUMOR, Archive, fetch_archive
from benchmark.data.folder import ClassFolder, ImageFile, scan_folder, tree_hash
from benchmark.data.images import DECODER, decode_image
from benchmark.data.phantom import GENERATOR, Plan, phantom_image, phantom_plan
from db.errors import MedquantError

SIZES = (16, 1024)
PHANTOM = "phantom"

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class FolderSource:
    """A set laid out as class folders."""

    path: Path


@dataclass(frozen=True)
class PhantomSource:
    """A made-up set: `per_class` training images of each class, and a quarter as many (rounded up) testing images."""

    per_class: int = 100
    seed: int = 0


@dataclass(frozen=True)
class ArchiveSource:
    """A public archive, fetched once and held to its hash."""

    archive: Archive = BRAIN_TUMOR


Source = FolderSource | PhantomSource | ArchiveSource


@dataclass(frozen=True, eq=False)
class Dataset:
    """A set of images with one class each, decoded.

    Attributes
    ----------
    name
        "brain-tumor-mri" where the files are that set's, "phantom", or the folder's name.
    synthetic
        True where no image was ever acquired: such a set is no evidence.
    classes
        Names in the order of the labels.
    images
        uint8 [n, size, size, 3], read-only, mapped from the cache.
    labels
        int64 [n], index into `classes`.
    origin
        Of each image "Training", "Testing", or "" where the set has no such parts.
    names
        Of each image its path below the set's folder, as "Training/<class>/<file>".
    digests
        Of each image the SHA-256 of its file (of its pixels where there is no file).
    content_hash
        SHA-256 over names and digests: equal files in equal places, equal hash, at every size.
    size
        Pixels a side.
    """

    name: str
    synthetic: bool
    classes: tuple[str, ...]
    images: Images
    labels: NDArray[np.int64]
    origin: tuple[str, ...]
    names: tuple[str, ...]
    digests: tuple[str, ...]
    content_hash: str
    size: int

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.names)


def source_of(data: Path | None, phantom: bool) -> Source:
    """Return where images come from: `data` or the phantom, else `MEDQUANT_DATA`, else the public archive.

    Raises
    ------
    MedquantError
        If a folder and the phantom are both asked for.
    """
    if data is not None and phantom:
        raise MedquantError(f"both the folder {data} and the phantom were asked for; choose one")
    if phantom:
        return PhantomSource()
    if data is not None:
        return FolderSource(data)
    if named := os.environ.get("MEDQUANT_DATA"):
        return FolderSource(Path(named).expanduser())
    return ArchiveSource()


def open_dataset(source: Source, size: int, *, cache: Path, progress: Progress = silent) -> Dataset:
    """Open a set of images, decoded at a size.

    Parameters
    ----------
    source
        A folder, the phantom, or an archive.
    size
        Pixels a side, 16 to 1024.
    cache
        The cache's folder: images are decoded once for each content, size and version of the decoder.
    progress
        Told of files read, and of images decoded or drawn.

    Raises
    ------
    MedquantError
        If the set cannot be read, an image cannot be decoded, the archive cannot be fetched, or the cache cannot be
        written.

    Notes
    -----
    Every file is read and hashed on every call, so that an exchanged file can never pass for the one that was
    decoded; the cached array is held to its own hash, and made anew where it was damaged.
    """
    low, high = SIZES
    if not low <= size <= high:
        raise MedquantError(f"images of {size} pixels a side were asked for; allowed: {low} to {high}")
    if isinstance(source, PhantomSource):
        return _open_phantom(source, size, cache, progress)
    if isinstance(source, FolderSource):
        return _open_folder(scan_folder(source.path), size, cache, progress)
    folder = scan_folder(fetch_archive(source.archive, cache, progress))
    return replace(_open_folder(folder, size, cache, progress), name=source.archive.name)


def _open_folder(folder: ClassFolder, size: int, cache: Path, progress: Progress) -> Dataset:
    names = tuple(file.name for file in folder.files)
    digests = read_digests(folder.files, progress)
    content = tree_hash(names, digests)
    order = hashlib.sha256("\n".join(names).encode()).hexdigest()
    parts = {"content": content, "order": order, "size": size, "decoder": DECODER}

    def decoded(position: int) -> Images:
        file = folder.files[position]
        data = _content(file.path)
        if hashlib.sha256(data).hexdigest() != digests[position]:
            raise MedquantError(f"{file.path} changed while it was read; run again when nobody writes to it")
        return decode_image(data, size, name=str(file.path))

    return Dataset(
        name=BRAIN_TUMOR.name if content == BRAIN_TUMOR.tree else folder.root.name,
        synthetic=folder.synthetic,
        classes=folder.classes,
        images=_kept(cache, parts, decoded, (len(names), size, size, 3), progress),
        labels=np.array([file.label for file in folder.files], np.int64),
        origin=tuple(file.origin for file in folder.files),
        names=names,
        digests=digests,
        content_hash=content,
        size=size,
    )


def _open_phantom(source: PhantomSource, size: int, cache: Path, progress: Progress) -> Dataset:
    if not 1 <= source.per_class <= 100_000:
        raise MedquantError(f"{source.per_class} phantoms a class were asked for; allowed: 1 to 100,000")
    plan: Plan = phantom_plan(source.per_class)
    parts = {"phantom": GENERATOR, "per_class": source.per_class, "seed": source.seed, "size": size}
    images = _kept(
        cache,
        parts,
        lambda position: phantom_image(source.seed, int(plan.labels[position]), plan.indices[position], size),
        (len(plan.names), size, size, 3),
        progress,
    )
    digests = tuple(hashlib.sha256(image.tobytes()).hexdigest() for image in images)
    return Dataset(
        name=PHANTOM,
        synthetic=True,
        classes=plan.classes,
        images=images,
        labels=plan.labels,
        origin=plan.origin,
        names=plan.names,
        digests=digests,
        content_hash=tree_hash(plan.names, digests),
        size=size,
    )


def read_digests(files: Iterable[ImageFile], progress: Progress = silent) -> tuple[str, ...]:
    """Return the SHA-256 of each file.

    Raises
    ------
    MedquantError
        If a file cannot be read.
    """
    listed = list(files)
    digests = []
    with ThreadPoolExecutor(_threads()) as pool:
        for done, digest in enumerate(pool.map(_digest, listed), start=1):
            digests.append(digest)
            progress("reading files", done, len(listed))
    return tuple(digests)


def _digest(file: ImageFile) -> str:
    return hashlib.sha256(_content(file.path)).hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MedquantError(
            f"{path} cannot be read ({error.strerror}); check the file and its permissions"
        ) from error


def _kept(
    cache: Path,
    parts: Mapping[str, object],
    image_at: Callable[[int], Images],
    shape: tuple[int, ...],
    progress: Progress,
) -> Images:
    """Return the array of these parts from the cache, made where it is missing or damaged."""
    for _ in range(3):  # another process may mend the same damage at the same moment
        folder, _ = made_once(cache, "images", parts, lambda into: _write(into, image_at, shape, progress))
        if (images := _intact(folder, shape)) is not None:
            return images
        shutil.rmtree(folder, ignore_errors=True)
    raise MedquantError(f"the decoded images in {cache} are damaged time and again; check that disk")


def _write(
    folder: Path, image_at: Callable[[int], Images], shape: tuple[int, ...], progress: Progress
) -> None:
    """Write the array image by image: a full disk is then an error, and memory holds few images at once."""
    total = shape[0]
    digest = hashlib.sha256()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with (folder / "images.npy").open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # blemishes of single files (EXIF, DICOM values) that do not hinder reading
        np.lib.format.write_array_header_1_0(file, header)
        with ThreadPoolExecutor(_threads()) as pool:
            for done, image in enumerate(pool.map(image_at, range(total)), start=1):
                content = image.tobytes()
                digest.update(content)
                file.write(content)
                progress("decoding images", done, total)
    (folder / "images.sha256").write_text(digest.hexdigest(), encoding="ascii")


def _intact(folder: Path, shape: tuple[int, ...]) -> Images | None:
    """Return the array of a folder of the cache, or None where it is not what was written."""
    try:
        images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
        written = (folder / "images.sha256").read_text(encoding="ascii").strip()
    except (OSError, ValueError, EOFError):
        return None
    if images.shape != shape or images.dtype != np.uint8:
        return None
    return images if hashlib.sha256(images.data).hexdigest() == written else None


def _threads() -> int:
    return min(4, os.cpu_count() or 1)
