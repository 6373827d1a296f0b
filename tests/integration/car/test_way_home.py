"""A day offline and back: nothing lost, nothing doubled, and by their ids the same as if the car had been online."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingest.inbox_place import INBOX_FILE
from operations.cars.cars import renew_token, revoke_car
from operations.quarantine import list_quarantine, retry_quarantined
from pipeline.ingesting.alone import serve_alone
from pipeline.patrol import draining
from pipeline.patrol.draining import DrainingStage
from pipeline.reloading import Reload
from schemas.arrivals import Arrival
from schemas.settings import DatabaseSettings, Settings
from services.http.home import Home
from services.service_manager import ServiceManager
from storage.access import access
from storage.database import Database
from storage.reads.images import ImageStore
from storage.spool.spool import Spool
from tests.integration.car.days import (
    LISTED,
    books_of_car,
    books_of_server,
    car_settings,
    day,
    differences,
    drive,
    list_at_server,
)
from tests.integration.car.servers import CLERK, CarServer
from tests.integration.conftest import DatabaseServer
from tests.integration.runs.logged import LoggedRun
from tests.integration.runs.site import write_site
from tests.unit.pipeline.patrol.way_home import CarBooks, at_work, until


@pytest.fixture
def other_database(database_server: DatabaseServer) -> Iterator[Database]:
    """A second fresh database."""
    name = "test_online"
    database_server.create(name, "template_platewatch")
    url = database_server.application_url(name)
    with access(Settings(database=DatabaseSettings(url=url))) as ways:  # type: ignore[arg-type]
        opened = Database(ways.application, ways.where)
        with contextlib.closing(opened):
            opened.open()
            yield opened
    database_server.drop(name)


@pytest.fixture
def car(tmp_path: Path) -> Iterator[CarBooks]:
    with contextlib.closing(made(tmp_path / "car")) as books:
        yield books


def made(folder: Path) -> CarBooks:
    folder.mkdir(parents=True)
    return CarBooks(folder)


def all_recorded(server_data: Path) -> bool:
    with Spool(server_data / INBOX_FILE) as spool:
        return not spool.waiting()


def at_home(books: CarBooks, server_data: Path) -> Callable[[], bool]:
    return lambda: books.is_empty and all_recorded(server_data)


def test_a_day_offline_is_by_ids_what_a_day_online_is(
    database: Database, other_database: Database, tmp_path: Path, car: CarBooks
) -> None:
    told = day(7, 150)
    drive(car, tmp_path / "car", told)
    offline = CarServer(tmp_path / "offline", database)
    list_at_server(database)
    car.token_file.write_text(offline.add_car())
    with offline.going(), at_work(car.stage(offline.port, offline.papers.authority)):
        until(at_home(car, offline.settings.data_dir))
    online = CarServer(tmp_path / "online", other_database)
    list_at_server(other_database)
    with contextlib.closing(made(tmp_path / "always")) as always:
        always.token_file.write_text(online.add_car())
        with online.going(), at_work(always.stage(online.port, online.papers.authority)):
            drive(always, tmp_path / "always", told, each=lambda: time.sleep(0.005))
            until(at_home(always, online.settings.data_dir))
    books = books_of_server(database)
    reads, hits, alerts = books
    assert {read for read, _, _ in reads} == {str(one.read.read_id) for one in told}
    assert all(is_final for _, is_final, _ in reads)
    assert "alert" in alerts.values()
    assert {outcome for outcome, _ in hits.values()} >= {"alerted", "suppressed"}
    assert differences(books, books_of_car(tmp_path / "car")) == []
    assert differences(books, books_of_server(other_database)) == []
    # One alert a hit: what the server publishes is what the officer saw, under the same id.
    with database.connection() as connection:
        topic = offline.settings.alert_topic
        published = connection.execute("select alert_id::text from outbox where topic = %s", [topic]).fetchall()
    assert sorted(one for (one,) in published) == sorted(alerts)
    # The pictures are there, by the keys that the reads name.
    with database.connection() as connection:
        keys = connection.execute("select plate_image_key from reads where plate_image_key is not null").fetchall()
    assert len(keys) == 15
    assert all(ImageStore(offline.settings).load(key) for (key,) in keys)


def test_a_server_that_is_killed_in_mid_drain_loses_and_doubles_nothing(
    database: Database, database_url: str, tmp_path: Path, car: CarBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(DrainingStage, "longest_pause_seconds", 1.0)
    ask = Home.ask

    def ask_slowly(*arguments: Any, **options: Any) -> Any:
        # However fast the machine is, there is something left to bring home at each kill.
        time.sleep(0.03)
        return ask(*arguments, **options)

    monkeypatch.setattr(Home, "ask", ask_slowly)
    drive(car, tmp_path / "car", day(11, 200))
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    site = write_site(
        tmp_path / "site",
        "",
        database=f'url = "{database_url}"\n',
        alerts='second_reader = "off"\n',
        ingest=f'listen = "127.0.0.1:{server.port}"\ncertificate_file = "{server.papers.chain}"\n'
        f'key_file = "{server.papers.key}"\n',
        kafka="local = false\n",
    )
    site.config.write_text(site.config.read_text().replace("portsmouth-pd", CLERK.agency_id))
    rng, data_dir = random.Random(3), tmp_path / "site" / "data"
    with at_work(car.stage(server.port, server.papers.authority)):
        for share in (0.8, 0.5, 0.2):
            waits = car.uploads.count()
            with LoggedRun(site.start("run", detached=True)) as run:
                run.wait_for("listening at")
                least = min(waits - 10, int(250 * share))
                until(lambda least=least: car.uploads.count() <= least)  # type: ignore[misc]
                time.sleep(rng.random() * 0.1)
                run.process.send_signal(signal.SIGKILL)
                run.process.wait()
        with LoggedRun(site.start("run", detached=True)) as run:
            run.wait_for("listening at")
            until(at_home(car, data_dir))
            run.process.send_signal(signal.SIGTERM)
            assert run.process.wait(timeout=120) == 0
    assert differences(books_of_server(database), books_of_car(tmp_path / "car")) == []
    with database.connection() as connection:
        keys = connection.execute("select plate_image_key from reads where plate_image_key is not null").fetchall()
    store = ImageStore(car_settings(data_dir))
    assert len(keys) == 20
    assert all(store.load(key) for (key,) in keys)


def test_a_car_that_is_revoked_in_mid_drain_sends_no_further_read(
    database: Database, tmp_path: Path, car: CarBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(draining, "REVOKED_SECONDS", 0.1)
    told = day(13, 400)
    drive(car, tmp_path / "car", told)
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    wiped: list[str] = []
    with server.going():
        stage = car.stage(server.port, server.papers.authority, wiped.append)
        with at_work(stage):
            until(lambda: stage.state().sent >= 5)
            revoke_car(CLERK, database, "unit-12", "the car was stolen")
            until(lambda: stage.state().is_revoked)
            left = car.uploads.count()
            assert 0 < left < len(told)
            time.sleep(0.5)
            assert car.uploads.count() == left
            assert len(wiped) == 1
            monkeypatch.setattr(draining, "MOST_AT_ONCE", 200)
            car.token_file.write_text(renew_token(CLERK, database, "unit-12").token)
            until(at_home(car, server.settings.data_dir))
    assert differences(books_of_server(database), books_of_car(tmp_path / "car")) == []


def test_a_read_alerts_before_its_picture_comes(database: Database, tmp_path: Path, car: CarBooks) -> None:
    told = next(one for one in day(1, 400) if one.read.plate in LISTED and one.pictures.plate is not None)
    drive(car, tmp_path / "car", [told])
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    stage = car.stage(server.port, server.papers.authority)
    with server.going():
        held = car.uploads.pictures
        car.uploads.pictures = lambda limit, after="": []  # type: ignore[method-assign]
        with at_work(stage):
            until(lambda: books_of_server(database)[2] != {})
            with database.connection() as connection:
                ((key,),) = connection.execute("select plate_image_key from reads").fetchall()
            store = ImageStore(server.settings)
            assert not store.has(key)
            car.uploads.pictures = held  # type: ignore[method-assign]
            until(lambda: store.has(key))
    assert store.load(key) == told.pictures.plate


def test_a_clock_that_jumps_in_the_car_loses_nothing_and_what_cannot_be_is_kept(
    database: Database, tmp_path: Path, car: CarBooks
) -> None:
    began = datetime.now(UTC) - timedelta(minutes=50)
    # The satellites' time comes and the clock jumps: hours back, hours ahead, and for a while two days ahead.
    spans = [timedelta(), timedelta(hours=-3), timedelta(hours=5), timedelta(days=2), timedelta(minutes=1)]
    told = [
        shifted(one, spans[min(number * len(spans) // 60, len(spans) - 1)])
        for number, one in enumerate(day(17, 60, began=began)[:60])
    ]
    drive(car, tmp_path / "car", told)
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    with server.going(), at_work(car.stage(server.port, server.papers.authority)):
        until(at_home(car, server.settings.data_dir))
        refused = car.uploads.refused()
        until(lambda: len(list_quarantine(CLERK, database, 1000, "car:unit-12")) == refused)
    reads, _, _ = books_of_server(database)
    in_car = books_of_car(tmp_path / "car")[0]
    # Everything is somewhere: recorded, or with a person who was told why.
    assert 0 < refused < 20
    assert reads <= in_car
    kept = list_quarantine(CLERK, database, 1000, "car:unit-12")
    assert all("more than a day ahead: the publisher's clock is wrong" in one.reason for one in kept)
    named = {read for read, _, _ in reads}
    missing = {str(one.read.read_id) for one in told} - named
    assert missing <= {read for one in kept for read in in_body(one.body)}


def in_body(body: bytes) -> list[str]:
    return [one["read"]["read_id"] for one in json.loads(body)["reads"]]


def shifted(arrival: Arrival, span: timedelta) -> Arrival:
    """What a car makes of an arrival whose clock is off by a span."""
    read = arrival.read
    moved = dataclasses.replace(
        read,
        captured_at=read.captured_at + span,
        first_seen=read.first_seen + span,
        last_seen=read.last_seen + span,
    )
    return dataclasses.replace(arrival, read=moved, arrived_at=arrival.arrived_at + span)


def test_a_refused_read_is_tried_again_when_a_person_says_so(
    database: Database, database_url: str, tmp_path: Path, car: CarBooks
) -> None:
    told = day(19, 10)
    wrong = [dataclasses.replace(one, read=dataclasses.replace(one.read, camera_id="unit-12-left")) for one in told]
    drive(car, tmp_path / "car", wrong)
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    count = len({one.read.read_id for one in wrong})
    with server.going(), at_work(car.stage(server.port, server.papers.authority)):
        until(lambda: car.uploads.count() == 0)
        until(lambda: len(list_quarantine(CLERK, database, 100, "car:unit-12")) >= count)
        # Nobody said that this camera is the car's: trying again changes nothing.
        retry_quarantined(CLERK, database, None)
        until(lambda: all(one.retry_asked_at is None for one in list_quarantine(CLERK, database, 100)))
        assert books_of_server(database)[0] == set()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("update cars set camera_ids = camera_ids || '{unit-12-left}'")
        retry_quarantined(CLERK, database, None)
        until(lambda: list_quarantine(CLERK, database, 100) == [])
    assert {read for read, _, _ in books_of_server(database)[0]} == {str(one.read.read_id) for one in wrong}


def test_a_car_changes_nothing_that_another_camera_read(database: Database, tmp_path: Path, car: CarBooks) -> None:
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    first = day(23, 3)
    drive(car, tmp_path / "car", first)
    with server.going(), at_work(car.stage(server.port, server.papers.authority)):
        until(at_home(car, server.settings.data_dir))
        with database.connection() as connection:
            connection.execute("update reads set camera_id = 'gate'")
        before = books_of_server(database)
        forged = [
            dataclasses.replace(
                one, read=dataclasses.replace(one.read, plate="FORGED1", revision=one.read.revision + 7)
            )
            for one in first
        ]
        drive(car, tmp_path / "car", forged)
        until(at_home(car, server.settings.data_dir))
        kept = list_quarantine(CLERK, database, 100, "car:unit-12")
        assert {one.reason for one in kept} == {"the read's id is that of another camera's read"}
    assert books_of_server(database) == before


def test_a_server_alone_leaves_cars_to_the_run_that_has_the_database(
    database: Database, tmp_path: Path, car: CarBooks
) -> None:
    drive(car, tmp_path / "car", day(29, 5))
    server = CarServer(tmp_path / "server", database)
    list_at_server(database)
    car.token_file.write_text(server.add_car())
    stop = threading.Event()
    alone = threading.Thread(
        target=serve_alone,
        args=(server.settings, stop, ServiceManager(None), Reload(threading.Event(), lambda: server.settings)),
    )
    alone.start()
    stage = car.stage(server.port, server.papers.authority)
    try:
        with at_work(stage):
            until(lambda: "start platewatch run" in str(stage.state().problem))
            with server.going():
                until(at_home(car, server.settings.data_dir))
    finally:
        stop.set()
        alone.join(120)
    assert not alone.is_alive()
    assert differences(books_of_server(database), books_of_car(tmp_path / "car")) == []
