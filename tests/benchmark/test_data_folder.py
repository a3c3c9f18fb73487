"""Folders of images are listed in Keras' order, and what is no such folder is refused in one sentence."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from benchmark.data.folder import scan_folder, tree_hash
from db.errors import MedquantError


def plant(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_the_order_is_that_of_keras_with_folders_below_a_class(tmp_path: Path) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    names = [
        f"{c}/{f}.png"
        for c in ("b", "a", "B c")
        for f in ("gg (10)", "gg (2)", "x/1", "x/0", "x y/1", "Z", "é")
    ]
    plant(tmp_path, *names)
    flow = ImageDataGenerator().flow_from_directory(str(tmp_path), shuffle=False)
    found = scan_folder(tmp_path)
    assert [file.name for file in found.files] == flow.filenames
    assert found.classes == tuple(flow.class_indices)
    assert [file.label for file in found.files] == flow.classes.tolist()


@pytest.mark.parametrize(
    ("training", "testing"), [("Training", "Testing"), ("train", "TEST"), ("TRAINING", "test")]
)
def test_the_parts_may_be_spelt_in_many_ways_and_mean_the_same(
    tmp_path: Path, training: str, testing: str
) -> None:
    plant(
        tmp_path,
        f"{testing}/a/1.png",
        f"{testing}/b/1.png",
        f"{training}/a/1.png",
        f"{training}/b/1.png",
        "README",
    )
    assert [(file.name, file.origin, file.label) for file in scan_folder(tmp_path).files] == [
        ("Training/a/1.png", "Training", 0),
        ("Training/b/1.png", "Training", 1),
        ("Testing/a/1.png", "Testing", 0),
        ("Testing/b/1.png", "Testing", 1),
    ]


def test_a_set_without_parts_has_an_empty_origin(tmp_path: Path) -> None:
    assert {file.origin for file in scan_folder(plant(tmp_path, "a/1.png", "b/1.png")).files} == {""}


def test_hidden_files_and_the_litter_of_file_managers_are_left_out(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "a/1.png",
        "b/1.png",
        "a/.DS_Store",
        "b/Thumbs.db",
        "a/desktop.ini",
        ".git/x",
        "__MACOSX/a/1.png",
    )
    assert [file.name for file in scan_folder(tmp_path).files] == ["a/1.png", "b/1.png"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), r"has no class folders; at least two are needed, laid out as DIR/<class>/images"),
        (("1.png",), "has no class folders"),
        (("a/1.png",), "has only one class folder, 'a'; at least two are needed"),
        (("Training/a/1.png",), "Training has only one class folder, 'a'"),
        (
            ("a/1.png", "b/.hidden"),
            r"the class folder .*/b has no image in it; add its images or remove the folder",
        ),
        (("Testing/a/1.png",), "has Testing but no Training folder beside it"),
        (("train/a/1.png", "Training/a/1.png"), "has both Training and train; only one"),
        (("train/a/1.png", "train/b/1.png", "masks/1.png"), "has 'masks' beside train, and it is unclear"),
        (
            ("train/a/1", "train/b/1", "test/a/1"),
            "class folder 'b' in only one of its training and testing parts",
        ),
        (("a/1\n.png", "b/1.png"), r"a file named 'a/1\\n.png', which cannot be printed; rename it"),
    ],
)
def test_what_is_laid_out_otherwise_is_refused(tmp_path: Path, names: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(MedquantError, match=sentence):
        scan_folder(plant(tmp_path, *names))


def test_a_folder_that_is_not_there_and_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MedquantError, match="nowhere does not exist; give a folder laid out as"):
        scan_folder(tmp_path / "nowhere")
    with pytest.raises(MedquantError, match="notes is a file; give a folder"):
        scan_folder(plant(tmp_path, "notes") / "notes")


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    root = plant(tmp_path, "set/a/1.png", "set/b/1.png", "outside.png") / "set"
    (root / "a/2.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(MedquantError, match=r"a/2\.png is a link that leads out of"):
        scan_folder(root)


def test_a_broken_link_and_a_link_to_a_folder_are_refused(tmp_path: Path) -> None:
    root = plant(tmp_path, "a/1.png", "b/1.png")
    (root / "a/loop").symlink_to(root / "a")
    with pytest.raises(MedquantError, match="a/loop is a link that leads out of"):
        scan_folder(root)
    (root / "a/loop").unlink()
    (root / "c").symlink_to(root / "a")
    with pytest.raises(MedquantError, match="c is a link to another folder"):
        scan_folder(root)


def test_a_link_to_a_file_of_the_set_is_followed(tmp_path: Path) -> None:
    root = plant(tmp_path, "a/1.png", "b/1.png")
    (root / "a/2.png").symlink_to("1.png")
    assert len(scan_folder(root).files) == 3


def test_a_pipe_is_refused_before_anybody_waits_on_it(tmp_path: Path) -> None:
    os.mkfifo(plant(tmp_path, "a/1.png", "b/1.png") / "a/pipe")
    with pytest.raises(MedquantError, match="a/pipe is no ordinary file"):
        scan_folder(tmp_path)


def test_the_hash_of_a_tree_is_that_of_the_shell(tmp_path: Path) -> None:
    names = ["Testing/a b/x (10).jpg", "Testing/a b/x (2).jpg", "Training/é/1.jpg"]
    for number, name in enumerate(plant(tmp_path, *names) and names):
        (tmp_path / name).write_bytes(bytes([number]))
    shell = "find Training Testing -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    printed = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    digests = [hashlib.sha256(bytes([number])).hexdigest() for number in range(3)]
    assert tree_hash(names[::-1], digests[::-1]) == printed.split()[0]
