"""Compares a published schema with a later one: what a subscriber or a publisher of before would stumble over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

UPPER, LOWER = (
    ("maximum", "exclusiveMaximum", "maxLength", "maxItems"),
    ("minimum", "exclusiveMinimum", "minLength", "minItems"),
)


def problems(old: Schema, new: Schema) -> list[str]:
    """Return what breaks between two versions of a message; nothing: each side takes what the other one sends.

    A later version may add fields that need not be there, and nothing else: nothing that was there is taken away,
    required anew, narrower (messages of before would be refused) or wider (subscribers of before would refuse).

    Args:
        old: The JSON Schema as it was published.
        new: As it is now.
    """
    return list(_compare("", old, old, new, new))


def _compare(at: str, old: Schema, old_root: Schema, new: Schema, new_root: Schema) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    arms = _arms(old, old_root), _arms(new, new_root)
    if arms[0].keys() != arms[1].keys():
        yield f"{at or 'message'}: was {sorted(arms[0])}, is {sorted(arms[1])}"
        return
    for kind in arms[0]:
        yield from _compare_arm(at, arms[0][kind], old_root, arms[1][kind], new_root)


def _compare_arm(at: str, old: Schema, old_root: Schema, new: Schema, new_root: Schema) -> Iterator[str]:
    here = at or "message"
    for key in ("const", "enum", "format", "pattern"):
        if _as_set(old.get(key)) != _as_set(new.get(key)):
            yield f"{here}: {key} was {old.get(key)}, is {new.get(key)}"
    for key in (*UPPER, *LOWER):
        if old.get(key) != new.get(key):
            yield f"{here}: {key} was {old.get(key)}, is {new.get(key)}"
    was, now = old.get("properties", {}), new.get("properties", {})
    yield from (f"{at}.{name}: was taken away" for name in was.keys() - now.keys())
    yield from (f"{at}.{name}: is required anew" for name in _required(new) - _required(old))
    # Who was promised a field does not ask whether it is there.
    yield from (f"{at}.{name}: need not be there any more" for name in _required(old) - _required(new))
    for name in was.keys() & now.keys():
        yield from _compare(f"{at}.{name}", was[name], old_root, now[name], new_root)
    if isinstance(old.get("items"), Mapping) and isinstance(new.get("items"), Mapping):
        yield from _compare(f"{at}[]", old["items"], old_root, new["items"], new_root)
    parts = old.get("prefixItems", ()), new.get("prefixItems", ())
    if len(parts[0]) != len(parts[1]):
        yield f"{here}: had {len(parts[0])} parts, has {len(parts[1])}"
    for number, (before, after) in enumerate(zip(*parts, strict=False)):
        yield from _compare(f"{at}[{number}]", before, old_root, after, new_root)
    if isinstance(old.get("additionalProperties"), Mapping) != isinstance(new.get("additionalProperties"), Mapping):
        yield f"{here}: what its further fields hold changed"
    elif old.get("additionalProperties") is False:
        yield f"{here}: refuses fields that a later publisher adds"


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        schema = root["$defs"][name]
    return schema


def _arms(schema: Schema, root: Schema) -> dict[str, Schema]:
    """Return the schemas that a value may fit, by its type; two objects are told apart by what their kind has to be."""
    found: dict[str, Schema] = {}
    for arm in schema.get("anyOf") or schema.get("oneOf") or (schema,):
        arm = _resolved(arm, root)
        kind = str(arm.get("type") or ("enum" if "enum" in arm else "const" if "const" in arm else "anything"))
        constants = [f"{name}={each['const']}" for name, each in arm.get("properties", {}).items() if "const" in each]
        key = f"{kind} {' '.join(constants)}".strip() if kind in found or constants else kind
        found[key] = arm
    return found


def _required(schema: Schema) -> set[str]:
    return set(schema.get("required", ()))


def _as_set(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
