"""A service takes another configuration over: what may change while it goes on, and what needs a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from operations.settings import changed_keys
from policy.decisions import open_policy
from schemas.errors import ConfigurationError
from schemas.settings import CameraSettings, DatabaseSettings, FeedSettings, KafkaSettings, Settings
from schemas.settings.channels import ChannelSettings
from services.kafka.client import check_encrypted
from storage.way import is_same_database

log = logging.getLogger(__name__)

Member = TypeVar("Member", bound=CameraSettings | FeedSettings | ChannelSettings)

_LOGIN = ("url", "options", "password_file", "allow_unencrypted")
"""What may change of a database that stays the same."""


@dataclass(frozen=True, slots=True)
class Reload:
    """How a run is told to take its configuration anew.

    `asked` is set by whoever asks, as a signal does. `load` reads the configuration; it raises ConfigurationError where
    that does not fit.
    """

    asked: threading.Event
    load: Callable[[], Settings]


@dataclass(frozen=True, slots=True)
class Difference:
    """What another configuration changes.

    `settings` is what is in force then. `cameras`, `feeds` and `channels` are to be started; `gone_cameras`,
    `gone_feeds` and `gone_channels` are names of those to be ended before, changed ones among them. `needs_restart` are
    keys that changed and count only after a restart.
    """

    settings: Settings
    cameras: tuple[CameraSettings, ...]
    gone_cameras: tuple[str, ...]
    feeds: tuple[FeedSettings, ...]
    gone_feeds: tuple[str, ...]
    channels: tuple[ChannelSettings, ...]
    gone_channels: tuple[str, ...]
    needs_restart: tuple[str, ...]

    def in_words(self) -> str:
        """Return what changes, in a few words for the log."""
        kept = {camera.id for camera in self.settings.cameras} - {camera.id for camera in self.cameras}
        parts = [
            f"cameras started: {_names(camera.id for camera in self.cameras)}",
            f"ended: {_names(self.gone_cameras)}",
            f"{len(kept)} go on undisturbed",
            f"feeds started: {_names(feed.name for feed in self.feeds)}",
            f"ended: {_names(self.gone_feeds)}",
            self.channels_in_words(),
        ]
        return "; ".join(parts)

    def channels_in_words(self) -> str:
        """Return which channels change, in a few words for the log."""
        return f"channels started: {_names(one.name for one in self.channels)}; ended: {_names(self.gone_channels)}"


def difference(before: Settings, after: Settings) -> Difference:
    """Return what it means to go from one configuration to another, which a start would take.

    Args:
        before: What is in force.
        after: What was loaded.
    """
    settings = before.model_copy(
        update={
            "cameras": after.cameras,
            "alerts": before.alerts.model_copy(update={"channels": after.alerts.channels}),
            "hotlists": after.hotlists,
            # Where it listens, and what reads without a confidence count for, is settled at the start.
            "ingest": after.ingest.model_copy(
                update={name: getattr(before.ingest, name) for name in ("listen", "unknown_confidence")}
            ),
            "database": _database(before.database, after.database),
            "kafka": _kafka(before.kafka, after.kafka),
        }
    )
    cameras, gone_cameras = _members(before.cameras, after.cameras, lambda camera: camera.id)
    # The settings of all lists count in each import.
    have_changed = before.hotlists.model_copy(update={"feeds": ()}) != after.hotlists.model_copy(update={"feeds": ()})
    feeds, gone_feeds = _members(
        before.hotlists.feeds, after.hotlists.feeds, lambda feed: feed.name, all_changed=have_changed
    )
    channels, gone_channels = _members(before.alerts.channels, after.alerts.channels, lambda channel: channel.name)
    needs_restart = tuple(changed_keys(settings, after))
    return Difference(settings, cameras, gone_cameras, feeds, gone_feeds, channels, gone_channels, needs_restart)


def check_everywhere(settings: Settings) -> None:
    """Find what every service would refuse: a law that cannot be used, a broker without TLS.

    Raises:
        ConfigurationError: It cannot be used.
    """
    open_policy(settings)
    if settings.kafka.bootstrap_servers:
        check_encrypted(settings.kafka, settings.kafka.bootstrap_servers)


def check_broker(settings: Settings, service: str) -> None:
    """Find whether a service is told of a broker that does nothing without one.

    Args:
        settings: The configuration.
        service: What it is called.

    Raises:
        ConfigurationError: No broker is named.
    """
    if not settings.kafka.bootstrap_servers and not settings.kafka.local:
        raise ConfigurationError(
            f"no Kafka is configured, and platewatch {service} works with one; set kafka.bootstrap_servers, or "
            "kafka.local for one on this machine"
        )


def _database(before: DatabaseSettings, after: DatabaseSettings) -> DatabaseSettings:
    if not is_same_database(before, after):
        return before
    return before.model_copy(update={name: getattr(after, name) for name in _LOGIN})


def _kafka(before: KafkaSettings, after: KafkaSettings) -> KafkaSettings:
    # The local broker has a login and topics of its own.
    return after if before.bootstrap_servers and after.bootstrap_servers else before


def _members(
    before: Iterable[Member], after: Iterable[Member], name: Callable[[Member], str], *, all_changed: bool = False
) -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """Return the members that are new or changed, and the names of those that are gone or changed."""
    old, new = {name(one): one for one in before}, {name(one): one for one in after}
    started = tuple(one for key, one in new.items() if all_changed or old.get(key) != one)
    gone = tuple(key for key, one in old.items() if all_changed or new.get(key) != one)
    return started, gone


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
