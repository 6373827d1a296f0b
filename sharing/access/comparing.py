"""How the rights at a broker differ from what they have to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from services.kafka.rights import EVERYBODY, Resource, Right


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to change.

    Args:
        missing: Rights to give.
        surplus: Rights to take: of members, on topics of ours or of users with nothing left.
        gone: Members' users with nothing left at this broker.
        wider: Rights of others, or by the beginning of a name, that reach our topics: a person looks at them.
    """

    missing: tuple[Right, ...]
    surplus: tuple[Right, ...]
    gone: tuple[str, ...]
    wider: tuple[Right, ...]


def compare(
    wanted: Collection[Right],
    existing: Iterable[Right],
    *,
    members: Collection[str],
    own: Collection[str],
    topics: Collection[str],
) -> Difference:
    """Return how the rights that are given differ from those that have to be.

    A broker may be shared: what a member may do with topics of other installations is no concern of ours, and what it
    has besides stays as long as something is left to it.

    Args:
        wanted: What has to be.
        existing: What is.
        members: Users of all members, also of agreements that are over.
        own: Users of our own services, and who administers.
        topics: Our topics.
    """
    given = list(existing)
    # Somebody may have bound a right to a host: that is the same right, and tighter.
    found = {_from_anywhere(right) for right in given}
    missing = {right for right in wanted if right not in found}
    surplus = {
        right for right in given if right.user in members and _is_ours(right, topics) and _unwanted(right, wanted)
    }
    gone = []
    # Of nobody else is known that the login is ours to end.
    for user in sorted({right.user for right in surplus} - {right.user for right in wanted}):
        rights = {right for right in given if right.user == user} - surplus
        if all(right.resource is Resource.GROUP for right in rights):
            surplus |= rights
            gone.append(user)
    wider = {
        right
        for right in given
        if right.user not in own
        and right not in surplus
        and _unwanted(right, wanted)
        and any(right.covers(Resource.TOPIC, topic) for topic in topics)
    }
    return Difference(tuple(sorted(missing)), tuple(sorted(surplus)), tuple(gone), tuple(sorted(wider)))


def _is_ours(right: Right, topics: Collection[str]) -> bool:
    return right.resource is Resource.TOPIC and not right.is_prefix and right.name in topics


def _unwanted(right: Right, wanted: Collection[Right]) -> bool:
    return _from_anywhere(right) not in wanted


def _from_anywhere(right: Right) -> Right:
    return replace(right, host=EVERYBODY)
