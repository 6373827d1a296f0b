"""What a run's server knows of patrol cars, and what becomes of what their officers send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ingest.server.answers import Refusal
from ingest.server.cars import CarRequest, CarRoute
from ingest.server.known_cars import KnownCar
from operations.cars.answering import Received
from operations.cars.signing_on import CarIsRevoked
from pipeline.ingesting import car_lists, car_officers, cars
from pipeline.ingesting.car_officers import officer_routes
from pipeline.ingesting.cars import CarsOfRun, cars_of_run
from schemas.errors import DatabaseUnavailable, InvalidInput
from schemas.settings import Settings

REPORT_BYTES = 1 << 20
SIGN_ON_BYTES = 16_384
UNPACKED_BYTES = 2 << 20
LOOK_SECONDS = 10.0

DATABASE: Any = object()
SETTINGS = Settings(agency_id="fairfax")
CAR = KnownCar("unit-12", frozenset({"front"}), "0" * 64, is_revoked=False)


def asked(body: Any, query: dict[str, str] | None = None) -> CarRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CarRequest(CAR, "POST", "", query or {}, {}, raw)


@dataclass
class Operations:
    """Stands where what cars send is taken in: notes what it is given."""

    given: list[tuple[Any, ...]] = field(default_factory=list)
    refuses: Exception | None = None

    def __call__(self, name: str, answer: Any) -> Any:
        def take(*given: Any) -> Any:
            self.given.append((name, *given))
            if self.refuses is not None:
                raise self.refuses
            return answer

        return take


@pytest.fixture
def operations(monkeypatch: pytest.MonkeyPatch) -> Operations:
    found = Operations()
    received = Received(("a", "b"), (("c", "no such alert"),))
    for name, answer in (
        ("take_answers", received),
        ("take_notes", received),
        ("tell_outcomes", [{"id": "a"}]),
        ("take_report", None),
        ("sign_on", {"person": "kim"}),
    ):
        monkeypatch.setattr(car_officers, name, found(name, answer))
    return found


@pytest.fixture
def routes(operations: Operations) -> dict[str, CarRoute]:
    return dict(officer_routes(SETTINGS, DATABASE))


KEPT = {"stored": ["a", "b"], "refused": [{"id": "c", "reason": "no such alert"}]}


@pytest.mark.parametrize(
    ("route", "body", "given", "said"),
    [
        ("answers", {"answers": [1], "notes": [2]}, ("take_answers", DATABASE, SETTINGS, "unit-12", [1]), KEPT),
        ("answers", [1], ("take_answers", DATABASE, SETTINGS, "unit-12", None), KEPT),
        ("notes", {"answers": [1], "notes": [2]}, ("take_notes", DATABASE, SETTINGS, "unit-12", [2]), KEPT),
        ("notes", {}, ("take_notes", DATABASE, SETTINGS, "unit-12", None), KEPT),
        ("outcomes", {"answers": ["a"]}, ("tell_outcomes", DATABASE, "unit-12", ["a"]), {"outcomes": [{"id": "a"}]}),
        ("outcomes", 7, ("tell_outcomes", DATABASE, "unit-12", None), {"outcomes": [{"id": "a"}]}),
        ("report", {"reads": 1}, ("take_report", DATABASE, "unit-12", {"reads": 1}), {"stored": True}),
        ("sign-on", {"name": 1}, ("sign_on", DATABASE, SETTINGS, "unit-12", {"name": 1}), {"person": "kim"}),
    ],
)
def test_what_a_car_sends_is_taken_in_as_that_cars_and_answered(
    routes: dict[str, CarRoute],
    operations: Operations,
    route: str,
    body: Any,
    given: tuple[Any, ...],
    said: dict[str, Any],
) -> None:
    reply = routes[route].handle(asked(body))
    assert operations.given == [given]
    assert (reply.status, reply.said, reply.body) == (200, said, b"")


def test_each_route_takes_posts_up_to_its_size(routes: dict[str, CarRoute]) -> None:
    assert {name: (set(route.methods), route.most_unpacked) for name, route in routes.items()} == {
        "answers": ({"POST"}, UNPACKED_BYTES),
        "notes": ({"POST"}, UNPACKED_BYTES),
        "outcomes": ({"POST"}, UNPACKED_BYTES),
        "report": ({"POST"}, REPORT_BYTES),
        "sign-on": ({"POST"}, SIGN_ON_BYTES),
    }


def test_a_sign_on_may_be_as_large_as_any_and_no_larger(routes: dict[str, CarRoute], operations: Operations) -> None:
    largest = b'"' + b"x" * (SIGN_ON_BYTES - 2) + b'"'
    assert routes["sign-on"].handle(asked(largest)).said == {"person": "kim"}
    with pytest.raises(InvalidInput, match="the sign-on is larger than any can be"):
        routes["sign-on"].handle(asked(largest + b" "))
    assert len(operations.given) == 1


def test_a_car_that_was_revoked_meanwhile_hears_so_at_sign_on(
    routes: dict[str, CarRoute], operations: Operations
) -> None:
    operations.refuses = CarIsRevoked("this car was revoked")
    with pytest.raises(Refusal) as raised:
        routes["sign-on"].handle(asked({}))
    assert (raised.value.status, raised.value.message, raised.value.code) == (403, "this car was revoked", "revoked")


def test_lists_are_fetched_by_the_car_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    class Feed:
        def __init__(self, *about: Any) -> None:
            given.append(about)

        def answer(self, car_id: str, query: Any) -> bytes:
            given.append((car_id, query))
            return b"signed"

    monkeypatch.setattr(car_lists, "CarListFeed", Feed)
    monkeypatch.setattr(cars, "officer_routes", lambda *about: given.append(about) or {"answers": "the route"})
    routes = cars.car_routes(SETTINGS, DATABASE)
    assert set(routes) == {"lists", "answers"}
    assert routes["lists"].methods == {"GET"}
    reply = routes["lists"].handle(asked(b"", {"have": "7"}))
    assert (reply.status, reply.body, reply.headers) == (200, b"signed", {"content-type": "application/octet-stream"})
    assert given == [(SETTINGS, DATABASE), (SETTINGS, DATABASE), ("unit-12", {"have": "7"})]


def test_whether_there_are_cars_is_asked_every_few_seconds_and_stays_as_it_was_in_an_outage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, asked_at, answers = [1000.0], list[float](), iter([False, True, DatabaseUnavailable("down"), False])

    def are_any() -> bool:
        asked_at.append(now[0])
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(cars, "time", SimpleNamespace(monotonic=lambda: now[0]))
    own = CarsOfRun(cast(Any, None), cast(Any, SimpleNamespace(are_any=are_any)))
    found = []
    for step in (0.0, LOOK_SECONDS - 0.1, LOOK_SECONDS, 2 * LOOK_SECONDS, 3 * LOOK_SECONDS):
        now[0] = 1000.0 + step
        found.append(own.are_any())
    assert found == [False, False, True, True, False]
    assert asked_at == [1000.0 + number * LOOK_SECONDS for number in range(4)]


@pytest.mark.parametrize("revoked_at", [None, datetime(2026, 6, 1, tzinfo=UTC)])
def test_a_car_is_known_by_its_digest_its_cameras_and_whether_it_was_revoked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, revoked_at: datetime | None
) -> None:
    stored = SimpleNamespace(
        car_id="unit-12", camera_ids=["front", "rear"], token_sha256=b"\x01" * 32, revoked_at=revoked_at
    )

    class Cars:
        def __init__(self, database: Any) -> None:
            assert database is DATABASE

        def get(self, car_id: str) -> Any:
            return stored if car_id == "unit-12" else None

        def seen(self, car_id: str, at: datetime) -> None: ...

    monkeypatch.setattr(cars, "Cars", Cars)
    monkeypatch.setattr(cars, "car_routes", lambda *about: about)
    settings = Settings(data_dir=tmp_path, agency_id="fairfax")
    own = cars_of_run(settings, DATABASE)
    digest, is_revoked = "01" * 32, revoked_at is not None
    assert own.access.find("unit-12") == KnownCar("unit-12", frozenset({"front", "rear"}), digest, is_revoked)
    assert own.access.find("unit-13") is None
    assert own.access.agency_id == "fairfax"
    assert own.access.routes == (settings, DATABASE)
    assert own.access.seen == own.cars.seen
