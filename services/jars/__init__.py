"""Apache Kafka's jars: which they are, where they are kept, and how they come there."""
