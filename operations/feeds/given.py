"""A hotlist that another agency gives: its topic is read into a memory of our own, which becomes a list's file."""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from alerts.shared_lists import ListMessage, ListTopic, NotPermitted
from hotlists.feeds.disk import on_disk
from hotlists.feeds.names import PART_SUFFIX
from hotlists.feeds.transfer import PullContext, Pulled
from hotlists.layouts.shared import ReceivedHeader
from policy.agreements.agreement import shared_lists_topic
from policy.decisions import open_policy
from schemas.errors import InvalidInput, TransientError
from schemas.events import ReceivedListPart, problems_in
from schemas.settings import AgreementFeed, KafkaSettings, NeighborSettings, Settings
from services.private_files import touch_private
from sharing.lists.receiving import ListReceiptGate, ListTerms
from storage.spool.received_list import ListStanding, ReceivedList

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""How long one look at the topic may take; a long list goes on with the next one."""
PATIENCE_SECONDS = 60.0
"""So long a broker may refuse us before the list is taken for one that is given no more: rights need a moment."""
MOST_CHARACTERS = 60_000
"""Longest entry: a list's lines are bounded."""
FOLDER = ("hotlists", "received")


class GivenList:
    """What another agency gives of one hotlist.

    Args:
        feed: The feed's settings.
        neighbor: Who gives it.
        settings: The whole configuration.
        kafka: How to connect to the neighbor's broker.
        now: The time, aware.
    """

    def __init__(
        self,
        feed: AgreementFeed,
        neighbor: NeighborSettings,
        settings: Settings,
        kafka: KafkaSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._feed, self._neighbor, self._now = feed, neighbor, now
        self._gate = ListReceiptGate(open_policy(settings), neighbor)
        self._path = settings.data_dir.joinpath(*FOLDER, f"{feed.name}.sqlite3")
        self._topic_name = shared_lists_topic(neighbor.agreement)
        self._topic = ListTopic(kafka, kafka.bootstrap_servers, self._topic_name)
        self._received: ReceivedList | None = None
        self._refused_since: float | None = None
        self.left_out: Counter[str] = Counter()
        """How many entries of the last file our own law did not let in, by the reason."""

    @property
    def received(self) -> ReceivedList:
        """The list's memory; opened when it is needed first."""
        self._received = self._received or ReceivedList(self._path)
        return self._received

    @property
    def terms(self) -> ListTerms:
        """Under what the list was given last."""
        return ListTerms.of(self.received.standing().headers or {})

    def close(self) -> None:
        """Close the connection and the memory."""
        self._topic.close()
        if self._received is not None:
            self._received.close()
            self._received = None

    def look(self, canceled: Callable[[], bool]) -> bool:
        """Take in what is new on the topic.

        Args:
            canceled: Ends it early when it returns True.

        Returns:
            Whether all of it was read; else there is more at once.

        Raises:
            BrokerUnavailable: No broker answers.
            NotPermitted: We may not read there, for the first time or since moments.
        """
        try:
            for messages in self._topic.news(self.received.offsets(), LOOK_SECONDS):
                for message in messages:
                    self._take(message)
                if canceled():
                    return False
        except NotPermitted as error:
            self._refused(error)
            return True
        self._refused_since = None
        standing = self.received.standing()
        if standing.published_at is not None and standing.ended is None:
            outdated = self._gate.outdated(datetime.fromisoformat(standing.published_at), self.terms, self._now())
            if outdated is not None:
                self.received.forget(outdated)
        return self._topic.is_read(self.received.offsets())

    def _refused(self, error: NotPermitted) -> None:
        standing = self.received.standing()
        if standing.edition is None and standing.ended is None:
            raise error
        self._refused_since = self._refused_since or time.monotonic()
        if standing.ended is None:
            if time.monotonic() - self._refused_since < PATIENCE_SECONDS:
                raise TransientError(str(error)) from error
            why = f"{self._neighbor.name} does not let us read it any more"
            self.received.forget(why, from_the_beginning=True)

    def _take(self, message: ListMessage) -> None:
        """Take a message in, or pass it over with a word in the log."""
        part, reason = self._parsed(message)
        if part is not None and part.hotlist_id != self._feed.list_name:
            part = None
        if part is not None:
            reason = self._gate.refusal(part, self._topic_name, message.headers, self._now())
        passed = self.received.take(message.partition, message.offset, None if reason else part, message.headers)
        said = reason or passed
        if said is not None:
            level = logging.WARNING if reason else logging.INFO
            log.log(
                level,
                "%s partition %d offset %d is not taken in for list %s: %s",
                *(self._topic_name, message.partition, message.offset, self._feed.name, said),
            )

    @staticmethod
    def _parsed(message: ListMessage) -> tuple[ReceivedListPart | None, str | None]:
        try:
            return ReceivedListPart.model_validate_json(message.payload or b""), None
        except ValidationError as error:
            return None, f"it is no part of a hotlist ({problems_in(error)})"

    def file(self, context: PullContext) -> Pulled | None:
        """Return what is here as a list's file, or None where it is the one that was imported last, or there is none.

        Args:
            context: Where it goes, and what was said of the last one.
        """
        standing = self.received.standing()
        unwanted = self._gate.unwanted(self.terms)
        remote = remote_of(standing, unwanted)
        if standing.edition is None or standing.ended is not None or context.remote.get("mark") == remote["mark"]:
            return None
        path = context.folder / f"{self._feed.name}.jsonl"
        part = context.folder / f".{path.name}{PART_SUFFIX}"
        with on_disk(context.folder):
            self._write(part, unwanted, context)
            if standing.as_of is not None:
                moment = datetime.fromisoformat(standing.as_of).timestamp()
                os.utime(part, (moment, moment))
            part.rename(path)
        return Pulled(path, remote)

    def remote(self, standing: ListStanding) -> dict[str, str]:
        """Return what tells the file of what stands from others."""
        return remote_of(standing, self._gate.unwanted(self.terms))

    def _write(self, path: Path, unwanted: Mapping[str, str], context: PullContext) -> None:
        self.left_out = Counter()
        kept = sum(1 for _ in self._wanted(unwanted, context))
        self.left_out.clear()
        header = ReceivedHeader(
            agency_id=self._neighbor.id,
            name=self._neighbor.name,
            agreement_id=self._neighbor.agreement,
            hotlist_id=self._feed.list_name,
            rows=kept,
        )
        touch_private(path)
        with path.open("w", encoding="utf-8") as file:
            size = file.write(f"{header.model_dump_json()}\n")
            for body in self._wanted(unwanted, context):
                size += file.write(f"{body}\n")
                if size > self._feed.max_bytes:
                    raise InvalidInput(f"the list is larger than max_bytes ({self._feed.max_bytes})")
            file.flush()
            os.fsync(file.fileno())
        for reason, count in sorted(self.left_out.items()):
            log.warning("%d entries of list %s are refused on receipt: %s", count, self._feed.name, reason)

    def _wanted(self, unwanted: Mapping[str, str], context: PullContext) -> Iterator[str]:
        """Yield the entries that our own law lets in."""
        for place, (_, body) in enumerate(self.received.entries()):
            if place % 1000 == 0 and context.canceled():
                raise TransientError("the run ends; the list is taken in at the next start")
            reason = unwanted.get(str(json.loads(body).get("category")))
            if reason is None and len(body) > MOST_CHARACTERS:
                reason = f"an entry is longer than {MOST_CHARACTERS} characters"
            if reason is None:
                yield body
            else:
                self.left_out[reason] += 1


def remote_of(standing: ListStanding, unwanted: Mapping[str, str]) -> dict[str, str]:
    """Return what tells a file from the one before: what was received of it, and what is left out of it here.

    Args:
        standing: What stands.
        unwanted: Categories that are left out, with the reasons.
    """
    return {
        "mark": f"{standing.edition} {standing.marks} {','.join(sorted(unwanted))}",
        "agreement_version": str(standing.agreement_version),
    }
