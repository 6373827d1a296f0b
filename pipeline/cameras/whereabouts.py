"""Where a camera is when it reads a plate: in its settings, or, on a vehicle, where that is then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ingest.positions.track import PositionTrack
from schemas.errors import InvalidInput
from schemas.settings import CameraBase, GpsSettings, RecordedTrack
from schemas.types import Location

log = logging.getLogger(__name__)

Place = Callable[[datetime], Location | None]
"""Says where a camera was at a moment; None: that is not known."""


class Whereabouts:
    """The places of a machine's cameras.

    A recorded track is read at once, so that no read is without its position because that took a while.

    Args:
        gps: Where positions come from; None: no camera moves.
    """

    def __init__(self, gps: GpsSettings | None) -> None:
        self.problem: str | None = None
        """Why a recorded track cannot be used."""
        self.track: PositionTrack | None = None
        if gps is None:
            return
        lost, fixes = timedelta(seconds=gps.lost_seconds), []
        if isinstance(gps, RecordedTrack):
            # It takes a while to import: only a program that has a track pays for it.
            from ingest.positions.gpx import gpx_fixes

            try:
                fixes = gpx_fixes(gps.path)
            except InvalidInput as error:
                self.problem = str(error)
                log.warning("[gps]: %s; reads have no position", error)
        self.track = PositionTrack(lost, fixes)

    def of(self, camera: CameraBase) -> Place:
        """Return what says where a camera is.

        Args:
            camera: Its settings.
        """
        track = self.track
        if track is not None and camera.mount == "vehicle":
            return lambda moment: _turned(track.at(moment), camera.heading)
        place = None
        if camera.latitude is not None and camera.longitude is not None:
            place = Location(camera.latitude, camera.longitude, camera.heading)
        return lambda _: place


def _turned(place: Location | None, by: float | None) -> Location | None:
    """Return a vehicle's place with the heading of a camera that looks another way than it drives."""
    if place is None or place.heading is None or not by:
        return place
    return Location(place.latitude, place.longitude, (place.heading + by) % 360, place.fix_age, place.speed)
