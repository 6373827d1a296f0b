"""Making the file's own relative paths relative to the file, wherever a field's type says that it is a path."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.settings.loading.field_types import Arm, arms, field_arms
from schemas.settings.section import Anchored


def anchor_paths(value: Any, kind: type[BaseModel], folder: Path) -> Any:
    """Return what a configuration file says with its paths anchored; what does not fit the type stays as it is.

    Args:
        value: The document, or a table of it, as TOML gives it.
        kind: The model it is for.
        folder: The file's folder, absolute.
    """
    return _anchored(value, arms(kind), folder)


def _anchored(value: Any, kinds: Iterable[Arm], folder: Path) -> Any:
    for arm in kinds:
        items = arm.items()
        if isinstance(value, str):
            for marker in arm.markers:
                if isinstance(marker, Anchored):
                    return marker.anchor(value, folder)
        elif isinstance(value, dict) and arm.fields:
            if arm.discriminator is None or value.get(arm.discriminator) == arm.tag:
                return {key: _field(item, arm, key, folder) for key, item in value.items()}
        elif isinstance(value, dict) and items is not None:
            return {key: _anchored(item, arms(items), folder) for key, item in value.items()}
        elif isinstance(value, list) and items is not None:
            return [_anchored(item, arms(items), folder) for item in value]
    return value


def _field(value: Any, arm: Arm, key: str, folder: Path) -> Any:
    field = arm.fields.get(key)
    return value if field is None else _anchored(value, field_arms(field), folder)
