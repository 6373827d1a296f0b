"""Pages of what keeps an installation at work: status, alarms, quarantine, deliveries, held alerts, rules."""
