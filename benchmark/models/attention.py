"""Attention in plain tensor operations, so that a network with it converts to built-in operators."""

import warnings

import keras
from keras import layers, ops

EPSILON = 1e-6
"""Keeps the denominator of linear attention above zero."""


def softmax_attention(q: keras.KerasTensor, k: keras.KerasTensor, v: keras.KerasTensor) -> keras.KerasTensor:
    """Return softmax(q kᵀ/√d) v.

    Parameters
    ----------
    q, k, v
        [b, heads, tokens, d].

    Reference
    ---------
    Vaswani et al. 2017, Attention is all you need, equation 1.
    """
    scores = ops.matmul(q * q.shape[-1] ** -0.5, ops.transpose(k, (0, 1, 3, 2)))
    with warnings.catch_warnings():
        # a small image may leave a single token, whose softmax is one: right, if of no use
        warnings.filterwarnings("ignore", message="You are using a softmax over axis", category=UserWarning)
        weights = ops.softmax(scores, axis=-1)
    return ops.matmul(weights, v)


def linear_attention(q: keras.KerasTensor, k: keras.KerasTensor, v: keras.KerasTensor) -> keras.KerasTensor:
    """Return φ(q) (φ(k)ᵀ v) / (φ(q) Σφ(k)) with φ(x) = elu(x) + 1, in time linear in the tokens.

    Parameters
    ----------
    q, k, v
        [b, heads, tokens, d].

    Notes
    -----
    φ(k) is divided by the number of tokens, which cancels: numerator and denominator then stay in a range that
    eight bits can hold. The denominator is kept above zero, as in the authors' code.

    Reference
    ---------
    Katharopoulos et al. 2020, Transformers are RNNs, equations 5 and 7.
    """
    q = _feature(q)
    k = _feature(k) * (1.0 / k.shape[2])
    keys = ops.transpose(k, (0, 1, 3, 2))
    total = ops.matmul(q, ops.sum(keys, axis=-1, keepdims=True))
    return ops.matmul(q, ops.matmul(keys, v)) / (total + EPSILON)


def _feature(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return elu(x) + 1, in operators that have integer kernels."""
    return ops.relu(x) + ops.exp(ops.minimum(x, 0.0))


def attend(x: keras.KerasTensor, heads: int, name: str, *, linear: bool) -> keras.KerasTensor:
    """Return multi-head self-attention of tokens, with its four projections.

    Parameters
    ----------
    x
        [b, tokens, width]; width is a multiple of `heads`.
    heads
        Number of heads.
    name
        Beginning of the layers' names.
    linear
        Whether attention is linear in the tokens, or softmax.
    """
    _, tokens, width = x.shape
    q, k, v = (
        ops.transpose(
            ops.reshape(layers.Dense(width, name=f"{name}_{part}")(x), (-1, tokens, heads, width // heads)),
            (0, 2, 1, 3),
        )
        for part in ("query", "key", "value")
    )
    y = linear_attention(q, k, v) if linear else softmax_attention(q, k, v)
    y = ops.reshape(ops.transpose(y, (0, 2, 1, 3)), (-1, tokens, width))
    return layers.Dense(width, name=f"{name}_out")(y)
