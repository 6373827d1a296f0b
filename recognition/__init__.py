"""Frame to PlateRead: detector, reader, tracker, fusion, and the weights that ship."""

from schemas.telemetry import switch_telemetry_off

# Every way to a network leads through here.
switch_telemetry_off()
