"""The demo's end: a patrol car drives along a street without a network, alerts on its own page, and comes home."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from cli.common import command_actor, errors
from cli.demo.ports import is_open
from cli.demo.street import CAMERA, CAR, at_the_server, in_the_car, list_vehicles, street
from schemas.errors import TransientError
from schemas.events import Alert, AlertType
from schemas.roles import Role
from schemas.settings import KafkaSettings, Settings
from schemas.types import PlateRead

if TYPE_CHECKING:
    from operations.patrol.desk import Desk
    from pipeline.patrol.car import Car
    from pipeline.services.patrol import PatrolService
    from storage.database import Database

OFFICER: Final = "officer"
PATIENCE_SECONDS: Final = 120.0


@dataclass
class DriveShow:
    """What the car saw, and what the server has of it afterwards."""

    reads: list[PlateRead] = field(default_factory=list)
    alerts: dict[UUID, Alert] = field(default_factory=dict)
    server_reads: set[UUID] = field(default_factory=set)
    server_alerts: list[UUID] = field(default_factory=list)
    home_seconds: float = 0.0

    def recorded(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Show a read of the car as it is recorded (called by its recorder's thread)."""
        for alert in alerts:
            if alert.type is AlertType.ALERT:
                self.alerts[alert.alert_id] = alert
                _say(f"car       alert, {alert.hit.tier.value}: {alert.hit.explanation}")
        if read.is_final:
            self.reads.append(read)

    def came_home(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Note what the server makes of a read (called by its recorder's thread)."""
        if read.camera_id != CAMERA:
            return
        self.server_alerts += [alert.alert_id for alert in alerts if alert.type is AlertType.ALERT]
        if read.is_final:
            self.server_reads.add(read.read_id)

    @property
    def is_home(self) -> bool:
        """Whether the server has every read of the car."""
        return {read.read_id for read in self.reads} <= self.server_reads

    def record(self) -> dict[str, Any]:
        """Return it for the summary."""
        return {
            "plates": [read.plate for read in self.reads],
            "alerts": len(self.alerts),
            "reads_at_server": len(self.server_reads),
            "alerts_at_server": len(self.server_alerts),
            "same_alerts": sorted(self.server_alerts) == sorted(self.alerts),
            "home_seconds": round(self.home_seconds, 1),
        }

    def check(self) -> None:
        """Make sure that the server has what the car had: each read, and each alert once.

        Raises:
            TransientError: It has not.
        """
        if not self.reads or not self.is_home or sorted(self.server_alerts) != sorted(self.alerts):
            raise TransientError(
                f"the car read {len(self.reads)} vehicles and raised {len(self.alerts)} alerts, and the server has "
                f"{len(self.server_reads)} and {len(self.server_alerts)} of them; try again when this machine is less "
                "busy, or leave the car out with --no-car"
            )


@contextlib.contextmanager
def driving(
    settings: Settings, database: Database, kafka: KafkaSettings | None, stop: threading.Event
) -> Iterator[DriveShow]:
    """Drive along the street and come home; the officer's page stays as long as the block.

    Args:
        settings: The demo's.
        database: The server's, open.
        kafka: Where the server publishes; None: nowhere.
        stop: Set it to end early.
    """
    # Imported here: the engines behind them take a second to load.
    from console.car.stage import DisplayStage
    from operations.alerts import waiting_messages
    from operations.patrol.desk import open_desk
    from pipeline.patrol.around import around
    from pipeline.patrol.car import open_car
    from pipeline.services.patrol import PatrolService
    from schemas.types.list_keys import ListsKey
    from services.service_manager import ServiceManager

    show = DriveShow()
    clip, scene = street(settings)
    list_vehicles(settings, database, scene)
    served = at_the_server(settings)
    own = in_the_car(settings, clip, served)
    _bring_token(served, database, own)
    with open_car(own) as car:

        def unlock(key: ListsKey) -> None:
            if car.sealed is not None:
                car.sealed.unlock(key)

        desk = open_desk(own, car.alerts, car.uploads, around(car), unlock)
        with _going(DisplayStage(own, desk).run):
            service = PatrolService(car, ServiceManager(None), observer=show.recorded)
            with _serving(served, database, kafka, show, stop):
                _sign_on(served, database, desk)
                _fetch_lists(car, service, stop)
            _say("the car leaves; from here on it has no network")
            _drive(service, stop)
            _say(f"the car is back: {car.uploads.count()} records wait for the server")
            with _serving(served, database, kafka, show, stop):
                _come_home(car, show, stop)
                if kafka is not None:
                    _until(lambda: not waiting_messages(database), stop, "the car's alerts were not published")
            yield show


def _bring_token(served: Settings, database: Database, own: Settings) -> None:
    """Add the car at the server, or give it another token where it is there, and put that into the car."""
    from operations.cars.cars import add_car, renew_token
    from operations.cars.looking import view_cars
    from services.private_files import save_private

    actor = command_actor(served)
    known = {car.car_id for car in view_cars(actor, database)}
    made = renew_token(actor, database, CAR) if CAR in known else add_car(actor, database, served, CAR, [CAMERA])
    assert own.patrol is not None and own.patrol.token_file is not None  # noqa: S101, PT018 - the demo's own settings
    save_private(own.patrol.token_file, made.token.encode())


def _sign_on(served: Settings, database: Database, desk: Desk) -> None:
    """Have an officer sign on in the car, with a password that is made up for this demo."""
    from operations.people.accounts import add_person, reset_person, view_people
    from operations.people.signing_in import begin_with_password

    actor, password = command_actor(served), secrets.token_urlsafe(9)
    is_known = any(one.name == OFFICER for one in view_people(actor, database))
    invited = (
        reset_person(actor, database, served, OFFICER)
        if is_known
        else add_person(actor, database, served, OFFICER, [Role.OFFICER])
    )
    assert invited is not None  # noqa: S101 - a person gets a link
    secret = invited.url.rpartition("/")[2]
    begin_with_password(database, served, secret, password, password, "", "demo")
    desk.sign_ons.sign_on(OFFICER, password, "", CAR)
    _say(f"car       sign in on its page as {OFFICER} with the password {password}")


def _fetch_lists(car: Car, service: PatrolService, stop: threading.Event) -> None:
    """Bring the lists into the car."""
    assert service.fetching is not None and car.sealed is not None  # noqa: S101, PT018 - the lists are the car's own
    fetching, gate = service.fetching, car.sealed.gate

    def are_here() -> bool:
        fetching.step(stop)
        return gate.now().state == "fresh"

    _until(are_here, stop, "no lists came from the server")


def _drive(service: PatrolService, stop: threading.Event) -> None:
    """Run the car to the end of the street, or until a person ends the demo."""
    ended = threading.Event()
    with _going(lambda over: _pass_on(stop, ended, over)):
        service.run(ended, until_done=True)


def _pass_on(stop: threading.Event, ended: threading.Event, over: threading.Event) -> None:
    """Have a service end, which sets its event itself, when a person ends the demo."""
    while not over.wait(0.1):
        if stop.is_set():
            ended.set()


def _come_home(car: Car, show: DriveShow, stop: threading.Event) -> None:
    """Bring everything home, and wait until the server has made of it what it makes."""
    from pipeline.patrol.draining import draining_of

    began, draining = time.monotonic(), draining_of(car, _say)
    assert draining is not None  # noqa: S101 - the demo's own settings name a server

    def is_done() -> bool:
        with contextlib.suppress(TransientError):  # the server has just begun
            draining.step(stop)
        return not car.uploads.count() and not car.uploads.pictures(1) and show.is_home

    try:
        _until(is_done, stop, "the car's reads did not come home")
    finally:
        draining.end()
    show.home_seconds = time.monotonic() - began


@contextlib.contextmanager
def _serving(
    served: Settings, database: Database, kafka: KafkaSettings | None, show: DriveShow, stop: threading.Event
) -> Iterator[None]:
    """Run the server, with its port for cars, meanwhile."""
    from pipeline.services.run import Service

    service = Service(served, database, None if kafka is None else lambda: kafka, show.came_home)
    with _going(lambda over: service.run(over)):
        _until(lambda: is_open(str(served.ingest.listen)), stop, "the server's port for cars did not open")
        yield


@contextlib.contextmanager
def _going(run: Callable[[threading.Event], object]) -> Iterator[None]:
    """Have something run in a thread meanwhile, and tell its end by an event; what it raises is raised here."""
    over, failures = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            run(over)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=work, name="demo-car")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def _until(is_so: Callable[[], bool], stop: threading.Event, otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not stop.is_set() and not is_so():
        if time.monotonic() > deadline:
            raise TransientError(
                f"{otherwise} within {PATIENCE_SECONDS:.0f} s; try again, or leave it out with --no-car"
            )
        stop.wait(0.05)


def _say(text: str) -> None:
    errors.print(text, markup=False, highlight=False)
