"""The tests' cluster itself: what the other tests rely on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import BrokerUnavailable
from services.kafka.client import kafka_errors, open_admin, open_producer
from tests.integration.cluster.shared import REPOSITORY, Cluster


def test_nobody_gets_in_without_a_login_and_who_has_one_may_do_nothing(cluster: Cluster) -> None:
    cluster.add_user("nobody", "a password")
    producer = open_producer(cluster.settings("nobody", "a password"), cluster.servers, max_block_ms=3000)
    try:
        with pytest.raises(kafka_errors.TopicAuthorizationFailedError):
            producer.send("platewatch.alerts.test.v1", b"x").get(timeout=5)
    finally:
        producer.close(timeout=1)
    with pytest.raises(BrokerUnavailable, match="the login does not"):
        open_admin(cluster.settings("nobody", "another"), cluster.servers, bootstrap_timeout_ms=1500)


def test_another_process_uses_the_same_cluster(cluster: Cluster) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.integration.cluster.shared import shared_cluster\n"
        "with shared_cluster(Path(sys.argv[1])) as cluster: print(*cluster.servers)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(cluster.root)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == list(cluster.servers)
    assert len(list(Path(cluster.root).glob("cluster-*"))) == 1


def test_a_new_topic_has_three_replicas_and_needs_two(cluster: Cluster) -> None:
    with cluster.admin() as admin:
        admin.create_topics(
            {"cluster.replicas": {"num_partitions": 2, "replication_factor": -1}}, wait_for_metadata=True
        )
        (found,) = admin.describe_topics(["cluster.replicas"])
    assert [len(partition["replica_nodes"]) for partition in found["partitions"]] == [3, 3]
