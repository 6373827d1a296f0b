"""What patrol cars send of their officers and of themselves: sign-on, answers, notes, and how the car is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingest.server.answers import Refusal
from ingest.server.cars import REVOKED, CarReply, CarRequest, CarRoute
from operations.cars.answering import Received, take_answers
from operations.cars.noting import take_notes
from operations.cars.outcomes import tell_outcomes
from operations.cars.reporting import take_report
from operations.cars.signing_on import CarIsRevoked, sign_on
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.database import Database

UNPACKED_BYTES = 2 << 20
SIGN_ON_BYTES = 16_384
REPORT_BYTES = 1 << 20


def officer_routes(settings: Settings, database: Database) -> Mapping[str, CarRoute]:
    """Return the routes by name: `answers`, `outcomes`, `notes`, `report` and `sign-on`.

    Args:
        settings: The configuration.
        database: An open database.
    """

    def taking(name: str, take: Callable[[Database, Settings, str, Any], Received]) -> CarRoute:
        def handle(asked: CarRequest) -> CarReply:
            document = asked.json()
            sent = document.get(name) if isinstance(document, dict) else None
            received = take(database, settings, asked.car.car_id, sent)
            refused = [{"id": one, "reason": reason} for one, reason in received.refused]
            return CarReply(said={"stored": list(received.stored), "refused": refused})

        return CarRoute(handle, most_unpacked=UNPACKED_BYTES)

    def signing(asked: CarRequest) -> CarReply:
        if len(asked.body) > SIGN_ON_BYTES:
            raise InvalidInput("the sign-on is larger than any can be")
        try:
            return CarReply(said=sign_on(database, settings, asked.car.car_id, asked.json()))
        except CarIsRevoked as error:
            # What is known of cars may be some seconds old; the car hears the same as everywhere else.
            raise Refusal(403, str(error), code=REVOKED) from None

    def reporting(asked: CarRequest) -> CarReply:
        take_report(database, asked.car.car_id, asked.json())
        return CarReply(said={"stored": True})

    def telling(asked: CarRequest) -> CarReply:
        document = asked.json()
        named = document.get("answers") if isinstance(document, dict) else None
        return CarReply(said={"outcomes": tell_outcomes(database, asked.car.car_id, named)})

    return {
        "outcomes": CarRoute(telling, most_unpacked=UNPACKED_BYTES),
        "answers": taking("answers", take_answers),
        "notes": taking("notes", take_notes),
        "report": CarRoute(reporting, most_unpacked=REPORT_BYTES),
        "sign-on": CarRoute(signing, most_unpacked=SIGN_ON_BYTES),
    }
