"""Polling a consumer, and finding out when it will never read some partition again."""

from __future__ import annotations

import logging
import time
from typing import Any

from schemas.errors import BrokerUnavailable
from services.kafka.client import MemberState, kafka_errors

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
DRY_SECONDS = 20.0
"""How long a partition with more to read may give nothing where nothing else comes either."""
FLOWING_SECONDS = 60.0
"""How long where other partitions give: theirs may be worked off first."""
UNSETTLED_SECONDS = 30.0
"""How long a member may be on its way into its group: a coordinator that died may never answer, and until then, which
is five minutes by default, nothing is fetched at all."""
FIRST_PATIENCE_SECONDS = 8.0
"""kafka-python was seen to stay without partitions for good when a busy machine cost it its membership before the topic
was made; a consumer that joins anew gets them. A group may have more members than partitions, so patience doubles."""
LONGEST_PATIENCE_SECONDS = 300.0
CALL_MS = 2000


class ConsumerLost(BrokerUnavailable):
    """A consumer has to be opened anew: as it is, it may never read some partition again."""


class Patience:
    """How long a member of a group waits for partitions, from one of its clients to the next."""

    def __init__(self) -> None:
        self.seconds = FIRST_PATIENCE_SECONDS

    def rewarded(self) -> None:
        """Begin with little again: there are partitions for it."""
        self.seconds = FIRST_PATIENCE_SECONDS

    def lost(self) -> None:
        """Have more the next time."""
        self.seconds = min(self.seconds * 2, LONGEST_PATIENCE_SECONDS)


class Poller:
    """Polls one KafkaConsumer.

    After an error of a moment kafka-python 3.0 leaves partitions unread for good, without a word: a broker that comes
    back and is not in the metadata yet, or that refuses a login before it has learned of its users, counts as asked
    from then on. So a consumer that raised is lost, and so is one that stands still while its partitions go on, does
    not get back into its group, or gets no partition there, whatever the cause.

    Args:
        consumer: Of `open_consumer`.
        patience: How long it waits for partitions, as a member of a group.
    """

    def __init__(self, consumer: Any, patience: Patience | None = None) -> None:
        self._consumer = consumer
        self._patience = patience
        self._assigned_at = time.monotonic()
        self._look_at = time.monotonic() + LOOK_SECONDS
        self._still: dict[Any, tuple[int, float]] = {}
        """Partitions with more to read: the offset that comes next, and since when it has been that one."""
        self._settled_at = time.monotonic()
        """When it was a member of its group, or needed none, last."""
        self._dry_at: float | None = None
        """When last nothing came at all."""
        self._looked_at = time.monotonic()
        """When it was known last how far its partitions go."""

    def poll(self, timeout_seconds: float, most: int) -> dict[Any, list[Any]]:
        """Return what came, by partition.

        Args:
            timeout_seconds: How long to wait where nothing is there.
            most: Messages at a time.

        Raises:
            AuthorizationError: kafka-python's: this user may not read there.
            ConsumerLost: It has to be opened anew.
        """
        try:
            milliseconds = max(int(timeout_seconds * 1000), 1)
            batches: dict[Any, list[Any]] = self._consumer.poll(timeout_ms=milliseconds, max_records=most)
        except kafka_errors.AuthorizationError:
            raise
        except Exception as error:
            # Faults of its own, too: no other ends more than this client.
            raise ConsumerLost(f"kafka's client failed ({type(error).__name__}) and is opened anew") from error
        now = time.monotonic()
        self._see_group(now)
        if not batches:
            self._dry_at = now
        if now >= self._look_at:
            self._look()
        return batches

    def _see_group(self, now: float) -> None:
        """Note that it is a member, and has partitions.

        Raises:
            ConsumerLost: It has not been one for long, or had none.
        """
        membership = self._consumer.group_metadata()
        if membership.group_id is None or membership.state == MemberState.STABLE:
            self._settled_at = now
        elif now - self._settled_at >= UNSETTLED_SECONDS:
            raise ConsumerLost(f"kafka's client does not get back into group {membership.group_id} and is opened anew")
        if self._patience is None:
            return
        if self._consumer.assignment():
            self._assigned_at = now
            self._patience.rewarded()
        elif now - self._assigned_at > (waited := self._patience.seconds):
            self._patience.lost()
            raise ConsumerLost(f"kafka's client got no partition for {waited:.0f} s and joins its group anew")

    def _look(self) -> None:
        """Compare where it stands with where its partitions end.

        Raises:
            ConsumerLost: A partition has had more to read for long, and nothing of it was read; or that has not been
                known for long: what keeps a client from reading a partition keeps it from asking about it, too.
        """
        started = time.monotonic()
        self._look_at = started + LOOK_SECONDS
        partitions = sorted(self._consumer.assignment() - self._consumer.paused())
        still: dict[Any, tuple[int, float]] = {}
        try:
            ends = self._consumer.end_offsets(partitions, timeout_ms=CALL_MS) if partitions else {}
            for partition in partitions:
                place = self._consumer.position(partition, timeout_ms=CALL_MS)
                if place is not None and place < ends[partition]:
                    known = self._still.get(partition)
                    still[partition] = known if known is not None and known[0] == place else (place, started)
                if time.monotonic() > started + CALL_MS / 1000:
                    raise TimeoutError  # the broker has other troubles now
        except Exception as error:
            # A broker that is just coming back leaves out ends that the client counts on.
            log.debug("how far the partitions go is not known now", exc_info=error)
            if started - self._looked_at >= self._limit(self._looked_at) + LOOK_SECONDS:
                raise ConsumerLost("kafka's client cannot tell how far partitions go and is opened anew") from error
            return
        self._looked_at, self._still = started, still
        stuck = [one for one, (_, since) in still.items() if started - since >= self._limit(since)]
        if stuck:
            numbers = ", ".join(str(one.partition) for one in stuck)
            raise ConsumerLost(
                f"kafka's client reads nothing of {stuck[0].topic} (partition {numbers}) any more and is opened anew"
            )

    def _limit(self, since: float) -> float:
        return DRY_SECONDS if self._dry_at is not None and self._dry_at > since else FLOWING_SECONDS
