"""Vehicles that pass cameras, settled as the recorder does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.build import build_alert
from alerts.settling.found import Found, Recorded
from alerts.settling.recording import SettledReads
from schemas import ids
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Hit, HotlistEntry, Location, PlateRead, Tier
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.unit.alerts import samples as alerts_samples
from tests.unit.alerts.samples import START, sample_entry

GATE = Location(36.8354, -76.2983)
NEAR = Location(36.83585, -76.2983)
"""50 m north of the gate."""
BRIDGE = Location(36.8804, -76.2983)
"""5 km north of the gate."""

VIRGINIA = sample_entry("ABC1234")
MARYLAND = VIRGINIA._replace(entry_id=ids.entry_id("ncic", "ABC1234", "MD"), jurisdiction="US-MD")


def passing(seconds: float, camera: str = "gate", place: Location | None = GATE, **fields: object) -> PlateRead:
    """A read of the listed plate so many seconds after the first; its id follows from camera and time."""
    moment = START + timedelta(seconds=seconds)
    values: dict[str, object] = {
        "read_id": ids.read_id(camera, "clip.mp4", moment, 1),
        "camera_id": camera,
        "location": place,
        "captured_at": moment,
        "first_seen": moment,
        "last_seen": moment,
        "second_reading": None,
    }
    return replace(alerts_samples.sample_read(0, "ABC1234"), **(values | fields))  # type: ignore[arg-type]


def found(
    read: PlateRead,
    *entries: HotlistEntry,
    tier: Tier = Tier.EXACT,
    score: float = 20.0,
    notify: bool = True,
    picture: bytes | None = b"jpeg",
) -> Found:
    """A read with its hits on entries, by default the Virginia one."""
    listed = entries or (VIRGINIA,)
    hits = tuple(
        Hit(
            hit_id=ids.hit_id(read.read_id, entry.entry_id),
            read_id=read.read_id,
            entry_id=entry.entry_id,
            hotlist_id=entry.hotlist_id,
            tier=tier,
            score=score,
            explanation="plate and state are equal",
        )
        for entry in listed
    )
    alerts = tuple(
        build_alert(read, hit, entry, agency_id="local", created_at=datetime.now(UTC), plate_picture=picture)
        for hit, entry in zip(hits, listed, strict=True)
        if notify
    )
    return Found(read, hits, alerts)


def settle(database: Database, *passes: Found, settings: Settings | None = None) -> Recorded:
    """Write passes in one transaction, and number the alerts that they raise."""
    recorded = SettledReads(Ledger(database), settings or Settings()).record(passes)
    number_alerts(database)
    return recorded


def settle_each(database: Database, passes: Sequence[Found]) -> None:
    """Write every pass in a transaction of its own."""
    for one in passes:
        settle(database, one)


def messages(database: Database) -> list[Alert]:
    """Every alert and update, in the order in which they became visible."""
    return [Alert.model_validate(stored.payload) for stored in AlertLog(database).after(0)]


def outcomes(database: Database) -> list[str]:
    """What became of the hits, in the order of capture."""
    with database.connection() as connection:
        rows = connection.execute("select outcome from hits order by captured_at, hit_id").fetchall()
    return [row[0] for row in rows]


def kept(database: Database) -> list[tuple[object, ...]]:
    """All that a replay must leave as it is."""
    with database.connection() as connection:
        return [
            *connection.execute("select hit_id::text, outcome, alert_id::text from hits order by hit_id").fetchall(),
            *connection.execute("select alert_id::text, status from alerts order by alert_id").fetchall(),
            *connection.execute("select alert_id::text, topic from outbox order by alert_id, topic").fetchall(),
        ]
