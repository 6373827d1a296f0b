"""The numbers that everybody may know: counted once a day, of whole weeks, however many ask."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from operations.reports import public
from operations.reports.forms import Form
from operations.reports.periods import whole_weeks
from operations.reports.public import PublicNumbers
from schemas.actor import SignIn
from schemas.settings import Settings

NOON = datetime(2026, 11, 18, 12).astimezone()
SETTINGS = Settings(agency_id="portsmouth-pd")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was counted, slowly."""
    found: list[tuple[Any, ...]] = []

    def count(actor: Any, _: Any, __: Any, name: str, since: datetime, until: datetime, now: datetime) -> int:
        time.sleep(0.05)
        found.append((actor.name, actor.via, name, since, until, now))
        return len(found)

    monkeypatch.setattr(public, "file_report", count)
    return found


def test_they_are_counted_once_a_day(counted: list[tuple[Any, ...]]) -> None:
    numbers = PublicNumbers()

    def asked(now: datetime) -> Any:
        return numbers.get(None, SETTINGS, now)  # type: ignore[arg-type]

    assert [asked(NOON), asked(NOON + timedelta(hours=11))] == [1, 1]
    assert asked(NOON + timedelta(days=1)) == 2
    (first, second) = counted
    assert first == (
        *("transparency page", SignIn.SERVICE, "transparency"),
        *whole_weeks(timedelta(days=21), NOON),
        NOON,
    )
    # The span stays for the week.
    assert (first[3:5], second[5]) == (second[3:5], NOON + timedelta(days=1))


def test_many_who_ask_at_once_have_them_counted_once(counted: list[tuple[Any, ...]]) -> None:
    numbers, found = PublicNumbers(), []  # type: ignore[var-annotated]
    askers = [
        threading.Thread(target=lambda: found.append(numbers.get(None, SETTINGS, NOON)))  # type: ignore[arg-type]
        for _ in range(4)
    ]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert (found, len(counted)) == ([1] * 4, 1)


def test_files_of_reports_end_as_their_form_does() -> None:
    assert {form: form.suffix for form in Form} == {Form.TEXT: "txt", Form.CSV: "csv", Form.JSON: "json"}
