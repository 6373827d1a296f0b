"""What is said of a configuration that does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from schemas.settings.loading.field_types import Arm, arms, field_arms

_REPLACED = {
    "alerts.silent_categories": "the law of policy.profile decides now, and policy.never_notify silences more",
    "matching.probable_threshold": "matching.false_alerts_per_10k says it as a number of false alerts",
}
"""What took the place of keys that were there once."""


def describe(error: ValidationError, kind: type[BaseModel], where: str) -> str:
    """Say in one line what does not fit, each problem with its key.

    Args:
        error: What pydantic found.
        kind: The model that was validated.
        where: The file, or that it is the environment.
    """
    problems = error.errors(include_input=False, include_url=False)
    return f"{where}: " + "; ".join(_problem(problem, kind) for problem in problems)


def _problem(problem: Any, kind: type[BaseModel]) -> str:
    """Return one problem in words; a union's members are pydantic's idea, and a person knows them by `type = ...`."""
    parts, member = _place(problem["loc"], kind)
    name = parts[-1] if parts else ""
    context = problem.get("ctx", {})
    key = ".".join(parts) or "configuration"
    match problem["type"]:
        case "extra_forbidden":
            of = "" if member is None else f" for {member}"
            return f"unknown key '{key}'{of}; {_REPLACED.get(key, 'remove it or correct its name')}"
        case "missing" if member is not None:
            return f"'{key}': field required: {member} needs {name}"
        case "union_tag_not_found":
            return f"'{key}.{context['discriminator'].strip(chr(39))}': field required"
        case "union_tag_invalid":
            *most, last = context["expected_tags"].split(", ")
            expected = f"{', '.join(most)} or {last}" if most else last
            return f"'{key}.{context['discriminator'].strip(chr(39))}': input should be {expected}"
    return f"'{key}': {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _place(location: tuple[int | str, ...], kind: type[BaseModel]) -> tuple[list[str], str | None]:
    """Return the keys that lead to a problem, and the member of a union that it is in, like `type 'video_file'`.

    pydantic names the member between the keys, where the file has no such table.
    """
    kept: list[str] = []
    member = None
    kinds = list(arms(kind))
    for part in location:
        chosen = [arm for arm in kinds if arm.discriminator is not None and arm.tag == part]
        if chosen:
            member = f"{chosen[0].discriminator} '{part}'"
            kinds = [Arm(chosen[0].kind)]
        else:
            kept.append(str(part))
            kinds = list(_step(kinds, part))
    return kept, member


def _step(kinds: list[Arm], part: int | str) -> Iterable[Arm]:
    for arm in kinds:
        if part in arm.fields:
            yield from field_arms(arm.fields[str(part)])
        elif (items := arm.items()) is not None:
            yield from arms(items)
