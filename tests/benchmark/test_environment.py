"""What the description of a machine promises."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.environment import environment, usable_cores

PI = """processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm aes crc32 asimdhp cpuid asimddp
CPU implementer\t: 0x41
CPU part\t: 0xd0b

processor\t: 1
CPU part\t: 0xd0b
Serial\t\t: 10000000abcdef01
"""
XEON = """processor\t: 0
model name\t: Intel(R)  Xeon(R) CPU
cpu MHz\t\t: 2100.1
flags\t\t: fpu sse4_2 avx2 avx512f avx512_vnni amx_int8 hypervisor
"""


def machine(root: Path, cpuinfo: str, *, megahertz: str = "") -> Path:
    """Lay out the system's files of a machine."""
    (root / "proc/1").mkdir(parents=True, exist_ok=True)
    (root / "proc/cpuinfo").write_text(cpuinfo.replace("2100.1", megahertz or "2100.1"))
    (root / "proc/meminfo").write_text("MemTotal:        8131234 kB\nMemFree:  1 kB\n")
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/os-release").write_text('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n')
    return root


def test_this_machine_has_the_same_id_in_every_process() -> None:
    code = "from benchmark.environment import environment; print(environment().environment_id)"
    ids = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    }
    assert ids == {environment().environment_id}


def test_nothing_heavy_is_imported_to_tell_versions() -> None:
    code = (
        "import sys; from benchmark.environment import environment; environment();"
        "print([m for m in ('tensorflow', 'keras', 'onnxruntime', 'ai_edge_litert', 'numpy') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_clock_speed_does_not_change_the_id_and_the_processor_does(tmp_path: Path) -> None:
    first = environment(machine(tmp_path / "a", XEON), tmp_path).environment_id
    assert environment(machine(tmp_path / "b", XEON, megahertz="3000.7"), tmp_path).environment_id == first
    assert environment(machine(tmp_path / "c", PI), tmp_path).environment_id != first


def test_an_x86_machine_is_described(tmp_path: Path) -> None:
    facts = environment(machine(tmp_path, XEON), tmp_path).facts
    assert facts["processor"] == "Intel(R) Xeon(R) CPU"
    assert facts["flags"] == ["amx_int8", "avx2", "avx512_vnni", "avx512f", "sse4_2"]
    assert (facts["memory_gib"], facts["system"], facts["governor"]) == (8, "Debian GNU/Linux 12", None)


def test_a_raspberry_pi_is_described_without_its_serial_number(tmp_path: Path) -> None:
    root = machine(tmp_path, PI)
    (root / "proc/device-tree").mkdir()
    (root / "proc/device-tree/model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    governor = root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    governor.parent.mkdir(parents=True)
    governor.write_text("ondemand\n")
    found = environment(root, tmp_path)
    assert found.label.startswith("Raspberry Pi 5 Model B Rev 1.0, ")
    assert found.facts["processor"] == "ARM implementer 0x41 part 0xd0b"
    assert found.facts["flags"] == ["asimd", "asimddp", "asimdhp"]
    assert found.facts["governor"] == "ondemand"
    assert "abcdef01" not in json.dumps(found.facts)


def test_a_machine_that_tells_nothing_is_described_with_none(tmp_path: Path) -> None:
    facts = environment(tmp_path, tmp_path).facts
    assert (facts["memory_gib"], facts["flags"], facts["device"], facts["lock"]) == (None, [], None, None)


def test_a_container_is_told_by_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("container", raising=False)
    root = machine(tmp_path, XEON)
    assert environment(root, tmp_path).facts["container"] is False
    (root / ".dockerenv").touch()
    assert environment(root, tmp_path).facts["container"] is True


def test_the_lock_file_is_part_of_the_facts(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/benchmark.txt").write_text("numpy==2.4.6\n")
    assert environment(tmp_path, tmp_path).facts["lock"] == hashlib.sha256(b"numpy==2.4.6\n").hexdigest()


def test_facts_are_json_and_hold_neither_host_nor_user() -> None:
    text = json.dumps(environment().facts)
    assert f'"{platform.node()}"' not in text
    assert str(Path.home()) not in text


def test_all_threads_are_the_cores_that_this_process_may_use() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
