"""Which partition a message goes to: kafka-python's own choice, at a third of what it takes to find it."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

with warnings.catch_warnings():
    # See services/kafka/client.py.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka.partitioner.default import DefaultPartitioner, murmur2


class KeyPartitioner(DefaultPartitioner):  # type: ignore[misc]
    """Chooses by the key as every Kafka client does; without one as kafka-python does.

    A message's partition is where its reader looks for those before it, so it has to stay where it always was.
    """

    def partition(
        self,
        topic: str,
        key: Any,
        serialized_key: bytes | None,
        value: Any,
        serialized_value: bytes | None,
        cluster: Any,
    ) -> int:
        """See `kafka.partitioner.abc.Partitioner`."""
        count = len(cluster.partitions_for_topic(topic) or ())
        if serialized_key is None or not count:
            chosen: int = super().partition(topic, key, serialized_key, value, serialized_value, cluster)
            return chosen
        return partition_of(bytes(serialized_key), count)


def partition_of(key: bytes, count: int) -> int:
    """Return the partition of a key's messages.

    Args:
        key: The key.
        count: How many partitions the topic has; they are numbered from 0 on, without gaps.
    """
    return _hashed(key) % count


@lru_cache(maxsize=8192)
def _hashed(key: bytes) -> int:
    number: int = murmur2(key)
    return number & 0x7FFFFFFF
