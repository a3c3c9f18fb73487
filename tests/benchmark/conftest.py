"""What the benchmark's tests share: a cache, a small phantom, and a folder of real image files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data.dataset import Dataset, PhantomSource, open_dataset


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the folder of an empty cache."""
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return 32 phantoms of 32 pixels: of each of four classes six for training and two for testing."""
    return open_dataset(PhantomSource(per_class=6, seed=0), 32, cache=tmp_path_factory.mktemp("phantom"))


def write_picture(path: Path, number: int, *, width: int = 40, height: int = 30) -> None:
    """Write a picture whose blocks depend on its number; JPEG or PNG by its ending."""
    blocks = np.random.default_rng(number).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST).save(path)


@pytest.fixture
def image_folder(tmp_path: Path) -> Path:
    """Return a class-folder set of two classes: seven and six training images, two testing images of each."""
    root = tmp_path / "scans"
    number = 0
    for part, counts in (("Training", {"lesion": 7, "healthy": 6}), ("Testing", {"lesion": 2, "healthy": 2})):
        for name, count in counts.items():
            for index in range(1, count + 1):
                number += 1
                ending = "png" if index % 2 else "jpg"
                write_picture(root / part / name / f"im ({index}).{ending}", number)
    return root
