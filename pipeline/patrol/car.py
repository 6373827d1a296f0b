"""A car's machine: what its stages share, opened and closed together."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.cameras.positions import PositionStage, follow_positions
from pipeline.cameras.whereabouts import Whereabouts
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.lists.source import ListSource
from pipeline.patrol.leaving_out import LeavingOut
from pipeline.patrol.lists.gate import ListGate
from schemas.errors import ConfigurationError
from schemas.health import OutgoingHealth
from schemas.settings import PatrolSettings, Settings
from schemas.types.list_keys import ListsKey
from storage.car.alerts import CarAlerts
from storage.car.file import CAR_FILE
from storage.car.ledger import CarLedger
from storage.car.lists.file import LISTS_FILE
from storage.car.lists.lists import CarLists
from storage.car.upkeep import CarUpkeep
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore
from storage.spool.items import LocalItems

log = logging.getLogger(__name__)

ITEMS_FILE = CAR_FILE.with_name("items.sqlite")
"""Which files and pictures were read to their end."""


@dataclass(frozen=True, slots=True)
class SealedLists:
    """The car's own lists, which open at sign-on, and what knows how current its withdrawals are."""

    lists: CarLists
    gate: ListGate

    def unlock(self, key: ListsKey) -> None:
        """Open the lists with the key that the server hands out at sign-on, and have the server asked at once.

        Raises:
            InvalidInput: It is not the lists' key.
            TransientError: The disk fails.
        """
        self.lists.unlock([key])
        self.gate.hurry()


@dataclass(frozen=True, slots=True)
class Car:
    """What the stages of a car, and its officer's page, share.

    `ledger` is where the recorder writes, `uploads` what waits for the server, `alerts` what the page shows, `upkeep`
    ends records, `images` has the pictures, `items` the files that were read. `lists` is what reads are matched with;
    `sealed` are these, where they are the car's own.
    """

    settings: Settings
    patrol: PatrolSettings
    ledger: CarLedger
    uploads: Uploads
    alerts: CarAlerts
    upkeep: CarUpkeep
    images: ImageStore
    items: LocalItems
    lists: ListSource
    board: HealthBoard
    whereabouts: Whereabouts
    positions: list[PositionStage]
    leaving_out: LeavingOut
    sealed: SealedLists | None = None
    counters: Counters = field(default_factory=Counters)

    def outgoing(self) -> OutgoingHealth:
        """Return what waits for the server; called from any thread."""
        return OutgoingHealth(
            waiting=self.uploads.count(),
            oldest_at=self.uploads.oldest_at(),
            used_bytes=self.uploads.used_bytes(),
            most_bytes=int(self.patrol.spool_megabytes * (1 << 20)),
            refused=self.uploads.refused(),
        )


@contextlib.contextmanager
def open_car(settings: Settings, lists: ListSource | None = None) -> Iterator[Car]:
    """Open all that a car keeps on its disk.

    Args:
        settings: The configuration, with a section about the car.
        lists: What reads are matched with; None: the car's own lists, which are locked until somebody signs on.

    Raises:
        ConfigurationError: There is no such section, or a file cannot be opened.
        StorageFull: The disk is full.
    """
    if settings.patrol is None:
        raise ConfigurationError("no [patrol] is configured; add it with `car`, the name that the server knows it by")
    path = settings.data_dir / CAR_FILE
    images = ImageStore(settings)
    images.discard_unfinished()
    board = HealthBoard(settings.patrol.car)
    with contextlib.ExitStack() as opened:
        ledger = CarLedger(path)
        opened.callback(ledger.close)
        uploads = Uploads(path, images)
        opened.callback(uploads.close)
        alerts = CarAlerts(path)
        opened.callback(alerts.close)
        upkeep = CarUpkeep(path, images)
        opened.callback(upkeep.close)
        items = LocalItems(settings.data_dir / ITEMS_FILE)
        opened.callback(items.close)
        strays = upkeep.delete_strays()
        if strays:
            log.info("%d pictures of reads that were not stored when the car stopped were deleted", strays)
        sealed: SealedLists | None = None
        if lists is None:
            own = CarLists(settings.data_dir / LISTS_FILE, settings.patrol.car)
            opened.callback(own.close)
            sealed = SealedLists(own, ListGate(own.about.synced_at))
            lists = own
        whereabouts, positions = follow_positions(settings, board)
        yield Car(
            settings,
            settings.patrol,
            ledger,
            uploads,
            alerts,
            upkeep,
            images,
            items,
            lists,
            board,
            whereabouts,
            positions,
            LeavingOut(settings.patrol),
            sealed,
        )
