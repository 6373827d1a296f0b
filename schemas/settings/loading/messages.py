"""What is said of a configuration that does not fit."""

from __future__ import annotations

from pydantic import ValidationError

_REPLACED = {
    "alerts.silent_categories": "the law of policy.profile decides now, and policy.never_notify silences more",
    "matching.probable_threshold": "matching.false_alerts_per_10k says it as a number of false alerts",
}
"""What took the place of keys that were there once."""


def describe(error: ValidationError, where: str) -> str:
    """Say in one line what does not fit, each problem with its key.

    Args:
        error: What pydantic found.
        where: The file, or that it is the environment.
    """
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"]) or "configuration"
        if problem["type"] == "extra_forbidden":
            problems.append(f"unknown key '{key}'; {_REPLACED.get(key, 'remove it or correct its name')}")
        else:
            problems.append(f"'{key}': {problem['msg'][0].lower()}{problem['msg'][1:]}")
    return f"{where}: " + "; ".join(problems)
