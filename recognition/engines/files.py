"""The files of networks: where those that ship stand, and whether one is there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from schemas.errors import ConfigurationError

MODELS: Final = Path(__file__).parents[1] / "models"
"""Weights that ship with Platewatch."""


def require_file(path: Path, what: str) -> None:
    """Check that a file that a setting names is there.

    Raises:
        ConfigurationError: It is not; the message names it.
    """
    if not path.is_file():
        raise ConfigurationError(
            f"{path}: no such {what}; correct the path in the configuration or reinstall platewatch"
        )
