"""A patrol car: cameras, lists and an officer's page on a machine that works without a network."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from schemas.settings.metrics import address_of
from schemas.settings.section import AbsolutePath, Identifier, Section


def _server(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.fragment or parts.username:
        raise ValueError(
            "is no address, expected https://HOST:PORT of the server's ingest.listen and nothing behind it"
        )
    if parts.path.strip("/"):
        raise ValueError("is more than an address, expected https://HOST:PORT without a path")
    if parts.scheme == "http" and host not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("sends plates and tokens unencrypted; expected https://")
    return value.rstrip("/")


def _address(text: str) -> str:
    address_of(text)
    return text


class PrivateArea(Section):
    """A circle within which nothing is read, as around a clinic or an officer's home."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    """What the officer's page calls it."""
    latitude: Annotated[float, Field(ge=-90, le=90)]
    """Its middle, degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)]
    """Its middle, degrees east."""
    meters: Annotated[float, Field(gt=0, le=50_000)]
    """Its radius."""


class PatrolSettings(Section):
    """The car that `platewatch patrol` is."""

    car: Identifier
    """Name of the car, as the server knows it (`platewatch cars add`)."""
    server: Annotated[str, AfterValidator(_server)] | None = None
    """Address of the server's ingest.listen, like https://alpr.example.gov:8443; none: nothing goes home."""
    token_file: AbsolutePath | None = None
    """File with the token that the server gave the car."""
    ca_file: AbsolutePath | None = None
    """PEM file of the authorities to trust instead of the system's, or of the server's own certificate."""
    verify: bool = True
    """Whether the server's certificate is checked."""
    signing_key_file: AbsolutePath | None = None
    """Public key that the server signs the lists with (`platewatch keys signing --out`); none: the one that it shows at
    the first contact."""
    spool_megabytes: Annotated[float, Field(ge=16, le=10_000_000)] = 8192.0
    """Room on the car's disk for reads, alerts and pictures that wait for the server; the oldest pictures go first."""
    list_red_hours: Annotated[float, Field(gt=0, le=8760)] = 24.0
    """A list whose content is older is shown red, and every alert of it says so."""
    list_wipe_days: Annotated[float, Field(gt=0, le=3650)] = 7.0
    """Lists are wiped when they were not synchronized for so long."""
    display: Annotated[str, AfterValidator(_address)] = "127.0.0.1:8460"
    """Address and port of the officer's page."""
    storm_minimum: Annotated[int, Field(ge=0, le=100_000)] = 30
    """So many alerts of one camera, entry or list within an hour make a tone; what comes beyond, without high priority,
    makes none; 0: all do."""
    moving_kmh: Annotated[float, Field(ge=0, le=100)] = 8.0
    """The car moves from this speed on: the page shows little and asks for nothing to be typed."""
    no_fix_minutes: Annotated[float, Field(gt=0, le=1440)] = 5.0
    """The page says that there is no position once there was none for so long."""
    private_areas: tuple[PrivateArea, ...] = ()
    """Where nothing is read."""
    own_plates: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = ()
    """Plates of the agency's own vehicles, which are left out: neither recorded nor matched."""

    @model_validator(mode="after")
    def _shows_a_token(self) -> PatrolSettings:
        if self.server is not None and self.token_file is None:
            raise ValueError("server needs token_file, with the token of `platewatch cars add`")
        return self
