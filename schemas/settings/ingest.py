"""Reads of other vendors' readers: where they may be posted, by whom, and how what they say is to be understood."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from schemas.settings.camera_base import Mounted, known_zone
from schemas.settings.pulling import MqttPull, PullSettings
from schemas.settings.section import FilePath, Identifier, Section


class ReaderPlace(Mounted):
    """One of a source's readers: what its reads are called, and where it stands."""

    id: Identifier | None = None
    """Name of the camera in reads and alerts; default: the source's id, and the vendor's name for it."""
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """What officers call it, on their board; shown where `id` is set; default: its id."""
    street: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The street or crossing where it stands, for officers; shown where `id` is set."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where it stands, degrees north; default: what the message says."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where it stands, degrees east."""
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where it looks, degrees clockwise from true north."""


def _http_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
        raise ValueError("is no address, expected http:// or https:// with host and port, and without a login")
    return value.rstrip("/")


class IngestSource(Section):
    """Who sends finished reads: one vendor's server, or one of its cameras."""

    id: Identifier
    """Name of the source; part of the URL that it posts to."""
    vendor: Identifier
    """Which adapter reads its messages, like rekor or hikvision; docs/vendors.md lists them."""
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}( ?, ?[0-9a-f]{64})?$")] | None = None
    """SHA-256 of the token that it has to show; `platewatch ingest token` makes one."""
    signature_secret_file: FilePath | None = None
    """File with the secret that the vendor signs its messages with."""
    pull: PullSettings | None = None
    """How its messages are fetched or subscribed to; none: it posts them."""
    timezone: Annotated[str, AfterValidator(known_zone)] | None = None
    """Zone of times that come without one, like America/New_York; default: the agency's."""
    date_order: Literal["mdy", "dmy", "ymd"] = "mdy"
    """Order of dates like 10/24/2024."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """Country of states that come without one."""
    mapping: FilePath | None = None
    """TOML file that says where a message of vendor = "mapping" has what."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where its readers stand, degrees north, unless `readers` or the message says otherwise."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where its readers stand, degrees east."""
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where its readers look, degrees clockwise from true north."""
    readers: dict[str, ReaderPlace] = Field(default_factory=dict)
    """Its readers by the vendor's name or id for them."""
    picture_hosts: tuple[str, ...] = ()
    """Hosts, like images.example.com or 10.1.2.3:8080, that pictures named by URL may be fetched from."""
    pictures_url: Annotated[str, AfterValidator(_http_address)] | None = None
    """Address of the vendor's own server, like http://10.1.2.3:5000, where its messages have no pictures and that has
    them by its name of a pass (Frigate); none: such reads have none."""
    clock_ahead_minutes: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """How far its times may be ahead of the arrival; see the cameras' setting of this name."""
    clock_behind_days: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """How far its times may lie behind the arrival; see the cameras' setting of this name."""
    clock_off_seconds: Annotated[float, Field(gt=0, le=1_000_000)] = 60.0
    """How far the clock of a reader that sends at once may be off, the time on the way included, before an alarm is
    raised."""
    missing_reads: Annotated[float, Field(ge=0, le=1_000_000)] = 20.0
    """An alarm is raised when no read comes at hours at which so many would have come by now, as in the weeks before;
    0: never."""
    silent_minutes: Annotated[float, Field(ge=0)] = 1440.0
    """An alarm is raised when nothing came for so long; 0: never."""
    unknown_confidence: Annotated[float, Field(gt=0, lt=1)] | None = None
    """What its reads are taken for where it gives no confidence, like the share of its texts that were found right;
    default: `ingest.unknown_confidence`."""
    max_waiting: Annotated[int, Field(ge=1)] = 10_000
    """Messages of this source that may wait to be processed; beyond it, 429 is answered, or nothing more is fetched."""

    @property
    def permitted_hosts(self) -> tuple[str, ...]:
        """The hosts that pictures may be fetched from: those that are listed, and where `pictures_url` leads."""
        if self.pictures_url is None:
            return self.picture_hosts
        parts = urlsplit(self.pictures_url)
        host = (parts.hostname or "").rstrip(".")
        shown = f"[{host}]" if ":" in host else host
        return (*self.picture_hosts, f"{shown}:{parts.port or (443 if parts.scheme == 'https' else 80)}")

    @model_validator(mode="after")
    def _posts_or_is_fetched(self) -> Self:
        if self.pull is None:
            return self
        if self.token_sha256 is not None or self.signature_secret_file is not None:
            raise ValueError(
                f"source '{self.id}': it is fetched (pull), so nobody posts as this source; remove token_sha256 and "
                "signature_secret_file, or make two sources of it"
            )
        fitting = self.pull.vendors
        if fitting is not None and self.vendor not in fitting:
            raise ValueError(
                f"source '{self.id}': pull.kind '{self.pull.kind}' brings messages of {' or '.join(sorted(fitting))}, "
                f"and vendor is '{self.vendor}'"
            )
        if isinstance(self.pull, MqttPull) and self.vendor != "frigate" and "topics" not in self.pull.model_fields_set:
            raise ValueError(f"source '{self.id}': pull needs topics; the default ones are Frigate's")
        return self


class IngestSettings(Section):
    """The server that other vendors' readers, and cameras that push pictures, post to."""

    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:.]+\]|[^:\s\[\]]+):\d{1,5}$")] | None = None
    """Address and port that it listens at, like 0.0.0.0:8443; none: it does not run."""
    certificate_file: FilePath | None = None
    """PEM file with its certificate and those between it and the authority's; none: plain HTTP."""
    key_file: FilePath | None = None
    """PEM file with the certificate's key."""
    allow_unencrypted: bool = False
    """Permit plain HTTP from other machines: plates and tokens can be read on the way."""
    max_body_megabytes: Annotated[float, Field(gt=0, le=1024)] = 16.0
    """Larger messages are refused."""
    body_seconds: Annotated[float, Field(gt=0, le=600)] = 15.0
    """How long a message may take to come in."""
    unknown_confidence: Annotated[float, Field(gt=0, lt=1)] = 0.7
    """What a read is taken for whose reader gives no confidence: the probability that its whole text is right."""
    sources: tuple[IngestSource, ...] = ()

    @field_validator("sources")
    @classmethod
    def _distinct(cls, value: tuple[IngestSource, ...]) -> tuple[IngestSource, ...]:
        ids = [source.id for source in value]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"source id used more than once: {', '.join(doubled)}")
        names = [source.pull.client_id for source in value if isinstance(source.pull, MqttPull)]
        twice = sorted({name for name in names if name is not None and names.count(name) > 1})
        if twice:
            raise ValueError(f"client_id used by more than one source, so that each ends the other: {', '.join(twice)}")
        return value
