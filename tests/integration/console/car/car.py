"""A patrol car's page that runs: the real ledger and the real server, and a car that drives as a test says."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from playwright.sync_api import Page, expect
from pydantic import SecretBytes

from alerts.build import alert_message, canceling
from console.car.stage import DisplayStage
from console.car.visitors import COOKIE
from operations.patrol.credentials import Granted
from operations.patrol.desk import Desk, open_desk
from operations.patrol.sources import Surroundings
from schemas import ids
from schemas.errors import InvalidInput, NotPermitted, TransientError
from schemas.events import Alert, AlertType, CarAnswer, CarNote
from schemas.settings import PatrolSettings, Settings
from schemas.types import CarState, ListStanding
from schemas.types.list_keys import ListsKey
from storage.car.alerts import CarAlerts
from storage.car.ledger import CarLedger
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore
from tests.browser.chromium import Watched
from tests.integration.console.board.alerts import made
from tests.integration.console.site import AGENCY, free_port

PASSWORD = "four dull words here"
KEY = bytes(range(32))


@dataclass
class Server:
    """The server as the car sees it: reached or not; it knows kim."""

    is_reached: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    granted: UUID = field(default_factory=uuid4)
    hours: float = 48.0
    is_revoked: bool = False

    def sign_on(self, name: str, password: str, code: str, unit: str) -> Granted:
        self.asked.append((name, code, unit))
        if not self.is_reached:
            raise TransientError("the server is not reached")
        if self.is_revoked:
            raise NotPermitted("this car may not sign anybody on: the server does not know it, or not any more")
        if (name, password) != ("kim", PASSWORD):
            raise InvalidInput("that is not right; look at the name, the password and the code, and try again")
        now = datetime.now(UTC)
        return Granted(
            sign_on=self.granted,
            person=name,
            full_name="Kim Lee",
            granted_at=now,
            expires_at=now + timedelta(hours=self.hours),
            key=SecretBytes(KEY),
            key_number=3,
        )


@dataclass
class Car:
    """A car: what its page is told of it may be changed at any time."""

    settings: Settings
    folder: Path
    server: Server = field(default_factory=Server)
    speed: float | None = 0.0
    states: list[CarState] = field(default_factory=list)
    lists: list[ListStanding] = field(default_factory=list)
    keys: list[ListsKey] = field(default_factory=list)
    stage: DisplayStage | None = None
    desk: Desk | None = None

    def __post_init__(self) -> None:
        path = self.folder / "car" / "car.sqlite"
        self.ledger, self.alerts = CarLedger(path), CarAlerts(path)
        self.uploads = Uploads(path, ImageStore(self.settings))
        now = datetime.now(UTC)
        self.lists = [ListStanding("ncic", now - timedelta(hours=2))]

    @property
    def url(self) -> str:
        assert self.settings.patrol is not None
        return f"http://{self.settings.patrol.display}"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Serve the page for the time of the block; what was said before is there again."""
        around = Surroundings(lambda: self.speed, lambda: self.states, lambda: self.lists)
        self.desk = open_desk(self.settings, self.alerts, self.uploads, around, self.keys.append, self.server)
        self.stage = DisplayStage(self.settings, self.desk)
        stop = threading.Event()
        thread = threading.Thread(target=self.stage.run, args=(stop,), daemon=True)
        thread.start()
        try:
            assert self.stage.is_up.wait(60)
            yield
        finally:
            stop.set()
            thread.join(60)
            assert not thread.is_alive()

    def close(self) -> None:
        for one in (self.ledger, self.alerts, self.uploads):
            one.close()

    def alert(self, alert: Alert | None = None, **changes: Any) -> Alert:
        """Commit an alert about a vehicle that passes now."""
        alert = alert or made(**changes)
        with self.ledger.begin() as unit:
            unit.add_alert(alert_message(alert), alert.hit.hit_id, alert.hit.tier, alert.read.captured_at, "none")
        return alert

    def alerts_at_once(self, alerts: Sequence[Alert]) -> None:
        """Commit many alerts together."""
        with self.ledger.begin() as unit:
            for one in alerts:
                unit.add_alert(alert_message(one), one.hit.hit_id, one.hit.tier, one.read.captured_at, "none")

    def update(self, alert: Alert, reason: str, **changes: Any) -> None:
        """Commit an update of an alert."""
        document = alert.model_dump() | {
            "alert_id": ids.alert_id(alert.hit.hit_id, f"update {reason}"),
            "type": AlertType.UPDATE,
            "updates": alert.alert_id,
            "reason": reason,
        }
        for name, values in changes.items():
            document[name] |= values
        update = Alert.model_validate(document)
        with self.ledger.begin() as unit:
            hit = update.hit
            unit.add_update(alert_message(update), hit.hit_id, hit.tier, update.read.captured_at, alert.alert_id)

    def cancel(self, alert: Alert, reason: str = "the entry was withdrawn") -> None:
        """Take an alert back."""
        message = alert_message(canceling(alert, reason, created_at=datetime.now(UTC)))
        with self.ledger.begin() as unit:
            assert unit.cancel(alert.alert_id, message)

    def answers(self) -> list[CarAnswer]:
        """What waits for the server of what was said."""
        return [
            CarAnswer.model_validate_json(one.body) for one in self.uploads.waiting(0, 1000) if one.kind == "answer"
        ]

    def notes(self) -> list[CarNote]:
        """What waits for the server's audit."""
        return [CarNote.model_validate_json(one.body) for one in self.uploads.waiting(0, 1000) if one.kind == "note"]

    def client(self, **options: Any) -> httpx.Client:
        """A client without a browser."""
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, **options)

    def cookie(self) -> str:
        """Sign on without a browser; return the cookie."""
        with self.client() as client:
            form = {"name": "kim", "password": PASSWORD, "unit": "12"}
            answer = client.post("/sign-on", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        return str(answer.cookies[COOKIE])

    def page(self, watched: Watched) -> Page:
        """Open the page where kim has signed on, in a car that stands."""
        page = self.page_moving(watched)
        expect(page.locator("#live")).to_be_visible()
        return page

    def page_moving(self, watched: Watched) -> Page:
        """Open the page where kim has signed on, however the car moves."""
        watched.context.add_cookies([{"name": COOKIE, "value": self.cookie(), "url": self.url}])
        page = watched.new_page()
        page.goto(self.url)
        expect(page.locator("#live")).to_have_text("live")
        return page


def make_car(folder: Path, **changes: Any) -> Car:
    """Make a car at a free port; it does not run yet."""
    patrol = PatrolSettings(car="car-12", display=f"127.0.0.1:{free_port()}", **changes)
    return Car(Settings(agency_id=AGENCY, data_dir=folder, time_zone="America/New_York", patrol=patrol), folder)
