"""Cars at the server: who may, what is answered while the database is away, and what bodies may be."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.server.cars import CarReply, CarRequest
from ingest.server.known_cars import KnownCars
from schemas.errors import InvalidInput, NotPermitted, TransientError
from tests.unit.ingest.server.car_site import CarSite, ServedCars, known_car

MOST_UNPACKED_BYTES = 32 << 20
ASK_SECONDS = 2.0
OUTAGE_SECONDS = 3600.0


@pytest.fixture
def site(tmp_path: Path) -> CarSite:
    return CarSite(tmp_path)


@pytest.fixture
def client(site: CarSite, tmp_path: Path) -> Iterator[httpx.Client]:
    with ServedCars(tmp_path, site.access()) as one:
        yield one


def test_a_car_is_answered_and_noted(client: httpx.Client, site: CarSite) -> None:
    answer = client.post("/unit-12/echo/a/b", content=b"1234", params={"have": "3"})
    assert (answer.status_code, answer.json()) == (200, {"got": 4})
    (asked,) = site.asked
    assert (asked.car, asked.method, asked.rest, asked.query) == (known_car(), "POST", "a/b", {"have": "3"})
    assert client.get("/unit-12/echo").json() == {"got": 0}
    assert [name for name, _ in site.seen] == ["unit-12"]  # twice within a moment is noted once


@pytest.mark.parametrize("headers", [{"authorization": "Bearer another"}, {"authorization": ""}])
def test_without_its_token_a_car_is_nobody(client: httpx.Client, site: CarSite, headers: dict[str, str]) -> None:
    mine = client.post("/unit-12/echo", content=b"1234", headers=headers)
    nobodys = client.post("/unit-99/echo", content=b"1234", headers=headers)
    assert mine.status_code == nobodys.status_code == 401
    assert mine.json() == nobodys.json()  # whether there is such a car is not told
    assert client.post("/unit-99/echo", content=b"1234").status_code == 401
    assert site.asked == []
    assert site.seen == []


def test_a_car_that_is_revoked_is_told_so(client: httpx.Client, site: CarSite) -> None:
    site.cars["unit-12"] = known_car(is_revoked=True)
    answer = client.post("/unit-12/echo", content=b"1234")
    assert (answer.status_code, answer.json()["code"]) == (403, "revoked")
    # With another token nothing is said of that.
    assert "code" not in client.post("/unit-12/echo", headers={"authorization": "Bearer another"}).json()
    assert site.asked == []


def test_while_the_database_is_away_known_cars_go_on(client: httpx.Client, site: CarSite) -> None:
    assert client.post("/unit-12/echo", content=b"1").status_code == 200
    site.cars["unit-13"] = known_car("unit-13")
    site.is_away = True
    assert client.post("/unit-12/echo", content=b"1").status_code == 200
    answer = client.post("/unit-13/echo", content=b"1")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert len(site.asked) == 2


def test_a_packed_body_is_unpacked_and_bounded(client: httpx.Client, site: CarSite) -> None:
    packed = {"content-encoding": "gzip"}
    assert client.post("/unit-12/echo", content=gzip.compress(b"x" * 100), headers=packed).json() == {"got": 100}
    bomb = gzip.compress(b"\0" * (MOST_UNPACKED_BYTES + 1))
    assert len(bomb) < 1 << 20
    answer = client.post("/unit-12/echo", content=bomb, headers=packed)
    assert (answer.status_code, "unpacked" in answer.json()["error"]) == (413, True)
    whole = gzip.compress(json.dumps({"reads": list(range(1000))}).encode())
    broken = bytearray(whole)
    broken[len(broken) // 2] ^= 0xFF
    for damaged in (whole[:-9], bytes(broken), whole + b"more", whole + gzip.compress(b"more"), b"nothing packed", b""):
        answer = client.post("/unit-12/echo", content=damaged, headers=packed)
        assert answer.status_code == 400, damaged[:10]
        assert "gzip" in answer.json()["error"]
    assert len(site.asked) == 1
    assert client.post("/unit-12/echo", content=b"x", headers={"content-encoding": "br"}).status_code == 415


@pytest.mark.parametrize(
    ("error", "status"),
    [(InvalidInput("no such thing"), 422), (NotPermitted("no"), 403), (TransientError("away"), 503)],
)
def test_what_a_handler_raises_is_answered(client: httpx.Client, site: CarSite, error: Exception, status: int) -> None:
    def fail(_: CarRequest) -> Any:
        raise error

    site.answers = fail
    assert client.post("/unit-12/echo", content=b"1").status_code == status


def test_a_reply_may_be_bytes(client: httpx.Client, site: CarSite) -> None:
    site.answers = lambda _: CarReply(body=b"\x00list", headers={"x-as-of": "now"})
    answer = client.get("/unit-12/echo")
    assert (answer.content, answer.headers["x-as-of"]) == (b"\x00list", "now")


def test_what_is_not_known_is_said(client: httpx.Client) -> None:
    answer = client.post("/unit-12/nothing", content=b"1")
    assert (answer.status_code, "echo" in answer.json()["error"]) == (404, True)
    answer = client.request("DELETE", "/unit-12/echo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_without_a_database_cars_are_sent_elsewhere(tmp_path: Path) -> None:
    with ServedCars(tmp_path, None) as client:
        answer = client.post("/unit-12/echo", content=b"1")
    assert (answer.status_code, "platewatch run" in answer.json()["error"]) == (503, True)


def test_a_car_is_remembered_for_an_outage_and_no_longer(site: CarSite) -> None:
    now = 0.0
    known = KnownCars(site.find, site.see, clock=lambda: now)
    assert known.get("unit-12") == known_car()
    assert known.get("unit-13") is None
    site.cars["unit-12"] = known_car(is_revoked=True)
    assert known.get("unit-12") == known_car()
    now = ASK_SECONDS
    assert known.get("unit-12") == known_car(is_revoked=True)
    site.is_away = True
    now = OUTAGE_SECONDS
    assert known.get("unit-12") == known_car(is_revoked=True)
    with pytest.raises(TransientError):
        known.get("unit-13")  # it may have been added since
    now = 3 * OUTAGE_SECONDS
    with pytest.raises(TransientError):
        known.get("unit-12")
