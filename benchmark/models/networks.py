"""The networks that are measured, by name: built fresh, image in, probabilities out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from db.errors import MedquantError, one_of, shown

if TYPE_CHECKING:
    import keras

NAMES = (
    "mobilenet_v2",
    "densenet_101",
    "densenet_31",
    "densenet_33",
    "mobilevit_xxs",
    "linear_attention",
    "tiny",
)
"""The networks' names; `tiny` is for trying a pipeline out, not for evidence."""

POOL = "pool"
"""The name of the layer between backbone and head in every network here."""

MOMENTUM = 0.9
"""The moving statistics' momentum in every batch normalization."""


def build(name: str, size: int, classes: int, *, seed: int | None = None) -> keras.Model:
    """Return a freshly initialized network.

    Parameters
    ----------
    name
        One of `NAMES`.
    size
        Width and height of the images in pixels: at least 32, a multiple of 32.
    classes
        Number of classes, at least two.
    seed
        What the initial weights follow from; None: the state that Keras' random numbers are in.

    Returns
    -------
    keras.Model
        Takes float32 [n, size, size, 3] in 0..255 (it rescales inside), gives softmax probabilities [n, classes].
        All layers lie flat in one functional model, and the layer named "pool" parts backbone and head.

    Raises
    ------
    MedquantError
        If the network is unknown, or size or classes are not allowed.

    Notes
    -----
    Batch normalization gets momentum 0.9: with a few dozen
    steps an epoch, the 0.99 and 0.999 of the architectures leave moving statistics that lag behind the weights.
    """
    import keras

    check_network(name, size, classes)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    inputs = keras.Input((size, size, 3), name="image")
    features = _backbone(name)(keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale")(inputs))
    x = keras.layers.GlobalAveragePooling2D(name=POOL)(features)
    if name == "mobilenet_v2":
        x = keras.layers.Dense(512, activation="relu", name="head_dense")(x)
        x = keras.layers.Dropout(0.2, name="head_dropout")(x)
    outputs = keras.layers.Dense(classes, activation="softmax", name="probabilities")(x)
    model = keras.Model(inputs, outputs, name=name)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = MOMENTUM
    return model


def check_network(name: str, size: int, classes: int) -> None:
    """Raise an error in one sentence unless there is such a network; needs no TensorFlow.

    Raises
    ------
    MedquantError
        If the network is unknown, or size or classes are not allowed.
    """
    if name not in NAMES:
        raise MedquantError(f"there is no network {shown(name)}; {one_of(NAMES)}")
    if size < 32 or size % 32:
        raise MedquantError(
            f"the image size {size} is not allowed; give a multiple of 32 of at least 32 pixels"
        )
    if classes < 2:
        raise MedquantError(f"a network for {classes} classes cannot be built; give at least 2 classes")


def _backbone(name: str) -> Callable[[keras.KerasTensor], keras.KerasTensor]:
    """Return the function that takes rescaled images to a feature map."""
    from benchmark.models import densenet, linear_attention, mobilevit

    if name in densenet.BLOCKS:
        return lambda x: densenet.backbone(x, densenet.BLOCKS[name])
    return {
        "mobilenet_v2": _mobilenet_v2,
        "mobilevit_xxs": mobilevit.backbone,
        "linear_attention": linear_attention.backbone,
        "tiny": _tiny,
    }[name]


def _mobilenet_v2(x: keras.KerasTensor) -> keras.KerasTensor:
    """MobileNetV2 of width 1: inverted residuals with linear bottlenecks (Sandler et al., CVPR 2018, table 2)."""
    import keras

    return keras.applications.MobileNetV2(input_tensor=x, include_top=False, weights=None).output


def _tiny(x: keras.KerasTensor) -> keras.KerasTensor:
    """Give the kinds of layers of MobileNetV2 at a thousandth of its cost."""
    from keras import layers

    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.ReLU(6.0, name="stem_relu")(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False, name="depthwise")(x)
    x = layers.BatchNormalization(name="depthwise_bn")(x)
    x = layers.ReLU(6.0, name="depthwise_relu")(x)
    x = layers.Conv2D(16, 1, use_bias=False, name="pointwise")(x)
    x = layers.BatchNormalization(name="pointwise_bn")(x)
    return layers.ReLU(6.0, name="pointwise_relu")(x)
