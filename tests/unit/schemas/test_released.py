"""Every released version's subscribers and publishers understand today's, and today's theirs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.generate import FOLDER
from tests.unit.schemas.compatibility import problems

RELEASED = Path(__file__).parents[2] / "data" / "released"
"""A folder per version, with the documents as it published them."""

SCHEMAS = sorted(path for path in RELEASED.glob("*/*.json") if path.name != "asyncapi.json")
GROWN: dict[str, set[str]] = {"alarm.v1.json": {".kind"}}
"""By schema: fields whose words grew since, where subscribers have to take words that they do not know."""


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_every_release_is_here() -> None:
    assert {path.parent.name for path in SCHEMAS} == {"before-0016", "0.1.0"}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_nothing_breaks_between_a_release_and_today(path: Path) -> None:
    grown = GROWN.get(path.name, set())
    found = problems(_load(path), _load(FOLDER / path.name))
    assert [line for line in found if line.partition(":")[0] not in grown] == []


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*/asyncapi.json")), ids=lambda path: path.parent.name)
def test_every_channel_of_a_release_is_there_under_its_address_with_its_headers(path: Path) -> None:
    was, now = _load(path), _load(FOLDER / "asyncapi.json")
    for name, channel in was["channels"].items():
        assert now["channels"][name]["address"] == channel["address"]
    for name, message in was["components"]["messages"].items():
        today = now["components"]["messages"][name]
        assert today["payload"] == message["payload"]
        assert today["contentType"] == message["contentType"]
        assert problems(message["headers"], today["headers"]) == []


def _read(schema: Any) -> Any:
    return schema["$defs"]["PlateReadEvent"]


BREAKING: dict[str, Callable[[Any], None]] = {
    "a field is gone": lambda schema: schema["properties"].pop("entry"),
    "a field of a part is gone": lambda schema: _read(schema)["properties"].pop("plate"),
    "one is required anew": lambda schema: schema["required"].append("reason"),
    "one is promised no more": lambda schema: schema["required"].remove("alert_id"),
    "a number is narrower": lambda schema: _read(schema)["properties"]["frame_count"].update(minimum=2),
    "a text is shorter": lambda schema: schema["$defs"]["CharacterEvent"]["properties"]["character"].update(
        maxLength=0
    ),
    "a text is a number": lambda schema: _read(schema)["properties"]["camera_id"].update(type="integer"),
    "null is no answer any more": lambda schema: _read(schema)["properties"]["jurisdiction"].update(
        anyOf=[{"type": "string"}]
    ),
    "a word is new": lambda schema: schema["$defs"]["AlertType"]["enum"].append("rumor"),
    "a version is another": lambda schema: schema["properties"]["schema_version"].update(const="2"),
    "further fields are refused": lambda schema: schema.update(additionalProperties=False),
}


@pytest.mark.parametrize("name", BREAKING)
def test_what_would_break_somebody_is_found(name: str) -> None:
    today = _load(FOLDER / "alert.v1.json")
    changed = copy.deepcopy(today)
    BREAKING[name](changed)
    assert changed != today
    found = problems(today, changed) + (problems(changed, changed) if name == "further fields are refused" else [])
    assert found, name


def test_a_field_that_may_be_missing_breaks_nobody() -> None:
    today = _load(FOLDER / "alert.v1.json")
    changed = copy.deepcopy(today)
    changed["properties"]["surprise"] = {"type": "string", "default": ""}
    assert problems(today, changed) == []
