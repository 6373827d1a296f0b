"""Where a form takes its values from: fields of a read as it goes over the wire, named by their way."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from schemas.errors import ConfigurationError


@cache
def mapping(name: str) -> Mapping[str, Any]:
    """Return a form's mapping.

    Args:
        name: Of its file beside this one, without its suffix.

    Raises:
        ConfigurationError: It is not part of the installation.
    """
    try:
        text = (resources.files("sharing.codecs") / f"{name}.toml").read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"the form {name} cannot be used ({error}); install platewatch again") from error
    return MappingProxyType(tomllib.loads(text))


def value_at(read: Mapping[str, Any], way: str) -> Any:
    """Return what stands at a way like `vehicle.make` in a read; None where nothing does.

    Args:
        read: A read as a JSON object (schemas/json/plate-read.v1.json), also one that was cut to an agreement.
        way: Names of fields, with dots between.
    """
    value: Any = read
    for name in way.split("."):
        if not isinstance(value, Mapping) or value.get(name) is None:
            return None
        value = value[name]
    return value
