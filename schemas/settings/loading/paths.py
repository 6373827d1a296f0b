"""Every path that a configuration names, with the key that names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.settings.loading.field_types import field_arms
from schemas.settings.section import Anchored


def named_paths(settings: BaseModel, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Yield the keys of paths, like `cameras.gate.path`, and the paths.

    Members of a list go by their id or name where they have one, by their number from 1 otherwise.

    Args:
        settings: The configuration, or a section of it.
        prefix: What stands before its keys.
    """
    for name, field in type(settings).model_fields.items():
        value, key = getattr(settings, name), f"{prefix}{name}"
        is_path = any(isinstance(marker, Anchored) for arm in field_arms(field) for marker in arm.markers)
        if isinstance(value, Path) and is_path:
            yield key, value
        else:
            yield from _within(value, key)


def _within(value: Any, key: str) -> Iterator[tuple[str, Path]]:
    if isinstance(value, BaseModel):
        yield from named_paths(value, f"{key}.")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _within(one, f"{key}.{name}")
    elif isinstance(value, (tuple, list)):
        for number, one in enumerate(value, 1):
            if isinstance(one, Path):
                yield f"{key}.{number}", one
                continue
            name = getattr(one, "id", None) or getattr(one, "name", None) or number
            yield from _within(one, f"{key}.{name}")
