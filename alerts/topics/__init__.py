"""Topics: which there are, how long each keeps a message, making them, and holding those that exist to it."""

from alerts.topics.making import ensure_topic
from alerts.topics.retention import changes, topic_settings

__all__ = ["changes", "ensure_topic", "topic_settings"]
