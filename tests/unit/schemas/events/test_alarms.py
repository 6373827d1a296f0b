"""The published schema of alarms is true of a real message."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schemas import ids
from schemas.events import Alarm, AlarmKind
from schemas.generate import FOLDER
from storage.alerts.alarms import StoredAlarm, wire_alarm

RAISED = datetime(2026, 11, 20, 6, tzinfo=UTC)


def message(**changes: object) -> dict[str, object]:
    stored = StoredAlarm(1, ids.alarm_id("late_list", "ncic", RAISED), AlarmKind.LATE_LIST, "ncic", "late", RAISED)
    return json.loads(wire_alarm(stored, "portsmouth-pd").model_dump_json()) | changes  # type: ignore[no-any-return]


def test_an_alarm_fits_its_schema() -> None:
    schema = json.loads((FOLDER / "alarm.v1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(message())


@pytest.mark.parametrize("change", [{"kind": "fire"}, {"status": "open"}, {"alarm_id": None}, {"schema_version": "2"}])
def test_schema_and_model_refuse_the_same_messages(change: dict[str, object]) -> None:
    schema = json.loads((FOLDER / "alarm.v1.json").read_text("utf-8"))
    assert not Draft202012Validator(schema).is_valid(message(**change))
    with pytest.raises(ValidationError):
        Alarm.model_validate_json(json.dumps(message(**change)))


def test_the_asyncapi_document_names_the_topic_and_the_message() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_text("utf-8"))
    assert document["channels"]["alarms"]["address"].format(agency="a") == "platewatch.alarms.a.v1"
    described = document["components"]["messages"]["alarm"]
    assert described["headers"]["properties"]["ce_type"]["const"] == "org.platewatch.alarm.v1"
    assert (FOLDER / described["payload"]["schema"]["$ref"]).is_file()
