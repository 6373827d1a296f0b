"""A feed's password, private key or token, from where its settings say that it is."""

from __future__ import annotations

import os
from pathlib import Path

from schemas.errors import ConfigurationError
from schemas.settings import RemoteFeed
from services.private_files import read_secret


def secret(feed: RemoteFeed, kind: str) -> str | None:
    """Return a feed's password, private key or token from its file or environment variable, or None without one.

    Args:
        feed: The feed.
        kind: password, private_key or token.

    Raises:
        ConfigurationError: The file cannot be read, or the variable is not set; the secret is in no message.
    """
    path: Path | None = getattr(feed, f"{kind}_file")
    variable: str | None = getattr(feed, f"{kind}_env")
    if path is not None:
        return read_secret(path, f"feed '{feed.name}': {kind}_file", whole=kind == "private_key")
    if variable is not None:
        found = os.environ.get(variable)
        if found is None:
            raise ConfigurationError(f"feed '{feed.name}': the environment variable {variable} ({kind}_env) is not set")
        return found if kind == "private_key" else found.rstrip("\r\n")
    return None
