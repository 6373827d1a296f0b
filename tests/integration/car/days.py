"""A day of a car: passes of listed and other vehicles hours ago, and what car and server have of them afterwards."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.patrol.arriving import CarArrivals
from pipeline.patrol.leaving_out import LeavingOut
from pipeline.recording.alarming import BoardAlarms
from pipeline.recording.recorder import Recorder
from pipeline.services.patrol import PACE
from policy.traffic import matching_settings
from schemas import ids
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.settings import Settings
from schemas.settings.alerts import AlertSettings
from schemas.settings.patrol import PatrolSettings
from schemas.types import CharacterRead, HotlistEntry, Location
from storage.car.file import CAR_FILE, open_car_file
from storage.database import Database
from tests.integration.car.plain_lists import NAME, PlainLists, entry
from tests.integration.storage.samples import activate
from tests.unit.alerts.samples import AGENCY, sample_read
from tests.unit.ingest.server.car_site import jpeg
from tests.unit.pipeline.patrol.way_home import CarBooks
from tests.unit.pipeline.published.receipts import NOBODY

LISTED = ("VNV4527", "ABC1234", "UKW4183", "LMT5306")
OTHERS = ("XYZ9876", "HJK2345", "TRW8811", "QPL7654", "NBV3456", "MKJ9012", "DFG5678", "WER1123")
CAMERAS = ("unit-12-front", "unit-12-rear")
HOURS = 24

Books = tuple[set[tuple[str, bool, int]], dict[str, tuple[str, str | None]], dict[str, str]]
"""Reads with their newest revision, hits with what became of them, and what was sent by id."""


def day(seed: int, passes: int, *, began: datetime | None = None) -> list[Arrival]:
    """What the cameras bring, in its order: early texts, finished passes, some with pictures.

    Args:
        seed: Of what passes.
        passes: How many.
        began: When it begins; None: yesterday.
    """
    rng = random.Random(seed)
    began = began or datetime.now(UTC) - timedelta(hours=HOURS + 2)
    moments = sorted(rng.random() * HOURS * 3600 for _ in range(passes))
    return [one for number, seconds in enumerate(moments) for one in _pass(rng, number, began, seconds)]


def _pass(rng: random.Random, number: int, began: datetime, seconds: float) -> Iterator[Arrival]:
    moment, camera = began + timedelta(seconds=seconds), rng.choice(CAMERAS)
    plate = rng.choice(LISTED if rng.random() < 0.4 else OTHERS)
    place = Location(36.8354 + seconds / 3600 * 0.05, -76.2983, 0.0)
    final = dataclasses.replace(
        sample_read(number, plate),
        read_id=ids.read_id(camera, "stream", moment, number),
        camera_id=camera,
        captured_at=moment,
        first_seen=moment - timedelta(seconds=1),
        last_seen=moment + timedelta(seconds=1),
        characters=tuple(CharacterRead(character, 0.99) for character in plate),
        location=place,
        plate_image_key=None,
        context_image_key=None,
        second_reading=None,
        vehicle=None,
    )
    pictures = Pictures(plate=jpeg(number, 96)) if number % 10 == 0 else Pictures()
    at = moment + timedelta(seconds=2)
    if rng.random() < 0.3:
        early = dataclasses.replace(final, is_final=False, revision=1, last_seen=moment)
        yield Arrival(early, Pictures(), NOBODY, arrived_at=moment, better_pictures_follow=True)
    yield Arrival(final, pictures, NOBODY, arrived_at=at)


def entries() -> list[HotlistEntry]:
    return [entry(plate) for plate in LISTED]


def car_settings(folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        agency_id=AGENCY,
        alerts=AlertSettings(second_reader="off"),
        patrol=PatrolSettings(car="unit-12"),
    )


def drive(books: CarBooks, folder: Path, arrivals: Sequence[Arrival], each: Callable[[], None] = lambda: None) -> None:
    """Have a car record what its cameras bring, matched with its own lists."""
    settings = car_settings(folder)
    assert settings.patrol is not None
    stop, board, over = threading.Event(), HealthBoard("car"), threading.Event()
    queue = CarArrivals(stop, books.ledger, LeavingOut(settings.patrol))
    matcher = LiveMatcher(PlainLists(entries()), matching_settings(settings))
    matcher.refresh(force=True)
    recorder = Recorder(
        settings,
        books.ledger,
        BoardAlarms(board),
        matcher,
        queue,
        over.is_set,
        Counters(),
        board=board,
        pace=PACE,
    )
    failures: list[BaseException] = []

    def record() -> None:
        try:
            recorder.run(stop)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    thread = threading.Thread(target=record)
    thread.start()
    try:
        for arrival in arrivals:
            queue.put(arrival)
            queue.put(HandedOver(NOBODY))
            each()
    finally:
        over.set()
        thread.join(120)
    assert not thread.is_alive()
    assert not failures, failures


def list_at_server(database: Database) -> None:
    """Have the server match with the same entries."""
    activate(database, entries(), hotlist_id=NAME, layout="csv")


def books_of_car(folder: Path) -> Books:
    file = open_car_file(folder / CAR_FILE)
    with file.translated():
        reads = file.execute("select read_id, is_final, revision from reads").fetchall()
        hits = file.execute("select hit_id, outcome, alert_id from hits").fetchall()
        alerts = file.execute("select alert_id, json_extract(payload, '$.type') from alerts").fetchall()
    file.close()
    return (
        {(_text(read), bool(final), revision) for read, final, revision in reads},
        {_text(hit): (outcome, alert and _text(alert)) for hit, outcome, alert in hits},
        {_text(alert): kind for alert, kind in alerts},
    )


def books_of_server(database: Database) -> Books:
    with database.connection() as connection:
        reads = connection.execute("select read_id::text, is_final, revision from reads").fetchall()
        hits = connection.execute("select hit_id::text, outcome, alert_id::text from hits").fetchall()
        alerts = connection.execute("select alert_id::text, payload ->> 'type' from alerts").fetchall()
    return (
        {(read, final, revision) for read, final, revision in reads},
        {hit: (outcome, alert) for hit, outcome, alert in hits},
        dict(alerts),
    )


def differences(one: Books, other: Books) -> list[str]:
    """Say what one has otherwise than the other."""
    found = [f"read {read}" for read in sorted(one[0] ^ other[0])]
    for what, mine, theirs in (("hit", one[1], other[1]), ("message", one[2], other[2])):
        found += [
            f"{what} {name}: {mine.get(name)} and {theirs.get(name)}"
            for name in sorted({*mine, *theirs})
            if mine.get(name) != theirs.get(name)
        ]
    return found


def _text(value: Any) -> str:
    return str(UUID(bytes=value))
