"""The files that pages load. All of them come from this package; nothing is fetched from elsewhere.

Files of others stand in assets/assets.toml with their source, license and SHA-256; our own are in assets/own.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "assets"
LIST = FOLDER / "assets.toml"
OWN = "own"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, with the address under which browsers may keep it for good: it has the content's digest in it."""

    name: str
    media_type: str
    digest: str
    content: bytes = field(repr=False)

    @property
    def url(self) -> str:
        """Where pages load it from."""
        return f"/assets/{self.digest[:16]}/{self.name}"


def listed() -> Mapping[str, Mapping[str, str]]:
    """Return the files of others by name, as the list has them."""
    entries: list[Mapping[str, str]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["assets"]
    return {entry["name"]: entry for entry in entries}


@cache
def assets() -> Mapping[str, Asset]:
    """Return all files that are served, by name: those of the list, and our own."""
    names = [
        *listed(),
        *(str(path.relative_to(FOLDER)) for path in sorted((FOLDER / OWN).rglob("*")) if path.is_file()),
    ]
    return {name: _asset(name) for name in names if Path(name).suffix in _TYPES}


def _asset(name: str) -> Asset:
    content = (FOLDER / name).read_bytes()
    return Asset(name, _TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest(), content)
