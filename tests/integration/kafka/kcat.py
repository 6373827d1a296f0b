"""kcat for the tests: the installed one, else unpacked from Debian's packages, with a librdkafka that can log in."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import confluent_kafka

PACKAGES = ("kcat", "librdkafka1", "libyajl2")


def find_kcat(folder: Path) -> tuple[str, dict[str, str]] | None:
    """Return kcat and the environment that it needs, or None where it is neither installed nor to be had.

    Debian 12's librdkafka, 2.0.2, repeats a part of what it says at a SCRAM login, which Kafka refuses since 3.9.1. It
    is right since 2.6.1, and a current one comes with confluent-kafka.

    Args:
        folder: Where packages are unpacked; nothing is installed.
    """
    program = shutil.which("kcat") or _unpacked(folder)
    if program is None:
        return None
    current = folder / "librdkafka"
    current.mkdir(parents=True)
    package = Path(confluent_kafka.__file__).parent
    library = next(package.with_name("confluent_kafka.libs").glob("librdkafka*.so.1"))
    (current / "librdkafka.so.1").symlink_to(library)
    libraries = sorted({str(path.parent) for path in folder.glob("usr/lib/**/*.so.*")})
    return program, {"LD_LIBRARY_PATH": ":".join((str(current), *libraries))}


def _unpacked(folder: Path) -> str | None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return None
    fetched = subprocess.run(
        ["apt-get", "download", *PACKAGES], cwd=folder, capture_output=True, timeout=120, check=False
    )
    if fetched.returncode != 0:
        return None
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True, timeout=60)
    return str(folder / "usr/bin/kcat")
