"""Speeds as options give them."""

from __future__ import annotations

import typer

from schemas.errors import InvalidInput
from schemas.speeds import speed_of


def parse_speed(value: str) -> float:
    """Return the speed that an option gives, in meters per second.

    Args:
        value: A number in miles an hour, or with its unit: mph, km/h or m/s.

    Raises:
        typer.BadParameter: It is none.
    """
    try:
        return speed_of(value)
    except InvalidInput as error:
        raise typer.BadParameter(str(error)) from error
