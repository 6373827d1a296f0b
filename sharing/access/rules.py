"""What has to be at the broker for all agreements together, and the part of it that is about one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from policy.agreements.agreement import Agreement
from schemas.settings import Settings
from services.kafka.rights import Resource, Right
from sharing.access.comparing import Difference, compare
from sharing.access.wanted import MemberUsers, OwnUsers, agreement_rights, agreement_topics, own_rights


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What members and our services may do, and whom that is about. Make it with `access_rules`.

    Args:
        wanted: Every right that has to be.
        former: Rights that agreements gave which do not stand any more.
        users: Under which name each member logs in.
        own: Our own users.
        topics: Our topics.
        only: Topics of the one agreement that is looked at; None: everything is.
        only_users: Who receives under it.
    """

    wanted: frozenset[Right]
    former: frozenset[Right]
    users: MemberUsers
    own: OwnUsers
    topics: frozenset[str]
    only: frozenset[str] | None = None
    only_users: frozenset[str] = frozenset()

    def difference(self, existing: Iterable[Right]) -> Difference:
        """Return how the rights at a broker differ from these."""
        whole = compare(self.wanted, existing, members=self.users.everybody, own=self.own.everybody, topics=self.topics)
        if self.only is None:
            return whole
        return replace(
            whole,
            missing=self._about(whole.missing),
            surplus=self._about(whole.surplus),
            gone=tuple(user for user in whole.gone if user in self.only_users),
            wider=self._about(whole.wider),
        )

    def everything(self) -> Difference:
        """Return all of it, where it is not known what is at the broker."""
        members = self.users.everybody
        gone = members - {right.user for right in self.wanted}
        groups = {right for right in self.former if right.resource is Resource.GROUP and right.user not in gone}
        return Difference(
            self._about(sorted(self.wanted)),
            self._about(sorted(self.former - self.wanted - groups)),
            tuple(sorted(gone & {right.user for right in self._about(self.former)})),
            (),
        )

    def logins(self) -> set[str]:
        """Return who has to be able to log in; who administers and publishes here does."""
        return {right.user for right in self._about(self.wanted)} - set(self.own.others)

    def _about(self, rights: Iterable[Right]) -> tuple[Right, ...]:
        return tuple(right for right in rights if self._is_about(right))

    def _is_about(self, right: Right) -> bool:
        if self.only is None:
            return True
        if right.resource is Resource.GROUP:
            return right.user in self.only_users
        return any(right.covers(Resource.TOPIC, topic) for topic in self.only)


def access_rules(
    settings: Settings,
    standing: Collection[Agreement],
    ever: Collection[Agreement],
    topics: Collection[str],
    only: str | None = None,
) -> AccessRules:
    """Return what has to be at the broker.

    Args:
        settings: The configuration.
        standing: Agreements in force, or about to be.
        ever: Every version of every agreement that was ever in force.
        topics: Every topic of this installation.
        only: The one agreement that is looked at; None: all.

    Raises:
        ConfigurationError: Two members, or a member and a service of ours, would log in as the same user.
    """
    users = MemberUsers(settings, ever)
    members = frozenset(right for one in standing for right in agreement_rights(one, users))
    rules = AccessRules(
        members | own_rights(settings, topics, standing),
        frozenset(right for one in ever for right in agreement_rights(one, users)) - members,
        users,
        OwnUsers.of(settings.kafka),
        frozenset(topics).union(*(agreement_topics(one) for one in ever)),
    )
    if only is None:
        return rules
    about = [one for one in ever if one.id == only]
    names = {users.of(to) for one in about for grant in one.grants for to in grant.to}
    return replace(rules, only=frozenset().union(*map(agreement_topics, about)), only_users=frozenset(names))
