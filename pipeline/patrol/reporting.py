"""The stage that tells the server how the car is, for whoever looks after the cars."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from operations.patrol.shift import SignedOn
from operations.patrol.sources import Surroundings
from pipeline.patrol.car import Car
from pipeline.stages.stage import SteppedStage
from schemas.errors import TransientError
from schemas.events import CarListReport, CarRefusedReport, CarReport, CarStateReport
from schemas.events.car_report import MOST_LISTS, MOST_REFUSED, MOST_STATES
from schemas.printable import printable
from services.http.home import CarRevoked, Home, NotTaken

log = logging.getLogger(__name__)

REPORT_SECONDS: Final = 30.0
OLDER_SECONDS: Final = 600.0
"""How often a server that does not know reports is told all the same: it may be a newer one by now."""
_LONGEST = 500


class ReportStage(SteppedStage):
    """Tells it every half minute. A server that is away is told later: what counts is how the car is then.

    Args:
        car: What the car's stages share.
        home: The server; closed at the end.
        around: How the car is.
        who: Returns who is signed on.
    """

    name = "car-report"
    trouble = "the server is not told how the car is"

    def __init__(self, car: Car, home: Home, around: Surroundings, who: Callable[[], SignedOn | None]) -> None:
        super().__init__()
        self._car, self._home, self._around, self._who = car, home, around, who

    def step(self, stop: threading.Event) -> float:
        """Tell it."""
        body = self.report().model_dump_json().encode()
        try:
            self._home.ask("POST", "report", body, headers={"content-type": "application/json"}, packs=True)
        except NotTaken as error:
            log.debug("the server takes no report: %s", error)
            return OLDER_SECONDS
        except (CarRevoked, TransientError) as error:
            # What brings reads home says so, and raises the alarm.
            log.debug("the server is told later how the car is: %s", error)
        return REPORT_SECONDS

    def end(self) -> None:
        """Close the connections."""
        self._home.close()

    def report(self) -> CarReport:
        """Return how the car is now.

        Raises:
            TransientError: Its file is busy.
        """
        car, uploads, who = self._car, self._car.uploads, self._who()
        waiting = uploads.counts()
        pictures, picture_bytes = uploads.pictures_waiting()
        return CarReport(
            car_id=car.patrol.car,
            at=datetime.now(UTC),
            person=None if who is None else who.person,
            unit=None if who is None else who.unit,
            sign_on=None if who is None else who.sign_on,
            signed_on_at=None if who is None else who.at,
            withdrawals_as_of=None if car.sealed is None else car.sealed.gate.now().since,
            lists=tuple(
                CarListReport(hotlist_id=one.hotlist_id, dated=one.dated, why_red=_short(one.why_red))
                for one in self._around.lists()[:MOST_LISTS]
            ),
            states=self._states(),
            reads=waiting.get("read", 0),
            answers=sum(count for kind, count in waiting.items() if kind != "read"),
            oldest_at=uploads.oldest_at(),
            pictures=pictures,
            picture_bytes=picture_bytes,
            used_bytes=uploads.used_bytes(),
            most_bytes=int(car.patrol.spool_megabytes * (1 << 20)),
            refused=uploads.refused(),
            refusals=tuple(
                CarRefusedReport(kind=one.kind, upload_id=one.upload_id[:100], reason=_short(one.reason) or "")
                for one in uploads.refusals(MOST_REFUSED)
            ),
        )

    def _states(self) -> tuple[CarStateReport, ...]:
        since = {(one.kind, one.subject): one.since for one in self._car.board.car_states}
        return tuple(
            CarStateReport(
                kind=one.kind.value,
                subject=one.subject[:200],
                words=_short(one.words) or "",
                stops=one.stops,
                since=since.get((one.kind.value, one.subject)),
            )
            for one in list(self._around.states())[:MOST_STATES]
        )


def _short(text: str | None) -> str | None:
    return None if text is None else printable(text)[:_LONGEST]
