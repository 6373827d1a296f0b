"""Batches of cars' reads: what is answered as stored is on the disk, what is refused is kept with the reason."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.server.car_reads import REFUSED, reads_in
from schemas import ids
from schemas.events import PublishedRead
from tests.unit.ingest.server.car_site import (
    CarSite,
    ServedCars,
    batch_of,
    body_of,
    car_read_sample,
    known_car,
    message_id,
)

MOST_READS = 200
MOST_WAITING = 5000

PACKED = {"content-encoding": "gzip", "content-type": "application/json"}


@pytest.fixture
def site(tmp_path: Path) -> CarSite:
    return CarSite(tmp_path)


@pytest.fixture
def client(site: CarSite, tmp_path: Path) -> Iterator[httpx.Client]:
    with ServedCars(tmp_path, site.access()) as one:
        yield one


def post(client: httpx.Client, body: bytes) -> httpx.Response:
    return client.post("/unit-12/reads", content=gzip.compress(body), headers=PACKED)


def changed(body: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    found = json.loads(body)
    change(found)
    return json.dumps(found).encode()


def test_a_batch_is_stored_and_answered_by_ids(client: httpx.Client, site: CarSite) -> None:
    bodies = [body_of(car_read_sample(number)) for number in range(3)]
    answer = post(client, batch_of(*bodies))
    assert answer.status_code == 200
    assert answer.json() == {"stored": [message_id(body) for body in bodies], "refused": []}
    (message,) = site.stored()
    assert (message.source, REFUSED in message.headers) == ("car:unit-12", False)
    found = [PublishedRead.model_validate_json(body) for body in reads_in(message)]
    assert found == [PublishedRead.model_validate_json(body) for body in bodies]
    # An answer that got lost has it sent again, and answered alike.
    assert post(client, batch_of(*bodies)).json() == answer.json()


def _other_camera(found: dict[str, Any]) -> None:
    found["read"]["camera_id"] = "unit-13-front"


def _other_key(found: dict[str, Any]) -> None:
    read = found["read"]
    read["plate_image_key"] = read["plate_image_key"].replace("unit-12-front", "gate")


def _other_id(found: dict[str, Any]) -> None:
    found["message_id"] = str(ids.published_read_id(ids.hit_id(*[ids.dead_letter_id("x", 1, 1)] * 2), 0, is_final=True))


def _clock_far_ahead(found: dict[str, Any]) -> None:
    found["arrived_at"] = (datetime.now(UTC) + timedelta(days=3)).isoformat()


def _backwards(found: dict[str, Any]) -> None:
    found["read"]["last_seen"] = found["read"]["first_seen"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_other_camera, "camera 'unit-13-front' is none of this car's"),
        (_other_key, "picture's key is not of the read's camera"),
        (_other_id, "message_id is not that of this revision"),
        (_clock_far_ahead, "more than a day ahead"),
        (_backwards, "does not lie between"),
        (lambda found: found["read"].update(agency_id="gotham-pd"), "is of agency 'gotham-pd'"),
        (lambda found: found["read"].update(captured_at="2026-13-01T00:00:00Z"), "captured_at"),
        (lambda found: found.update(schema_version="9"), "schema version '9'"),
        (lambda found: found.update(vendor_payload="x" * 2**20), "more than a car may send"),
    ],
)
def test_one_that_is_wrong_is_refused_with_words_and_stops_no_other(
    client: httpx.Client, site: CarSite, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    good, bad = (body_of(car_read_sample(number)) for number in range(2))
    bad = changed(bad, change)
    said = post(client, batch_of(good, bad)).json()
    assert said["stored"] == [message_id(good)]
    ((refused),) = said["refused"]
    assert refused["id"] == message_id(bad)
    assert words in refused["reason"]
    kept = [message for message in site.stored() if REFUSED in message.headers]
    assert [message.headers[REFUSED] for message in kept] == [refused["reason"]]
    assert [json.loads(body) for body in reads_in(kept[0])] == [json.loads(bad)]


@pytest.mark.parametrize("found", [None, 7, "text", [], {"message_id": 7}, {"message_id": "no id"}])
def test_what_is_no_read_at_all_is_refused_without_an_id(client: httpx.Client, site: CarSite, found: Any) -> None:
    said = post(client, batch_of(json.dumps(found).encode())).json()
    assert [one["id"] for one in said["refused"]] == [None]
    assert len(site.stored()) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no json", "not JSON"),
        (b'{"reads":[NaN]}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "list of reads"),
        (b'{"reads":7}', "list of reads"),
        (batch_of(*[b"1"] * (MOST_READS + 1)), f"at most {MOST_READS}"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(client: httpx.Client, site: CarSite, body: bytes, words: str) -> None:
    answer = post(client, body)
    assert (answer.status_code, words in answer.json()["error"]) == (422, True)
    assert site.stored() == []


def test_an_empty_batch_is_answered(client: httpx.Client, site: CarSite) -> None:
    assert post(client, batch_of()).json() == {"stored": [], "refused": []}
    assert site.stored() == []


def test_a_car_that_floods_is_told_to_wait(
    client: httpx.Client, site: CarSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_WAITING > 100
    monkeypatch.setattr("ingest.server.car_reads.MOST_WAITING", 2)
    site.cars["unit-13"] = known_car("unit-13")
    for number in range(2):
        assert post(client, batch_of(body_of(car_read_sample(number)))).status_code == 200
    answer = post(client, batch_of(body_of(car_read_sample(3))))
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
    other = body_of(car_read_sample(4, "unit-13-front"))
    assert client.post("/unit-13/reads", content=batch_of(other)).json()["stored"] == [message_id(other)]


def test_while_the_database_is_away_reads_come_in(client: httpx.Client, site: CarSite) -> None:
    assert post(client, batch_of()).status_code == 200
    site.is_away = True
    body = body_of(car_read_sample())
    assert post(client, batch_of(body)).json()["stored"] == [message_id(body)]
    assert len(site.stored()) == 1
