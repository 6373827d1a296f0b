"""From a TOML file, the environment and the command line to one frozen configuration."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from schemas.errors import ConfigurationError
from schemas.settings.feeds import PATH_KEYS
from schemas.settings.loading.messages import describe
from schemas.settings.root import Settings


class _Toml(PydanticBaseSettingsSource):
    """The parsed TOML document as a source below the environment."""

    def __init__(self, settings_cls: type[BaseSettings], document: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._document = document

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._document.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._document


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Load the configuration.

    Args:
        path: TOML file; None: defaults and environment only. Relative paths in it are relative to its folder.
        overrides: Values that win over file and environment (command line options).

    Returns:
        The frozen settings.

    Raises:
        ConfigurationError: The file is missing or not TOML, a key is unknown or a value does not fit; names the key.
    """
    document = _read_toml(path) if path is not None else {}

    class _Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, _Toml(settings_cls, document)

    where = str(path) if path is not None else "environment"
    try:
        return _Loaded(**overrides)
    except ValidationError as error:
        raise ConfigurationError(describe(error, where)) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file; give the configuration's path with --config") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
    return _anchor_paths(document, path.absolute().parent)


def _anchor_paths(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make the file's own relative paths relative to the file, so that a run does not depend on its directory."""

    def anchor(section: object, key: str) -> None:
        if isinstance(section, dict) and isinstance(section.get(key), str):
            section[key] = str(folder / Path(section[key]).expanduser())

    anchor(document, "data_dir")
    policy = document.get("policy")
    if isinstance(policy, dict) and str(policy.get("profile")).endswith(".toml"):
        anchor(policy, "profile")
    cameras = document.get("cameras")
    for camera in cameras if isinstance(cameras, list) else []:
        anchor(camera, "path")
    hotlists = document.get("hotlists")
    feeds = hotlists.get("feeds") if isinstance(hotlists, dict) else None
    for feed in feeds if isinstance(feeds, list) else []:
        for key in PATH_KEYS:
            anchor(feed, key)
    recognition = document.get("recognition")
    if isinstance(recognition, dict):
        anchor(recognition.get("detector"), "weights")
        anchor(recognition.get("ocr"), "weights")
        anchor(recognition.get("ocr"), "config")
    anchor(document.get("database"), "bin_dir")
    anchor(document.get("kafka"), "cache_dir")
    return document
