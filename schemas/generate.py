"""Write the JSON Schemas of the wire models and the AsyncAPI document into schemas/json/.

Run `python -m schemas.generate` after a change to schemas/events/; a test checks that the files are current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.events import (
    Alarm,
    Alert,
    CarAnswer,
    CarNote,
    CarReport,
    DispositionEvent,
    PlateReadEvent,
    PublishedRead,
    QueryAnswerEvent,
    QueryEvent,
    ReturnedDispositionEvent,
    SharedListEvent,
)

FOLDER = Path(__file__).with_name("json")
SCHEMA_BASE = "https://platewatch.org/schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WIRE_MODELS: dict[str, type[BaseModel]] = {
    "alarm.v1.json": Alarm,
    "alert.v1.json": Alert,
    "car-answer.v1.json": CarAnswer,
    "car-note.v1.json": CarNote,
    "car-report.v1.json": CarReport,
    "disposition.v1.json": DispositionEvent,
    "plate-read.v1.json": PlateReadEvent,
    "query.v1.json": QueryEvent,
    "query-answer.v1.json": QueryAnswerEvent,
    "published-read.v1.json": PublishedRead,
    "returned-disposition.v1.json": ReturnedDispositionEvent,
    "shared-list.v1.json": SharedListEvent,
}

ALERT_CE_TYPE = "org.platewatch.alert.v1"
"""CloudEvents type of an alert message."""

ALARM_CE_TYPE = "org.platewatch.alarm.v1"
"""CloudEvents type of an alarm message."""

DISPOSITION_CE_TYPE = "org.platewatch.disposition.v1"
"""CloudEvents type of a disposition message."""

SHARED_READ_CE_TYPE = "org.platewatch.plate-read.v1"
"""CloudEvents type of a read that is given to another agency."""

SHARED_LIST_CE_TYPE = "org.platewatch.shared-list.v1"
"""CloudEvents type of a part of a hotlist that is given to another agency."""

RETURNED_CE_TYPE = "org.platewatch.returned-disposition.v1"
"""CloudEvents type of a disposition that goes back to the agency that gave the entry."""

QUERY_CE_TYPE = "org.platewatch.query.v1"
"""CloudEvents type of a question to another agency."""

ANSWER_CE_TYPE = "org.platewatch.query-answer.v1"
"""CloudEvents type of the answer."""

READ_CE_TYPE = "org.platewatch.read.v1"
"""CloudEvents type of a read on its way from the edge to the matcher."""

READS_TOPIC = "platewatch.reads.v1"
"""Topic of reads, where `kafka.reads_topic` names no other."""

DISPOSITION_TOPIC = "platewatch.dispositions.v1"
"""Topic on which dispositions go back to the owners of the entries."""


_AGREEMENT = {"agreement": {"description": "The agreement's short name."}}
_PARTIES = {
    **_AGREEMENT,
    "member": {
        "description": "The member's short name; it alone may write dispositions and questions, and read answers."
    },
}


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
            "sharedAlerts": {
                "address": "platewatch.shared.{agreement}.v1",
                "parameters": _AGREEMENT,
                "messages": {"alert": {"$ref": "#/components/messages/alert"}},
            },
            "sharedReads": {
                "address": "platewatch.shared.{agreement}.reads.v1",
                "parameters": _AGREEMENT,
                "messages": {"read": {"$ref": "#/components/messages/read"}},
            },
            "sharedLists": {
                "address": "platewatch.shared.{agreement}.lists.v1",
                "parameters": _AGREEMENT,
                "messages": {"list": {"$ref": "#/components/messages/list"}},
            },
            "returnedDispositions": {
                "address": "platewatch.dispositions.{agreement}.{member}.v1",
                "parameters": _PARTIES,
                "messages": {"returned": {"$ref": "#/components/messages/returned"}},
            },
            "queries": {
                "address": "platewatch.queries.{agreement}.{member}.v1",
                "parameters": _PARTIES,
                "messages": {"query": {"$ref": "#/components/messages/query"}},
            },
            "answers": {
                "address": "platewatch.answers.{agreement}.{member}.v1",
                "parameters": _PARTIES,
                "messages": {"answer": {"$ref": "#/components/messages/answer"}},
            },
            "reads": {
                "address": READS_TOPIC,
                "messages": {"published-read": {"$ref": "#/components/messages/published-read"}},
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
            "giveAlert": {
                "action": "send",
                "channel": {"$ref": "#/channels/sharedAlerts"},
                "summary": "Alerts as far as an agreement shares them, cut to it; drop doubles by alert_id.",
                "messages": [{"$ref": "#/channels/sharedAlerts/messages/alert"}],
            },
            "giveRead": {
                "action": "send",
                "channel": {"$ref": "#/channels/sharedReads"},
                "summary": "Reads as far as an agreement shares them, cut to it; drop doubles by read_id and revision.",
                "messages": [{"$ref": "#/channels/sharedReads/messages/read"}],
            },
            "giveList": {
                "action": "send",
                "channel": {"$ref": "#/channels/sharedLists"},
                "summary": "Hotlists as far as an agreement shares them: a snapshot at least once a day, changes in "
                "between. Parts of one list keep their order; drop doubles by edition and part.",
                "messages": [{"$ref": "#/channels/sharedLists/messages/list"}],
            },
            "takeDisposition": {
                "action": "receive",
                "channel": {"$ref": "#/channels/returnedDispositions"},
                "summary": "What a member's people said of alerts on entries that it was given. Those of one alert "
                "keep their order; drop doubles by disposition_id.",
                "messages": [{"$ref": "#/channels/returnedDispositions/messages/returned"}],
            },
            "answerQuery": {
                "action": "receive",
                "channel": {"$ref": "#/channels/queries"},
                "summary": "A member's question to the owner's reads: answered once, and not after expires_at.",
                "messages": [{"$ref": "#/channels/queries/messages/query"}],
                "reply": {
                    "channel": {"$ref": "#/channels/answers"},
                    "messages": [{"$ref": "#/channels/answers/messages/answer"}],
                },
            },
            "publishRead": {
                "action": "send",
                "channel": {"$ref": "#/channels/reads"},
                "summary": "For the agency's own matchers, and nobody else: every read, matched or not. Those of one "
                "plate, as readers may confuse it, meet in one partition; drop doubles by message_id.",
                "messages": [{"$ref": "#/channels/reads/messages/published-read"}],
            },
        },
        "components": {
            "messages": {
                "alert": _alert_message(),
                "alarm": _alarm_message(),
                "disposition": _disposition_message(),
                "read": _shared_read_message(),
                "list": _shared_list_message(),
                "returned": _returned_message(),
                "query": _query_message(),
                "answer": _answer_message(),
                "published-read": _read_message(),
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


def _shared_read_message() -> dict[str, Any]:
    headers = _cloud_event_headers("Derived from read_id and revision.", SHARED_READ_CE_TYPE)
    return _message("plate-read", "Read", headers, key="The read_id, UTF-8.")


def _shared_list_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The message_id.", SHARED_LIST_CE_TYPE)
    return _message("shared-list", "Part of a hotlist", headers, key="The owner's hotlist_id, UTF-8.")


def _returned_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The disposition_id.", RETURNED_CE_TYPE)
    return _message(
        "returned-disposition", "Disposition for the agency that gave the entry", headers, key="The alert_id, UTF-8."
    )


def _query_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The query_id.", QUERY_CE_TYPE)
    return _message("query", "Question to another agency's reads", headers, key="The query_id, UTF-8.")


def _answer_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The query_id.", ANSWER_CE_TYPE)
    return _message("query-answer", "Answer", headers, key="The query_id, UTF-8.")


def _read_message() -> dict[str, Any]:
    headers = _cloud_event_headers("The message_id.", READ_CE_TYPE)
    return _message(
        "published-read",
        "Published read",
        headers,
        key="The plate's skeleton: a hexadecimal digit for the class of look-alikes of each character, UTF-8.",
    )


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
