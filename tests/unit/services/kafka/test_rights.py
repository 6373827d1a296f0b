"""Rights at a broker: what one covers, and that each goes to Kafka and comes back as itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.kafka import rights as module
from services.kafka.client import (
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourceType,
    kafka_errors,
)
from services.kafka.rights import Operation, Resource, Right, existing_rights, give_rights, take_rights

TOPIC = Right("suffolk", Resource.TOPIC, "platewatch.alerts", Operation.READ)
ALL = [
    TOPIC,
    Right("suffolk", Resource.GROUP, "suffolk", Operation.READ, is_prefix=True),
    Right("*", Resource.CLUSTER, "kafka-cluster", Operation.IDEMPOTENT_WRITE, host="10.0.0.7"),
]


class Admin:
    """A broker's rights, as kafka-python speaks of them."""

    def __init__(self) -> None:
        self.acls: list[Any] = []
        self.asked: list[Any] = []
        self.refuses: Any = None

    def create_acls(self, acls: list[Any]) -> dict[str, Any]:
        self.acls += acls
        return {"succeeded": acls, "failed": [] if self.refuses is None else [self.refuses]}

    def describe_acls(self, wanted: Any) -> tuple[list[Any], Any]:
        self.asked.append(wanted)
        return self.acls, None

    def delete_acls(self, filters: list[Any]) -> list[tuple[Any, Any, Any]]:
        self.asked += filters
        return [(one, [], self.refuses or kafka_errors.NoError) for one in filters]


@pytest.mark.parametrize(
    ("right", "resource", "name", "is_covered"),
    [
        (TOPIC, Resource.TOPIC, "platewatch.alerts", True),
        (TOPIC, Resource.TOPIC, "platewatch.alerts.v1", False),
        (TOPIC, Resource.TOPIC, "platewatch", False),
        (TOPIC, Resource.GROUP, "platewatch.alerts", False),
        (
            Right("a", Resource.TOPIC, "platewatch.", Operation.READ, is_prefix=True),
            Resource.TOPIC,
            "platewatch.x",
            True,
        ),
        (
            Right("a", Resource.TOPIC, "platewatch.", Operation.READ, is_prefix=True),
            Resource.TOPIC,
            "platewatch",
            False,
        ),
        (
            Right("a", Resource.TOPIC, "platewatch.", Operation.READ, is_prefix=True),
            Resource.GROUP,
            "platewatch.x",
            False,
        ),
        (Right("a", Resource.TOPIC, "*", Operation.READ), Resource.TOPIC, "anything", True),
        (Right("a", Resource.TOPIC, "*", Operation.READ, is_prefix=True), Resource.TOPIC, "anything", False),
    ],
)
def test_a_right_covers_what_it_names(right: Right, resource: Resource, name: str, *, is_covered: bool) -> None:
    assert right.covers(resource, name) is is_covered


def test_a_right_is_said_in_words() -> None:
    assert [str(one) for one in ALL] == [
        "suffolk: Read topic platewatch.alerts",
        "suffolk: Read group suffolk...",
        "*: IdempotentWrite cluster kafka-cluster",
    ]


def test_what_is_given_is_what_is_there_afterwards_and_nothing_that_is_denied() -> None:
    admin = Admin()
    give_rights(admin, ALL)
    first, group, cluster = admin.acls
    assert (first.principal, first.host, first.operation) == ("User:suffolk", "*", ACLOperation.READ)
    assert first.permission_type is ACLPermissionType.ALLOW
    assert first.resource_pattern.resource_type is ResourceType.TOPIC
    assert first.resource_pattern.pattern_type is ACLResourcePatternType.LITERAL
    assert group.resource_pattern.pattern_type is ACLResourcePatternType.PREFIXED
    assert (cluster.principal, cluster.host) == ("User:*", "10.0.0.7")
    admin.acls.append(SimpleNamespace(principal="Group:x", resource_pattern=None))
    assert existing_rights(admin) == sorted(ALL)
    (wanted,) = admin.asked
    assert (wanted.permission_type, wanted.operation) == (ACLPermissionType.ALLOW, ACLOperation.ANY)
    assert (wanted.principal, wanted.host) == (None, None)


def test_what_is_taken_is_that_right_and_no_other() -> None:
    admin = Admin()
    take_rights(admin, ALL)
    taken = [
        (one.principal, one.host, one.operation, one.resource_pattern.resource_name, one.resource_pattern.pattern_type)
        for one in admin.asked
    ]
    literal, prefixed = ACLResourcePatternType.LITERAL, ACLResourcePatternType.PREFIXED
    assert taken == [
        ("User:suffolk", "*", ACLOperation.READ, "platewatch.alerts", literal),
        ("User:suffolk", "*", ACLOperation.READ, "suffolk", prefixed),
        ("User:*", "10.0.0.7", ACLOperation.IDEMPOTENT_WRITE, "kafka-cluster", literal),
    ]
    assert {one.permission_type for one in admin.asked} == {ACLPermissionType.ALLOW}


def test_a_broker_that_refuses_is_heard() -> None:
    admin = Admin()
    admin.refuses = kafka_errors.ClusterAuthorizationFailedError
    for change in (give_rights, take_rights):
        with pytest.raises(kafka_errors.ClusterAuthorizationFailedError):
            change(admin, ALL)


def test_every_operation_and_resource_has_kafkas_name() -> None:
    for operation in module.Operation:
        assert ACLOperation[operation.name]
    for resource in module.Resource:
        assert ResourceType[resource.name]
