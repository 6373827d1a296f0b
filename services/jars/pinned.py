"""Which jars the local broker is made of: each pinned by its SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

KAFKA_VERSION: Final = "4.3.1"
FOLDER_NAME: Final = f"kafka-{KAFKA_VERSION}"
"""The folder of this version's jars, in whatever place jars are kept."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned jar: its Maven coordinate and the SHA-256 of its content in hex."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the jar's file."""
        return f"{self.artifact}-{self.version}.jar"

    def is_intact(self, path: Path) -> bool:
        """Return whether a file is there and is this jar."""
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


def pinned_jars() -> tuple[Jar, ...]:
    """Return the jars of the broker, as kafka_jars.txt pins them."""
    jars = []
    for line in files("services.jars").joinpath("kafka_jars.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            coordinate, sha256 = line.split()
            group, artifact, version = coordinate.split(":")
            jars.append(Jar(group, artifact, version, sha256))
    return tuple(jars)


def missing_jars(folder: Path, jars: Sequence[Jar]) -> list[Jar]:
    """Return the jars that are not in a folder, or damaged there."""
    return [jar for jar in jars if not jar.is_intact(folder / jar.file_name)]
