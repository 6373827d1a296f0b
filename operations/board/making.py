"""Cards of stored alerts, by the agency's clock, cameras and law."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from alerts.cards.card import CameraPlace, Card, CardSetting, CardSources, make_card
from alerts.routing.zone import agency_zone
from operations.added.cameras import with_added
from operations.life.change import AlertCard, card_of
from policy.decisions import open_policy
from schemas.errors import InvalidInput, TransientError
from schemas.settings import Settings
from storage.alerts.changes import ChangedAlert
from storage.database import Database

ASK_SECONDS = 5.0

log = logging.getLogger(__name__)


class CardMaker:
    """Makes cards.

    Args:
        settings: The configuration: the agency's time zone, cameras and law.
        database: Asked now and then which cameras were added besides; None: none was.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._settings = settings
        self._database = database
        self._ask_at = 0.0
        self._zone = agency_zone(settings.time_zone)
        self._law = open_policy(settings).profile.confirm
        self._cameras = camera_places(settings)
        self._priorities = settings.alerts.priorities

    @property
    def places(self) -> tuple[CameraPlace, ...]:
        """The cameras whose coordinates the configuration says, for a map."""
        return tuple(one for one in self.known.values() if one.latitude is not None and one.longitude is not None)

    def of_life(self, card: AlertCard, *, has_plate: bool | None = None) -> Card:
        """Return the card of an alert that somebody has looked at.

        Args:
            card: The alert with what people said of it.
            has_plate: Whether there is a picture of the plate; None: as the alert says.
        """
        if has_plate is None:
            has_plate = card.newest.plate_picture is not None
        sources = CardSources(
            card.number, card.first, card.newest, card.life, card.canceled, has_plate, card.dispositions
        )
        camera = self.known.get(card.newest.read.camera_id)
        return make_card(sources, CardSetting(self._zone, datetime.now(UTC), camera, self._law, self._priorities))

    def of_changed(self, changed: Iterable[ChangedAlert]) -> list[tuple[int, Card]]:
        """Return cards with the numbers of their newest changes, in the order given.

        What cannot be shown is said in the log with its number, and does not hide what can.
        """
        made = []
        for one in changed:
            try:
                life = card_of(one.found, list(one.dispositions))
            except InvalidInput as error:
                log.error("the board cannot show an alert: %s", error)
                continue
            made.append((one.change_number, self.of_life(life, has_plate=one.has_picture)))
        return made

    @property
    def known(self) -> dict[str, CameraPlace]:
        """The places of all cameras, by id; those that were added are asked for now and then."""
        now = time.monotonic()
        if self._database is not None and now >= self._ask_at:
            self._ask_at = now + ASK_SECONDS
            try:
                self._cameras = camera_places(with_added(self._settings, self._database))
            except TransientError as error:
                log.debug("the places of added cameras are those of before: %s", error)
        return self._cameras


def camera_places(settings: Settings) -> dict[str, CameraPlace]:
    """Return what is known of each camera that the configuration names, by its id in reads."""
    readers = [reader for source in settings.ingest.sources for reader in source.readers.values()]
    named = [*settings.cameras, *readers]
    return {
        one.id: CameraPlace(one.id, one.name, one.street, one.latitude, one.longitude)
        for one in named
        if one.id is not None
    }
