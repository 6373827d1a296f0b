"""Rights at a broker (Kafka's ACLs): what they are, which there are, giving and taking them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.kafka.client import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    kafka_errors,
)

PRINCIPAL = "User:"
EVERYBODY = "*"


class Operation(StrEnum):
    """What may be done, by Kafka's names."""

    ALL = "All"
    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DELETE = "Delete"
    ALTER = "Alter"
    DESCRIBE = "Describe"
    CLUSTER_ACTION = "ClusterAction"
    DESCRIBE_CONFIGS = "DescribeConfigs"
    ALTER_CONFIGS = "AlterConfigs"
    IDEMPOTENT_WRITE = "IdempotentWrite"
    CREATE_TOKENS = "CreateTokens"
    DESCRIBE_TOKENS = "DescribeTokens"


class Resource(StrEnum):
    """What it may be done to, by Kafka's names."""

    TOPIC = "topic"
    GROUP = "group"
    CLUSTER = "cluster"
    TRANSACTIONAL_ID = "transactional-id"
    DELEGATION_TOKEN = "delegation-token"  # noqa: S105 - a kind of thing, no secret
    USER = "user-principal"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing that one user may do, from any host unless another is named.

    Args:
        user: Who; `*` is everybody.
        resource: What kind of thing.
        name: Its name; what begins with it where `is_prefix`.
        operation: What may be done.
        is_prefix: Whether the name is the beginning of others.
        host: From where; `*` is anywhere.
    """

    user: str
    resource: Resource
    name: str
    operation: Operation
    is_prefix: bool = False
    host: str = EVERYBODY

    def covers(self, resource: Resource, name: str) -> bool:
        """Return whether it is about a resource, by name, by a prefix, or by all of them."""
        if self.resource is not resource:
            return False
        return name.startswith(self.name) if self.is_prefix else self.name in (name, EVERYBODY)

    def __str__(self) -> str:
        pattern = f"{self.name}..." if self.is_prefix else self.name
        return f"{self.user}: {self.operation.value} {self.resource.value} {pattern}"


def existing_rights(admin: Any) -> list[Right]:
    """Return every right that is given at the broker; what is denied is not among them.

    Args:
        admin: An open KafkaAdminClient.

    Raises:
        KafkaError: The broker cannot be asked, or this user may not ask.
    """
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    wanted = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ALLOW, anything)
    found, _ = admin.describe_acls(wanted)
    return sorted(right for acl in found if (right := _right(acl)) is not None)


def give_rights(admin: Any, rights: Iterable[Right]) -> None:
    """Give rights; those that are there stay.

    Raises:
        KafkaError: The broker refuses one of them, or cannot be asked; some may have been given.
    """
    given = admin.create_acls([_acl(right) for right in rights])
    for refusal in given["failed"]:
        raise refusal("an ACL was not created")


def take_rights(admin: Any, rights: Iterable[Right]) -> None:
    """Take rights away; those that are not there are passed over.

    Raises:
        KafkaError: The broker refuses, or cannot be asked; some may have been taken.
    """
    for _, _, refusal in admin.delete_acls([_filter(right) for right in rights]):
        if refusal is not kafka_errors.NoError:
            raise refusal("an ACL was not deleted")


def _acl(right: Right) -> Any:
    pattern = ResourcePattern(ResourceType[right.resource.name], right.name, _pattern_type(right))
    operation = ACLOperation[right.operation.name]
    return ACL(f"{PRINCIPAL}{right.user}", right.host, operation, ACLPermissionType.ALLOW, pattern)


def _filter(right: Right) -> Any:
    pattern = ResourcePatternFilter(ResourceType[right.resource.name], right.name, _pattern_type(right))
    operation = ACLOperation[right.operation.name]
    return ACLFilter(f"{PRINCIPAL}{right.user}", right.host, operation, ACLPermissionType.ALLOW, pattern)


def _pattern_type(right: Right) -> Any:
    return ACLResourcePatternType.PREFIXED if right.is_prefix else ACLResourcePatternType.LITERAL


def _right(acl: Any) -> Right | None:
    """Return an ACL as a right; None for what is none of a user's."""
    pattern = acl.resource_pattern
    if not acl.principal.startswith(PRINCIPAL):
        return None
    return Right(
        acl.principal.removeprefix(PRINCIPAL),
        Resource[pattern.resource_type.name],
        pattern.resource_name,
        Operation[acl.operation.name],
        is_prefix=pattern.pattern_type is ACLResourcePatternType.PREFIXED,
        host=acl.host,
    )
