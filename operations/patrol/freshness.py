"""Whether the lists in a car are as fresh as the law and the settings ask for; said at the start of a shift, in red."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.routing.zone import agency_zone
from hotlists.feeds.freshness import CLOCK
from operations.currency import last_renewal, law_hours
from policy.decisions import open_policy
from schemas.settings import Settings
from schemas.types import ListStanding
from schemas.wording import age_text

NO_LISTS = "there is no list in this car: nothing can be matched"


def list_faults(settings: Settings, lists: Sequence[ListStanding], now: datetime) -> tuple[str, ...]:
    """Return what is wrong with the lists at the start of a shift, in words; empty where nothing is.

    Args:
        settings: The configuration; its law says how old lists may be, and whether shifts begin with fresh ones.
        lists: Those in the car.
        now: The present, aware.

    Raises:
        ConfigurationError: The profile of the law cannot be used.
    """
    if not lists:
        return (NO_LISTS,)
    return tuple(words for one in lists if (words := _fault(settings, one, now)) is not None)


def red_hours(settings: Settings) -> float:
    """Return the age from which a list in the car is red: the law's or the car's own, whichever is less."""
    own = law_hours(settings)
    return own if settings.patrol is None else min(own, settings.patrol.list_red_hours)


def _fault(settings: Settings, one: ListStanding, now: datetime) -> str | None:
    renewed, rule = one.synchronized_at, open_policy(settings).profile.hotlists
    renewal = last_renewal(settings, now)
    if renewal is not None and rule is not None:
        due = None if renewed is None or renewed > now + CLOCK else renewal.due_of(renewed)
        if renewed is None or renewed > now + CLOCK or (due is not None and now > due):
            since = "" if renewed is None else f", last heard of at {_minute(settings, renewed)}"
            when = "at the start of each shift" if rule.refresh == "shift_start" else "each day"
            return f"{one.hotlist_id}: the law has lists renewed {when} ({rule.source}), and this one was not{since}"
    if one.as_of is not None and (now - one.as_of).total_seconds() > red_hours(settings) * 3600:
        age = age_text((now - one.as_of).total_seconds())
        return f"{one.hotlist_id}: {age}, and may be {red_hours(settings):g} h old"
    return None


def _minute(settings: Settings, moment: datetime) -> str:
    return f"{moment.astimezone(agency_zone(settings.time_zone)):%Y-%m-%d %H:%M}"
