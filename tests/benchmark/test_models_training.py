"""Training: reproducible choices, a loss by hand, batch normalization that keeps its function."""

import hashlib
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmark.data.dataset import Dataset
from benchmark.models import batch_norm
from benchmark.models.networks import build
from benchmark.models.recipes import Stage
from benchmark.models.start_weights import StartWeights, load_start, start_weights
from benchmark.models.training import augmented, cross_entropy, epoch_plan, forward, train, train_head
from db.errors import MedquantError

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
"""Keras writes its variables by a way of NumPy's that is deprecated."""


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def labels() -> np.ndarray:
    return np.arange(40, dtype=np.int64) % 4


def tiny(seed: int = 0) -> keras.Model:
    """Return a tiny network whose normalizations are far from their start."""
    keras.utils.set_random_seed(seed)
    model = build("tiny", 32, 4)
    random = np.random.default_rng(seed)
    for layer in batch_norm.batch_norms(model):
        gamma, beta, mean, variance = layer.get_weights()
        values = (
            random.uniform(0.5, 2, gamma.shape),
            random.normal(size=beta.shape),
            mean + random.normal(size=mean.shape),
            variance * random.uniform(0.5, 2, variance.shape),
        )
        layer.set_weights([value.astype(np.float32) for value in values])
    return model


def test_an_epochs_choices_follow_from_seed_stage_and_epoch_alone() -> None:
    def order(**changed: object) -> list[int]:
        asked = {"seed": 3, "stage": "head", "epoch": 1, "augment": True} | changed
        return epoch_plan(50, 32, **asked).order.tolist()

    first = order()
    assert sorted(first) == list(range(50))
    assert order() == first
    assert order(augment=False) == first
    for other in ({"seed": 4}, {"stage": "tail"}, {"epoch": 2}):
        assert order(**other) != first


def test_without_augmentation_images_stay_as_they_are(images: np.ndarray) -> None:
    plan = epoch_plan(40, 32, seed=0, stage="s", epoch=0, augment=False)
    assert np.array_equal(augmented(images, plan.flip, plan.shift, plan.gain), images.astype(np.float32))


def test_an_image_is_flipped_then_shifted_with_its_edge_repeated_and_brightened(images: np.ndarray) -> None:
    def moved(picture: np.ndarray) -> np.ndarray:
        return np.pad(picture, ((2, 0), (0, 1), (0, 0)), mode="edge")[:32, 1:]

    image = images[:1]
    found = augmented(image, np.array([False]), np.array([[2, -1]], np.int32), np.array([1.0], np.float32))
    wanted = moved(image[0])
    assert np.array_equal(found[0], wanted)
    found = augmented(image, np.array([True]), np.array([[2, -1]], np.int32), np.array([1.5], np.float32))
    assert np.allclose(found[0], np.minimum(moved(image[0, :, ::-1]) * 1.5, 255))


def test_augmentation_stays_within_what_it_says() -> None:
    plan = epoch_plan(2000, 100, seed=0, stage="s", epoch=0, augment=True)
    assert (plan.shift.min(), plan.shift.max()) == (-6, 6)
    assert 0.9 <= plan.gain.min() < 0.91 < 1.09 < plan.gain.max() <= 1.1
    assert 0.45 < plan.flip.mean() < 0.55


def test_cross_entropy_is_the_one_worked_by_hand_and_kerass() -> None:
    outputs = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], np.float32)
    targets = np.array([0, 2])
    assert cross_entropy(0.0, 3)(targets, outputs).numpy() == pytest.approx(-np.log([0.7, 0.1]), rel=1e-5)
    wanted = keras.losses.CategoricalCrossentropy(label_smoothing=0.3, reduction=None)(
        np.eye(3)[targets], outputs
    )
    assert cross_entropy(0.3, 3)(targets, outputs).numpy() == pytest.approx(wanted.numpy(), rel=1e-5)


def test_a_step_is_the_step_of_keras_own_optimizer(images: np.ndarray, labels: np.ndarray) -> None:
    own, fitted = tiny(), tiny()
    train(own, images, labels, Stage("s", 1, 1e-2), seed=0, batch=40, augment=False)
    fitted.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", jit_compile=False)
    fitted.fit(images.astype(np.float32), labels, batch_size=40, verbose=0)
    for a, b in zip(own.get_weights(), fitted.get_weights(), strict=True):
        assert a == pytest.approx(b, abs=2e-4)


def test_equal_seeds_train_equal_weights_and_others_do_not(images: np.ndarray, labels: np.ndarray) -> None:
    def trained(seed: int) -> list[np.ndarray]:
        model = tiny()
        train(model, images, labels, Stage("s", 1, 1e-3), seed=seed, batch=8)
        return model.get_weights()

    first, again, other = trained(1), trained(1), trained(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_training_learns_what_can_be_learned_and_tells_each_step(phantom: Dataset) -> None:
    told: list[tuple[str, int, int]] = []
    model = tiny()
    colours = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 200]], np.uint8)
    images = np.tile(colours[phantom.labels][:, None, None], (1, 32, 32, 1))
    history = train(
        model,
        images,
        phantom.labels,
        Stage("s", 20, 2e-2),
        seed=0,
        batch=8,
        augment=False,
        progress=lambda *step: told.append(step),
    )
    assert told == [("train: s", step + 1, 80) for step in range(80)]
    assert history[-1].accuracy > 0.85
    assert history[-1].loss < 0.3 * history[0].loss


def test_the_last_batch_is_left_out_when_it_is_not_full(images: np.ndarray, labels: np.ndarray) -> None:
    told: list[int] = []
    train(
        tiny(),
        images,
        labels,
        Stage("s", 2, 1e-3),
        seed=0,
        batch=16,
        progress=lambda _, done, __: told.append(done),
    )
    assert told == [1, 2, 3, 4]


def test_a_rate_that_is_far_too_high_is_told_in_a_sentence(images: np.ndarray, labels: np.ndarray) -> None:
    with pytest.raises(MedquantError, match="loss became nan in epoch 1 of the stage s; lower its rate"):
        train(tiny(), images, labels, Stage("s", 1, float("nan")), seed=0, batch=8)


def test_a_frozen_backbone_stays_while_its_head_learns(images: np.ndarray, labels: np.ndarray) -> None:
    model = tiny()
    before = model.get_weights()
    history = train_head(model, images, labels, Stage("head", 3, 1e-2, trainable="head"), seed=0, batch=8)
    after = model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before[:-2], after[:-2], strict=True))
    assert not np.array_equal(before[-2], after[-2])
    assert len(history) == 3


def test_a_loss_of_ones_own_sees_its_targets_and_a_hook_each_step(images: np.ndarray) -> None:
    model = tiny()
    kernel = model.get_layer("probabilities").kernel
    mask = np.zeros(kernel.shape, np.float32)
    targets = np.full((40, 4), 0.25, np.float32)
    history = train(
        model,
        images,
        targets,
        Stage("s", 1, 1e-3),
        seed=0,
        batch=8,
        loss=lambda wanted, outputs: keras.ops.sum((wanted - outputs) ** 2, axis=-1),
        after_step=lambda: kernel.assign(kernel * mask),
    )
    assert history[0].accuracy is None
    assert not kernel.numpy().any()


def test_reestimated_statistics_are_those_of_all_the_images(images: np.ndarray) -> None:
    model = tiny()
    batch_norm.reestimate(model, images, batch=len(images))
    x = model.get_layer("rescale")(images.astype(np.float32))
    for stem in ("stem", "depthwise", "pointwise"):
        x = model.get_layer(stem)(x)
        norm = model.get_layer(f"{stem}_bn")
        values = x.numpy().reshape(-1, x.shape[-1])
        assert norm.moving_mean.numpy() == pytest.approx(values.mean(axis=0), abs=1e-4)
        assert norm.moving_variance.numpy() == pytest.approx(values.var(axis=0), rel=1e-3, abs=1e-5)
        x = model.get_layer(f"{stem}_relu")(norm(x, training=False))


def test_statistics_are_pooled_over_batches_of_unequal_size(images: np.ndarray) -> None:
    model = tiny()
    whole = batch_norm.measured(model, images, training=False, batch=len(images))
    parts = batch_norm.measured(model, images, training=False, batch=16)
    for a, b in zip(whole, parts, strict=True):
        assert a.mean == pytest.approx(b.mean, abs=1e-4)
        assert a.variance == pytest.approx(b.variance, rel=1e-4)


def test_measuring_changes_no_weight(images: np.ndarray) -> None:
    model = tiny()
    before = model.get_weights()
    batch_norm.measured(model, images, training=True, batch=16)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_reparametrized_batch_norm_leaves_the_function_unchanged(images: np.ndarray) -> None:
    model = tiny()
    before = forward(model, images)
    statistics = batch_norm.measured(model, images, training=False)
    batch_norm.reparametrize(model, images)
    assert forward(model, images) == pytest.approx(before, abs=1e-5)
    for layer, found in zip(batch_norm.batch_norms(model), statistics, strict=True):
        assert layer.moving_mean.numpy() == pytest.approx(found.mean, abs=1e-5)
        assert layer.moving_variance.numpy() == pytest.approx(found.variance, rel=1e-5)


def start_file(folder: Path, *, folded: bool) -> Path:
    """Write start weights as Keras' MobileNetV2 saves them: with batch-norm folded, or with statistics."""
    keras.utils.set_random_seed(5)
    source = keras.applications.MobileNetV2(weights=None)
    random = np.random.default_rng(5)
    for layer in batch_norm.batch_norms(source):
        gamma, beta, mean, variance = layer.get_weights()
        gamma = random.uniform(0.8, 1.2, gamma.shape)
        mean = mean if folded else mean + 0.1
        layer.set_weights([gamma, beta, mean, variance])
    file = folder / "start.weights.h5"
    source.save_weights(file)
    return file


@pytest.mark.parametrize("folded", [True, False])
def test_start_weights_give_the_backbone_its_function_and_folded_ones_their_statistics(
    folded: bool, tmp_path: Path, images: np.ndarray
) -> None:
    file = start_file(tmp_path, folded=folded)
    start = start_weights(str(file), "mobilenet_v2")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert start.parts() == {"name": file.name, "sha256": digest, "remark": "a file of the user's own"}
    source = keras.applications.MobileNetV2(weights=None)
    source.load_weights(file)
    plain = build("mobilenet_v2", 32, 4)
    for layer in plain.layers:
        if layer.weights and not layer.name.startswith(("head", "probabilities")):
            layer.set_weights(source.get_layer(layer.name).get_weights())
    model = build("mobilenet_v2", 32, 4)
    head = model.get_layer("head_dense").get_weights()
    load_start(model, start, images)
    assert np.array_equal(model.get_layer("head_dense").get_weights()[0], head[0])
    wanted, found = (
        forward(keras.Model(network.inputs, network.get_layer("pool").output), images[:4])
        for network in (plain, model)
    )
    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-4)
    mean = model.get_layer("bn_Conv1").moving_mean.numpy()
    assert np.allclose(mean, 0.1) == (not folded)


def test_a_file_that_holds_no_start_weights_is_refused_in_a_sentence(
    tmp_path: Path, images: np.ndarray
) -> None:
    model = build("mobilenet_v2", 32, 4)
    model.save_weights(tmp_path / "other.weights.h5")
    (tmp_path / "text.weights.h5").write_text("no weights")
    for name in ("other.weights.h5", "text.weights.h5"):
        start = StartWeights(name, file=tmp_path / name)
        with pytest.raises(MedquantError, match=r"no weights of keras.applications.MobileNetV2 .*or none$"):
            load_start(model, start, images)


def test_keras_weights_that_cannot_be_downloaded_name_the_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(keras.utils, "get_file", offline)
    with pytest.raises(MedquantError, match=r"cannot be downloaded .*--weights PATH.*--weights none"):
        start_weights("imagenet", "mobilenet_v2")
