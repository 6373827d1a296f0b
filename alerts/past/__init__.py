"""Hits of stored reads become few alerts: one per entry and plate, however often the vehicle was seen."""
