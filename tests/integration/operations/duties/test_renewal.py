"""A list that the law has renewed at the start of each shift is late where nobody brought it, however new it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.currency import ListCurrency, last_renewal
from schemas.settings import HotlistSettings, PolicySettings, Settings
from storage.alerts.alarms import Alarms
from storage.database import Database
from tests.integration.storage.samples import activate, sample_entry

NEBRASKA = PolicySettings(profile="nebraska")


def site(zone: str = "America/Chicago", **lists: Any) -> Settings:
    hotlists = HotlistSettings(**({"shift_starts": ("06:00", "14:00", "22:00")} | lists))
    return Settings(policy=NEBRASKA, time_zone=zone, hotlists=hotlists)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-07-01T06:29:59-05:00", "2026-06-30T22:00-05:00"),  # half an hour of grace
        ("2026-07-01T06:30:00-05:00", "2026-07-01T06:00-05:00"),
        ("2026-07-01T13:00:00-05:00", "2026-07-01T06:00-05:00"),
        ("2026-07-01T23:00:00-05:00", "2026-07-01T22:00-05:00"),
        ("2026-07-02T01:00:00-05:00", "2026-07-01T22:00-05:00"),
        # The clocks are put forward and back on these days.
        ("2026-03-08T07:00:00-05:00", "2026-03-08T06:00-05:00"),
        ("2026-03-08T05:00:00-05:00", "2026-03-07T22:00-06:00"),
        ("2026-11-01T07:00:00-06:00", "2026-11-01T06:00-06:00"),
        ("2026-11-01T05:00:00-06:00", "2026-10-31T22:00-05:00"),
    ],
)
def test_shifts_begin_by_the_agency_s_clock(now: str, since: str) -> None:
    found = last_renewal(site(), at(now))
    assert found is not None
    assert (found.since, found.due) == (at(since), at(since) + timedelta(minutes=30))


def test_without_shifts_it_is_midnight_and_other_laws_ask_for_nothing() -> None:
    found = last_renewal(site(shift_starts=()), at("2026-07-01T13:00:00-05:00"))
    assert found is not None
    assert found.since == at("2026-07-01T00:00-05:00")
    assert last_renewal(Settings(), at("2026-07-01T13:00:00-05:00")) is None  # Virginia
    daily = last_renewal(Settings(policy=PolicySettings(profile="arkansas")), at("2026-07-01T13:00:00-05:00"))
    assert daily is not None
    assert daily.due_of(at("2026-07-01T13:00:00-05:00")) == at("2026-07-02T13:00:00-05:00")


def test_a_list_that_was_not_renewed_for_the_shift_raises_an_alarm_until_it_is(database: Database) -> None:
    now = datetime.now(UTC)
    activate(database, [sample_entry(1, hotlist_id="regional")], hotlist_id="regional", layout="csv", as_of=now)
    start = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    settings = site("UTC", shift_starts=(f"{start:%H:%M}",))
    moment = now

    def watch() -> list[str]:
        ListCurrency(settings, database, lambda: moment).check()
        alarms = Alarms(database, settings.agency_id, settings.alarm_topic).standing()
        return [f"{alarm.kind.value} {alarm.subject}: {alarm.message}" for alarm in alarms]

    assert watch() == []
    moment = start + timedelta(minutes=29)
    assert watch() == []
    moment = start + timedelta(minutes=31)
    (alarm,) = watch()
    assert alarm.startswith(
        f"late_list regional: not renewed since {start:%Y-%m-%d %H:%M} UTC, when the law asks for it"
    )
    with database.as_owner() as connection:
        connection.execute("update hotlist_versions set activated_at = %s", [start + timedelta(minutes=40)])
    moment = start + timedelta(minutes=41)
    assert watch() == []
