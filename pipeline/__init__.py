"""Wires the stages: cameras, recognition, matching, recording, relaying; backpressure and clean shutdown."""
