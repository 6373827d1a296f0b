"""Hit to alert: built, published from the outbox to Kafka, and received by a neighboring agency."""
