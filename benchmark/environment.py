"""The machine and its software: what a measurement depends on, and nothing that tells whose machine it is."""

import hashlib
import os
import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from benchmark.cache import content_key

PROJECT = Path(__file__).resolve().parents[1]
LOCK = "locks/benchmark.txt"
PACKAGES = (
    "tensorflow",
    "keras",
    "ai-edge-litert",
    "ai-edge-quantizer",
    "onnx",
    "onnxruntime",
    "tf2onnx",
    "torch",
    "numpy",
    "scipy",
    "pillow",
    "pydicom",
    "nibabel",
)
FLAGS = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx_vnni",
    "neon",
    "asimd",
    "asimdhp",
    "asimddp",
    "i8mm",
    "bf16",
    "sve",
    "sve2",
)
FAMILIES = ("avx512", "amx")
GIGABYTE = 1 << 30
ID_LENGTH = 16


@dataclass(frozen=True)
class Facts:
    """A machine and its software: a name for people, the hash of the facts, and the facts as JSON values."""

    label: str
    environment_id: str
    facts: dict[str, object]


def environment(root: Path = Path("/"), project: Path = PROJECT) -> Facts:
    """Return what this machine and its software are.

    Parameters
    ----------
    root
        Where the system's files lie (`proc`, `sys`).
    project
        The folder that holds the lock file.

    Notes
    -----
    Load, time, clock speed and free memory change from run to run and belong to runs, not here; host name, user, paths
    and serial numbers are left out, since results are published. Packages' versions are read without importing
    them. A fact that cannot be read is None.
    """
    processor = _processor(root)
    cores = usable_cores()
    facts: dict[str, object] = {
        "processor": processor,
        "device": _text(root / "proc/device-tree/model").strip("\0 \n") or None,
        "machine": platform.machine(),
        "flags": _flags(root),
        "cores": os.cpu_count(),
        "usable_cores": cores,
        "memory_gib": _memory(root),
        "governor": _text(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").strip() or None,
        "system": _system(root),
        "kernel": platform.release(),
        "container": _in_container(root),
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "packages": {name: _version(name) for name in PACKAGES},
        "lock": _hash(project / LOCK),
    }
    named = facts["device"] or processor or platform.machine()
    label = f"{named}, {cores} core{'s' * (cores > 1)}, {facts['system']}, Python {facts['python']}"
    return Facts(label, content_key(facts)[:ID_LENGTH], facts)


def usable_cores() -> int:
    """Return how many cores this process may use: "all threads" of a measurement."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor(root: Path) -> str | None:
    """Return the processor's model: x86 names it, ARM gives it as implementer and part."""
    entries = _cpu_entries(root)
    if named := entries.get("model name"):
        return " ".join(named.split())
    if part := entries.get("CPU part"):
        return f"ARM implementer {entries.get('CPU implementer', '?')} part {part}"
    return platform.processor() or None


def _flags(root: Path) -> list[str]:
    """Return the instruction sets that matter to quantized kernels."""
    entries = _cpu_entries(root)
    listed = (entries.get("flags") or entries.get("Features") or "").split()
    return sorted(flag for flag in set(listed) if flag in FLAGS or flag.startswith(FAMILIES))


def _cpu_entries(root: Path) -> dict[str, str]:
    """Return the first value of each name in the system's description of its processors."""
    entries: dict[str, str] = {}
    for line in _text(root / "proc/cpuinfo").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            entries.setdefault(name.strip(), value.strip())
    return entries


def _memory(root: Path) -> int | None:
    """Return the memory in whole GiB: the kernel's own share of it changes with every update."""
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return round(int(line.split()[1]) * 1024 / GIGABYTE)
    return None


def _system(root: Path) -> str:
    for line in _text(root / "etc/os-release").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip().strip('"')
    return platform.system()


def _in_container(root: Path) -> bool:
    marks = ("docker", "kubepods", "containerd", "lxc", "libpod")
    if any((root / name).exists() for name in (".dockerenv", "run/.containerenv")):
        return True
    return any(mark in _text(root / "proc/1/cgroup") for mark in marks) or "container" in os.environ


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
