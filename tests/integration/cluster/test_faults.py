"""Brokers and relays that are killed while alerts are published: none is lost, and none is seen twice."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from alerts.subscriber import Subscriber
from schemas.events import Alert, AlertType
from storage.alerts.outbox import Outbox
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.cluster.shared import Cluster, wait_until
from tests.integration.cluster.site import SERVICE, SERVICE_PASSWORD, command, owner_site
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.runs.site import Site

DELIVERY_SECONDS = 5.0
TOPIC = "platewatch.alerts.struck.v1"
PLATES = [f"AAA11{number}" for number in range(5)]


@contextlib.contextmanager
def relay(site: Site) -> Iterator[subprocess.Popen[str]]:
    """Run `platewatch relay`; it is killed at the end where it still runs."""
    process = site.start("relay")
    try:
        yield process
    finally:
        process.kill()
        _, said = process.communicate(timeout=90)
        if said:
            print(said)


def ended(process: subprocess.Popen[str]) -> str:
    """Have a relay end in order; return what it said."""
    process.terminate()
    _, said = process.communicate(timeout=90)
    assert process.returncode == 0, said
    return said


class Neighbor:
    """Receives the topic all the time, as a subscriber does."""

    def __init__(self, data_dir: Path, cluster: Cluster) -> None:
        self.received: list[Alert] = []
        self._stop = threading.Event()
        settings = cluster.settings()
        self._subscriber = Subscriber(data_dir, settings, cluster.servers, topic=TOPIC, group="neighbor")
        self._thread = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        # These alerts' entries stand on no list, so a relay that begins to lead may take one back.
        self.received.extend(one for one in self._subscriber.alerts(self._stop) if one.type is AlertType.ALERT)

    def __enter__(self) -> Neighbor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


class Agency:
    """Raises alerts, and knows which it raised."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.raised: list[Alert] = []
        self._outbox = Outbox(database, Leadership(database))

    def raise_some(self, count: int) -> None:
        """Raise alerts about a few vehicles in turn."""
        first = len(self.raised)
        plates = [PLATES[number % len(PLATES)] for number in range(first, first + count)]
        self.raised += raise_alerts(self._database, TOPIC, plates, first=first)

    def waiting(self) -> int:
        """How many of them wait in the outbox."""
        return self._outbox.pending()


def by_plate(alerts: list[Alert]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for alert in alerts:
        found.setdefault(alert.entry.plate, []).append(alert.alert_id)
    return found


def test_a_killed_leader_a_killed_relay_and_no_quorum(
    struck_cluster: Cluster, database: Database, database_url: str, tmp_path: Path
) -> None:
    cluster, agency = struck_cluster, Agency(database)
    cluster.add_user(SERVICE, SERVICE_PASSWORD)
    site = owner_site(tmp_path / "owner", cluster, database_url, topic=TOPIC)
    assert command(site, "topics", "create").code == 0
    assert command(site, "agreements", "acl", "--apply").code == 0
    standby = owner_site(tmp_path / "standby", cluster, database_url, topic=TOPIC)
    with relay(site) as leading, relay(standby) as following, Neighbor(tmp_path, cluster) as neighbor:

        def wait_for_all() -> None:
            try:
                wait_until(lambda: agency.waiting() == 0 and len(neighbor.received) >= len(agency.raised), 200)
            except AssertionError:
                pytest.fail(f"raised {len(agency.raised)}, {agency.waiting()} wait, received {len(neighbor.received)}")

        agency.raise_some(20)
        wait_for_all()
        # The leader of a partition and the relay that leads go at once, while alerts are on their way.
        first = cluster.leader_of(TOPIC)
        agency.raise_some(20)
        leading.kill()
        cluster.kill(first)
        agency.raise_some(20)
        wait_for_all()
        # One broker alone acknowledges nothing: what is raised waits, and goes out once another one is back.
        second = cluster.leader_of(TOPIC)
        cluster.kill(second)
        agency.raise_some(20)
        time.sleep(DELIVERY_SECONDS)
        # The alarm about the broker waits with them.
        assert agency.waiting() >= 20
        assert len(neighbor.received) == 60
        cluster.restart(first, second)
        wait_for_all()
        said = ended(following)
    assert by_plate(neighbor.received) == by_plate(agency.raised)
    assert "alerts are not published" in said
    # Those that were raised, and the alarms about the broker itself.
    assert re.search(r"2\d alerts wait in the outbox", said)
    assert not [plate for plate in PLATES if plate in said]
