"""DenseNet: every layer sees the feature maps of all layers before it (Huang et al., CVPR 2017)."""

import keras
from keras import layers

BLOCKS = {
    "densenet_101": (6, 12, 20, 10),
    "densenet_31": (3, 4, 4, 2),
    "densenet_33": (2, 4, 5, 3),
}
"""Layers in each of the four dense blocks."""

GROWTH = 32
"""Feature maps that each layer adds."""

EPSILON = 1.001e-5
"""As in Keras' DenseNets."""


def depth(blocks: tuple[int, ...]) -> int:
    """Return how many layers with weights a DenseNet has.

    Parameters
    ----------
    blocks
        Layers in each dense block.

    Notes
    -----
    Two convolutions for each layer of a block, one for each of the three transitions, the stem and the
    classifier: 2·Σ + 5 for four blocks. Depth is therefore odd: there is a DenseNet-31 and a DenseNet-33, but no
    DenseNet-32.
    """
    return 2 * sum(blocks) + (len(blocks) - 1) + 2


def backbone(x: keras.KerasTensor, blocks: tuple[int, ...]) -> keras.KerasTensor:
    """Take rescaled images to the feature map before the pool.

    Parameters
    ----------
    x
        [n, size, size, 3].
    blocks
        Layers in each dense block.

    Reference
    ---------
    Huang et al. 2017, Densely connected convolutional networks, table 1 (DenseNet-BC: bottlenecks of four times
    the growth, compression by half).
    """
    x = layers.Conv2D(2 * GROWTH, 7, strides=2, padding="same", use_bias=False, name="stem_conv")(x)
    x = _activated(x, "stem")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
    for block, count in enumerate(blocks, start=1):
        for index in range(1, count + 1):
            x = _dense_layer(x, f"block{block}_layer{index}")
        if block < len(blocks):
            x = _transition(x, f"transition{block}")
    return _activated(x, "final")


def _activated(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Normalize, then rectify."""
    x = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _dense_layer(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Add `GROWTH` feature maps to those that are there."""
    y = layers.Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_bottleneck")(_activated(x, f"{name}_in"))
    y = layers.Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_conv")(
        _activated(y, f"{name}_mid")
    )
    return layers.Concatenate(name=f"{name}_concat")([x, y])


def _transition(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Halve the feature maps in number, height and width."""
    x = layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False, name=f"{name}_conv")(_activated(x, name))
    return layers.AveragePooling2D(2, strides=2, padding="same", name=f"{name}_pool")(x)
