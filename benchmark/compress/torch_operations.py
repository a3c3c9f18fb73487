"""The operations of ONNX (opset 17) that networks here need, in PyTorch."""

from collections.abc import Callable
from typing import Any

Tensor = Any
"""A PyTorch tensor: PyTorch is optional and not there to be typed against."""

OPERATIONS = (
    "Add", "AveragePool", "Clip", "Concat", "Conv", "Div", "Erf", "Exp", "Gemm", "GlobalAveragePool", "MatMul", "MaxPool",
    "Min", "Mul", "Neg", "Pad", "Pow", "Reciprocal", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Sigmoid", "Slice", "Softmax", "Split", "Sqrt",
    "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
)  # fmt: skip


def end_first(given: list[int] | None, rank: int) -> list[int]:
    """Turn ONNX's paddings, all begins and then all ends, into PyTorch's, which go from the last axis back."""
    given = given or [0] * 2 * rank
    return [edge for axis in reversed(range(rank)) for edge in (given[axis], given[axis + rank])]


def operations(torch: Any) -> dict[str, Callable[..., Tensor]]:  # noqa: ANN401 - a module
    """Return each of `OPERATIONS` as a function of its inputs and, by keyword, its attributes."""
    shaped = _Shaped(torch)
    return {
        "Add": lambda x, y: x + y,
        "Sub": lambda x, y: x - y,
        "Mul": lambda x, y: x * y,
        "Div": lambda x, y: x / y,
        "Pow": torch.pow,
        "Neg": torch.neg,
        "Min": lambda x, y: torch.clamp(x, max=y),
        "Exp": torch.exp,
        "Erf": torch.erf,
        "Reciprocal": torch.reciprocal,
        "Sqrt": torch.sqrt,
        "Relu": torch.nn.functional.relu,
        "Tanh": torch.tanh,
        "Sigmoid": torch.sigmoid,
        "Clip": shaped.clip,
        "Conv": shaped.conv,
        "Gemm": shaped.gemm,
        "MatMul": shaped.matmul,
        "GlobalAveragePool": lambda x: x.mean(tuple(range(2, x.ndim)), keepdim=True),
        "AveragePool": shaped.average_pool,
        "MaxPool": shaped.max_pool,
        "ReduceMean": shaped.mean,
        "ReduceSum": shaped.sum,
        "Softmax": lambda x, axis=-1: torch.nn.functional.softmax(x, axis),
        "Concat": lambda *parts, axis: torch.cat(parts, axis),
        "Pad": shaped.pad,
        "Reshape": lambda x, shape, **_: x.reshape(shape),
        "Slice": shaped.slice,
        "Split": lambda x, sizes, axis=0: tuple(torch.split(x, sizes, axis)),
        "Squeeze": lambda x, axes=None: x.squeeze() if axes is None else x.squeeze(tuple(axes)),
        "Unsqueeze": shaped.unsqueeze,
        "Transpose": lambda x, perm: x.permute(*perm),
    }


class _Shaped:
    """The operations whose arguments need turning round."""

    def __init__(self, torch: Any) -> None:  # noqa: ANN401 - a module
        self.torch = torch
        self.functional = torch.nn.functional

    def conv(self, x: Tensor, kernel: Tensor, bias: Tensor = None, *, group: int = 1, **given: Any) -> Tensor:  # noqa: ANN401
        """Convolve in two dimensions; uneven paddings are padded first."""
        left, right, top, bottom = end_first(given.get("pads"), 2)
        strides, dilations = given.get("strides", [1, 1]), given.get("dilations", [1, 1])
        if (left, top) == (right, bottom):
            return self.functional.conv2d(x, kernel, bias, strides, [top, left], dilations, group)
        x = self.functional.pad(x, [left, right, top, bottom])
        return self.functional.conv2d(x, kernel, bias, strides, 0, dilations, group)

    def clip(self, x: Tensor, low: float | None = None, high: float | None = None) -> Tensor:
        """Keep the names of rectifiers, which the quantizer fuses with the convolution before them."""
        if (low, high) == (0.0, 6.0):
            return self.functional.relu6(x)
        return self.functional.relu(x) if (low, high) == (0.0, None) else self.torch.clamp(x, low, high)

    def gemm(self, x: Tensor, y: Tensor, z: Tensor = None, **given: Any) -> Tensor:  # noqa: ANN401
        """Multiply matrices, each transposed or not, and add."""
        x = x.T if given.get("transA") else x
        bias = None if z is None else given.get("beta", 1.0) * z
        return self.functional.linear(given.get("alpha", 1.0) * x, y if given.get("transB") else y.T, bias)

    def matmul(self, x: Tensor, y: Tensor) -> Tensor:
        """Multiply matrices; two plain ones as a linear layer, which the quantizer knows."""
        return self.functional.linear(x, y.T) if y.ndim == 2 and x.ndim == 2 else self.torch.matmul(x, y)

    def average_pool(
        self, x: Tensor, *, kernel_shape: list[int], count_include_pad: int = 0, **given: list[int]
    ) -> Tensor:
        """Take means; padding must be even and is counted as ONNX says."""
        left, right, top, bottom = end_first(given.get("pads"), 2)
        if (left, top) != (right, bottom):
            raise ValueError("uneven padding")
        strides = given.get("strides", [1, 1])
        return self.functional.avg_pool2d(
            x, kernel_shape, strides, [top, left], count_include_pad=bool(count_include_pad)
        )

    def max_pool(self, x: Tensor, *, kernel_shape: list[int], **given: Any) -> Tensor:  # noqa: ANN401
        """Take maxima; what is padded is never the greatest."""
        edges = end_first(given.get("pads"), 2)
        if any(edges):
            x = self.functional.pad(x, edges, value=float("-inf"))
        return self.functional.max_pool2d(x, kernel_shape, given.get("strides", [1, 1]))

    def mean(self, x: Tensor, *, axes: list[int] | None = None, keepdims: int = 1) -> Tensor:
        """Average over axes."""
        return x.mean(axes if axes is not None else list(range(x.ndim)), keepdim=bool(keepdims))

    def sum(self, x: Tensor, axes: list[int] | None = None, *, keepdims: int = 1, **_: object) -> Tensor:
        """Add up over axes."""
        return x.sum(axes if axes is not None else list(range(x.ndim)), keepdim=bool(keepdims))

    def unsqueeze(self, x: Tensor, axes: list[int]) -> Tensor:
        """Insert axes of length one."""
        for axis in sorted(axes):
            x = x.unsqueeze(axis)
        return x

    def pad(
        self, x: Tensor, edges: list[int], value: float | None = None, *, mode: bytes = b"constant"
    ) -> Tensor:
        """Pad all axes."""
        return self.functional.pad(x, end_first(edges, x.ndim), mode.decode(), value or 0.0)

    def slice(self, x: Tensor, starts: list[int], ends: list[int], *given: list[int]) -> Tensor:
        """Cut along axes."""
        axes = given[0] if given else list(range(len(starts)))
        steps = given[1] if len(given) > 1 else [1] * len(starts)
        for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
            x = x[(slice(None),) * (axis % x.ndim) + (slice(start, end, step),)]
        return x
