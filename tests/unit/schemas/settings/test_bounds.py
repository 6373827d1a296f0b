"""What every key may say: its least and most, its length, its words.

The lines of tests/data/settings-bounds.txt are a promise: a narrower bound refuses what an installation has in its
file, a wider one lets in what nobody thought of. A change of a bound is a change of a line there.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import schemas.settings

PROMISED = Path(__file__).parents[3] / "data" / "settings-bounds.txt"
WORDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "{} characters at least",
    "maxLength": "{} characters at most",
    "minItems": "{} members at least",
    "maxItems": "{} members at most",
    "pattern": "matches {}",
    "const": "is {}",
    "enum": "one of {}",
}
WITHIN = {"items": "each ", "additionalProperties": "each value ", "prefixItems": "each ", "propertyNames": "each key "}


def models() -> Iterator[type[BaseModel]]:
    for found in pkgutil.walk_packages(schemas.settings.__path__, "schemas.settings."):
        module = importlib.import_module(found.name)
        for _, one in sorted(vars(module).items()):
            if inspect.isclass(one) and issubclass(one, BaseModel) and one.__module__ == module.__name__:
                yield one


def said(schema: Any, within: str = "") -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from said(one, within)
        return
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        if name in WORDS:
            yield within + WORDS[name].format(", ".join(map(str, value)) if isinstance(value, list) else value)
        elif name in ("anyOf", "allOf", "oneOf") or name in WITHIN:
            yield from said(value, within + WITHIN.get(name, ""))


def bounds(model: type[BaseModel]) -> dict[str, str]:
    found = model.model_json_schema()["properties"]
    return {name: "; ".join(sorted(set(said(schema)))) for name, schema in found.items()}


def lines() -> Iterator[str]:
    for model in models():
        if not model.model_fields:
            continue
        before: dict[str, str] = {}
        for base in model.__bases__:
            if base is not BaseModel and issubclass(base, BaseModel) and base.model_fields:
                before |= bounds(base)
        for name, words in bounds(model).items():
            # What a model has of the one that it is made of stands there.
            if words and before.get(name) != words:
                yield f"{model.__name__}.{name}: {words}"


def test_every_key_may_say_what_it_might_say_before() -> None:
    assert list(lines()) == PROMISED.read_text("utf-8").splitlines()
