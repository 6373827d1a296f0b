"""The other agency's installation, which is given a hotlist, and the owner's list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.feeds.opening import open_feed
from operations.feeds.outcome import FeedOutcome, FeedResult
from schemas.settings import AgreementFeed, HotlistSettings, NeighborSettings, Settings, SharingSettings
from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.storage.samples import activate, sample_entry
from tests.unit.policy.agreements.samples import NEIGHBOR, OWNER


class Member:
    """The other agency's installation: a feed of kind agreement, run again and again as its stage does."""

    def __init__(self, database: Database, folder: Path, broker: Broker, agreement: str, **more: Any) -> None:
        kafka = broker.settings.model_copy(update={"bootstrap_servers": (broker.server,)})
        neighbor = NeighborSettings(id=OWNER, name="Portsmouth Police", agreement=agreement, kafka=kafka)
        self.feed = AgreementFeed(name="from-portsmouth", neighbor=OWNER, list_name="stolen")
        self.settings = Settings(
            data_dir=folder,
            agency_id=NEIGHBOR,
            hotlists=HotlistSettings(feeds=(self.feed,)),
            sharing=SharingSettings(neighbors=(neighbor,)),
            **more,
        )
        self.database = database
        self.broker, self.agreement = broker, agreement
        self.results: list[FeedResult] = []
        self._opened = open_feed(self.feed, self.settings, database)

    def run(self) -> FeedResult:
        self.results.append(self._opened.run())
        return self.results[-1]

    def close(self) -> None:
        self._opened.close()

    def plates(self) -> list[str]:
        """What matches there: the active list's plates but for withdrawn ones."""
        found = HotlistStore(self.database).entries_of(self.feed.name, 1000)
        return sorted(entry.plate for entry in found)

    def wait_for(self, *plates: str, seconds: float = 60.0) -> None:
        def is_so() -> bool:
            self.run()
            return self.plates() == sorted(plates)

        wait_until(is_so, seconds)

    def wait_for_outcome(self, outcome: FeedOutcome) -> FeedResult:
        wait_until(lambda: self.run().outcome is outcome)
        return self.results[-1]


def entries(*numbers: int, **more: Any) -> list[HotlistEntry]:
    values = {"valid_from": None, "valid_until": None} | more
    return [sample_entry(number, f"AAA{number:04d}", "stolen", **values) for number in numbers]


def put(database: Database, found: Sequence[HotlistEntry], **more: Any) -> None:
    values = {"as_of": datetime.now(UTC)} | more
    activate(database, found, hotlist_id="stolen", layout="csv", **values)
