"""Which engine was measured to be faster on this machine, remembered so that it is measured once."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import platform
from pathlib import Path


def choice_key(weights: Path, threads: int, probe: tuple[int, int]) -> str:
    """Return what a measurement depends on: weights, engine versions, processor, threads and input size.

    Args:
        weights: The network (.onnx).
        threads: Threads within an operation.
        probe: Width and height of the input, pixels.
    """
    versions = [importlib.metadata.version(name) for name in ("onnxruntime", "openvino")]
    cores = len(os.sched_getaffinity(0))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    facts = (digest, *versions, platform.machine(), platform.processor(), _processor_name(), cores, threads, probe)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def remembered_choice(key: str) -> str | None:
    """Return the engine that was faster, or None when it was not measured or cannot be told."""
    return _choices().get(key)


def remember_choice(key: str, name: str) -> None:
    """Remember the faster engine. Where that cannot be written it is measured again next time, no more."""
    path = _file()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps({**_choices(), key: name}), encoding="utf-8")
        unfinished.replace(path)


def _choices() -> dict[str, str]:
    """Return what is remembered; nothing where the file is missing or damaged."""
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: name for key, name in known.items() if isinstance(name, str)} if isinstance(known, dict) else {}


def _file() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "platewatch" / "engines.json"


def _processor_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line
    return ""
