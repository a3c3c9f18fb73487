"""Splits: the paper's is Keras' own; the grouped one keeps duplicates on one side."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.data.dataset import Dataset, FolderSource, open_dataset
from benchmark.data.splits import Split, grouped_split, paper_split
from db.errors import MedquantError


def listed(counts: list[int], testing: list[int] | None = None, *, part: str = "Training") -> Dataset:
    """Return a set of so many images a class, without pixels."""
    rows = [(part, label) for label, count in enumerate(counts) for _ in range(count)]
    rows += [("Testing", label) for label, count in enumerate(testing or []) for _ in range(count)]
    origin, labels = zip(*rows, strict=True)
    names = tuple(f"{number:05d}.png" for number in range(len(rows)))
    classes = tuple(f"class {label}" for label in range(len(counts)))
    images = np.zeros((len(rows), 1, 1, 3), np.uint8)
    return Dataset("listed", True, classes, images, np.array(labels), origin, names, names, "", 1)


def sides(split: Split) -> list[set[int]]:
    return [set(side.tolist()) for side in (split.training, split.validation, split.testing)]


def test_the_papers_split_holds_out_the_573_images_of_the_paper() -> None:
    data = listed([826, 822, 395, 827], [100, 115, 105, 74])
    split = paper_split(data)
    assert np.bincount(data.labels[split.validation]).tolist() == [165, 164, 79, 165]
    assert (split.name, len(split.training), len(split.validation), len(split.testing)) == (
        "paper",
        2297,
        573,
        394,
    )


def test_the_papers_split_is_that_of_keras(image_folder: Path, cache: Path) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    for number in range(3, 14):  # names whose order by text is not their order by number
        source = image_folder / "Training/lesion/im (1).png"
        source.with_name(f"im ({number * 7}).png").write_bytes(source.read_bytes())
    data = open_dataset(FolderSource(image_folder), 16, cache=cache)
    split = paper_split(data)
    generator = ImageDataGenerator(validation_split=0.2)
    for subset, chosen in (("validation", split.validation), ("training", split.training)):
        flow = generator.flow_from_directory(
            str(image_folder / "Training"), subset=subset, shuffle=False, batch_size=1
        )
        assert [f"Training/{name}" for name in flow.filenames] == [data.names[index] for index in chosen]
        assert flow.classes.tolist() == data.labels[chosen].tolist()
        assert tuple(flow.class_indices) == data.classes


def test_the_papers_counts_are_those_of_keras(tmp_path: Path) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    counts = {"glioma_tumor": 826, "meningioma_tumor": 822, "no_tumor": 395, "pituitary_tumor": 827}
    for name, count in counts.items():
        (tmp_path / name).mkdir()
        for number in range(1, count + 1):
            (tmp_path / name / f"p ({number}).jpg").touch()
    generator = ImageDataGenerator(validation_split=0.2)
    flow = generator.flow_from_directory(str(tmp_path), subset="validation", shuffle=False)
    split = paper_split(data := listed(list(counts.values())))
    assert np.bincount(flow.classes).tolist() == np.bincount(data.labels[split.validation]).tolist()


def test_a_set_without_parts_is_split_and_has_no_testing_images() -> None:
    split = paper_split(listed([10, 10], part=""))
    assert sides(split) == [set(range(2, 10)) | set(range(12, 20)), {0, 1, 10, 11}, set()]


@pytest.mark.parametrize("make", [paper_split, lambda data: grouped_split(data, np.arange(len(data)))])
def test_a_class_of_which_a_fifth_is_nothing_is_refused(make: object) -> None:
    with pytest.raises(MedquantError, match="the class 'class 1' has 4 images to train with; at least five"):
        make(listed([10, 4]))  # type: ignore[operator]


def test_without_duplicates_the_grouped_split_is_the_papers() -> None:
    data = listed([50, 23], [4, 4])
    assert sides(grouped_split(data, np.arange(len(data)))) == sides(paper_split(data))


def test_a_group_stays_on_one_side() -> None:
    data = listed([100, 60, 35], [20, 20, 20])
    groups = np.random.default_rng(0).integers(0, 120, len(data))
    split = grouped_split(data, groups)
    training, validation, testing = ({int(groups[i]) for i in side} for side in sides(split))
    assert not training & validation
    assert not testing & (training | validation)
    assert sides(split)[0] | sides(split)[1] == set(range(195))


def test_the_grouped_split_holds_out_about_a_fifth_of_each_class() -> None:
    data = listed([826, 822, 395, 827])
    groups = np.random.default_rng(1).integers(0, 2000, len(data))
    held = np.bincount(data.labels[grouped_split(data, groups).validation])
    assert held.tolist() == [165, 164, 79, 165]


def test_one_image_of_each_testing_group_stays_and_none_with_a_twin_in_training() -> None:
    data = listed([5, 5], [3, 3])
    groups = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 20, 20, 5, 21, 22])
    assert grouped_split(data, groups).testing.tolist() == [11, 14, 15]


def test_a_group_across_classes_counts_in_each_of_them() -> None:
    data = listed([5, 10])
    groups = np.array([0, 1, 2, 3, 4, 0, 0, 0, 5, 6, 7, 8, 9, 10, 11])  # group 0 would overfill class 1
    assert grouped_split(data, groups).validation.tolist() == [1, 8, 9]


def test_a_class_that_is_one_group_cannot_be_split() -> None:
    with pytest.raises(MedquantError, match="the class 'class 1' has 10 images, and no whole group"):
        grouped_split(listed([10, 10]), np.array([*range(10), *[99] * 10]))


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(MedquantError, match=r"groups of the shape \(3,\) were given for 20 images"):
        grouped_split(listed([10, 10]), [1, 2, 3])


def test_the_order_of_names_within_a_set_decides_and_nothing_random() -> None:
    data = listed([40, 40])
    groups = np.arange(80) // 2
    first, second = grouped_split(data, groups), grouped_split(data, groups)
    assert first.validation.tolist() == second.validation.tolist() == [*range(8), *range(40, 48)]
