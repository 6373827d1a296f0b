"""How lines of the log look."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.logs import formatter


@pytest.fixture(autouse=True)
def _new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def record(message: str, *values: object, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("pipeline.cameras", logging.WARNING, "cameras.py", 7, message, values, None)
    made.created = 1_800_000_000.25
    vars(made).update(fields)
    return made


def test_a_line_has_its_zone_and_fields() -> None:
    line = formatter("text").format(record("camera %s is away", "gate", seconds=3.5, reason="no route"))
    assert line == (
        '2027-01-15T03:00:00.250-05:00 WARNING pipeline.cameras camera gate is away seconds=3.5 reason="no route"'
    )


def test_names_forge_no_line_and_steer_no_terminal() -> None:
    line = formatter("text").format(record("%s is damaged", "a\n2027-01-15 INFO all is well\x1b[2J", file="b\x1b\n"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.endswith("is damaged file=b\\x1b\\n")


def test_json_has_the_same_fields() -> None:
    line = formatter("json").format(record("%s is damaged", "a\n\x9b31m", seconds=3.5, level="mine"))
    assert line.isprintable()
    assert json.loads(line) == {
        "time": "2027-01-15T03:00:00.250-05:00",
        "level": "WARNING",
        "logger": "pipeline.cameras",
        "message": "a\n\x9b31m is damaged",
        "seconds": 3.5,
    }


@pytest.mark.parametrize("kind", ["text", "json"])
def test_an_error_keeps_its_traceback(kind: Any) -> None:
    made = record("failed")
    try:
        raise ValueError("bad\x1b[2Jname")
    except ValueError:
        made.exc_info = sys.exc_info()
    text = formatter(kind).format(made)
    assert "Traceback" in text
    assert "\x1b" not in text
