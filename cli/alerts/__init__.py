"""`platewatch alerts`, `alarms` and `subscribe`: what was raised."""
