"""What a benchmark ran on, and what a process used."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine() -> str:
    """Return one line: processor, cores, system, Python and the engines."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "")
    units = [name for name, flag in (("AVX-512", "avx512f"), ("AMX", "amx_bf16")) if flag in flags.split()]
    engines = ", ".join(f"{name} {version(name)}" for name in ("onnxruntime", "openvino"))
    processor = " with ".join(filter(None, (names[0] if names else platform.machine(), " and ".join(units))))
    return f"{processor}, {cores()} cores, {platform.system()}, Python {platform.python_version()}, {engines}"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def peak_mb() -> float:
    """Return the most memory that this process held so far, in MB."""
    return _memory_mb("VmHWM:")


def resident_mb() -> float:
    """Return the memory that this process holds now, in MB."""
    return _memory_mb("VmRSS:")


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(name: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0
