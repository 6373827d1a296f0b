"""A car as a process of its own, past whose cameras drives what it is told: `python -m ... CONFIG`, with its own lists.

All of `platewatch patrol` but recognition and the page. It takes commands, a line of JSON each, and answers with one.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from typing import Any

from cli.stopping import stop_on_signals
from operations.patrol.desk import Desk, open_desk
from pipeline.patrol.around import around
from pipeline.patrol.arriving import CarArrivals
from pipeline.patrol.car import Car, open_car
from pipeline.services.patrol import PatrolService
from schemas import ids
from schemas.arrivals import Arrival, Pictures
from schemas.errors import PlatewatchError
from schemas.events import Alert, AlertType
from schemas.settings import load_settings
from schemas.types import PlateRead
from services.data_directory import run_alone
from services.private_files import private_umask
from services.service_manager import ServiceManager
from tests.integration.car.days import CAMERAS
from tests.unit.alerts.samples import sample_read
from tests.unit.pipeline.published.receipts import NOBODY


class _Told:
    """Answers commands."""

    def __init__(self, car: Car) -> None:
        self.car = car
        self.desk: Desk | None = None
        self.arrivals: Queue[CarArrivals] = Queue()
        self._queue: CarArrivals | None = None
        self._number = 0
        self._recorded = threading.Condition()
        self._alerts: dict[str, list[Alert]] = {}

    def recorded(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Take a read and what it raised, after the commit."""
        with self._recorded:
            self._alerts[str(read.read_id)] = [one for one in alerts if one.type is AlertType.ALERT]
            self._recorded.notify_all()

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        match command.pop("do"):
            case "sign-on":
                assert self.desk is not None
                try:
                    entered = self.desk.sign_ons.sign_on(code="", unit="7", **command)
                except PlatewatchError as error:
                    return {"refused": str(error)}
                return {"how": entered.who.how, "faults": entered.who.faults}
            case "pass":
                return self._passed(**command)
            case "lists":
                own = self.car.sealed
                assert own is not None
                wiped = own.lists.about.wiped_why
                return {"size": own.lists.size, "is_unlocked": own.lists.is_unlocked, "wiped_why": wiped}
        return {}

    def _passed(self, plate: str, state: str) -> dict[str, Any]:
        at, self._number = datetime.now(UTC), self._number + 1
        read = dataclasses.replace(
            sample_read(self._number, plate),
            read_id=ids.read_id(CAMERAS[0], "passes", at, self._number),
            captured_at=at,
            first_seen=at,
            last_seen=at,
            camera_id=CAMERAS[0],
            jurisdiction=state,
            plate_image_key=None,
            second_reading=None,
        )
        self._queue = self._queue or self.arrivals.get()  # once the service has begun
        self._queue.put(Arrival(read, Pictures(), NOBODY, arrived_at=at))
        with self._recorded:
            self._recorded.wait_for(lambda: str(read.read_id) in self._alerts)
            alerts = self._alerts.pop(str(read.read_id))
        return {"alerts": {str(one.alert_id): one.hit.explanation for one in alerts}}


def main(config: str) -> None:
    """Be a car until SIGTERM."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    settings = load_settings(Path(config), data_dir=Path(config).parent / "data")
    with stop_on_signals() as stop, private_umask(), run_alone(settings.data_dir), open_car(settings) as car:
        assert car.sealed is not None
        told = _Told(car)
        _note_arrivals(told.arrivals)
        told.desk = open_desk(settings, car.alerts, car.uploads, around(car), car.sealed.unlock)
        service = PatrolService(car, ServiceManager(None), observer=told.recorded)
        threading.Thread(target=_serve, args=(told,), daemon=True).start()
        service.run(stop)


def _note_arrivals(found: Queue[CarArrivals]) -> None:
    """Have the service's queue known, as its cameras know it."""
    begin = CarArrivals.__init__

    def noted(arrivals: CarArrivals, *arguments: Any) -> None:
        begin(arrivals, *arguments)
        found.put(arrivals)

    CarArrivals.__init__ = noted  # type: ignore[method-assign,assignment]


def _serve(told: _Told) -> None:
    for line in sys.stdin:
        try:
            answer = told.answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - shown by the test
            answer = {"failed": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
