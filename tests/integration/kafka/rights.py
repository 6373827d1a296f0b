"""Rights at the tests' broker, which counts them a moment after it said that it has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, ResourcePattern

from tests.integration.kafka.conftest import wait_until


def give(admin: Any, rights: Sequence[ACL]) -> None:
    """Give or deny rights, and wait until the broker goes by them.

    Args:
        admin: An open KafkaAdminClient.
        rights: All about one resource.
    """
    admin.create_acls(rights)
    wait_until(lambda: set(map(_told, rights)) <= set(map(_told, _rights_of(admin, rights[0].resource_pattern))))


def take(admin: Any, right: ACLFilter) -> None:
    """Take rights, and wait until the broker goes by that."""
    admin.delete_acls([right])
    wait_until(lambda: not admin.describe_acls(right)[0])


def _rights_of(admin: Any, pattern: ResourcePattern) -> list[ACL]:
    every = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, pattern)
    found: list[ACL] = admin.describe_acls(every)[0]
    return found


def _told(right: ACL) -> tuple[object, ...]:
    return right.principal, right.operation, right.permission_type, right.resource_pattern.resource_name
