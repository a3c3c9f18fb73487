"""The bench of one run: its images, its trained networks, and the files made of them, each made once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.arms import Arm, Contrast, Progress, Runtime
from benchmark.cache import made_once
from benchmark.catalogue import Case
from benchmark.compress.facts import describe
from benchmark.compress.inspect import inspect_file
from benchmark.compress.schemes import scheme_of
from benchmark.data.dataset import Dataset
from benchmark.data.splits import Split
from benchmark.job import Job
from benchmark.models.recipes import Recipe, Stage
from benchmark.models.start_weights import NONE, StartWeights, start_weights
from benchmark.models.trained import Trained, TrainingSpec, data_key, obtain_trained

CONVERSION_VERSION = 1
"""Raised whenever the same conversion would give another file than before."""


@dataclass(frozen=True)
class Built:
    """What a method built: arms, which of them are compared, files that are only weighed, and facts to keep."""

    arms: tuple[Arm, ...]
    contrasts: tuple[Contrast, ...]
    stored: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """What the method of a case works with."""

    job: Job
    case: Case
    dataset: Dataset
    split: Split
    progress: Progress

    @property
    def cache(self) -> Path:
        """The cache's folder."""
        return Path(self.job.cache)

    @property
    def log(self) -> Path:
        """The run's log."""
        return self.job.folder / "log.txt"

    @cached_property
    def training_images(self) -> NDArray[np.uint8]:
        """The images that train, in memory."""
        return np.ascontiguousarray(self.dataset.images[self.split.training])

    @cached_property
    def training_labels(self) -> NDArray[np.int64]:
        """Their classes."""
        return self.dataset.labels[self.split.training]

    @cached_property
    def data(self) -> str:
        """Hash of exactly the images that train and their classes."""
        return data_key(self.training_images, self.training_labels)

    @cached_property
    def start(self) -> StartWeights:
        """Where training starts from: the start weights of the job where the case wants a trained backbone."""
        return (
            start_weights(self.job.weights, self.case.network)
            if self.case.training["start"] == "backbone"
            else NONE
        )

    def parameter(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as the case says
        """Return a parameter of the case."""
        return self.case.parameters.get(name, default)

    def calibration(self) -> NDArray[np.uint8]:
        """Return calibration images: training images, spread evenly over them and so over the classes."""
        wanted = min(int(self.parameter("calibration_images", 200)), len(self.training_images))
        return self.training_images[np.linspace(0, len(self.training_images) - 1, wanted).astype(np.int64)]

    def recipe(self, epochs: int | None = None) -> Recipe:
        """Return the recipe of the case, or it with another number of epochs in each stage."""
        training = self.case.training
        stages = tuple(
            Stage(**{**stage, "epochs": epochs or stage["epochs"]}) for stage in training["stages"]
        )
        return Recipe("case", stages, batch=training["batch"], augment=training["augment"])

    def trained(
        self, network: str | None = None, *, seed: int | None = None, epochs: int | None = None
    ) -> Trained:
        """Return the trained network of the case, or another by the same recipe."""
        spec = TrainingSpec(
            network or self.case.network,
            self.case.input_size,
            len(self.dataset.classes),
            self.recipe(epochs),
            self.job.seed if seed is None else seed,
            self.start,
        )
        return obtain_trained(
            spec,
            self.training_images,
            self.training_labels,
            cache=self.cache,
            data=self.data,
            progress=self.progress,
        )

    def arm(self, trained: Trained, scheme: str = "float32", *, key: str, label: str) -> Arm:
        """Return a trained network as a TFLite file by a scheme, with what the file says of its precision."""
        from benchmark.compress.convert import convert

        wanted = scheme_of(scheme)
        calibration = self.calibration() if wanted.calibrated else None

        def make(folder: Path) -> None:
            self.progress(f"converting to {scheme}", 0, 0)
            convert(trained.path, wanted, folder / "network.tflite", calibration=calibration, log=self.log)

        parts = {"network": trained.key, "scheme": scheme, "calibration": self._calibration_key(calibration)}
        return self.described(
            self.kept_file(parts, make),
            Runtime.LITERT,
            key=key,
            label=label,
            technique=technique_of(scheme),
            calibrated=calibration is not None,
        )

    def kept_file(
        self, parts: Mapping[str, object], make: Callable[[Path], None], name: str = "network.tflite"
    ) -> Path:
        """Return a file that was made of a network, made once by content."""
        folder, _ = made_once(self.cache, "converted", {**parts, "version": CONVERSION_VERSION}, make)
        return folder / name

    def _calibration_key(self, images: NDArray[np.uint8] | None) -> str | None:
        return None if images is None else data_key(images, np.zeros(len(images), np.int64))

    def described(
        self,
        file: Path,
        runtime: Runtime,
        *,
        key: str,
        label: str,
        technique: Sequence[str] = (),
        calibrated: bool = False,
    ) -> Arm:
        """Return the arm of a file, its precision read back from the file."""
        precision = describe(inspect_file(file))
        return Arm(
            key=key,
            label=label,
            file=file,
            runtime=runtime,
            technique=tuple(technique),
            weight_bits=precision.weight_bits,
            activation_bits=precision.activation_bits,
            granularity=precision.granularity,
            symmetry=precision.symmetry,
            calibration=f"{len(self.calibration())} training images" if calibrated else None,
            fallback_ops=precision.fallback_ops,
        )


def technique_of(scheme: str, first: str = "ptq") -> tuple[str, ...]:
    """Return the codes of the techniques that a scheme is."""
    return (first, "low_bit") if scheme.startswith("int4") else (first,)


def training_facts(networks: Mapping[str, Trained]) -> dict[str, object]:
    """Return what a fingerprint keeps of trained networks."""
    return {
        name: {
            "key": trained.key,
            "weights_sha256": trained.weights_sha256,
            "stages": list(trained.stages),
            "seconds": round(trained.seconds, 1),
            "from_cache": not trained.fresh,
            "epochs": len(trained.history),
        }
        for name, trained in networks.items()
    }


Method = Callable[[Bench], Built]
