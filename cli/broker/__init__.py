"""Commands about the broker: its topics, and how commands reach it."""
