"""Values out of a tree of JSON or XML, whatever type a vendor's program gave them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ingest.vendors.parts.xml_text import TEXT

Tree = Mapping[str, Any]
NOTHING: Tree = {}

_UNKNOWN = frozenset(
    {"", "-", "--", "---", "unknown", "unknow", "unidentified", "undefined", "none", "null", "n/a", "na", "nil", "?"}
    | {"not available", "not found", "nan", "other", "others", "no", "00000000-0000-0000-0000-000000000000"}
)
_YES = frozenset({"true", "yes", "y", "1", "on"})
_LONGEST_TEXT = 512
_LONGEST_NUMBER = 40


def walk(tree: Any, path: str) -> Any:
    """Return what stands at a path like `best_plate.region` or `results.0.plate`; None where nothing does.

    Keys are compared without regard to case where none is spelled exactly so.

    Args:
        tree: A tree of JSON or XML.
        path: Keys, and positions in lists, with dots.
    """
    for key in _keys(path):
        tree = _step(tree, key)
        if tree is None:
            return None
    return tree


@lru_cache(maxsize=4096)
def _keys(path: str) -> tuple[str, ...]:
    # Adapters and mappings have few paths, and walk each in every message.
    return tuple(path.split("."))


def _step(tree: Any, key: str) -> Any:
    # Whatever reads a message makes plain dictionaries of it: asking for more takes five times as long.
    if isinstance(tree, dict):
        if key in tree:
            return tree[key]
        folded = key.casefold()
        for name in tree:
            if name.casefold() == folded:
                return tree[name]
        return None
    if isinstance(tree, list) and key.isascii() and key.isdigit() and len(key) < 6:
        return tree[int(key)] if int(key) < len(tree) else None
    return None


def text_at(tree: Any, *paths: str) -> str | None:
    """Return the first of several paths' texts that is none that stands for "unknown"."""
    for path in paths:
        found = as_text(walk(tree, path))
        if found is not None and found.casefold() not in _UNKNOWN:
            return found
    return None


def raw_text_at(tree: Any, *paths: str) -> str:
    """Return the first of several paths' texts as it is, empty where there is none."""
    return next((found for path in paths if (found := as_text(walk(tree, path))) is not None), "")


def as_text(value: Any) -> str | None:
    """Return a scalar as text of bounded length, without what cannot be printed; None for anything else."""
    if isinstance(value, dict):
        value = value.get(TEXT)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if not isinstance(value, str):
        return None
    value = value[:_LONGEST_TEXT]
    return (value if value.isprintable() else "".join(filter(str.isprintable, value))).strip()


def number_at(tree: Any, *paths: str) -> float | None:
    """Return the first of several paths' numbers."""
    return next((found for path in paths if (found := as_number(walk(tree, path))) is not None), None)


def as_number(value: Any) -> float | None:
    """Return a finite number, also one that is written as text (`"97.5"`, `"97,5"`, `"97 %"`)."""
    if isinstance(value, dict):
        value = value.get(TEXT)
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip().removesuffix("%").strip()
        if not text or len(text) > _LONGEST_NUMBER or not text.isascii() or "_" in text:
            return None
        if "." not in text:
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
    if not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def whole_at(tree: Any, *paths: str) -> int | None:
    """Return the first of several paths' numbers as a whole one."""
    found = number_at(tree, *paths)
    return None if found is None or abs(found) > 2**62 else int(found)


def truth_at(tree: Any, *paths: str) -> bool:
    """Return whether the first of several paths that says something says yes."""
    for path in paths:
        value = walk(tree, path)
        if isinstance(value, bool):
            return value
        text = as_text(value)
        if text:
            return text.casefold() in _YES
    return False


def tree_at(tree: Any, *paths: str) -> Tree:
    """Return the first of several paths' objects; empty where there is none. Of a list, its first object."""
    for path in paths:
        value = walk(tree, path)
        if isinstance(value, list):
            value = next((each for each in value if isinstance(each, dict)), None)
        if isinstance(value, dict):
            return value
    return NOTHING


def trees_at(tree: Any, *paths: str) -> list[Tree]:
    """Return the objects of the first of several paths that has any: one, or those of a list."""
    for path in paths:
        value = walk(tree, path) if path else tree
        each = value if isinstance(value, list) else [value]
        found: list[Tree] = [one for one in each if isinstance(one, dict)]
        if found:
            return found
    return []


def all_trees(tree: Any) -> Iterator[Tree]:
    """Yield all objects of a tree, outer ones first; its depth is bounded where it was read."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from all_trees(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from all_trees(value)


def has_keys(tree: Any, *keys: str) -> bool:
    """Return whether a value is an object with at least one of these keys."""
    return isinstance(tree, dict) and any(_step(tree, key) is not None for key in keys)


def find_trees(tree: Any, *keys: str) -> list[Tree]:
    """Return the outermost objects that have one of these keys, however deep wrappings put them."""
    if has_keys(tree, *keys):
        return [tree]
    inner = list(tree.values()) if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    return [found for each in inner if isinstance(each, dict | list) for found in find_trees(each, *keys)]
