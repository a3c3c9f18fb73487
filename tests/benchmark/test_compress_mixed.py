"""Mixed precision: the knapsack is exact, the budget holds, and bits follow the measured sensitivities."""

import itertools
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest

from benchmark.compress.convert import convert
from benchmark.compress.divergence import divergence
from benchmark.compress.inspect import inspect_file
from benchmark.compress.knapsack import CELLS, Option, choose
from benchmark.compress.mixed import MixedPrecision, kernel_bytes, mixed_precision
from benchmark.compress.schemes import SCHEMES
from benchmark.models.networks import build
from db.errors import MedquantError

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

IMAGES: npt.NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def float_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixed")
    keras.utils.set_random_seed(0)
    build("tiny", 32, 4).save(folder / "net.keras")
    convert(folder / "net.keras", SCHEMES["float32"], folder / "net.tflite", log=folder / "log.txt")
    return folder / "net.tflite"


@pytest.fixture(scope="module")
def mixed(float_file: Path) -> tuple[MixedPrecision, Path]:
    out = float_file.with_name("mixed.tflite")
    return mixed_precision(float_file, out, images=IMAGES, budget=0.8), out


def total(items: list[list[Option]], picked: tuple[int, ...]) -> tuple[int, float]:
    options = [options[choice] for options, choice in zip(items, picked, strict=True)]
    return sum(option.size for option in options), sum(option.loss for option in options)


@pytest.mark.parametrize("seed", range(12))
def test_the_knapsack_equals_brute_force(seed: int) -> None:
    random = np.random.default_rng(seed)
    items = [
        [
            Option(int(random.integers(1, 40)), float(random.normal()))
            for _ in range(int(random.integers(1, 4)))
        ]
        for _ in range(6)
    ]
    least = sum(min(option.size for option in options) for options in items)
    budget = least + int(random.integers(0, 50))
    size, loss = total(items, choose(items, budget))
    every = [
        total(items, picked) for picked in itertools.product(*(range(len(options)) for options in items))
    ]
    assert size <= budget
    assert loss == pytest.approx(min(loss for size, loss in every if size <= budget))


def test_the_knapsack_holds_a_budget_beyond_its_table() -> None:
    random = np.random.default_rng(0)
    items = [
        [Option(int(random.integers(1, 10**7)), float(random.random())) for _ in range(3)] for _ in range(8)
    ]
    budget = sum(min(option.size for option in options) for options in items) + 2 * 10**7
    assert budget > CELLS
    size, loss = total(items, choose(items, budget))
    every = [total(items, picked) for picked in itertools.product(range(3), repeat=8)]
    assert size <= budget
    narrower = budget - 8 * -(-2 * 10**7 // CELLS)
    assert loss <= min(loss for size, loss in every if size <= narrower)


def test_a_budget_that_nothing_meets_is_told_in_a_sentence() -> None:
    with pytest.raises(MedquantError, match="a budget of 9 bytes is too small: the kernels take 10 bytes"):
        choose([[Option(10, 0.0), Option(20, 0.0)]], 9)


def test_divergence_is_kullback_and_leiblers() -> None:
    first = np.asarray([[0.5, 0.5], [0.9, 0.1]], np.float32)
    second = np.asarray([[0.25, 0.75], [0.9, 0.1]], np.float32)
    expected = (0.5 * np.log(0.5 / 0.25) + 0.5 * np.log(0.5 / 0.75)) / 2
    assert divergence(first, second) == pytest.approx(expected, rel=1e-6)
    assert divergence(first, first) == 0
    assert np.isfinite(divergence(first, np.asarray([[1.0, 0.0], [0.0, 1.0]], np.float32)))


def test_bits_follow_from_sensitivities_and_budget_alone(mixed: tuple[MixedPrecision, Path]) -> None:
    result, _ = mixed
    items = [
        [Option(kernel_bytes(layer.elements, bits), loss) for bits, loss in layer.losses.items()]
        for layer in result.layers
    ]
    picked = tuple(list(layer.losses).index(layer.bits) for layer in result.layers)
    every = [
        total(items, choice) for choice in itertools.product(*(range(len(options)) for options in items))
    ]
    assert total(items, picked)[1] == pytest.approx(
        min(loss for size, loss in every if size <= result.budget)
    )
    assert {layer.bits for layer in result.layers} == {4, 8}


def test_the_file_has_the_bits_and_the_size_that_were_chosen(mixed: tuple[MixedPrecision, Path]) -> None:
    result, out = mixed
    facts = inspect_file(out)
    assert sorted((kernel.elements, kernel.bits) for kernel in facts.kernels) == sorted(
        (layer.elements, str(layer.bits)) for layer in result.layers
    )
    assert result.size == result.predicted_size == sum(kernel.size for kernel in facts.kernels)
    assert result.size <= result.budget == int(0.8 * result.size_at_8)
    assert result.file_size == out.stat().st_size


def test_sensitivities_are_measured_layer_by_layer(mixed: tuple[MixedPrecision, Path]) -> None:
    result, _ = mixed
    for layer in result.layers:
        assert layer.losses[8] == 0.0
        assert set(layer.losses) == ({8} if layer.kind == "DEPTHWISE_CONV_2D" else {4, 8})
    four = [layer.losses[4] for layer in result.layers if 4 in layer.losses]
    assert len(set(four)) == len(four) == 3
    assert result.predicted_loss == pytest.approx(
        result.loss_at_8 + sum(layer.losses[layer.bits] for layer in result.layers)
    )


def test_a_generous_budget_never_loses_more_than_eight_bits_as_predicted(
    float_file: Path, tmp_path: Path
) -> None:
    result = mixed_precision(
        float_file, tmp_path / "out.tflite", images=IMAGES, budget=4.0, choices=(4, 8, 16, 32)
    )
    assert result.predicted_loss <= result.loss_at_8
    assert {bits for layer in result.layers for bits in layer.losses} == {4, 8, 16, 32}
    assert result.size == result.predicted_size


def test_the_result_is_plain_json(mixed: tuple[MixedPrecision, Path]) -> None:
    import json

    facts = json.loads(json.dumps(mixed[0].to_json()))
    assert facts["layers"][0]["losses"]["8"] == 0.0


def test_a_budget_below_four_bits_and_strange_choices_are_refused(float_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tflite"
    with pytest.raises(MedquantError, match="is too small"):
        mixed_precision(float_file, out, images=IMAGES, budget=0.3)
    with pytest.raises(MedquantError, match="cannot choose among"):
        mixed_precision(float_file, out, images=IMAGES, budget=0.8, choices=(3, 8))
    assert not out.exists()
