"""What a car read comes home: whole, once, in its order, whatever becomes of the way there."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.server.car_reads import REFUSED, reads_in
from ingest.server.cars import CarReply, CarRequest, CarRoute
from ingest.server.known_cars import KnownCar
from pipeline.health.board import HealthBoard
from pipeline.patrol import draining
from pipeline.patrol.draining import DrainingStage
from pipeline.patrol.picture_sending import PictureSender
from schemas.settings.patrol import PatrolSettings
from services.http.home import Home
from tests.unit.ingest.server.car_site import TOKEN, CarSite, car_read_sample, jpeg, known_car
from tests.unit.pipeline.patrol.way_home import CarBooks, at_work, flaky, secure_server, until


@pytest.fixture
def site(tmp_path: Path) -> CarSite:
    return CarSite(tmp_path / "server")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[CarBooks]:
    (tmp_path / "car").mkdir()
    made = CarBooks(tmp_path / "car")
    yield made
    made.close()


def ids_at_home(site: CarSite) -> list[str]:
    """The ids of the reads in the inbox, in their order, doubles included."""
    messages = [message for message in site.stored() if REFUSED not in message.headers]
    return [json.loads(body)["message_id"] for message in messages for body in reads_in(message)]


def test_everything_comes_home_in_its_order_and_is_gone_from_what_waits(
    tmp_path: Path, site: CarSite, books: CarBooks
) -> None:
    ids = [books.read(car_read_sample(number), number if number % 50 == 0 else None) for number in range(450)]
    with secure_server(tmp_path / "server", site.access()) as server:
        stage = books.stage(server.port, server.authority)
        with at_work(stage):
            until(lambda: books.is_empty)
    assert ids_at_home(site) == ids
    state = stage.state()
    assert (state.sent, state.refused, state.problem, state.reached_at is None) == (450, 0, None, False)
    bodies = [body for message in site.stored() for body in reads_in(message)]
    for number in range(0, 450, 50):
        key = json.loads(bodies[number])["read"]["plate_image_key"]
        assert site.images.load(key) == jpeg(number, 200)


@pytest.mark.parametrize("seed", range(2))
def test_a_way_that_breaks_all_the_time_loses_nothing(
    tmp_path: Path, site: CarSite, books: CarBooks, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DrainingStage, "longest_pause_seconds", 0.3)
    ids = [books.read(car_read_sample(number), number if number % 20 == 0 else None) for number in range(240)]
    with (
        secure_server(tmp_path / "server", site.access()) as server,
        flaky(server.port, seed, 60_000) as (port, connections),
        at_work(books.stage(port, server.authority)),
    ):
        until(lambda: books.is_empty)
    came = ids_at_home(site)
    # An answer that got lost has its batch sent again; by their ids it is the same.
    assert list(dict.fromkeys(came)) == ids
    assert len(connections) > 3
    assert len(list(site.data_dir.glob("images/**/*.jpg"))) == 24


def test_what_is_refused_is_kept_with_the_reason_and_holds_nothing_up(
    tmp_path: Path, site: CarSite, books: CarBooks, caplog: pytest.LogCaptureFixture
) -> None:
    good = [books.read(car_read_sample(number)) for number in range(3)]
    books.read(car_read_sample(3, "unit-99-front"))
    good += [books.read(car_read_sample(number)) for number in range(4, 6)]
    with (
        secure_server(tmp_path / "server", site.access()) as server,
        at_work(books.stage(server.port, server.authority)),
    ):
        until(lambda: books.uploads.count() == 0)
    assert ids_at_home(site) == good
    assert books.uploads.refused() == 1
    assert "camera 'unit-99-front' is none of this car's" in caplog.text
    assert "VNV4527" not in caplog.text


def test_a_car_that_is_revoked_stops_and_says_so_and_goes_on_with_another_token(
    tmp_path: Path, site: CarSite, books: CarBooks, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(draining, "REVOKED_SECONDS", 0.1)
    caplog.set_level(logging.INFO)
    for number in range(100):
        books.read(car_read_sample(number))
    wiped: list[str] = []
    board = HealthBoard("car")
    with secure_server(tmp_path / "server", site.access()) as server:
        stage = books.stage(server.port, server.authority, revoked=wiped.append)
        stage.board = board
        site.cars["unit-12"] = known_car(is_revoked=True)
        with at_work(stage):
            until(lambda: stage.state().is_revoked)
            assert [("revoked" in why) for why in wiped] == [True]
            assert books.uploads.count() == 100
            assert "revoked" in str(stage.state().problem)
            # Another token, which the server knows: everything goes home.
            site.cars["unit-12"] = other_token()
            books.token_file.write_text("another-token")
            until(lambda: books.uploads.count() == 0)
    assert len(wiped) == 1
    assert not stage.state().is_revoked
    assert len(ids_at_home(site)) == 100
    assert TOKEN not in caplog.text
    assert caplog.text.count("the car has another token") == 1


def other_token() -> KnownCar:
    return dataclasses.replace(known_car(), token_sha256=hashlib.sha256(b"another-token").hexdigest())


def test_a_token_that_nobody_knows_ends_nothing(tmp_path: Path, site: CarSite, books: CarBooks) -> None:
    books.token_file.write_text("another-token")
    books.read(car_read_sample())
    with secure_server(tmp_path / "server", site.access()) as server:
        stage = books.stage(server.port, server.authority)
        with at_work(stage):
            until(lambda: "does not know this token" in str(stage.state().problem))
            books.token_file.unlink()
            until(lambda: "cannot be read" in str(stage.state().problem))
            books.token_file.write_text(TOKEN)
            until(lambda: books.is_empty)


def test_a_server_that_somebody_else_signed_gets_nothing(tmp_path: Path, site: CarSite, books: CarBooks) -> None:
    books.read(car_read_sample())
    with (
        secure_server(tmp_path / "server", site.access()) as server,
        secure_server(tmp_path / "other", CarSite(tmp_path / "other").access()) as other,
    ):
        stage = books.stage(server.port, other.authority)
        with at_work(stage):
            until(lambda: "certificate" in str(stage.state().problem).lower())
    assert books.uploads.count() == 1
    assert site.seen == []


class Answers:
    """A server that answers as a test says; what was sent, batch by batch."""

    def __init__(self, answer: Any) -> None:
        self.batches: list[list[str]] = []
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ((name, sent),) = json.loads(gzip.decompress(request.content)).items()
        ids = [str(one["message_id"]) for one in sent]
        self.batches.append(ids)
        found = self._answer(name, ids)
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)


def stage_with(books: CarBooks, answers: Answers) -> DrainingStage:
    settings = PatrolSettings(car="unit-12", server="https://server", token_file=books.token_file)
    home = Home(settings, httpx.MockTransport(answers))
    return DrainingStage(home, books.uploads, PictureSender(home, books.uploads, books.images))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"stored":7,"refused":[]}', b'{"stored":[]}', b"<html>"])
def test_an_answer_that_says_nothing_settles_nothing(books: CarBooks, body: bytes) -> None:
    books.read(car_read_sample())
    stage = stage_with(books, Answers(lambda name, sent: httpx.Response(200, content=body)))
    with at_work(stage):
        until(lambda: "cannot be understood" in str(stage.state().problem))
    assert books.uploads.count() == 1


def test_answers_go_by_their_own_way(tmp_path: Path, site: CarSite, books: CarBooks) -> None:
    books.read(car_read_sample())
    books.uploads.add("answer", "a1", b'{"answer_id":"a1"}')

    def take(asked: CarRequest) -> CarReply:
        return CarReply(said={"stored": [one["answer_id"] for one in asked.json()["answers"]], "refused": []})

    with (
        secure_server(tmp_path / "server", site.access({"answers": CarRoute(take)})) as server,
        at_work(books.stage(server.port, server.authority)),
    ):
        until(lambda: books.is_empty)
