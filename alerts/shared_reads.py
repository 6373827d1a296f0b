"""A neighboring agency's consumer of reads that an agreement shares: every revision of every read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from alerts.subscriber import MessageSubscriber
from schemas.events import PlateReadEvent
from schemas.ids import shared_read_id
from schemas.settings import KafkaSettings

ReadGate = Callable[[PlateReadEvent, str, Mapping[str, str]], tuple[PlateReadEvent | None, str]]
"""Judges a read by its topic and its message's headers; `sharing.receiving.ReadReceiptGate` is one."""


class ReadSubscriber(MessageSubscriber[PlateReadEvent]):
    """One member of a consumer group on an agreement's topic of reads.

    Args:
        data_dir: Platewatch's data directory; the group's memory is kept there.
        settings: The section `kafka` of the configuration.
        servers: Bootstrap servers.
        topic: The topic.
        group: Consumer group; each gets every read.
        gate: Judges each read as it comes in.
    """

    noun = "read"

    def __init__(
        self,
        data_dir: Path,
        settings: KafkaSettings,
        servers: Sequence[str],
        *,
        topic: str,
        group: str,
        gate: ReadGate,
    ) -> None:
        super().__init__(data_dir, settings, servers, topic=topic, group=group)
        self._gate = gate

    def parse(self, payload: bytes) -> PlateReadEvent:
        """See `MessageSubscriber`."""
        return PlateReadEvent.model_validate_json(payload)

    def id_of(self, item: PlateReadEvent) -> UUID:
        """See `MessageSubscriber`."""
        return shared_read_id(item.read_id, item.revision)

    def judge(self, item: PlateReadEvent, topic: str, headers: Mapping[str, str]) -> tuple[PlateReadEvent | None, str]:
        """See `MessageSubscriber`."""
        return self._gate(item, topic, headers)
