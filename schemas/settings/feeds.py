"""Where a hotlist comes from by itself: a watched folder, an HTTPS address or an SFTP server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from schemas.settings.section import Identifier, Section

PATH_KEYS = ("path", "mapping", "password_file", "private_key_file", "token_file", "known_hosts", "ca_file")
"""Keys of a feed that name files; relative ones are relative to the configuration."""


class FeedSettings(Section):
    """One hotlist that is fetched or picked up by itself. Secrets stand in files or in the environment, never here."""

    name: Identifier
    """The list that it feeds; one feed per list."""
    source: str
    """The list's layout, as in `hotlist import --source`."""
    kind: Literal["folder", "https", "sftp"]
    """How its files come: put into a folder, or fetched."""
    path: Path | None = None
    """The watched folder (kind folder)."""
    url: str | None = None
    """What is fetched: https://host/file, or sftp://user@host:22/file-or-folder; no password in it."""
    pattern: Annotated[str, Field(min_length=1)] = "*"
    """Which files count, in the watched folder or in an SFTP folder; the newest one is taken."""
    every_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How often it is fetched (kinds https and sftp)."""
    poll_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How often the folder is looked at (kind folder)."""
    settle_seconds: Annotated[float, Field(ge=0)] = 5.0
    """A file is taken once its size and time did not change for so long."""
    max_age_hours: Annotated[float, Field(gt=0)] | None = None
    """The list is late when its content is older; default: 12 for NCIC extracts, 24 for others."""
    state: Annotated[str, Field(pattern=r"^([A-Za-z]{2}-)?[A-Za-z]{2}$")] | None = None
    """State of rows that give none, like VA or US-VA."""
    mapping: Path | None = None
    """TOML file that says what the columns of a csv list mean."""
    username: str | None = None
    """User at the server; for sftp it may stand in the url."""
    password_file: Path | None = None
    """File that holds the user's password, or the private key's passphrase."""
    password_env: str | None = None
    """Environment variable that holds it."""
    private_key_file: Path | None = None
    """SSH private key (kind sftp)."""
    private_key_env: str | None = None
    """Environment variable that holds the SSH private key's text."""
    token_file: Path | None = None
    """File that holds a bearer token (kind https)."""
    token_env: str | None = None
    """Environment variable that holds it."""
    known_hosts: Path | None = None
    """OpenSSH known_hosts file (kind sftp, required): a server whose key is not in it is refused."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust instead of the system's (kind https)."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long the server may be silent."""
    transfer_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How long a whole transfer may take."""
    max_bytes: Annotated[int, Field(ge=1)] = 2 << 30
    """Larger files are refused."""

    @field_validator("path", "mapping", "password_file", "private_key_file", "token_file", "known_hosts", "ca_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        problem = _folder_problem(self) if self.kind == "folder" else _url_problem(self)
        if problem is None:
            problem = _secret_problem(self)
        if problem is not None:
            raise ValueError(f"feed '{self.name}': {problem}")
        return self


def _folder_problem(feed: FeedSettings) -> str | None:
    if feed.path is None:
        return "kind 'folder' needs path"
    if feed.url is not None:
        return "kind 'folder' takes path, not url"
    return None


def _url_problem(feed: FeedSettings) -> str | None:
    if feed.url is None or feed.path is not None:
        return f"kind '{feed.kind}' needs url, and no path"
    try:
        parts = urlsplit(feed.url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "url is not a URL"
    if parts.scheme != feed.kind or not host:
        return f"url has to begin with {feed.kind}:// and a host"
    if parts.password is not None:
        return "url holds a password; use password_file or password_env"
    if feed.kind == "https" and parts.username is not None:
        return "url holds a user; use username"
    if feed.kind == "sftp":
        return _sftp_problem(feed, parts.username)
    return None


def _sftp_problem(feed: FeedSettings, user: str | None) -> str | None:
    if feed.known_hosts is None:
        return "kind 'sftp' needs known_hosts: the server's key is always checked"
    if feed.username is None and user is None:
        return "kind 'sftp' needs username"
    secrets = (feed.password_file, feed.password_env, feed.private_key_file, feed.private_key_env)
    if all(secret is None for secret in secrets):
        return "kind 'sftp' needs a password or a private key, as a file or an environment variable"
    return None


def _secret_problem(feed: FeedSettings) -> str | None:
    for secret in ("password", "private_key", "token"):
        if getattr(feed, f"{secret}_file") is not None and getattr(feed, f"{secret}_env") is not None:
            return f"{secret}_file and {secret}_env are both set; use one"
    if feed.kind == "https" and feed.username is not None and feed.password_file is None and feed.password_env is None:
        return "username needs password_file or password_env"
    return None
