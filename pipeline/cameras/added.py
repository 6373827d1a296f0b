"""Watches which cameras people added on pages and the command line: the run that leads reads them as well."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from operations.added.cameras import Added, added_cameras, all_cameras
from pipeline.stages.stage import SteppedStage
from schemas.settings import CameraSettings, Settings
from storage.database import Database
from storage.leadership import Leadership

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


class AddedCamerasStage(SteppedStage):
    """Looks every second which cameras were added. Of several runs on a database one reads them: the one that leads.

    While the database is away those that are in force stay.

    Args:
        configured: The configuration's cameras.
        database: The open database.
        leadership: Which of several processes reads them.
    """

    name = "added-cameras"
    trouble = "cameras that are added or removed now are not taken over"

    def __init__(self, configured: Sequence[CameraSettings], database: Database, leadership: Leadership) -> None:
        # Not the base's leadership: who leads no more has to let go of them.
        super().__init__()
        self.changed = threading.Event()
        """Set when others are to be in force."""
        self.configured = tuple(configured)
        """Those of the configuration."""
        self._database = database
        self._leading = leadership
        self._loaded = self.configured
        self._added: tuple[Added, ...] = ()

    def step(self, stop: threading.Event) -> float:
        """Look which there are."""
        added = tuple(added_cameras(self._database)) if self._leading.lead(self.name) else ()
        if added != self._added:
            self._added = added
            self.changed.set()
            for one in added:
                if one.problem is not None:
                    log.error("camera %s: %s", one.camera_id, one.problem)
            self._tell_doubles()
        return LOOK_SECONDS

    def end(self) -> None:
        """Let another run read them."""
        self._leading.resign(self.name)

    def cameras(self) -> tuple[CameraSettings, ...]:
        """Return all cameras that are to be in force; of one id the configuration's."""
        return all_cameras(self.configured, self._added)

    def beside(self, loaded: Settings) -> Settings:
        """Return a configuration that was loaded anew, with the cameras that were added besides it."""
        self._loaded = loaded.cameras
        return loaded.model_copy(update={"cameras": all_cameras(loaded.cameras, self._added)})

    def accept(self) -> None:
        """Take note that the configuration that was loaded last is in force."""
        self.configured = self._loaded
        self._tell_doubles()

    def _tell_doubles(self) -> None:
        for one in self._added:
            if one.camera_id in {camera.id for camera in self.configured}:
                log.warning(
                    "camera %s was added and stands in the configuration, which counts; remove the added one: "
                    "platewatch camera remove %s",
                    one.camera_id,
                    one.camera_id,
                )
