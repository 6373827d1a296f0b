"""The routers of operations' pages."""

from __future__ import annotations

from console.operating import alarms, deliveries, held, quarantine, rules, status

OPERATING = (status.router, alarms.router, quarantine.router, deliveries.router, held.router, rules.router)
