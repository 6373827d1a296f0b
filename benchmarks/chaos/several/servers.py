"""Three Kafka brokers and one PostgreSQL, machines of their own; whoever kills one has it come back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from benchmarks.chaos.installation.site import Site
from schemas.errors import PlatewatchError
from schemas.settings import DatabaseSettings, KafkaSettings
from services.kafka.client import KafkaError, open_admin
from services.postgres.server import EmbeddedPostgres
from tests.integration.cluster.nodes import NODES, ClusterNodes
from tests.integration.cluster.properties import ADMIN, MECHANISM

_DELIVERY_SECONDS = 5.0


class Servers:
    """What all services of a site use.

    Args:
        site: The installation; the servers lie in its data directory.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        folder = site.data_dir / "brokers"
        folder.mkdir(mode=0o700)
        self.nodes = ClusterNodes(folder)

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        """Run them, and write the site's configuration, while this lasts."""
        postgres = EmbeddedPostgres(self._site.data_dir, DatabaseSettings())
        with postgres, self.nodes:
            images = f"url = {json.dumps(str(self._site.images))}\n"
            self._site.configure(self._tables(postgres), images)
            yield

    @property
    def kafka(self) -> KafkaSettings:
        """How to connect to the brokers."""
        return KafkaSettings(bootstrap_servers=self.nodes.servers, options=self._options)

    def leader_of(self, topic: str) -> list[int]:
        """Return the node that leads a topic's first partition, or none while nobody says so."""
        try:
            admin = open_admin(self.kafka, self.nodes.servers, bootstrap_timeout_ms=3000)
        except PlatewatchError:
            return []
        try:
            (found,) = admin.describe_topics([topic])
            leaders = [int(one["leader_id"]) for one in found["partitions"] if one["partition_index"] == 0]
        except (KafkaError, ValueError):
            return []
        finally:
            admin.close()
        return [leader for leader in leaders if leader in NODES]

    @contextlib.contextmanager
    def without(self, *numbers: int) -> Iterator[None]:
        """Have brokers killed while this lasts."""
        for number in numbers:
            self.nodes.kill(number)
        try:
            yield
        finally:
            self.heal()

    def heal(self) -> None:
        """Start brokers that are down; also one that ended by itself, as it does where it lost the others."""
        for number in NODES:
            if self.nodes.pid(number) is None:
                self.nodes.launch(number)

    @property
    def _options(self) -> dict[str, str]:
        return {
            "security_protocol": "SASL_SSL",
            "ssl_cafile": str(self.nodes.authority),
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": ADMIN,
            "sasl_plain_password": self.nodes.admin_password,
        }

    def _tables(self, postgres: EmbeddedPostgres) -> str:
        options = "".join(f"{name} = {json.dumps(value)}\n" for name, value in self._options.items())
        return (
            f"[database]\nurl = {json.dumps(postgres.connection_string)}\n"
            f"owner_url = {json.dumps(postgres.owner_connection_string)}\n"
            f"[kafka]\nbootstrap_servers = {json.dumps(list(self.nodes.servers))}\n"
            f"delivery_timeout_seconds = {_DELIVERY_SECONDS}\n[kafka.options]\n{options}"
        )
