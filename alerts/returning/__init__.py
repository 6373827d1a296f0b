"""Dispositions that go back, on Kafka, to the agency that gave the entry: a topic for each member."""
