"""Finding and reading profiles: those that ship with Platewatch, and a department's own files."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from policy.profile import Profile
from schemas.errors import ConfigurationError

LARGEST_FILE_BYTES = 1_000_000


@cache
def profiles() -> tuple[str, ...]:
    """Return the names of the profiles that ship with Platewatch, sorted."""
    folder = resources.files("policy") / "profiles"
    return tuple(sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".toml")))


def load_profile(name_or_path: str) -> Profile:
    """Load a profile.

    Args:
        name_or_path: Name of one that ships with Platewatch, or path of a TOML file (it ends with `.toml`).

    Returns:
        The checked profile.

    Raises:
        ConfigurationError: There is none of that name, or the file cannot be used; names the file and the key.
    """
    if name_or_path.endswith(".toml"):
        return _parse(_read(Path(name_or_path).expanduser()), name_or_path)
    if name_or_path not in profiles():
        known = ", ".join(profiles())
        raise ConfigurationError(
            f"no law profile is named '{name_or_path}'; use one of {known}, or the path of a file that ends with .toml"
        )
    return _shipped(name_or_path)


@cache
def _shipped(name: str) -> Profile:
    file = resources.files("policy") / "profiles" / f"{name}.toml"
    return _parse(file.read_bytes(), f"profile '{name}'")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such law profile; correct policy.profile") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"{path}: the law profile cannot be read ({reason})") from error
    if len(content) > LARGEST_FILE_BYTES:
        raise ConfigurationError(f"{path}: too large for a law profile; expected a TOML file of a few kilobytes")
    return content


def _parse(content: bytes, where: str) -> Profile:
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{where}: not valid TOML: {' '.join(str(error).split())}") from error
    try:
        return Profile.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(f"{where}: {_describe(error)}") from error


def _describe(error: ValidationError) -> str:
    problems: dict[str, str] = {}
    for problem in error.errors(include_input=False, include_url=False):
        # Members of a union add parts of their own, like `literal['any']`; a file's keys have no such letters.
        parts = [str(part) for part in problem["loc"] if str(part).replace("_", "").isalnum()]
        key = ".".join(part for part in parts if part != "tuple") or "profile"
        if problem["type"] == "extra_forbidden":
            problems[key] = f"unknown key '{key}'; remove it or correct its name"
        else:
            problems[key] = f"'{key}': {problem['msg'][0].lower()}{problem['msg'][1:]}"
    return "; ".join(problems.values())
