"""The ingest server as a whole: what a process starts, tells of other settings, and stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.inbox_place import INBOX_FILE
from ingest.server.app import IngestApp
from ingest.server.bodies import BodyLimits
from ingest.server.car_pictures import FOLDER, CarPictures
from ingest.server.car_reads import CarReads
from ingest.server.cars import CarAccess, CarReply, CarRequest, CarsDoor, OwnRoute
from ingest.server.frames import FramesDoor, FrameTaker
from ingest.server.inbox import Inbox
from ingest.server.reads import ReadsDoor
from ingest.server.sources import Sources
from ingest.vendors.adapter import Adapter
from schemas.errors import ConfigurationError
from schemas.health import SourceHealth
from schemas.settings import IngestSettings
from services.http.listener import Listener


class IngestServer:
    """Takes what is posted until it is stopped.

    Args:
        settings: The section `ingest`; `listen` is set.
        data_dir: Where the inbox is.
        adapters: The vendors' adapters, by vendor.
        takers: Returns what takes cameras' pictures, by camera; None: this process recognizes nothing.
        cars: What is known of patrol cars; None: this process has no database.

    Raises:
        ConfigurationError: A source could be imitated, a file cannot be used, or the certificate does not fit.
    """

    def __init__(
        self,
        settings: IngestSettings,
        data_dir: Path,
        adapters: Mapping[str, Adapter],
        takers: Callable[[], Mapping[str, FrameTaker]] | None = None,
        cars: CarAccess | None = None,
    ) -> None:
        if settings.listen is None:
            raise ConfigurationError("ingest.listen is not set; name the address and port to listen at")
        self.inbox_path = data_dir / INBOX_FILE
        self.settings = settings
        """The section that is in force."""
        self._listen = settings.listen
        self._sources = Sources(settings)
        self._limits = BodyLimits(int(settings.max_body_megabytes * 1e6), settings.body_seconds)
        self._inbox = Inbox(self.inbox_path)
        reads = ReadsDoor(self._sources, self._inbox, self._limits, adapters)
        self._cars = CarsDoor(cars, self._limits, self._own_routes(cars, data_dir))
        self._app = IngestApp(reads, FramesDoor(takers, self._limits), self._cars)
        self._listener = self._make_listener(settings)

    def start(self) -> None:
        """Start to serve.

        Raises:
            ConfigurationError: The address is taken or not ours.
        """
        self._listener.start()

    @property
    def is_serving(self) -> bool:
        """Whether it serves."""
        return self._listener.is_serving

    def take_anew(self, settings: IngestSettings) -> None:
        """Take other sources, limits, and the certificate, which may have been renewed, without losing a message.

        Args:
            settings: The section; `listen` counts only at the next start.

        Raises:
            ConfigurationError: They do not fit; what was in force before stays.
        """
        settings = settings.model_copy(update={"listen": self._listen})
        self._sources.replace(settings)
        self.settings = settings
        self._limits.largest = int(settings.max_body_megabytes * 1e6)
        self._limits.seconds = settings.body_seconds
        if settings.certificate_file is not None:
            listener = self._make_listener(settings)
            # For this moment senders are refused, and try again: two cannot listen at one port.
            self._stop_listening()
            self._listener = listener
            self._listener.start()

    def health(self) -> tuple[SourceHealth, ...]:
        """Return how the sources do."""
        return self._sources.health(self._inbox.waiting)

    def stop(self) -> None:
        """Take nothing more, store what came, and end."""
        self._stop_listening()
        self._cars.close()
        self._inbox.close()

    def _stop_listening(self) -> None:
        if self._listener.is_serving:
            self._listener.loop.call_soon_threadsafe(self._limits.close)
        self._listener.stop()

    def _own_routes(self, cars: CarAccess | None, data_dir: Path) -> Mapping[str, OwnRoute]:
        if cars is None:
            return {}
        reads = CarReads(self._inbox, cars.agency_id)
        pictures = CarPictures(data_dir / FOLDER, cars.images)

        async def take_picture(asked: CarRequest) -> CarReply:
            return await asyncio.to_thread(pictures.handle, asked)

        methods = frozenset({"HEAD", "PATCH"})
        return {"reads": OwnRoute(reads.take), "pictures": OwnRoute(take_picture, methods, keeps_pieces=True)}

    def _make_listener(self, settings: IngestSettings) -> Listener:
        return Listener(self._app, self._listen, settings.certificate_file, settings.key_file)
