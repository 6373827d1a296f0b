"""What a patrol car says of itself, kept here: a program sends it, and nobody's name stands behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from schemas.errors import InvalidInput
from schemas.events import CarReport, problems_in
from storage.cars.cars import Cars
from storage.database import Database


def take_report(database: Database, car_id: str, sent: Any) -> None:
    """Keep how a car says that it is, in place of what it said before.

    Args:
        database: An open database.
        car_id: The car that has shown its token.
        sent: A `CarReport` as JSON object.

    Raises:
        InvalidInput: It is none, or another car's.
        DatabaseUnavailable: The server is down; the car says it again.
    """
    try:
        report = CarReport.model_validate(sent)
    except ValidationError as error:
        raise InvalidInput(f"the report cannot be used: {problems_in(error)}") from None
    if report.car_id != car_id:
        raise InvalidInput("the report is another car's")
    Cars(database).reports(car_id, datetime.now(UTC), report.model_dump(mode="json"))
