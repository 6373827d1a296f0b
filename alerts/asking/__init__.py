"""Questions between agencies on Kafka: a member's topic for questions, and one for its answers."""
