"""Data sets: opened from every source, decoded once, and never from a damaged or outdated cache."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data import dataset as module
from benchmark.data.dataset import (
    ArchiveSource,
    Dataset,
    FolderSource,
    PhantomSource,
    open_dataset,
    source_of,
)
from db.errors import MedquantError


def _array(cache: Path) -> Path:
    return next(cache.glob("images/*/images.npy"))


def test_a_folder_gives_images_labels_origins_and_names_in_one_order(image_folder: Path, cache: Path) -> None:
    data = open_dataset(FolderSource(image_folder), 16, cache=cache)
    assert (data.name, data.synthetic, data.classes, data.size) == ("scans", False, ("healthy", "lesion"), 16)
    assert data.images.shape == (17, 16, 16, 3)
    assert data.images.dtype == np.uint8
    assert data.labels.tolist() == [0] * 6 + [1] * 7 + [0] * 2 + [1] * 2
    assert data.labels.dtype == np.int64
    assert data.origin == ("Training",) * 13 + ("Testing",) * 4
    assert data.names[0] == "Training/healthy/im (1).png"
    assert len(set(data.digests)) == len(data) == 17
    with Image.open(image_folder / data.names[8]) as image:
        expected = image.convert("RGB").resize((16, 16), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(data.images[8], np.asarray(expected))


def test_images_are_decoded_once_for_each_size(
    image_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_dataset(FolderSource(image_folder), 16, cache=cache)
    monkeypatch.setattr(module, "decode_image", None)
    again = open_dataset(FolderSource(image_folder), 16, cache=cache)
    np.testing.assert_array_equal(first.images, again.images)
    with pytest.raises(TypeError):
        open_dataset(FolderSource(image_folder), 17, cache=cache)


def test_an_exchanged_file_is_decoded_anew(image_folder: Path, cache: Path) -> None:
    before = open_dataset(FolderSource(image_folder), 16, cache=cache)
    path = image_folder / before.names[0]
    Image.new("RGB", (40, 30), "red").save(path)
    after = open_dataset(FolderSource(image_folder), 16, cache=cache)
    assert after.content_hash != before.content_hash
    assert after.images[0].tolist() == [[[255, 0, 0]] * 16] * 16
    np.testing.assert_array_equal(after.images[1:], before.images[1:])


def test_a_renamed_file_changes_the_content_hash(image_folder: Path, cache: Path) -> None:
    before = open_dataset(FolderSource(image_folder), 16, cache=cache)
    path = image_folder / before.names[0]
    path.rename(path.with_name("aa.png"))
    assert open_dataset(FolderSource(image_folder), 16, cache=cache).content_hash != before.content_hash


@pytest.mark.parametrize("damage", ["flipped bit", "cut short", "emptied", "hash lost", "other shape"])
def test_a_damaged_cache_entry_is_noticed_and_made_anew(image_folder: Path, cache: Path, damage: str) -> None:
    good = np.array(open_dataset(FolderSource(image_folder), 16, cache=cache).images)
    path = _array(cache)
    content = bytearray(path.read_bytes())
    if damage == "flipped bit":
        content[-5] ^= 1
        path.write_bytes(content)
    elif damage == "cut short":
        path.write_bytes(content[:-100])
    elif damage == "emptied":
        path.write_bytes(b"")
    elif damage == "hash lost":
        path.with_suffix(".sha256").unlink()
    else:
        np.save(path, np.zeros((3, 16, 16, 3), np.uint8))
    np.testing.assert_array_equal(open_dataset(FolderSource(image_folder), 16, cache=cache).images, good)


def test_a_cache_entry_that_would_run_code_is_never_unpickled(image_folder: Path, cache: Path) -> None:
    good = np.array(open_dataset(FolderSource(image_folder), 16, cache=cache).images)
    np.save(_array(cache), np.array([{"a": 1}], object), allow_pickle=True)
    np.testing.assert_array_equal(open_dataset(FolderSource(image_folder), 16, cache=cache).images, good)


def test_a_file_that_is_no_image_stops_the_set_and_leaves_no_entry(image_folder: Path, cache: Path) -> None:
    (image_folder / "Training/lesion/notes.txt").write_text("hello")
    with pytest.raises(MedquantError, match=r"notes\.txt cannot be used: it is no image that can be read"):
        open_dataset(FolderSource(image_folder), 16, cache=cache)
    assert not list(cache.glob("images/*/"))


def test_the_images_cannot_be_changed(phantom: Dataset) -> None:
    with pytest.raises(ValueError, match="read-only"):
        phantom.images[0, 0, 0, 0] = 1


def test_the_phantom_is_marked_synthetic_and_has_four_classes_in_two_parts(phantom: Dataset) -> None:
    assert (phantom.name, phantom.synthetic) == ("phantom", True)
    assert phantom.classes == ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor")
    assert np.bincount(phantom.labels).tolist() == [8] * 4
    assert phantom.origin == ("Training",) * 24 + ("Testing",) * 8


def test_the_phantom_is_the_same_in_every_cache_and_differs_by_seed(phantom: Dataset, cache: Path) -> None:
    again = open_dataset(PhantomSource(per_class=6, seed=0), 32, cache=cache)
    assert again.content_hash == phantom.content_hash
    other = open_dataset(PhantomSource(per_class=6, seed=1), 32, cache=cache)
    assert not set(other.digests) & set(phantom.digests)


def test_progress_counts_to_the_end(image_folder: Path, cache: Path) -> None:
    told: list[tuple[str, int, int]] = []
    open_dataset(FolderSource(image_folder), 16, cache=cache, progress=lambda *step: told.append(step))
    for stage in ("reading files", "decoding images"):
        assert [step[1:] for step in told if step[0] == stage] == [(done, 17) for done in range(1, 18)]


@pytest.mark.parametrize("size", [0, 15, 1025])
def test_a_size_that_no_network_takes_is_refused(phantom: Dataset, cache: Path, size: int) -> None:
    with pytest.raises(MedquantError, match=f"{size} pixels a side were asked for; allowed: 16 to 1024"):
        open_dataset(PhantomSource(), size, cache=cache)


def test_a_number_of_phantoms_that_cannot_be_is_refused(cache: Path) -> None:
    with pytest.raises(MedquantError, match="0 phantoms a class were asked for; allowed: 1 to 100,000"):
        open_dataset(PhantomSource(per_class=0), 32, cache=cache)


def test_the_source_is_what_was_asked_for_else_the_environment_else_the_archive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MEDQUANT_DATA", raising=False)
    assert source_of(None, phantom=False) == ArchiveSource()
    monkeypatch.setenv("MEDQUANT_DATA", "/elsewhere")
    assert source_of(None, phantom=False) == FolderSource(Path("/elsewhere"))
    assert source_of(tmp_path, phantom=False) == FolderSource(tmp_path)
    assert source_of(None, phantom=True) == PhantomSource()
    with pytest.raises(MedquantError, match="choose one"):
        source_of(tmp_path, phantom=True)


def test_the_brain_tumour_set_is_known_by_its_files_whatever_its_folder_is_called(
    image_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = open_dataset(FolderSource(image_folder), 16, cache=cache)
    assert data.name == "scans"
    monkeypatch.setattr(module, "BRAIN_TUMOR", replace(module.BRAIN_TUMOR, tree=data.content_hash))
    moved = image_folder.rename(image_folder.with_name("archive (1)"))
    (moved / "Testing").rename(moved / "test")
    assert open_dataset(FolderSource(moved), 16, cache=cache).name == "brain-tumor-mri"
    (moved / "Training/lesion/im (1).png").unlink()
    assert open_dataset(FolderSource(moved), 16, cache=cache).name == "archive (1)"


def test_a_kill_while_decoding_leaves_nothing_that_looks_finished(
    image_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_stage: str, done: int, _total: int) -> None:
        if _stage == "decoding images" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_dataset(FolderSource(image_folder), 16, cache=cache, progress=interrupted)
    assert not list(cache.glob("images/*/images.npy"))
    assert len(open_dataset(FolderSource(image_folder), 16, cache=cache)) == 17


def test_a_file_that_changes_while_it_is_read_is_named(
    image_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_digest", lambda _file: "0" * 64)
    with pytest.raises(MedquantError, match=r"png changed while it was read; run again"):
        open_dataset(FolderSource(image_folder), 16, cache=cache)


def test_a_file_that_may_not_be_read_is_named(
    image_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(MedquantError, match=r"\.png cannot be read \(Permission denied\); check the file"):
        open_dataset(FolderSource(image_folder), 16, cache=cache)
