"""Units as authors print them, and the one unit that each kind of quantity is told in."""

import re
from dataclasses import dataclass
from decimal import Decimal

from db.errors import DataError, shown

_BINARY = 1024


@dataclass(frozen=True)
class Unit:
    """A unit: its code in the codebook, its kind, and how many of the kind's normal unit it is."""

    code: str
    kind: str
    factor: Decimal


NORMAL = {
    "share": "percent",
    "size": "MB",
    "time": "ms",
    "rate": "fps",
    "energy": "mJ",
    "power": "W",
    "efficiency": "GOPS/J",
    "count": "M",
    "ratio": "ratio",
}
"""The unit that a quantity of each kind is normalised to; all are codes of the codebook."""

KIND_OF_OUTCOME = {
    **dict.fromkeys(
        ("accuracy", "f1", "auc", "sensitivity", "specificity", "precision", "dice", "iou", "map", "ssim"), "share"
    ),
    "size": "size",
    "memory": "size",
    "latency": "time",
    "throughput": "rate",
    "energy": "energy",
    "power": "power",
    "params": "count",
}  # fmt: skip

_PER = ("image", "frame", "inference", "sample", "scan", "slice", "patient")
_TAIL = re.compile(rf"\s*(?:per|/)\s*(?:{'|'.join(_PER)})$")
_RATES = re.compile(r"(?:frames?|images?|img|imgs|inferences?|samples?)\s*(?:/|per)\s*(?:s|sec|second)")
_TABLE = {
    # spelled as printed; where only capitals tell two units apart they must be right
    "percent": ("share", "1", ("%", "percent", "per cent", "pct")),
    "fraction": ("share", "100", ("fraction",)),
    "MB": ("size", "1", ("MB", "megabyte", "megabytes", "MByte", "MBytes")),
    "KB": ("size", "0.001", ("kB", "KB", "kilobyte", "kilobytes", "kByte", "KByte", "kBytes", "KBytes")),
    "GB": ("size", "1000", ("GB", "gigabyte", "gigabytes", "GByte", "GBytes")),
    "B": ("size", "0.000001", ("B", "byte", "bytes", "Byte", "Bytes")),
    "KiB": ("size", str(Decimal(_BINARY) / 10**6), ("KiB", "kiB")),
    "MiB": ("size", str(Decimal(_BINARY**2) / 10**6), ("MiB",)),
    "GiB": ("size", str(Decimal(_BINARY**3) / 10**6), ("GiB",)),
    "Mbit": ("size", "0.125", ("Mbit", "Mbits", "megabit", "megabits")),
    "kbit": ("size", "0.000125", ("kbit", "kbits", "Kbit", "Kbits", "kilobit", "kilobits")),
    "ms": ("time", "1", ("ms", "msec", "msecs", "millisecond", "milliseconds")),
    "s": ("time", "1000", ("s", "sec", "secs", "second", "seconds")),
    "us": ("time", "0.001", ("us", "µs", "μs", "usec", "microsecond", "microseconds")),
    "ns": ("time", "0.000001", ("ns", "nanosecond", "nanoseconds")),
    "min": ("time", "60000", ("min", "mins", "minute", "minutes")),
    "fps": ("rate", "1", ("fps", "FPS", "Hz")),
    "mJ": ("energy", "1", ("mJ", "millijoule", "millijoules")),
    "J": ("energy", "1000", ("J", "joule", "joules")),
    "uJ": ("energy", "0.001", ("uJ", "µJ", "μJ", "microjoule", "microjoules")),
    "nJ": ("energy", "0.000001", ("nJ", "nanojoule", "nanojoules")),
    "W": ("power", "1", ("W", "watt", "watts")),
    "mW": ("power", "0.001", ("mW", "milliwatt", "milliwatts")),
    "GOPS/J": ("efficiency", "1", ("GOPS/J", "GOPs/J", "GOP/J", "GOPS/W", "GOPs/W", "GOP/s/W")),
    "TOPS/W": ("efficiency", "1000", ("TOPS/W", "TOPs/W", "TOPS/J")),
    "M": ("count", "1", ("M", "million", "millions")),
    "K": ("count", "0.001", ("K", "k", "thousand")),
    "G": ("count", "1000", ("G", "billion")),
    "ratio": ("ratio", "1", ("x", "×", "times", "fold", "-fold", "ratio")),
}
UNITS = {code: Unit(code, kind, Decimal(factor)) for code, (kind, factor, _) in _TABLE.items()}
_SPELLED = {word: UNITS[code] for code, (_, _, words) in _TABLE.items() for word in (*words, code)}
_AMBIGUOUS = {
    "Mb": "megabits or megabytes: write Mbit or MB",
    "mb": "megabits or megabytes: write Mbit or MB",
    "kb": "kilobits or kilobytes: write kbit or kB",
    "Kb": "kilobits or kilobytes: write kbit or kB",
    "Gb": "gigabits or gigabytes: write GB",
    "m": "minutes, milli or million: write min, ms or M",
}


def read_unit(words: str) -> Unit | None:
    """Return the unit that words spell; None where there are none.

    Raises
    ------
    DataError
        If the words are no unit that is known, or two units are spelled so.
    """
    word = _TAIL.sub("", words.strip()).removesuffix(".").strip()
    if not word:
        return None
    if word in _AMBIGUOUS:
        raise DataError(f"{shown(word)} is ambiguous, {_AMBIGUOUS[word]}")
    if _RATES.fullmatch(word.lower()):
        return UNITS["fps"]
    if word in _SPELLED:
        return _SPELLED[word]
    lower = word.lower()
    same = {unit.code: unit for spelled, unit in _SPELLED.items() if spelled.lower() == lower}
    if len(same) == 1:
        return next(iter(same.values()))
    raise DataError(f"{shown(word)} is no unit that is known; allowed: {', '.join(UNITS)}, or none")
