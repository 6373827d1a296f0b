"""The rights at the broker that members of agreements and our own services have to have, and no others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from policy.agreements.agreement import (
    Agreement,
    answer_topic,
    disposition_topic,
    query_topic,
    shared_lists_topic,
    shared_reads_topic,
)
from policy.agreements.grants import Shares
from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings, Settings
from services.kafka.rights import Operation, Resource, Right

LOCAL_USER = "platewatch"
_NOBODY = frozenset({"ANONYMOUS", "*"})
_READING = (Operation.DESCRIBE, Operation.READ)
_WRITING = (Operation.DESCRIBE, Operation.WRITE)
_KEEPING = (Operation.CREATE, Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS)
"""What making a topic and holding it to the law needs."""
_OF_A_MEMBER = (disposition_topic, query_topic, answer_topic)
"""Topics that each member has for itself."""


@dataclass(frozen=True, slots=True)
class OwnUsers:
    """Who our own services log in as.

    Args:
        relays: Who publishes alerts and answers.
        recognizers: Who publishes reads.
        matchers: Who matches them.
        others: Who administers; needs nothing of us, and is nobody else.
    """

    relays: tuple[str, ...]
    recognizers: tuple[str, ...]
    matchers: tuple[str, ...]
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, kafka: KafkaSettings) -> OwnUsers:
        """Return those that the settings name; where they name none, the user of `kafka.options`."""
        publishing = _user(kafka.options) or (LOCAL_USER if kafka.local and not kafka.bootstrap_servers else None)
        usual = () if publishing is None else (publishing,)
        administrator = _user(kafka.administrator.options)
        rights = kafka.rights
        return cls(
            rights.relay_users or usual,
            rights.recognizer_users or usual,
            rights.matcher_users or usual,
            (*usual, *(() if administrator is None else (administrator,))),
        )

    @property
    def everybody(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.relays, *self.recognizers, *self.matchers, *self.others))


def _user(options: dict[str, object]) -> str | None:
    user = options.get("sasl_plain_username")
    return None if user is None else str(user)


class MemberUsers:
    """Under which name each member of any agreement logs in, also of those that are over.

    Args:
        settings: The configuration.
        agreements: Every version of every agreement.

    Raises:
        ConfigurationError: Two members, or a member and a service of ours, would log in as the same user.
    """

    def __init__(self, settings: Settings, agreements: Iterable[Agreement]) -> None:
        named = settings.kafka.rights.member_users
        ids = {member.id for one in agreements for member in one.members if member.id != one.owner.id}
        self._users = {member: named.get(member, member) for member in sorted(ids)}
        own = OwnUsers.of(settings.kafka).everybody
        seen: dict[str, str] = {}
        for member, user in self._users.items():
            if user in own or user in _NOBODY:
                raise ConfigurationError(
                    f"member {member} would log in at the broker as '{user}', which is a user of this installation's or"
                    " nobody; give it another name: kafka.rights.member_users"
                )
            if user in seen:
                raise ConfigurationError(
                    f"members {seen[user]} and {member} would both log in at the broker as '{user}'; give each a name"
                    " of its own: kafka.rights.member_users"
                )
            seen[user] = member
        self._bases = frozenset(ids | {settings.agency_id, settings.kafka.matcher_group} | own)

    @property
    def everybody(self) -> frozenset[str]:
        """The users of all members."""
        return frozenset(self._users.values())

    def of(self, member: str) -> str:
        """Return a member's user."""
        return self._users[member]

    def find(self, member: str) -> str | None:
        """Return a member's user, or None where there is no such member."""
        return self._users.get(member)

    def group(self, member: str) -> tuple[str, bool]:
        """Return the consumer groups of a member: a name, and whether it is the beginning of others.

        What begins with the member's short name is its own, unless another one's name begins so, too.
        """
        prefix = f"{member}-"
        if any(base.startswith(prefix) for base in self._bases):
            return f"{prefix}subscriber", False
        return prefix, True


def agreement_rights(agreement: Agreement, users: MemberUsers) -> set[Right]:
    """Return what the members of an agreement that stands may do.

    Args:
        agreement: What it grants.
        users: Under which name each logs in.
    """
    return {
        right for grant in agreement.grants for to in grant.to for right in _member(agreement, grant.shares, to, users)
    }


def _member(agreement: Agreement, shares: Shares, member: str, users: MemberUsers) -> Iterator[Right]:
    user = users.of(member)
    topics = {Shares.ALERTS: agreement.topic, Shares.READS: shared_reads_topic(agreement.id)}
    if shares in topics:
        # Each in a topic of its own: who is named in one grant alone gets nothing of the other.
        group, is_prefix = users.group(member)
        yield Right(user, Resource.GROUP, group, Operation.READ, is_prefix=is_prefix)
        yield from _topic(user, topics[shares], _READING)
    if shares is Shares.HOTLISTS:
        # Without a group: each installation remembers by itself how far it read.
        yield from _topic(user, shared_lists_topic(agreement.id), _READING)
        yield from _topic(user, disposition_topic(agreement.id, member), _WRITING)
    if shares is Shares.QUERIES:
        yield from _topic(user, query_topic(agreement.id, member), _WRITING)
        yield from _topic(user, answer_topic(agreement.id, member), _READING)


def agreement_topics(agreement: Agreement) -> set[str]:
    """Return every topic that members of an agreement may have had a right to."""
    members = [member.id for member in agreement.members]
    own = {topic(agreement.id, member) for member in members for topic in _OF_A_MEMBER}
    return {agreement.topic, shared_reads_topic(agreement.id), shared_lists_topic(agreement.id), *own}


def own_rights(settings: Settings, topics: Collection[str], agreements: Collection[Agreement]) -> set[Right]:
    """Return what our own services need.

    Args:
        settings: The configuration.
        topics: Every topic that is published.
        agreements: Those that stand.
    """
    kafka, users = settings.kafka, OwnUsers.of(settings.kafka)
    reads, dead = kafka.reads_topic, kafka.dead_reads_topic
    asked = [grant for one in agreements for grant in _members(one, Shares.QUERIES)]
    listed = [grant for one in agreements for grant in _members(one, Shares.HOTLISTS)]
    apart = {reads, dead} | {topic(*one) for one in asked for topic in (query_topic, answer_topic)}
    apart |= {disposition_topic(*one) for one in listed}
    found: set[Right] = set()
    for user in users.relays:
        for topic in topics:
            if topic not in apart:
                found |= set(_topic(user, topic, (*_WRITING, *_KEEPING)))
        for agreement_id, member in listed:
            found |= set(_topic(user, disposition_topic(agreement_id, member), (*_READING, *_KEEPING)))
        for agreement_id, member in asked:
            found |= set(_topic(user, query_topic(agreement_id, member), (*_READING, *_KEEPING)))
            found |= set(_topic(user, answer_topic(agreement_id, member), (*_WRITING, *_KEEPING)))
        # Our own consumers: dispatch, a records system, platewatch subscribe.
        found |= set(_topic(user, settings.alert_topic, _READING))
        found.add(Right(user, Resource.GROUP, f"{settings.agency_id}-", Operation.READ, is_prefix=True))
    for user in users.recognizers:
        found |= set(_topic(user, reads, (*_WRITING, *_KEEPING)))
    for user in users.matchers:
        found |= set(_topic(user, reads, _READING)) | set(_topic(user, dead, (*_WRITING, *_KEEPING)))
        found.add(Right(user, Resource.GROUP, kafka.matcher_group, Operation.READ))
    return found


def _members(agreement: Agreement, shares: Shares) -> list[tuple[str, str]]:
    grant = agreement.grant(shares)
    return [] if grant is None else [(agreement.id, member) for member in grant.to]


def _topic(user: str, topic: str, operations: Iterable[Operation]) -> Iterator[Right]:
    for operation in operations:
        yield Right(user, Resource.TOPIC, topic, operation)
