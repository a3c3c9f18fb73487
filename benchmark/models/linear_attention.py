"""A linear-complexity network: convolutional stem, depthwise mixing of what is near, linear attention for the rest."""

import keras
from keras import layers, ops

from benchmark.models.attention import attend

STAGES = ((64, 2), (128, 3), (192, 2))
"""Width and number of blocks, at a quarter, an eighth and a sixteenth of the image's size."""

HEAD = 32
"""Width of a head of attention."""


def backbone(x: keras.KerasTensor) -> keras.KerasTensor:
    """Take rescaled images to the feature map before the pool.

    Parameters
    ----------
    x
        [n, size, size, 3], size a multiple of 16.

    Notes
    -----
    Cost and memory grow linearly with the number of pixels, as softmax attention's do not. Batch normalization
    takes the place of layer normalization: in inference it folds into the projections.

    Reference
    ---------
    Katharopoulos et al. 2020, Transformers are RNNs (the attention); Wu et al. 2021, CvT, section 3 (a pyramid of
    convolutions and attention).
    """
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="stem_conv")(x)
    x = layers.Activation("silu", name="stem_swish")(layers.BatchNormalization(name="stem_bn")(x))
    for stage, (width, count) in enumerate(STAGES, start=1):
        x = layers.Conv2D(width, 3, strides=2, padding="same", use_bias=False, name=f"down{stage}_conv")(x)
        x = layers.BatchNormalization(name=f"down{stage}_bn")(x)
        for index in range(1, count + 1):
            x = _block(x, f"stage{stage}_{index}")
    return layers.BatchNormalization(name="final_bn")(x)


def _block(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Mix what is near, attend to all, transform each token: three residual steps."""
    size, width = x.shape[1], x.shape[-1]
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    y = layers.BatchNormalization(name=f"{name}_depthwise_bn")(y)
    x = layers.Add(name=f"{name}_depthwise_add")([x, y])
    y = ops.reshape(layers.BatchNormalization(name=f"{name}_attention_bn")(x), (-1, size * size, width))
    y = attend(y, width // HEAD, f"{name}_attention", linear=True)
    x = layers.Add(name=f"{name}_attention_add")([x, ops.reshape(y, (-1, size, size, width))])
    y = layers.BatchNormalization(name=f"{name}_mlp_bn")(x)
    y = layers.Conv2D(2 * width, 1, activation="silu", name=f"{name}_mlp_widen")(y)
    return layers.Add(name=f"{name}_mlp_add")([x, layers.Conv2D(width, 1, name=f"{name}_mlp_narrow")(y)])
