"""Pictures come in pieces, go on where they were cut off, and are never replaced."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.server import car_pictures
from ingest.server.car_pictures import FOLDER, MEDIA_TYPE
from storage.reads.images import image_key
from tests.unit.ingest.server.car_site import TOKEN, CarSite, ServedCars, car_read_sample, jpeg

GIVEN_UP_SECONDS = 2 * 86_400.0
MOST_BEGUN = 64
MOST_PICTURE_BYTES = 8 << 20


@pytest.fixture
def site(tmp_path: Path) -> CarSite:
    return CarSite(tmp_path)


@pytest.fixture
def served(site: CarSite, tmp_path: Path) -> Iterator[tuple[httpx.Client, int]]:
    one = ServedCars(tmp_path, site.access())
    with one as client:
        yield client, one.port


@pytest.fixture
def client(served: tuple[httpx.Client, int]) -> httpx.Client:
    return served[0]


def key_of(number: int = 0, camera_id: str = "unit-12-front") -> str:
    return image_key(car_read_sample(number, camera_id), "plate")


def patch(client: httpx.Client, key: str, data: bytes, offset: int, length: int, **headers: str) -> httpx.Response:
    return client.patch(
        f"/unit-12/pictures/{key}",
        content=data,
        headers={
            "content-type": MEDIA_TYPE,
            "upload-offset": str(offset),
            "upload-length": str(length),
            "tus-resumable": "1.0.0",
            **headers,
        },
    )


def at(client: httpx.Client, key: str) -> int:
    answer = client.head(f"/unit-12/pictures/{key}")
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def test_a_picture_comes_in_one_piece_or_in_several(client: httpx.Client, site: CarSite) -> None:
    whole, data = key_of(1), jpeg(1)
    answer = patch(client, whole, data, 0, len(data))
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(data)))
    assert site.images.load(whole) == data
    pieces, data = key_of(2), jpeg(2, 300)
    assert at(client, pieces) == 0
    for begin in range(0, len(data), 50_000):
        assert at(client, pieces) == begin
        assert not site.images.has(pieces)
        assert patch(client, pieces, data[begin : begin + 50_000], begin, len(data)).status_code == 204
    assert site.images.load(pieces) == data
    assert at(client, pieces) == len(data)
    assert list((site.data_dir / FOLDER).glob("*/*")) == []


def test_one_that_was_cut_off_goes_on_at_the_byte_that_came_last(
    served: tuple[httpx.Client, int], site: CarSite
) -> None:
    client, port = served
    key, data = key_of(), jpeg(0, 300)
    head = (
        f"PATCH /ingest/cars/unit-12/pictures/{key} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nUpload-Offset: 0\r\nUpload-Length: {len(data)}\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(head.encode() + data[:60_000])
    until = time.monotonic() + 120
    while at(client, key) == 0 and time.monotonic() < until:
        time.sleep(0.05)
    have = at(client, key)
    assert 0 < have <= 60_000
    assert patch(client, key, data[have:], have, len(data)).status_code == 204
    assert site.images.load(key) == data


def test_a_piece_has_to_fit(client: httpx.Client, site: CarSite) -> None:
    key, data = key_of(), jpeg(0, 300)
    assert patch(client, key, data[:1000], 0, len(data)).status_code == 204
    answer = patch(client, key, data[500:1500], 500, len(data))
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "1000")
    assert patch(client, key, data[1000:2000], 1000, len(data) + 1).status_code == 409
    assert patch(client, key, data[1000:] + b"more", 1000, len(data)).status_code == 413
    assert patch(client, key, b"x", 0, MOST_PICTURE_BYTES + 1).status_code == 413
    assert patch(client, key, b"", 0, 0).status_code == 413
    assert patch(client, key, b"x", 1000, len(data), **{"content-type": "image/jpeg"}).status_code == 415
    assert patch(client, key, b"x", 1000, len(data), **{"upload-offset": "-3"}).status_code == 400
    assert patch(client, key, b"x", 1000, len(data), **{"tus-resumable": "2.0.0"}).status_code == 412
    assert at(client, key) == 1000
    assert patch(client, key, data[1000:], 1000, len(data)).status_code == 204
    assert site.images.load(key) == data


def test_what_is_there_is_not_replaced(client: httpx.Client, site: CarSite) -> None:
    key, data = key_of(), jpeg(0)
    assert patch(client, key, data, 0, len(data)).status_code == 204
    other = jpeg(9)
    answer = patch(client, key, other, 0, len(other))
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(other)))
    assert site.images.load(key) == data


@pytest.mark.parametrize(
    "data",
    [b"x" * 1000, jpeg(0)[:-500], b"\xff\xd8" + b"\0" * 1000 + b"\xff\xd9"],
    ids=["text", "cut off", "nothing in it"],
)
def test_what_is_no_whole_picture_is_refused_and_may_begin_anew(
    client: httpx.Client, site: CarSite, data: bytes
) -> None:
    key = key_of()
    assert patch(client, key, data, 0, len(data)).status_code == 422
    assert patch(client, key, data[:100], 0, len(data)).status_code == 204
    assert patch(client, key, data[100:], 100, len(data)).status_code == 422
    assert at(client, key) == 0
    assert not site.images.has(key)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("../../../etc/passwd", 404),
        ("2026/01/01/unit-12-front/x.jpg", 404),
        (key_of().replace("-plate.jpg", "-other.jpg"), 404),
        (key_of().replace("unit-12-front", "..%2f.."), 404),
        (key_of(0, "unit-13-front"), 403),
        (key_of(0, "gate"), 403),
    ],
    ids=["climbs", "no id", "no kind", "climbs back", "another car's", "a camera's"],
)
def test_only_keys_of_the_cars_own_cameras_are_taken(
    client: httpx.Client, site: CarSite, key: str, status: int
) -> None:
    data = jpeg()
    assert patch(client, key, data, 0, len(data)).status_code == status
    assert client.head(f"/unit-12/pictures/{key}").status_code == status
    assert not list(site.data_dir.glob("images/**/*.jpg"))


def test_only_so_many_begin_at_a_time(client: httpx.Client) -> None:
    for number in range(MOST_BEGUN):
        assert patch(client, key_of(number), b"x", 0, 1000).status_code == 204
    assert patch(client, key_of(MOST_BEGUN), b"x", 0, 1000).status_code == 429
    assert patch(client, key_of(MOST_BEGUN), jpeg(), 0, len(jpeg())).status_code == 204  # all of it needs no place


def test_what_does_not_go_on_is_swept(
    client: httpx.Client, site: CarSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(car_pictures, "SWEEP_SECONDS", 0.0)
    assert patch(client, key_of(0), b"x", 0, 1000).status_code == 204
    (begun,) = (site.data_dir / FOLDER).glob("*/*")
    old = time.time() - GIVEN_UP_SECONDS - 60
    os.utime(begun, (old, old))
    with caplog.at_level(logging.INFO):
        assert patch(client, key_of(1), b"x", 0, 1000).status_code == 204
        assert patch(client, key_of(2), b"x", 0, 1000).status_code == 204
    said = [record.getMessage() for record in caplog.records if record.name == car_pictures.__name__]
    assert said == ["1 pictures of cars did not go on for two days and are given up"]
    left = list((site.data_dir / FOLDER).glob("*/*"))
    assert begun not in left
    assert len(left) == 2


def test_nothing_is_taken_where_the_disk_is_nearly_full(
    client: httpx.Client, site: CarSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> Any:
        return os.statvfs_result((4096, 4096, 1000, 10, 10, 0, 0, 0, 0, 255))

    monkeypatch.setattr(car_pictures.os, "statvfs", full)
    data = jpeg()
    answer = patch(client, key_of(), data, 0, len(data))
    assert (answer.status_code, "retry-after" in answer.headers) == (507, True)
    assert patch(client, key_of(), data[:10], 0, len(data)).status_code == 507
