"""What every stage speaks: types, wire events, errors, settings and plate text rules."""

from schemas.telemetry import switch_telemetry_off

# Here, because every other part of Platewatch imports this one before anything that runs a network.
switch_telemetry_off()
