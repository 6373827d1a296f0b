"""Reads that are fetched or subscribed to, in place of being posted: a member per way."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from schemas.settings.addressed import Addressed
from schemas.settings.section import AbsolutePath

Channel = Annotated[int, Field(ge=1, le=1024)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Topic = Annotated[str, Field(min_length=1, max_length=1024)]


class PullBase(Addressed):
    """What is said of every source that is connected to."""

    vendors: ClassVar[frozenset[str] | None] = None
    """Whose messages come this way; None: anybody's."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        problem = self.address_problem() or self._problem()
        if problem is not None:
            raise ValueError(problem)
        return self

    def _problem(self) -> str | None:
        """Say what else is wrong."""
        return None


class StreamPull(PullBase):
    """A connection that stays, over which messages come."""

    stall_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """A connection over which nothing came for so long, a sign of life neither, is made anew."""


class MqttPull(PullBase):
    """Topics of an MQTT broker."""

    schemes = ("mqtt", "mqtts")

    kind: Literal["mqtt"] = "mqtt"
    """How messages come."""
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=64)] = (
        "frigate/events",
        "frigate/tracked_object_update",
        "frigate/reviews",
    )
    """Topics to subscribe to; `+` and `#` stand for any level. The default is Frigate's."""
    client_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")] | None = None
    """What the broker knows Platewatch by: it keeps messages for this name while Platewatch is away. Default:
    platewatch-AGENCY-SOURCE."""
    keep_alive_seconds: Annotated[int, Field(ge=5, le=3600)] = 30
    """How often the broker is asked whether it is there, where nothing else comes."""
    certificate_file: AbsolutePath | None = None
    """PEM file of a certificate to show to the broker, with those between it and the authority's."""
    key_file: AbsolutePath | None = None
    """PEM file of that certificate's key."""

    def _problem(self) -> str | None:
        if urlsplit(self.url.get_secret_value()).path.strip("/"):
            return "url holds a path; topics belong into topics"
        if (self.certificate_file is None) != (self.key_file is None):
            return "certificate_file and key_file belong together; set both or neither"
        wrong = next((topic for topic in self.topics if not _is_filter(topic)), None)
        if wrong is not None:
            return f"topic {wrong!r} is none: + and # stand for whole levels, # for the last ones only"
        return None


class DevicePull(PullBase):
    """What is said of every device that is asked by HTTP."""

    schemes = ("http", "https")

    def _problem(self) -> str | None:
        parts = urlsplit(self.url.get_secret_value())
        if parts.query or any(name in parts.path for name in ("ISAPI", "cgi-bin")):
            return "url holds the path of an interface; name the device alone, like http://10.0.0.5"
        return None


class HikvisionPlatesPull(DevicePull):
    """The list of plates that a Hikvision camera keeps, asked for again and again."""

    vendors = frozenset({"hikvision"})

    kind: Literal["hikvision_plates"] = "hikvision_plates"
    """How messages come."""
    channel: Channel = 1
    """The camera's channel."""
    every_seconds: Annotated[float, Field(ge=0.2, le=3600)] = 2.0
    """How often it is asked."""
    first_hours: Annotated[float, Field(ge=0, le=720)] = 1.0
    """How far back the first list reaches; later ones begin where the one before ended, however long ago."""
    pictures: bool = True
    """Whether each plate's picture is fetched from the camera."""


class HikvisionStreamPull(DevicePull, StreamPull):
    """A Hikvision camera's stream of events (ISAPI alertStream)."""

    vendors = frozenset({"hikvision"})

    kind: Literal["hikvision_stream"] = "hikvision_stream"
    """How messages come."""


class DahuaPull(DevicePull, StreamPull):
    """A Dahua camera's stream of events."""

    vendors = frozenset({"dahua"})

    kind: Literal["dahua"] = "dahua"
    """How messages come."""
    stall_seconds: Annotated[float, Field(ge=1, le=3600)] = 20.0
    """A connection over which nothing came for so long, a sign of life neither, is made anew."""
    through: Literal["snapshots", "events"] = "snapshots"
    """`snapshots`: events with their pictures (snapManager); `events`: without (eventManager), where a camera has not
    the other."""
    channel: Channel = 1
    """The camera's channel."""
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=32)] = ("TrafficJunction",)
    """Events to subscribe to."""
    heartbeat_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """How often the camera says that it is there."""

    def _problem(self) -> str | None:
        if self.stall_seconds <= self.heartbeat_seconds:
            return "stall_seconds has to be longer than heartbeat_seconds"
        return super()._problem()


class RtspPull(StreamPull):
    """A camera's metadata, streamed by RTSP (ONVIF Profile M)."""

    schemes = ("rtsp", "rtsps")
    vendors = frozenset({"onvif", "mapping"})

    kind: Literal["rtsp"] = "rtsp"
    """How messages come."""


PullSettings = Annotated[
    MqttPull | HikvisionPlatesPull | HikvisionStreamPull | DahuaPull | RtspPull, Field(discriminator="kind")
]
"""How a source's reads are fetched; `kind` says which way."""


def _is_filter(topic: str) -> bool:
    levels = topic.split("/")
    whole = all(level in ("+", "#") or not set(level) & {"+", "#"} for level in levels)
    return whole and "#" not in levels[:-1] and "\0" not in topic
