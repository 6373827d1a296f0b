"""Times on cards: the agency's, with their zone."""

from __future__ import annotations

from datetime import datetime, tzinfo


def local_text(moment: datetime, zone: tzinfo) -> str:
    """Return a time by the agency's clock, like `2026-11-20 13:30:00 EST`.

    Args:
        moment: Aware.
        zone: The agency's (`alerts.routing.zone.agency_zone`).
    """
    local = moment.astimezone(zone)
    name = local.tzname() or local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} {name}"
