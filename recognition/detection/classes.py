"""Which of a network's classes are plates."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from schemas.errors import ConfigurationError


def class_names(metadata: dict[str, str]) -> dict[int, str]:
    """Return the class names that ultralytics writes into a network; one nameless class where there are none."""
    try:
        names = ast.literal_eval(metadata.get("names", ""))
    except (ValueError, SyntaxError):
        names = None
    return names if isinstance(names, dict) and names else {0: "plate"}


def plate_classes(names: Mapping[int, str], weights: Path) -> list[int]:
    """Return the ids of the classes that are plates.

    Args:
        names: The checkpoint's class names by id.
        weights: Where it came from, for the message.

    Returns:
        The only class, or those with `plate` in their name.

    Raises:
        ConfigurationError: There are several classes and none is named for a plate.
    """
    if len(names) == 1:
        return list(names)
    plates = [number for number, name in names.items() if "plate" in name.lower()]
    if not plates:
        found = ", ".join(list(names.values())[:8])
        raise ConfigurationError(
            f"{weights}: none of its {len(names)} classes ({found}, ...) has 'plate' in its name; "
            "give a checkpoint that was trained to find license plates"
        )
    return plates
