"""A broker that tests may kill, and installations of several machines around it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rendering.scene.traffic import render_traffic
from schemas.settings import KafkaSettings
from services.kafka.local import LocalKafka
from tests.integration.conftest import TEMPLATE, DatabaseServer
from tests.integration.kafka.conftest import QUICK_OPTIONS
from tests.integration.runs.site import Site, write_site

FRAMES = 150
"""Ten seconds: three vehicles, all in view at the end."""
LIST = "plate,state,category,case_number\nUKW4183,VA,stolen_vehicle,26-001\nZZZ9999,VA,stolen_vehicle,26-002\n"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "traffic.mp4"
    render_traffic(path, frames=FRAMES)
    moment = time.time() - 60
    os.utime(path, (moment, moment))
    return path


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    settings = KafkaSettings(local=True, options=QUICK_OPTIONS, delivery_timeout_seconds=5)
    with LocalKafka(tmp_path_factory.mktemp("broker"), settings) as local:
        yield local


@pytest.fixture
def second_database_url(database_server: DatabaseServer, database_name: str) -> Iterator[str]:
    """Another fresh database beside `database_url`."""
    name = f"{database_name}_second"
    database_server.create(name, TEMPLATE)
    yield database_server.application_url(name)
    database_server.drop(name)


def kafka_section(broker: LocalKafka, topic: str) -> str:
    """Return what a machine's configuration says of the broker."""
    settings = broker.client_settings
    options = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.options.items())
    return (
        f'bootstrap_servers = ["{broker.bootstrap_server}"]\nreads_topic = "{topic}"\ndelivery_timeout_seconds = 5\n'
        f"[kafka.options]\n{options}"
    )


def machine(folder: Path, cameras: str = "", **sections: str) -> Site:
    """Write one machine's configuration; no second reader, for that is the matcher's own matter."""
    return write_site(folder, cameras, alerts='second_reader = "off"\n', **sections)


def import_list(site: Site) -> None:
    """Give a machine's database the list."""
    path = site.config.parent / "regional.csv"
    path.write_text(LIST)
    imported = site.run("hotlist", "import", "--source", "csv", str(path))
    assert imported.returncode == 0, imported.stderr
