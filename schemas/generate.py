"""Write the JSON Schemas of the wire models and the AsyncAPI document into schemas/json/.

Run `python -m schemas.generate` after a change to schemas/events/; a test checks that the files are current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.events import Alarm, Alert, DispositionEvent, PlateReadEvent

FOLDER = Path(__file__).with_name("json")
SCHEMA_BASE = "https://platewatch.org/schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WIRE_MODELS: dict[str, type[BaseModel]] = {
    "alarm.v1.json": Alarm,
    "alert.v1.json": Alert,
    "disposition.v1.json": DispositionEvent,
    "plate-read.v1.json": PlateReadEvent,
}

ALERT_CE_TYPE = "org.platewatch.alert.v1"
"""CloudEvents type of an alert message."""

ALARM_CE_TYPE = "org.platewatch.alarm.v1"
"""CloudEvents type of an alarm message."""

DISPOSITION_CE_TYPE = "org.platewatch.disposition.v1"
"""CloudEvents type of a disposition message."""

DISPOSITION_TOPIC = "platewatch.dispositions.v1"
"""Topic on which dispositions go back to the owners of the entries."""


def documents() -> dict[str, dict[str, Any]]:
    """Return every generated document by file name."""
    generated = {name: json_schema(name, model) for name, model in WIRE_MODELS.items()}
    return {**generated, "asyncapi.json": asyncapi()}


def json_schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that a message has to fit to be accepted.

    Args:
        name: The schema's file name.
        model: The wire model.
    """
    return {"$schema": DIALECT, "$id": f"{SCHEMA_BASE}/{name}", **model.model_json_schema(mode="validation")}


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of the topics that neighboring agencies may subscribe to.

    Source:
        https://www.asyncapi.com/docs/reference/specification/v3.0.0; headers: CloudEvents 1.0 Kafka binding, s3.2.
    """
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Platewatch alerts",
            "version": "1.0.0",
            "description": "Alerts that one agency's license plate reading publishes to its neighbors on Kafka.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "alerts": {
                "address": "platewatch.alerts.{agency}.v1",
                "parameters": {"agency": {"description": "The publishing agency's id, as in its configuration."}},
                "messages": {"alert": {"$ref": "#/components/messages/alert"}},
            },
            "alarms": {
                "address": "platewatch.alarms.{agency}.v1",
                "parameters": {"agency": {"description": "The agency's id, as in its configuration."}},
                "messages": {"alarm": {"$ref": "#/components/messages/alarm"}},
            },
            "dispositions": {
                "address": DISPOSITION_TOPIC,
                "messages": {"disposition": {"$ref": "#/components/messages/disposition"}},
            },
        },
        "operations": {
            "publishAlert": {
                "action": "send",
                "channel": {"$ref": "#/channels/alerts"},
                "summary": "Published at least once; drop doubles by alert_id. Alerts of one plate keep their order.",
                "messages": [{"$ref": "#/channels/alerts/messages/alert"}],
            },
            "publishAlarm": {
                "action": "send",
                "channel": {"$ref": "#/channels/alarms"},
                "summary": "For the agency itself: late, held and failing hotlists. Drop doubles by message_id.",
                "messages": [{"$ref": "#/channels/alarms/messages/alarm"}],
            },
            "publishDisposition": {
                "action": "send",
                "channel": {"$ref": "#/channels/dispositions"},
                "summary": "For the entry's owner: what became of its alerts. Those of one alert keep their order; "
                "drop doubles by disposition_id.",
                "messages": [{"$ref": "#/channels/dispositions/messages/disposition"}],
            },
        },
        "components": {
            "messages": {
                "alert": _alert_message(),
                "alarm": _alarm_message(),
                "disposition": _disposition_message(),
            }
        },
    }


def _alert_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The alert_id.", ALERT_CE_TYPE)
    return _message("alert", "Alert", headers, key="Canonical plate of the hotlist entry, UTF-8.")


def _alarm_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The message_id.", ALARM_CE_TYPE)
    return _message("alarm", "Alarm", headers, key="The alarm's kind and subject, UTF-8.")


def _disposition_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The disposition_id.", DISPOSITION_CE_TYPE)
    return _message("disposition", "Disposition", headers, key="The alert_id, UTF-8.")


def _message(name: str, title: str, headers: dict[str, Any], *, key: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "contentType": "application/json",
        "headers": headers,
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./{name}.v1.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}},
    }


def _cloud_event_headers(event_id: str, event_type: str) -> dict[str, Any]:
    headers = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": event_id},
        "ce_type": {"type": "string", "const": event_type},
        "ce_source": {"type": "string", "format": "uri-reference", "description": "The publishing agency."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"type": "string", "const": "application/json"},
    }
    return {"type": "object", "properties": headers, "required": list(headers)}


def render(document: dict[str, Any]) -> str:
    """Return a document as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every document."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents().items():
        (FOLDER / name).write_text(render(document), "utf-8")
        sys.stdout.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
