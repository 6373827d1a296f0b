"""From an MQTT broker's topic to a stored read, by way of the inbox and PostgreSQL; one process of several fetches."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import pipeline.ingesting.pulling
from pipeline.fitting import check
from pipeline.ingesting.alone import check_server, serve_alone
from pipeline.reloading import Reload
from pipeline.services.run import Service
from schemas.errors import ConfigurationError
from schemas.health import SourceHealth
from schemas.settings import IngestSettings, IngestSource, Settings
from services.service_manager import ServiceManager
from storage.database import Database
from tests.integration.pipeline.ingesting.test_posted import Site, until
from tests.unit.ingest.pulling.broker import PASSWORD, USER, RunningBroker, free_ports, running_broker
from tests.unit.ingest.pulling.device import Device, answered
from tests.unit.ingest.vendors.messages import JPEG


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def frigate() -> Iterator[Device]:
    with Device(lambda _, send: send(answered(JPEG, "image/jpeg")), has_login=False) as device:
        yield device


def seen(plate: str, number: int = 1) -> bytes:
    """What Frigate says of a plate that it has recognized."""
    told = {"type": "lpr", "id": f"object-{number}", "name": None, "plate": plate, "score": 0.93, "camera": "gate"}
    return json.dumps(told | {"timestamp": time.time()}).encode()


def mqtt(broker: RunningBroker, source_id: str, topic: str, **more: Any) -> IngestSource:
    url = f"mqtt://{USER}:{PASSWORD}@127.0.0.1:{broker.port}"
    pull = {"kind": "mqtt", "url": url, "topics": [topic]}
    return IngestSource.model_validate({"id": source_id, "vendor": "frigate", "pull": pull, **more})


def health(service: Service, source_id: str) -> SourceHealth:
    known = (one for one in service._board.sources() if one.source_id == source_id)
    return next(known, SourceHealth(source_id=source_id, vendor=""))


def test_topics_become_reads_and_sources_are_exchanged_while_the_run_goes_on(
    database: Database, tmp_path: Path, broker: RunningBroker, frigate: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.ingesting.pulling, "PATIENCE", timedelta(0))
    (nobody,) = free_ports(1)
    away = mqtt(dataclasses.replace(broker, port=nobody), "away", "t")
    with_pictures = mqtt(broker, "a", "one/a", pictures_url=frigate.url)
    settings = Settings(data_dir=tmp_path / "data", ingest=IngestSettings(sources=(away, with_pictures)))
    others = (mqtt(broker, "b", "one/b"), mqtt(broker, "c", "one/c"))
    other = settings.model_copy(update={"ingest": IngestSettings(sources=others)})
    check(settings)
    site = Site(database, tmp_path / "data")
    stop, reload = threading.Event(), Reload(threading.Event(), lambda: other)
    service = Service(settings, database, None, reload=reload)
    thread = threading.Thread(target=service.run, args=(stop,))
    thread.start()
    try:
        until(lambda: health(service, "a").connected_at)
        broker.publish("one/a", seen("AAA1111"), b"no JSON", json.dumps({"type": "face", "id": "a"}).encode())
        until(lambda: site.plates() == ["AAA1111"] and site.waiting() == 0)
        until(lambda: health(service, "a").received == 3)
        one, gone = health(service, "a"), health(service, "away")
        assert (one.quarantined, one.without_plate, one.problem, one.reconnects) == (1, 1, None, 0)
        assert [asked.path for asked in frigate.asked] == ["/api/events/object-1/snapshot.jpg"]
        # It stops nobody, and somebody is told.
        assert "cannot be reached" in str(gone.problem)
        until(lambda: failing(database) == ["away"])
        reload.asked.set()
        until(lambda: {one.source_id for one in service._board.sources()} == {"b", "c"})
        until(lambda: health(service, "b").connected_at and health(service, "c").connected_at)
        broker.publish("one/a", seen("DDD4444", 1))
        broker.publish("one/b", seen("BBB2222", 2))
        broker.publish("one/c", seen("CCC3333", 3))
        until(lambda: site.plates() == ["AAA1111", "BBB2222", "CCC3333"])
        until(lambda: failing(database) == [])
    finally:
        stop.set()
        began = time.monotonic()
        thread.join(60)
    assert not thread.is_alive()
    assert time.monotonic() - began < 60
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pull-")]


def failing(database: Database) -> list[str]:
    """The sources about which an alarm stands."""
    with database.connection() as connection:
        rows = connection.execute(
            "select subject from alarms where kind = 'camera_failed' and cleared_at is null"
        ).fetchall()
    return [row[0] for row in rows]


def test_one_of_two_runs_fetches_and_the_other_takes_over(
    database: Database, tmp_path: Path, broker: RunningBroker
) -> None:
    source = mqtt(broker, "drive", "three/events")
    first, second = (Site(database, tmp_path / name, sources=(source,)) for name in ("first", "second"))
    with contextlib.ExitStack() as stack:
        with first.going() as one:
            until(lambda: health(one, "drive").connected_at)
            other = stack.enter_context(second.going())
            broker.publish("three/events", seen("ABC1234"))
            until(lambda: first.plates() == ["ABC1234"])
            until(lambda: health(one, "drive").received == 1)
            assert health(other, "drive").connected_at is None
        until(lambda: health(other, "drive").connected_at)
        broker.publish("three/events", seen("XYZ9876", 2))
        until(lambda: first.plates() == ["ABC1234", "XYZ9876"])


def test_the_server_alone_fetches_too_and_a_run_beside_it_does_not(
    database: Database, tmp_path: Path, broker: RunningBroker
) -> None:
    site = Site(database, tmp_path / "data", sources=(mqtt(broker, "drive", "four/events"),))
    settings = site.settings.model_copy(update={"ingest": IngestSettings(sources=site.sources)})
    check_server(settings)
    with pytest.raises(ConfigurationError, match="no source has pull"):
        check_server(Settings(data_dir=tmp_path))
    stop = threading.Event()
    reload = Reload(threading.Event(), lambda: settings)
    alone = threading.Thread(target=serve_alone, args=(settings, stop, ServiceManager(None), reload))
    alone.start()
    try:
        until(lambda: (tmp_path / "data" / "inbox" / "pull-drive.lock").exists())
        time.sleep(0.5)
        broker.publish("four/events", seen("ABC1234"))
        until(lambda: site.waiting() == 1)
        with site.going() as service:
            until(lambda: site.plates() == ["ABC1234"])
            assert health(service, "drive").connected_at is None
    finally:
        stop.set()
        alone.join(20)
    assert not alone.is_alive()
