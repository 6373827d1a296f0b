"""A message goes to the partition that kafka-python itself would choose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.kafka.partitions import DefaultPartitioner, KeyPartitioner


class Cluster:
    """One topic with some partitions."""

    def __init__(self, count: int) -> None:
        self._partitions = set(range(count))

    def topics(self) -> set[str]:
        return {"t"}

    def partitions_for_topic(self, topic: str) -> set[int]:
        return self._partitions

    def available_partitions_for_topic(self, topic: str) -> set[int]:
        return self._partitions


@given(st.binary(max_size=40), st.integers(1, 60))
def test_a_key_has_the_partition_that_every_client_gives_it(key: bytes, count: int) -> None:
    cluster = Cluster(count)
    usual = DefaultPartitioner().partition("t", key, key, b"", b"", cluster)
    for form in (key, bytearray(key), memoryview(key)):
        assert KeyPartitioner().partition("t", key, form, b"", b"", cluster) == usual


@given(st.integers(1, 60))
def test_without_a_key_any_partition_is_right(count: int) -> None:
    assert 0 <= KeyPartitioner().partition("t", None, None, b"", b"", Cluster(count)) < count
