"""Alerts and alarms: raised, repeated, canceled, and on their way out."""
