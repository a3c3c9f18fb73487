"""MobileViT-XXS: convolutions for what is near, a small transformer for what is far (Mehta & Rastegari, ICLR 2022)."""

import keras
from keras import layers, ops

from benchmark.models.attention import attend

HEADS = 4
PATCH = 2
EXPANSION = 2


def backbone(x: keras.KerasTensor) -> keras.KerasTensor:
    """Take rescaled images to the feature map before the pool.

    Parameters
    ----------
    x
        [n, size, size, 3], size a multiple of 32.

    Notes
    -----
    Without dropout, which 2,000 images and ten epochs do not need.

    Reference
    ---------
    Mehta & Rastegari 2022, MobileViT, figure 1b and table 4 (XXS: 1.27 M parameters with 1000 classes).
    """
    x = _conv(x, 16, 3, "stem", strides=2)
    x = _inverted(x, 16, 1, "stage1")
    x = _inverted(x, 24, 2, "stage2_1")
    x = _inverted(x, 24, 1, "stage2_2")
    x = _inverted(x, 24, 1, "stage2_3")
    for stage, channels, width, depth in ((3, 48, 64, 2), (4, 64, 80, 4), (5, 80, 96, 3)):
        x = _inverted(x, channels, 2, f"stage{stage}_down")
        x = _mobilevit_block(x, width, depth, f"stage{stage}_vit")
    return _conv(x, 320, 1, "last")


def _conv(
    x: keras.KerasTensor, channels: int, kernel: int, name: str, *, strides: int = 1
) -> keras.KerasTensor:
    """Convolution, normalization, swish."""
    x = layers.Conv2D(channels, kernel, strides=strides, padding="same", use_bias=False, name=f"{name}_conv")(
        x
    )
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.Activation("silu", name=f"{name}_swish")(x)


def _inverted(x: keras.KerasTensor, channels: int, strides: int, name: str) -> keras.KerasTensor:
    """Inverted residual of MobileNetV2, with swish."""
    y = _conv(x, EXPANSION * x.shape[-1], 1, f"{name}_expand")
    y = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False, name=f"{name}_depthwise")(
        y
    )
    y = layers.BatchNormalization(name=f"{name}_depthwise_bn")(y)
    y = layers.Activation("silu", name=f"{name}_depthwise_swish")(y)
    y = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project")(y)
    y = layers.BatchNormalization(name=f"{name}_project_bn")(y)
    return layers.Add(name=f"{name}_add")([x, y]) if strides == 1 and x.shape[-1] == channels else y


def _mobilevit_block(x: keras.KerasTensor, width: int, depth: int, name: str) -> keras.KerasTensor:
    """Mix near by convolution, far by a transformer over the same place of every patch, and fuse with the input."""
    size, channels = x.shape[1], x.shape[-1]
    y = _conv(x, channels, 3, f"{name}_local")
    y = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_widen")(y)
    whole = -(-size // PATCH) * PATCH
    if whole != size:  # as the authors' code does where patches do not fill the map
        y = layers.Resizing(whole, whole, name=f"{name}_grow")(y)
    y = unfold(y)
    for index in range(1, depth + 1):
        y = _transformer(y, f"{name}_{index}")
    y = fold(layers.LayerNormalization(name=f"{name}_norm")(y), whole)
    if whole != size:
        y = layers.Resizing(size, size, name=f"{name}_shrink")(y)
    y = _conv(y, channels, 1, f"{name}_narrow")
    return _conv(layers.Concatenate(name=f"{name}_concat")([x, y]), channels, 3, f"{name}_fuse")


def unfold(x: keras.KerasTensor) -> keras.KerasTensor:
    """Take a map [n, s, s, d] to tokens [4n, (s/2)², d]: those at the same place of their 2 × 2 patches together.

    Notes
    -----
    Two transpositions of five axes in place of one of six, which not every runtime has.
    """
    size, width = x.shape[1], x.shape[-1]
    half = size // PATCH
    x = ops.transpose(ops.reshape(x, (-1, half, PATCH, size, width)), (0, 2, 1, 3, 4))
    x = ops.transpose(ops.reshape(x, (-1, half, half, PATCH, width)), (0, 3, 1, 2, 4))
    return ops.reshape(x, (-1, half * half, width))


def fold(x: keras.KerasTensor, size: int) -> keras.KerasTensor:
    """Undo `unfold`: tokens [4n, (s/2)², d] to a map [n, s, s, d]."""
    width, half = x.shape[-1], size // PATCH
    x = ops.transpose(ops.reshape(x, (-1, PATCH, half, half, width)), (0, 2, 3, 1, 4))
    x = ops.transpose(ops.reshape(x, (-1, PATCH, half, size, width)), (0, 2, 1, 3, 4))
    return ops.reshape(x, (-1, size, size, width))


def _transformer(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Attention and two-layer perceptron, each normalized before and added after."""
    width = x.shape[-1]
    y = layers.LayerNormalization(name=f"{name}_attention_norm")(x)
    x = layers.Add(name=f"{name}_attention_add")([x, attend(y, HEADS, f"{name}_attention", linear=False)])
    y = layers.LayerNormalization(name=f"{name}_mlp_norm")(x)
    y = layers.Dense(2 * width, activation="silu", name=f"{name}_mlp_widen")(y)
    return layers.Add(name=f"{name}_mlp_add")([x, layers.Dense(width, name=f"{name}_mlp_narrow")(y)])
