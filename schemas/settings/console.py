"""The console: pages and the API for people, and who may sign in."""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from schemas.roles import Role
from schemas.settings.hosts import host_rule, network
from schemas.settings.section import FilePath, Section


def _origin(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme != "https" or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("is no address, expected https://HOST or https://HOST:PORT and nothing behind it")
    return value.rstrip("/").lower()


def _issuer(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.fragment or parts.username:
        raise ValueError("is no address, expected https:// with host and path, as the provider names itself")
    return value


def _tiles(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    is_safe = host is not None and re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc) is not None
    if not is_safe or parts.scheme != "https" or not all(f"{{{name}}}" in parts.path for name in "zxy"):
        raise ValueError(
            "is no address of a street plan, expected https://HOST/{z}/{x}/{y}.png without a login; the host may hold "
            "no placeholder"
        )
    return value


class SingleSignOn(Section):
    """The agency's own directory, as a provider of OpenID Connect."""

    issuer: Annotated[str, AfterValidator(_issuer)]
    """The provider's name for itself, like https://login.example.gov/realms/pd; its settings are fetched from there."""
    client_id: str = "platewatch"
    """What the provider knows this console as."""
    client_secret_file: FilePath | None = None
    """File with the client's secret; none: a public client, with PKCE alone."""
    roles_claim: str = "roles"
    """Where the person's groups or roles stand in what the provider says, with dots between levels."""
    roles: dict[str, Role] = Field(default_factory=dict)
    """What the provider's names mean here; empty: they are our own names. Names that mean nothing give nothing."""
    agency_claim: str | None = None
    """Where the person's agency stands; none: everybody is of this one."""
    name_claim: str = "preferred_username"
    """Where the person's name stands."""
    ca_file: FilePath | None = None
    """PEM file of the authority that vouches for the provider's certificate; none: those that the system trusts."""
    seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    """How long the provider may take to answer."""


class ConsoleSettings(Section):
    """The pages and the API that `platewatch serve` and a run offer."""

    enabled: bool = False
    """Whether a run serves the console; `platewatch serve` does in any case."""
    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:.]+\]|[^:\s\[\]]+):\d{1,5}$")] = "127.0.0.1:8443"
    """Address and port that it listens at, always with TLS."""
    url: Annotated[str, AfterValidator(_origin)] | None = None
    """How browsers reach it, like https://alpr.example.gov; default: https://localhost and the port. Passkeys and
    single sign-on hold for this address alone."""
    certificate_file: FilePath | None = None
    """PEM file with its certificate and those between it and the authority's; none: one that it makes itself."""
    key_file: FilePath | None = None
    """PEM file with the certificate's key."""
    trusted_proxies: tuple[Annotated[str, AfterValidator(network)], ...] = ()
    """Networks or addresses of proxies, like 10.1.0.7, whose X-Forwarded-For and X-Forwarded-Proto are believed; of all
    others they are not. Lockout and audit go by the browser's address then."""
    camera_hosts: tuple[Annotated[str, AfterValidator(host_rule)], ...] = ()
    """Networks, like 10.20.0.0/16, and names, like *.cams.example.gov, in which pages may look for cameras; none: the
    command line alone adds cameras."""
    live_views: Annotated[int, Field(ge=0, le=50)] = 4
    """How many people at once may see what a camera sees now; 0: nobody may."""
    live_seconds: Annotated[float, Field(ge=1, le=3600)] = 120.0
    """How long one of them may, before they have to ask again."""
    max_body_megabytes: Annotated[float, Field(gt=0, le=1024)] = 16.0
    """Larger requests are refused."""
    body_seconds: Annotated[float, Field(gt=0, le=600)] = 15.0
    """How long a request's body may take to come in."""
    idle_minutes: Annotated[float, Field(gt=0, le=1440)] = 30.0
    """A session ends when nothing was asked for so long; an open board asks all the time."""
    session_hours: Annotated[float, Field(gt=0, le=168)] = 12.0
    """A session ends after so long whatever is asked."""
    car_hours: Annotated[float, Field(gt=0, le=720)] = 72.0
    """How long after signing on with the server an officer may sign on in the same car without it."""
    second_factor: bool = True
    """Whether a password needs a code of an authenticator beside it; passkeys have both in them."""
    failures: Annotated[int, Field(ge=1, le=100)] = 5
    """Wrong passwords or codes after which a name is locked."""
    locked_minutes: Annotated[float, Field(gt=0, le=1440)] = 15.0
    """How long it is locked then."""
    token_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """The longest time for which a token of the API is made."""
    inactive_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """The access review names people who have not signed in for so long."""
    banner: str | None = None
    """What is shown before somebody signs in; default: the law profile's, else a general one."""
    board_hours: Annotated[float, Field(gt=0, le=168)] = 12.0
    """The officers' board shows alerts in which something changed within so many hours."""
    tiles_url: Annotated[str, AfterValidator(_tiles)] | None = None
    """Address of the agency's own street plan, like https://tiles.example.gov/{z}/{x}/{y}.png; browsers load it from
    there, and learn that server which places are looked at. Default: maps show cameras alone."""
    tiles_credit: Annotated[str, Field(max_length=200)] | None = None
    """What the street plan's maker wants to be named as, below the map."""
    transparency: bool = False
    """Whether everybody who reaches the console sees the page /transparency without signing in: numbers of the last
    whole weeks, small ones hidden."""
    single_sign_on: SingleSignOn | None = None

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together; set both or neither")
        return self

    @property
    def tiles_origin(self) -> str | None:
        """Where the street plan comes from, for the pages' policy."""
        return None if self.tiles_url is None else f"https://{urlsplit(self.tiles_url).netloc}"

    @property
    def origin(self) -> str:
        """How browsers reach it."""
        return self.url or f"https://localhost:{self.listen.rpartition(':')[2]}"
