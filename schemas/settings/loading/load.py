"""From a TOML file, the environment and the command line to one frozen configuration."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from schemas.errors import ConfigurationError
from schemas.settings.loading.anchoring import anchor_paths
from schemas.settings.loading.environment import check_environment
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
        settings = _Loaded(**overrides)
    except ValidationError as error:
        raise ConfigurationError(describe(error, Settings, where)) from error
    check_environment(settings, Settings)
    return settings


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
    anchored: dict[str, Any] = anchor_paths(document, Settings, path.absolute().parent)
    return anchored
