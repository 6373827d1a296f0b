"""Variables of the environment that are meant for Platewatch and name nothing: told, not passed over."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from schemas.errors import ConfigurationError
from schemas.settings.loading.field_types import Arm, field_arms

PREFIX = "PLATEWATCH_"
_BETWEEN = "__"
_NO_KEYS = frozenset({f"{PREFIX}CONFIG"})
"""Variables that are no keys of the configuration: this one names its file."""


def check_environment(settings: BaseModel, kind: type[BaseModel], environment: Mapping[str, str] = os.environ) -> None:
    """Refuse variables that begin with PLATEWATCH_ and name no key: a misspelled one would silently not count.

    Args:
        settings: The configuration as it was read; variables that it names itself (`token_env` and its like) are known.
        kind: Its model.
        environment: The process's variables.

    Raises:
        ConfigurationError: There is one; names it, and the key that it is near to.
    """
    named = {name.upper() for name in _named(settings)} | _NO_KEYS
    given = sorted(name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in named)
    unknown = [name for name in given if not _is_key(name.upper().removeprefix(PREFIX).split(_BETWEEN), [Arm(kind)])]
    if not unknown:
        return
    known = [PREFIX + _BETWEEN.join(path).upper() for path in _paths([Arm(kind)])] + sorted(_NO_KEYS)
    raise ConfigurationError("environment: " + "; ".join(_problem(name, known) for name in unknown))


def _problem(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8)
    advice = f"did you mean {near[0]}?" if near else "remove it or correct its name"
    return f"{name} names no key of the configuration; {advice}"


def _is_key(parts: list[str], kinds: Iterable[Arm]) -> bool:
    """Tell whether the parts of a variable's name lead to a key; below a table of free names any name is one."""
    if not parts:
        return True
    if not parts[0]:
        return False
    for arm in kinds:
        fields = {name.upper(): field for name, field in arm.fields.items()}
        if parts[0] in fields and _is_key(parts[1:], list(field_arms(fields[parts[0]]))):
            return True
        if _is_table(arm):
            return len(parts) == 1
    return False


def _is_table(arm: Arm) -> bool:
    return not arm.fields and getattr(arm.kind, "__origin__", arm.kind) in (dict, Mapping)


def _paths(kinds: Iterable[Arm]) -> Iterator[list[str]]:
    for arm in kinds:
        for name, field in arm.fields.items():
            yield [name]
            yield from ([name, *below] for below in _paths(field_arms(field)))


def _named(value: Any) -> Iterator[str]:
    """Yield the variables that a configuration itself names, wherever it does."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if name.endswith("_env") and isinstance(inner, str):
                yield inner
            else:
                yield from _named(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _named(inner)
