"""Who may do what at the broker: shown, given and taken as the agreements say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.broker.administering import administering
from operations.broker.passwords import NewLogin, make_login
from operations.broker.topics import planned_here
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.settings import KafkaSettings, Settings
from services.kafka.rights import Right, existing_rights, give_rights, take_rights
from services.kafka.users import MECHANISMS, drop_user, existing_users
from sharing.access.comparing import Difference
from sharing.access.rules import AccessRules, access_rules
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sharing.agreements import versions_of


@dataclass(frozen=True, slots=True)
class RightsChange:
    """What has to change at the broker, or was changed.

    Args:
        give: Rights that are missing.
        take: Rights that are too many.
        make: Users who cannot log in yet.
        drop: Users to whom nothing is left.
        wider: Rights of others, or by the beginning of a name, that reach our topics: a person looks at them.
        mechanism: How users log in; None where the broker does not keep their passwords.
        logins: The passwords of users who were made.
    """

    give: tuple[Right, ...]
    take: tuple[Right, ...]
    make: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    wider: tuple[Right, ...] = ()
    mechanism: str | None = None
    logins: tuple[NewLogin, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it has to be."""
        return not (self.give or self.take or self.make or self.drop)

    @property
    def details(self) -> dict[str, list[str]]:
        """What changes, in words for the audit."""
        found = {"give": self.give, "take": self.take, "make": self.make, "drop": self.drop}
        return {name: [str(one) for one in some] for name, some in found.items() if some}


def view_rights(
    actor: Actor, database: Database, settings: Settings, kafka: KafkaSettings | None, agreement_id: str | None = None
) -> RightsChange:
    """Return what has to change at the broker so that members read what agreements give them, and nothing else.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration.
        kafka: How to connect as an administrator; None: it is not asked, and everything is returned.
        agreement_id: One agreement; None: all of them, and our own services.

    Raises:
        InvalidInput: There is no such agreement.
        BrokerUnavailable: No broker answers.
        ConfigurationError: This user may not ask, two members would log in as one user, or there is no authorizer.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VIEW_RIGHTS)
    rules = _rules(database, settings, agreement_id)
    if kafka is None:
        whole, mechanism = rules.everything(), _mechanism(settings, settings.kafka)
        users = (tuple(sorted(rules.logins())), whole.gone) if mechanism else ((), ())
        change = RightsChange(whole.missing, whole.surplus, *users, mechanism=mechanism)
    else:
        with administering(kafka) as admin:
            change, _ = _change(admin, rules, _mechanism(settings, kafka))
    record = AuditRecord(actor, Action.VIEW_RIGHTS, {"agreement": agreement_id})
    write_audit(database, record, len(change.give) + len(change.take))
    return change


def apply_rights(
    actor: Actor,
    database: Database,
    settings: Settings,
    kafka: KafkaSettings,
    agreement_id: str | None = None,
    passwords: Path | None = None,
) -> RightsChange:
    """Take away what is too much at the broker, then give what is missing; the audit says what before it is done.

    Args:
        actor: Who does.
        database: An open database.
        settings: The configuration.
        kafka: How to connect as an administrator.
        agreement_id: One agreement; None: all of them, and our own services.
        passwords: Folder for the passwords of new users; None: they are returned, to be shown once.

    Returns:
        What was done.

    Raises:
        InvalidInput: There is no such agreement.
        BrokerUnavailable: No broker answers; what was done stays, do the same again.
        ConfigurationError: This user may not, two members would log in as one user, or there is no authorizer.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.APPLY_RIGHTS)
    rules = _rules(database, settings, agreement_id)
    mechanism = _mechanism(settings, kafka)
    with administering(kafka) as admin:
        change, known = _change(admin, rules, mechanism)
        record = AuditRecord(actor, Action.APPLY_RIGHTS, {"agreement": agreement_id})
        write_audit(database, record, len(change.give) + len(change.take), **change.details)
        if change.take:
            take_rights(admin, change.take)
        for user in change.drop:
            drop_user(admin, user, known[user])
        logins = tuple(make_login(admin, user, mechanism, passwords) for user in change.make) if mechanism else ()
        if change.give:
            give_rights(admin, change.give)
    return replace(change, logins=logins)


def renew_login(
    actor: Actor, database: Database, settings: Settings, kafka: KafkaSettings, member: str, passwords: Path | None
) -> NewLogin:
    """Give a member another password; from then on the one before does not do.

    Args:
        actor: Who does.
        database: An open database.
        settings: The configuration.
        kafka: How to connect as an administrator.
        member: The member's short name.
        passwords: Folder for the password; None: it is returned, to be shown once.

    Raises:
        InvalidInput: Nothing is shared with such a member, or the broker keeps no passwords.
        BrokerUnavailable: No broker answers.
        ConfigurationError: This user may not, or the file cannot be written.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.RENEW_LOGIN)
    rules, mechanism = _rules(database, settings, None), _mechanism(settings, kafka)
    user = rules.users.find(member)
    if user is None or user not in {right.user for right in rules.wanted}:
        raise InvalidInput(
            f"nothing is shared over the broker with '{member}'; see platewatch agreements who-sees-what"
        )
    if mechanism is None:
        raise InvalidInput("users do not log in by SCRAM here (kafka.options.sasl_mechanism); change it where they do")
    with administering(kafka) as admin:
        write_audit(database, AuditRecord(actor, Action.RENEW_LOGIN, {"member": member, "user": user}))
        return make_login(admin, user, mechanism, passwords)


def _rules(database: Database, settings: Settings, agreement_id: str | None) -> AccessRules:
    now = datetime.now(UTC)
    # What one person proposed and nobody approved says nothing about anybody.
    ever = [version for version in versions_of(database) if version.approved_at is not None]
    if agreement_id is not None and all(version.agreement.id != agreement_id for version in ever):
        raise InvalidInput(f"no agreement '{agreement_id}' was ever in force; see platewatch agreements show")
    standing = [version.agreement for version in ever if version.is_standing(now)]
    topics = [topic.name for topic in planned_here(database, settings) if topic.is_needed]
    return access_rules(settings, standing, [version.agreement for version in ever], topics, agreement_id)


def _mechanism(settings: Settings, kafka: KafkaSettings) -> str | None:
    """Return how users log in, where the broker keeps their passwords."""
    for options in (settings.kafka.options, kafka.options):
        if options.get("sasl_mechanism") in MECHANISMS:
            return str(options["sasl_mechanism"])
    return None


def _change(admin: Any, rules: AccessRules, mechanism: str | None) -> tuple[RightsChange, dict[str, tuple[str, ...]]]:
    """Return what has to change, and how each user who is concerned logs in now."""
    difference: Difference = rules.difference(existing_rights(admin))
    known = existing_users(admin, rules.logins() | set(difference.gone)) if mechanism else {}
    make = _absent(rules.logins(), known) if mechanism else ()
    drop = tuple(user for user in difference.gone if user in known)
    change = RightsChange(difference.missing, difference.surplus, make, drop, difference.wider, mechanism)
    return change, known


def _absent(users: Iterable[str], known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted(user for user in users if user not in known))
