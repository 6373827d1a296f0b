"""Where a hotlist comes from by itself: a watched folder, an HTTPS address, an SFTP server, or another agency."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from schemas.settings.section import AbsolutePath, Identifier, Section


class FeedBase(Section):
    """One hotlist that is fetched or picked up by itself. Secrets stand in files or in the environment, never here."""

    name: Identifier
    """The list that it feeds; one feed per list."""
    source: str
    """The list's layout, as in `hotlist import --source`."""
    pattern: Annotated[str, Field(min_length=1)] = "*"
    """Which files count, in the watched folder or in an SFTP folder; the newest one is taken."""
    settle_seconds: Annotated[float, Field(ge=0)] = 5.0
    """A file is taken once its size and time did not change for so long."""
    max_age_hours: Annotated[float, Field(gt=0)] | None = None
    """The list is late when its content is older; default: 12 for NCIC extracts, 24 for others."""
    state: Annotated[str, Field(pattern=r"^([A-Za-z]{2}-)?[A-Za-z]{2}$")] | None = None
    """State of rows that give none, like VA or US-VA."""
    mapping: AbsolutePath | None = None
    """TOML file that says what the columns of a csv list mean."""
    max_bytes: Annotated[int, Field(ge=1)] = 2 << 30
    """Larger files are refused."""


class FolderFeed(FeedBase):
    """A list whose file is put into a folder."""

    meaningless = frozenset(
        {
            *("every_minutes", "timeout_seconds", "transfer_minutes", "username", "password_file", "password_env"),
            *("private_key_file", "private_key_env", "token_file", "token_env", "known_hosts", "ca_file"),
        }
    )

    kind: Literal["folder"] = "folder"
    """How its files come."""
    path: AbsolutePath
    """The watched folder."""
    poll_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How often the folder is looked at."""


class RemoteFeed(FeedBase):
    """A list that is fetched from a server."""

    secrets: ClassVar[tuple[str, ...]]
    """What may be secret here: each stands in a file or in an environment variable, never in both."""

    kind: Literal["https", "sftp"]
    """How its files come."""
    url: str
    """What is fetched: https://host/file, or sftp://user@host:22/file-or-folder; no password in it."""
    every_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How often it is fetched."""
    username: str | None = None
    """User at the server; for sftp it may stand in the url."""
    password_file: AbsolutePath | None = None
    """File that holds the user's password, or the private key's passphrase."""
    password_env: str | None = None
    """Environment variable that holds it."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long the server may be silent."""
    transfer_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How long a whole fetch may take, from the first look at the server to the file on disk."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        problem = self._url_problem() or self._secret_problem() or self._login_problem()
        if problem is not None:
            raise ValueError(f"feed '{self.name}': {problem}")
        return self

    def _url_problem(self) -> str | None:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return "url is not a URL"
        if parts.scheme != self.kind or not host:
            return f"url has to begin with {self.kind}:// and a host"
        if parts.password is not None:
            return "url holds a password; use password_file or password_env"
        return None

    def _secret_problem(self) -> str | None:
        for secret in self.secrets:
            if getattr(self, f"{secret}_file") is not None and getattr(self, f"{secret}_env") is not None:
                return f"{secret}_file and {secret}_env are both set; use one"
        return None

    @abstractmethod
    def _login_problem(self) -> str | None:
        """Say what is missing to log in at the server."""


class HttpsFeed(RemoteFeed):
    """A list at an HTTPS address."""

    meaningless = frozenset({"poll_seconds", "private_key_file", "private_key_env", "known_hosts"})
    secrets = ("password", "token")

    kind: Literal["https"] = "https"
    """How its files come."""
    token_file: AbsolutePath | None = None
    """File that holds a bearer token."""
    token_env: str | None = None
    """Environment variable that holds it."""
    ca_file: AbsolutePath | None = None
    """PEM file of the authorities to trust instead of the system's."""

    def _login_problem(self) -> str | None:
        if urlsplit(self.url).username is not None:
            return "url holds a user; use username"
        if self.username is not None and self.password_file is None and self.password_env is None:
            return "username needs password_file or password_env"
        return None


class SftpFeed(RemoteFeed):
    """A list on an SFTP server."""

    meaningless = frozenset({"poll_seconds", "token_file", "token_env", "ca_file"})
    secrets = ("password", "private_key")

    kind: Literal["sftp"] = "sftp"
    """How its files come."""
    private_key_file: AbsolutePath | None = None
    """SSH private key."""
    private_key_env: str | None = None
    """Environment variable that holds the SSH private key's text."""
    known_hosts: AbsolutePath
    """OpenSSH known_hosts file: the server's key is always checked, and a server whose key is not in it is refused."""

    def _login_problem(self) -> str | None:
        if self.username is None and urlsplit(self.url).username is None:
            return "kind 'sftp' needs username"
        secrets = (self.password_file, self.password_env, self.private_key_file, self.private_key_env)
        if all(secret is None for secret in secrets):
            return "kind 'sftp' needs a password or a private key, as a file or an environment variable"
        return None


class AgreementFeed(FeedBase):
    """A list that another agency gives under an agreement, over its broker."""

    kind: Literal["agreement"] = "agreement"
    """How it comes."""
    source: Literal["shared"] = "shared"
    """The list's layout."""
    neighbor: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    """Who gives it: one of `[[sharing.neighbors]]`, which also says under which agreement and over which broker."""
    list_name: Annotated[str, Field(min_length=1, max_length=200)]
    """The list's name at that agency."""
    poll_seconds: Annotated[float, Field(gt=0)] = 1.0
    """How often it is looked for news."""


FeedSettings = Annotated[FolderFeed | HttpsFeed | SftpFeed | AgreementFeed, Field(discriminator="kind")]
"""One hotlist that comes by itself; `kind` says how."""
