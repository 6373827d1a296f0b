"""Over real HTTPS: what is not the server's word, for this car, to this question, changes nothing and is said."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from ingest.server.door import IngestServer
from operations.cars.cars import add_car, revoke_car
from pipeline.ingesting.cars import cars_of_run
from pipeline.patrol.lists.server import Ask, ask_over_https
from schemas.errors import TransientError
from schemas.settings import IngestSettings, PatrolSettings
from services.private_files import write_private
from services.signing import SigningKeys
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.car.list_world import CarHere, World, some_entries
from tests.integration.hotlists.list_versions import import_version
from tests.integration.operations.cars.test_cars import PAT, SAM
from tests.integration.storage.samples import sample_id

CARS = ("unit-12", "unit-13", "unit-14")


class Line:
    """A server over HTTPS, and what a car connects with."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "certificate.pem"))
        for car_id in CARS:
            new = add_car(PAT, world.database, world.settings, car_id, [f"{car_id}-front"])
            write_private(folder / f"{car_id}.token", new.token.encode() + b"\n")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        settings = IngestSettings(
            listen=f"127.0.0.1:{self.port}",
            certificate_file=folder / "certificate.pem",
            key_file=folder / "key.pem",
        )
        access = cars_of_run(world.settings, world.database).access
        self.server = IngestServer(settings, world.settings.data_dir, {}, cars=access)

    def ask(self, car_id: str) -> Ask:
        return ask_over_https(self.patrol(car_id))

    def patrol(self, car_id: str) -> PatrolSettings:
        return PatrolSettings(
            car=car_id,
            server=f"https://127.0.0.1:{self.port}",
            token_file=self.folder / f"{car_id}.token",
            ca_file=self.folder / "ca.pem",
        )


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path)


@pytest.fixture
def line(world: World, tmp_path: Path) -> Iterator[Line]:
    one = Line(world, tmp_path)
    one.server.start()
    yield one
    one.server.stop()


@pytest.fixture
def car(world: World, line: Line) -> Iterator[CarHere]:
    import_version(world.database, some_entries(range(30)))
    one = CarHere(world, ask=line.ask("unit-12"))
    one.unlock()
    one.fetch()
    assert one.has() == world.wanted()
    yield one
    one.lists.close()


class Between:
    """Somebody between car and server, who changes or keeps answers."""

    def __init__(self, ask: Ask, change: Callable[[bytes], bytes]) -> None:
        self._ask, self._change = ask, change
        self.kept: list[bytes] = []

    def __call__(self, query: Mapping[str, str]) -> bytes:
        self.kept.append(self._ask(query))
        return self._change(self.kept[-1])


def refused(car: CarHere, ask: Ask, because: str) -> None:
    """The car refuses what comes so, says why, and has what it had."""
    before, edition = car.has(), car.lists.have.edition
    car.ask = ask
    with pytest.raises(TransientError, match=because):
        car.fetch()
    assert car.has() == before
    assert car.lists.have.edition == edition
    assert car.gate.now().state == "offline"


def test_a_change_comes_over_the_line(world: World, line: Line, car: CarHere) -> None:
    import_version(world.database, some_entries(range(10, 40)))
    HotlistEdits(world.database).withdraw([sample_id("ncic", 12)], by="a", reason="recovered")
    car.fetch()
    assert car.has() == world.wanted()


@pytest.mark.parametrize("place", [3, 20, 200, -80, -1])
def test_a_byte_that_was_changed_is_found(world: World, line: Line, car: CarHere, place: int) -> None:
    import_version(world.database, some_entries(range(10, 40)))

    def change(body: bytes) -> bytes:
        at = place % len(body)
        return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]

    refused(car, Between(line.ask("unit-12"), change), "refused")
    car.ask = line.ask("unit-12")
    car.fetch()
    assert car.has() == world.wanted()


@pytest.mark.parametrize("left", [0, 7, 11, 100, 600])
def test_an_answer_that_was_cut_is_found(world: World, line: Line, car: CarHere, left: int) -> None:
    import_version(world.database, some_entries(range(10, 40)))
    refused(car, Between(line.ask("unit-12"), lambda body: body[:left]), "refused")


def test_an_earlier_answer_is_found(world: World, line: Line, car: CarHere) -> None:
    import_version(world.database, some_entries(range(10, 40)))
    between = Between(line.ask("unit-12"), lambda body: body)
    car.ask = between
    car.fetch()
    import_version(world.database, some_entries(range(20, 40)))
    for earlier in between.kept:
        refused(car, Between(line.ask("unit-12"), lambda _, earlier=earlier: earlier), "not to this question")  # type: ignore[misc]


def test_another_cars_answer_is_found(world: World, line: Line, car: CarHere) -> None:
    import_version(world.database, some_entries(range(10, 40)))
    refused(car, line.ask("unit-13"), "for car 'unit-13'")


def test_another_servers_answer_is_found(world: World, line: Line, car: CarHere, tmp_path: Path) -> None:
    other = World(world.database, tmp_path / "impostor")
    import_version(world.database, some_entries(range(10, 40)))
    refused(car, other.ask("unit-12"), "not known here")
    # Also by a car that begins, where a person gave it the server's key.
    key_file = tmp_path / "server.pem"
    write_private(key_file, SigningKeys(world.settings.data_dir).current().public.pem)
    new = CarHere(world, "unit-14", other.ask("unit-14"), signing_key_file=key_file)
    new.unlock()
    refused(new, other.ask("unit-14"), "not known here")
    new.ask = line.ask("unit-14")
    new.fetch()
    assert new.has() == world.wanted()
    new.lists.close()


def test_a_key_that_the_one_before_named_counts(world: World, line: Line, car: CarHere) -> None:
    SigningKeys(world.settings.data_dir).rotate()
    SigningKeys(world.settings.data_dir).rotate()
    import_version(world.database, some_entries(range(10, 40)))
    car.fetch()
    assert car.has() == world.wanted()
    car.restart()
    SigningKeys(world.settings.data_dir).rotate()
    car.fetch()
    assert car.gate.now().state == "fresh"


def test_a_part_that_is_repeated_or_left_out_is_refused(world: World, line: Line, car: CarHere) -> None:
    import_version(world.database, some_entries(range(10, 40)))
    ask = line.ask("unit-12")

    def other_part(query: Mapping[str, str]) -> bytes:
        return ask({**query, "part": "2"} if query.get("part") == "1" else query)

    refused(car, other_part, "part 1 is next")


def test_a_delta_to_what_is_not_here_is_refused(world: World, line: Line, car: CarHere) -> None:
    ask, first = line.ask("unit-12"), str(car.lists.have.edition)
    import_version(world.database, some_entries(range(10, 40)))
    car.ask = lambda query: ask(query if "part" in query else {**query, "have": first})
    with pytest.raises(TransientError, match=f"makes edition .* of edition {first}, and edition .* is here"):
        car.fetch()
    assert car.has() == world.wanted(), "what came before that was right"
    # The server takes it for what it is to be told anew.
    car.ask = ask
    car.fetch()
    assert car.gate.now().state == "fresh"
    assert car.has() == world.wanted()


def test_a_revoked_car_wipes_its_lists(world: World, line: Line, car: CarHere) -> None:
    revoke_car(SAM, world.database, "unit-12", "the car was stolen")
    while car.lists.is_unlocked:  # the server looks every other second
        car.fetch()
        time.sleep(0.1)
    assert not car.lists.is_unlocked
    assert "revoked" in (car.lists.about.wiped_why or "")
    assert car.lists.active_versions() == {}
    assert b"CAR00" not in car.bytes_on_disk()


def test_a_line_without_a_network_or_a_token_is_said(world: World, line: Line, car: CarHere) -> None:
    line.server.stop()
    heard = car.gate.now().since
    car.fetch()
    assert car.gate.now().state == "offline"
    assert car.gate.now().since == heard
    assert car.has() == world.wanted()


def test_who_shows_no_token_gets_nothing(world: World, line: Line, car: CarHere) -> None:
    write_private(line.folder / "unit-12.token", b"another\n")
    refused(car, line.ask("unit-12"), "401")


def test_the_servers_clock_is_not_the_cars(world: World, line: Line, car: CarHere) -> None:
    world.now += timedelta(days=3)
    import_version(world.database, some_entries(range(10, 40)))
    car.fetch()
    assert car.has() == world.wanted()
