"""What tests of the three-broker cluster share in one module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.cluster.shared import Cluster, alone_with, at_peace


@pytest.fixture(scope="module")
def cluster(kafka_cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, whose nodes nobody kills meanwhile."""
    with at_peace(kafka_cluster.root):
        yield kafka_cluster


@pytest.fixture(scope="module")
def struck_cluster(kafka_cluster: Cluster) -> Iterator[Cluster]:
    """The cluster for this module's tests alone, which kill its nodes."""
    with alone_with(kafka_cluster):
        yield kafka_cluster
