"""Fake quantization: a network that computes in float32 with the values that int8 can hold."""

from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

KERNELS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)
"""The layers whose kernels are quantized."""

LARGEST = 127
"""The largest integer of a kernel: the range is narrow, −127..127, and symmetric."""

MOMENTUM = 0.99
"""Of the moving ranges of activations."""


@dataclass(frozen=True)
class KernelGrid:
    """A kernel as the converter stores it: int8 integers in Keras' order of axes, and a scale for each output channel.

    The output channels are the last axis; those of a depthwise kernel [h, w, channels, multiplier] are its last two,
    with scale [channels, multiplier].
    """

    integers: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]


def folded(
    layer: keras.layers.Layer, norm: keras.layers.BatchNormalization | None
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a layer's kernel and bias with the batch normalization behind it folded in.

    Parameters
    ----------
    layer
        One of `KERNELS`.
    norm
        The batch normalization that alone takes the layer's output, or None.

    Returns
    -------
    tuple of tf.Tensor
        The kernel, in the layer's own shape, and the bias [output channels].

    Reference
    ---------
    Jacob et al., CVPR 2018, section 3.2, equation 14: w γ/√(σ²+ε).
    """
    kernel = tf.convert_to_tensor(layer.kernel)
    bias = tf.convert_to_tensor(layer.bias) if layer.use_bias else 0.0
    if norm is None:
        return kernel, bias
    slope = tf.math.rsqrt(tf.convert_to_tensor(norm.moving_variance) + norm.epsilon)
    if norm.scale:
        slope *= tf.convert_to_tensor(norm.gamma)
    bias = (bias - tf.convert_to_tensor(norm.moving_mean)) * slope
    if norm.center:
        bias += tf.convert_to_tensor(norm.beta)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        slope = tf.reshape(slope, kernel.shape[2:])
    return kernel * slope, bias


def kernel_grid(kernel: tf.Tensor, *, depthwise: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a kernel's integers (as float32) and its scales: largest magnitude of each output channel over 127.

    Reference
    ---------
    Krishnamoorthi 2018, arXiv 1806.08342, section 2.2 (symmetric, per channel); the range −127..127 is that of the
    TensorFlow Lite 8-bit quantization specification.
    """
    axes = [0, 1] if depthwise else list(range(kernel.shape.rank - 1))
    scale = tf.reduce_max(tf.abs(kernel), axis=axes) / LARGEST
    scale = tf.where(scale > 0, scale, tf.ones_like(scale))
    return tf.clip_by_value(tf.round(kernel / scale), -LARGEST, LARGEST), scale


def straight_through(values: tf.Tensor, quantized: tf.Tensor) -> tf.Tensor:
    """Return the quantized values, whose gradient is that of the values: rounding counts as the identity.

    Reference
    ---------
    Bengio, Léonard & Courville 2013, arXiv 1308.3432, section 4 (the straight-through estimator).
    """
    return values + tf.stop_gradient(quantized - values)


class FakeQuantizedKernel(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A convolution or dense layer, batch normalization folded in, whose kernel is rounded to the converter's grid.

    It shares the variables of the layers that it is made of, and leaves out their activation.
    """

    def __init__(
        self, layer: keras.layers.Layer, norm: keras.layers.BatchNormalization | None = None
    ) -> None:
        super().__init__(name=f"{layer.name}_fake_quantized")
        self.layer, self.norm = layer, norm
        self.depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)

    def build(self, _shape: object) -> None:
        """Make nothing: the layers inside are built."""
        self.built = True

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Return the layer's output under the rounded kernel, before its activation."""
        kernel, bias = folded(self.layer, self.norm)
        integers, scale = kernel_grid(kernel, depthwise=self.depthwise)
        kernel = straight_through(kernel, integers * scale)
        if isinstance(self.layer, keras.layers.Dense):
            return tf.matmul(inputs, kernel) + bias
        convolve = keras.ops.depthwise_conv if self.depthwise else keras.ops.conv
        outputs = convolve(
            inputs,
            kernel,
            strides=self.layer.strides,
            padding=self.layer.padding,
            dilation_rate=self.layer.dilation_rate,
        )
        return outputs + bias


class ActivationRange(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Rounds activations to the 256 steps of their range: one range for the whole tensor, zero always on the grid.

    While `observing`, values pass unrounded and widen the range; afterwards each training step moves it.

    Notes
    -----
    Gradients pass where values lie within the range and stop where they are clipped.

    Reference
    ---------
    Jacob et al., CVPR 2018, section 3.1, equations 12 and 13, with moving averages of the range.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.observing = False

    def build(self, _shape: object) -> None:
        """Begin with the empty range at zero."""
        self.low = self.add_weight(shape=(), initializer="zeros", trainable=False, name="low")
        self.high = self.add_weight(shape=(), initializer="zeros", trainable=False, name="high")

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return the rounded activations."""
        if self.observing:
            self.low.assign(tf.minimum(self.low, tf.reduce_min(inputs)))
            self.high.assign(tf.maximum(self.high, tf.reduce_max(inputs)))
            return inputs
        if training:
            for end, found in ((self.low, tf.reduce_min(inputs)), (self.high, tf.reduce_max(inputs))):
                end.assign(end * MOMENTUM + tf.stop_gradient(found) * (1 - MOMENTUM))
        low, high = tf.minimum(self.low, 0.0), tf.maximum(self.high, 0.0)
        return tf.quantization.fake_quant_with_min_max_vars(inputs, low, high, num_bits=8)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape that came in."""
        return shape
