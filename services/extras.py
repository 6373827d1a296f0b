"""What to install where a part of Platewatch needs a package that is not there."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator

DISTRIBUTION = "platewatch"


def install_line(extra: str) -> str:
    """Return the command that installs what an extra of Platewatch brings, to be run in Platewatch's environment.

    It names the packages themselves: Platewatch is on no registry, and what a registry has under its name is not ours.

    Args:
        extra: Name of the extra, as in pyproject.toml.
    """
    packages = " ".join(f"'{package}'" for package in packages_of(extra))
    return f"pip install {packages}" if packages else f"pip install '.[{extra}]' in Platewatch's sources"


def packages_of(extra: str) -> list[str]:
    """Return what an extra brings, with versions, from Platewatch's own metadata; nothing where there is none."""
    try:
        required = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return list(_packages(required, extra))


def _packages(required: list[str], extra: str) -> Iterator[str]:
    for line in required:
        package, _, marker = line.partition(";")
        if not re.search(rf"extra == ['\"]{re.escape(extra)}['\"]", marker):
            continue
        nested = re.match(rf"{DISTRIBUTION}\[([\w,-]+)\]", package)
        if nested is None:
            yield package.strip()
            continue
        for one in nested[1].split(","):
            yield from _packages(required, one)
