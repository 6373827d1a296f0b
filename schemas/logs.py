"""How lines of the log look: time with its zone, the fields of the record, and nothing that steers a terminal."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any, Literal

from schemas.printable import json_safe, printable

LogFormat = Literal["text", "json"]

_OWN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
"""What every record has; anything else is a field that the caller gave."""


class TextFormatter(logging.Formatter):
    """`2026-01-31T06:00:00.123-05:00 INFO pipeline.cameras message key=value`, one line but for a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's line; texts of others in it are made fit to be shown."""
        fields = "".join(f" {name}={_shown(value)}" for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.name} {printable(record.getMessage())}{fields}"
        return "\n".join([line, *(printable(trace, lines=True) for trace in _traces(self, record))])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, the record's fields, and `exception` where any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's line."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in _fields(record).items() if name not in line}
        if traces := _traces(self, record):
            line["exception"] = "\n".join(traces)
        return json_safe(json.dumps(line, ensure_ascii=False, default=str, separators=(",", ":")))


def formatter(log_format: LogFormat) -> logging.Formatter:
    """Return what writes records in a format of the setting `log_format`."""
    return JsonFormatter() if log_format == "json" else TextFormatter()


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}


def _shown(value: object) -> str:
    text = printable(str(value))
    return json.dumps(text, ensure_ascii=False) if not text or any(sign in text for sign in ' ="') else text


def _traces(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    traces = [formatter.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    return [*traces, formatter.formatStack(record.stack_info)] if record.stack_info else traces
