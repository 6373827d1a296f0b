"""Lines like `Events[0].TrafficCar.PlateNumber=ABC123` -> a tree."""

from __future__ import annotations

import re
from typing import Any

MAX_LINES = 20_000
_LINE = re.compile(r"\s*([A-Za-z_][\w.\[\]-]{0,200})\s*=(.*)")
_STEP = re.compile(r"[^.\[\]]+")
_EVENT = re.compile(
    r"\s*(Code=[^;\r\n]{1,100}(?:;[A-Za-z_]{1,40}=[^;\r\n{]{0,100})*?)(?:;\s*data=(\{.*))?\s*", re.DOTALL
)
_LONGEST_LIST = 256
_MAX_STEPS = 16


def read_lines(text: str) -> dict[str, Any] | None:
    """Return the tree that lines of `path=value` say; None where none of them is one. Positions become keys."""
    tree: dict[str, Any] = {}
    for line in text.splitlines()[:MAX_LINES]:
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        steps = _STEP.findall(match[1])
        if not steps or len(steps) > _MAX_STEPS:
            continue
        place = tree
        for step in steps[:-1]:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        place[steps[-1]] = match[2].strip()
    return {name: _listed(value) for name, value in tree.items()} if tree else None


def read_event(text: str) -> tuple[dict[str, Any], str] | None:
    """Return what stands before the data of `Code=TrafficJunction;action=Pulse;index=0;data={...}`, and the data.

    Returns:
        None where a text is no such event; the data is empty where the event has none.
    """
    match = _EVENT.fullmatch(text)
    if match is None or ";" not in match[0]:
        return None
    return dict(part.split("=", 1) for part in match[1].split(";") if "=" in part), (match[2] or "").strip()


def _listed(value: Any) -> Any:
    """Return a tree with lists where all keys of an object are positions."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    if inner and len(inner) <= _LONGEST_LIST and all(key.isascii() and key.isdigit() and len(key) < 6 for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
