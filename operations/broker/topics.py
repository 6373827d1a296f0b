"""The topics of an installation: made, and compared with what the law and the settings ask for."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from alerts.asking.owner import KEPT_DAYS
from alerts.topics import ensure_topic
from alerts.topics.drift import Drift, TopicDrift, drift_of
from alerts.topics.existing import alter, brokers_of, existing_topics
from alerts.topics.planned import Copies, PlannedTopic, planned_topics
from operations.broker.administering import administering
from policy.agreements.agreement import (
    answer_topic,
    disposition_topic,
    query_topic,
    shared_lists_topic,
    shared_reads_topic,
)
from policy.agreements.grants import Shares
from policy.decisions import effective_retention
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.permissions import check_permitted
from schemas.settings import KafkaSettings, Settings
from sharing.lists.terms import topic_days
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sharing.agreements import AgreementStore, StoredVersion

SETTLE_SECONDS = 10.0
SETTLE_LOOK_SECONDS = 0.2
_PASSING = frozenset({Drift.MISSING, Drift.BEHIND, Drift.HIDDEN})
"""How a topic looks that was made a moment ago."""
NO_LIMIT = 36_500.0
"""Days; the law's are fewer."""


@dataclass(frozen=True, slots=True)
class TopicReport:
    """One topic, how it differs from what it has to be, and what was done about it.

    `changed` are the settings of Kafka that it got; `refused` says why the broker did not do what was asked.
    """

    topic: PlannedTopic
    drift: tuple[TopicDrift, ...]
    made: bool = False
    changed: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing is left to do."""
        return not self.drift and self.refused is None


def check_topics(actor: Actor, database: Database, settings: Settings, kafka: KafkaSettings) -> list[TopicReport]:
    """Return every topic of this installation, with how each differs from what it has to be.

    Args:
        actor: Who asks.
        database: An open database; agreements have topics of their own.
        settings: The configuration.
        kafka: How to connect, as a user who may look at topics.

    Raises:
        BrokerUnavailable: No broker answers.
        ConfigurationError: An option does not fit.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.CHECK_TOPICS)
    planned = planned_here(database, settings)
    with administering(kafka) as admin:
        found = _looked_at(admin, planned, kafka)
    drift = {one.topic.name: [each.kind.value for each in one.drift] for one in found if one.drift}
    write_audit(database, AuditRecord(actor, Action.CHECK_TOPICS), len(drift), drift=drift)
    return found


def create_topics(actor: Actor, database: Database, settings: Settings, kafka: KafkaSettings) -> list[TopicReport]:
    """Make the topics that are missing, and change the settings of those that differ; return what is left.

    What ends records sooner, or keeps them safer, than it has to stays as it is. What settings cannot mend (partitions,
    brokers that keep a message) is left to a person.

    Args:
        actor: Who does; the audit says what before it is done.
        database: An open database; agreements have topics of their own.
        settings: The configuration.
        kafka: How to connect, as a user who may make topics.

    Raises:
        BrokerUnavailable: No broker answers; what was done stays, do the same again.
        ConfigurationError: An option does not fit.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.CREATE_TOPICS)
    planned = planned_here(database, settings)
    with administering(kafka) as admin:
        before = _looked_at(admin, planned, kafka)
        missing = [one.topic.name for one in before if any(each.kind is Drift.MISSING for each in one.drift)]
        changing = {one.topic.name: new for one in before if (new := _new_settings(one))}
        write_audit(database, AuditRecord(actor, Action.CREATE_TOPICS), len(missing), made=missing, changed=changing)
        refused = {}
        for one in before:
            refusal = _brought_about(admin, one, kafka)
            if refusal is not None:
                refused[one.topic.name] = refusal
        done = {name for name in (*missing, *changing) if name not in refused}
        after = {one.topic.name: one for one in _settled(admin, planned, kafka, done)}
    return [
        replace(
            after[one.topic.name],
            made=one.topic.name in missing and one.topic.name not in refused,
            changed=() if one.topic.name in refused else tuple(sorted(changing.get(one.topic.name, {}))),
            refused=refused.get(one.topic.name),
        )
        for one in before
    ]


def planned_here(database: Database, settings: Settings) -> list[PlannedTopic]:
    """Return every topic of this installation, those of agreements among them.

    Raises:
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    now = datetime.now(UTC)
    versions = AgreementStore(database).active()
    agreed = [topic for version in versions for topic in _agreed(version, settings, now)]
    return planned_topics(settings, effective_retention(settings).topic_days, agreed)


def _agreed(version: StoredVersion, settings: Settings, now: datetime) -> Iterator[PlannedTopic]:
    """Yield the topics of an agreement; what it shared ends in time where it shares no more, too."""
    agreement, stands, few = version.agreement, version.is_standing(now), settings.kafka.topics.partitions
    alerts, queries = agreement.grant(Shares.ALERTS), agreement.grant(Shares.QUERIES)
    days = alerts.max_days if alerts is not None else NO_LIMIT
    holds = f"what agreement {agreement.id} shares"
    yield PlannedTopic(agreement.topic, holds, days, few, is_needed=stands and alerts is not None)
    reads = agreement.grant(Shares.READS)
    if reads is not None:
        holds = f"reads that agreement {agreement.id} shares"
        yield PlannedTopic(shared_reads_topic(agreement.id), holds, reads.max_days, few, is_needed=stands)
    lists = agreement.grant(Shares.HOTLISTS)
    if lists is not None:
        holds, days = f"hotlists that agreement {agreement.id} shares", topic_days(lists)
        yield PlannedTopic(shared_lists_topic(agreement.id), holds, days, few, is_needed=stands)
        for member in lists.to:
            said = f"what {member} says of alerts under agreement {agreement.id}"
            yield PlannedTopic(disposition_topic(agreement.id, member), said, lists.max_days, 1, is_needed=stands)
    if queries is not None:
        for member in queries.to:
            for topic in (query_topic(agreement.id, member), answer_topic(agreement.id, member)):
                asked = f"what {member} asks under agreement {agreement.id}"
                yield PlannedTopic(topic, asked, KEPT_DAYS, 1, is_needed=stands)


def _looked_at(admin: Any, planned: list[PlannedTopic], kafka: KafkaSettings) -> list[TopicReport]:
    copies = Copies.of(kafka, brokers_of(admin))
    existing = existing_topics(admin, [topic.name for topic in planned])
    return [
        TopicReport(topic, tuple(drift_of(topic, existing.get(topic.name), copies, kafka.max_message_bytes)))
        for topic in planned
    ]


def _settled(admin: Any, planned: list[PlannedTopic], kafka: KafkaSettings, done: Collection[str]) -> list[TopicReport]:
    """Look at the topics once every broker knows what was done, which takes a moment."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        found = _looked_at(admin, planned, kafka)
        drifts = [drift for one in found if one.topic.name in done for drift in one.drift]
        unsettled = any(drift.kind in _PASSING or drift.settings for drift in drifts)
        if not unsettled or time.monotonic() > deadline:
            return found
        time.sleep(SETTLE_LOOK_SECONDS)


def _new_settings(report: TopicReport) -> dict[str, str]:
    return {name: value for drift in report.drift for name, value in drift.settings.items()}


def _brought_about(admin: Any, report: TopicReport, kafka: KafkaSettings) -> str | None:
    """Make a topic, or change its settings; return why the broker refuses, or None."""
    topic = report.topic
    if any(drift.kind is Drift.MISSING for drift in report.drift):
        made = ensure_topic(
            admin, topic.name, retention_days=topic.keep_days, partitions=topic.partitions, settings=kafka
        )
        return None if made else "this user may not make it; permit Create on the cluster or on the topic"
    new = _new_settings(report)
    return alter(admin, topic.name, new) if new else None
