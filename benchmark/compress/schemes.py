"""The schemes of post-training quantization: which numbers keep how many bits, and who reduces them."""

from dataclasses import dataclass
from enum import StrEnum

from db.errors import MedquantError, one_of, shown


class Tool(StrEnum):
    """What writes the file."""

    CONVERTER = "converter"
    QUANTIZER = "quantizer"


@dataclass(frozen=True)
class Scheme:
    """What is asked of a conversion; what became of it is read back from the file (`benchmark.compress.inspect`).

    `weight_bits` and `activation_bits` are codes such as "8", "4", "16f", "32f"; `calibrated` says that images are
    needed to find the ranges of activations; `dynamic` says that a kernel finds them while it runs; `normal_scales` that scales of kernels come from
    the root mean square of the weights, as is best for a normal distribution, and not from their extremes.
    """

    code: str
    label: str
    weight_bits: str
    activation_bits: str
    tool: Tool = Tool.CONVERTER
    per_channel: bool = True
    calibrated: bool = False
    dynamic: bool = False
    normal_scales: bool = False

    @property
    def quantized(self) -> bool:
        """Whether weights become integers."""
        return not self.weight_bits.endswith("f")


SCHEMES = {
    scheme.code: scheme
    for scheme in (
        Scheme("float32", "float32", "32f", "32f"),
        Scheme("float16", "float16 weights", "16f", "32f"),
        Scheme("dynamic_int8", "dynamic-range int8", "8", "8", dynamic=True),
        Scheme("int8", "full int8, per channel", "8", "8", calibrated=True),
        Scheme("int8_per_tensor", "full int8, per tensor", "8", "8", calibrated=True, per_channel=False),
        Scheme("int16x8", "int8 weights, int16 activations", "8", "16", calibrated=True),
        Scheme("int4", "4-bit weights, int8 at run time", "4", "8", Tool.QUANTIZER, dynamic=True),
        Scheme(
            "int4_mse",
            "4-bit weights with clipping, int8 at run time",
            "4",
            "8",
            Tool.QUANTIZER,
            dynamic=True,
            normal_scales=True,
        ),
        Scheme("int4_weight_only", "4-bit weights, float32 arithmetic", "4", "32f", Tool.QUANTIZER),
        Scheme("int4x8", "4-bit weights, int8 activations", "4", "8", Tool.QUANTIZER, calibrated=True),
    )
}
"""Every scheme by its code. Mixed precision, which has no one scheme, is `benchmark.compress.mixed`."""


def scheme_of(code: str) -> Scheme:
    """Return the scheme of a code.

    Raises
    ------
    MedquantError
        If there is no such scheme.
    """
    if code not in SCHEMES:
        raise MedquantError(f"there is no quantization scheme {shown(code)}; {one_of(tuple(SCHEMES))}")
    return SCHEMES[code]
