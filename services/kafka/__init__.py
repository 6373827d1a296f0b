"""The local Kafka, and the way to any."""
