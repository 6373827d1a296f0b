"""Changes of rights and users as the commands of Apache Kafka's own tools."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from services.kafka.rights import EVERYBODY, PRINCIPAL, Resource, Right

if TYPE_CHECKING:
    from operations.broker.rights import RightsChange

CONFIG = "admin.properties"
SERVER = "HOST:PORT"


def change_commands(change: RightsChange, servers: Sequence[str]) -> Iterator[str]:
    """Yield a change as lines of a shell; passwords are read from the keyboard, so that they stand in no history.

    Args:
        change: What has to change.
        servers: The brokers; none: a placeholder stands there.

    Source:
        https://kafka.apache.org/43/security/authorization-and-acls/
    """
    to = f"--bootstrap-server {shlex.quote(','.join(servers) or SERVER)} --command-config {CONFIG}"
    yield from _rights(change.take, to, "--remove --force")
    users = f"kafka-configs.sh {to} --alter --entity-type users --entity-name"
    for user in change.drop:
        yield f"{users} {shlex.quote(user)} --delete-config {change.mechanism}"
    for user in change.make:
        yield f"read -rs -p {shlex.quote(f'password of {user}: ')} PASSWORD"
        yield f'{users} {shlex.quote(user)} --add-config "{change.mechanism}=[iterations=8192,password=$PASSWORD]"'
    yield from _rights(change.give, to, "--add")


def _rights(rights: Iterable[Right], to: str, verb: str) -> Iterator[str]:
    """Yield a command for each user and thing, with all that the user may do there."""
    for (user, resource, name, is_prefix, host), some in groupby(sorted(rights, key=_about), key=_about):
        operations = " ".join(f"--operation {right.operation.value}" for right in some)
        thing = "--cluster" if resource is Resource.CLUSTER else f"--{resource.value} {shlex.quote(name)}"
        pattern = " --resource-pattern-type prefixed" if is_prefix else ""
        hosts = "" if host == EVERYBODY else f" --allow-host {shlex.quote(host)}"
        who = f"--allow-principal {shlex.quote(PRINCIPAL + user)}{hosts}"
        yield f"kafka-acls.sh {to} {verb} {who} {operations} {thing}{pattern}"


def _about(right: Right) -> tuple[str, Resource, str, bool, str]:
    return right.user, right.resource, right.name, right.is_prefix, right.host
