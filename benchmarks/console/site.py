"""A console in a process of its own over a real database, people who are signed in, and alerts that are committed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr

from alerts.build import alert_message
from operations.people.accounts import add_person
from operations.people.letting_in import let_in
from policy.decisions import DEFAULT_AUDIT
from schemas.actor import Actor, SignIn
from schemas.events import Alert
from schemas.roles import Role
from schemas.settings import DatabaseSettings, Settings
from services.postgres.server import EmbeddedPostgres
from storage.alerts.unit_of_work import Ledger
from storage.database import Database, open_database
from storage.people.people import people
from storage.roles import prepare

AGENCY = "springfield-pd"
KEEPER = Actor("benchmark", SignIn.LOCAL_USER, "a benchmark", AGENCY)


@dataclass
class Site:
    """A console that runs."""

    settings: Settings
    database: Database
    url: str
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def signed_in(self, name: str) -> str:
        """Add an officer who is signed in; return the session's cookie."""
        add_person(KEEPER, self.database, self.settings, name, [Role.OFFICER])
        person = people(self.database, name=name)[0]
        with self.database.transaction() as connection:
            return let_in(connection, self.settings, person, SignIn.PASSWORD, "127.0.0.1", None).cookie

    def raise_alert(self, plate: str, picture: str) -> str:
        """Commit an alert, and return its id."""
        alert = alert_about(plate, picture)
        with Ledger(self.database).begin() as unit:
            unit.add_alert(alert_message(alert), alert.hit.hit_id, alert.hit.tier, alert.read.captured_at, "alerts")
        return str(alert.alert_id)


def alert_about(plate: str, picture: str, agency_id: str = AGENCY) -> Alert:
    """Return an alert about a vehicle that passes now."""
    now = datetime.now(UTC).isoformat()
    characters = [{"read": one, "listed": one, "probability": 0.99, "relation": "equal"} for one in plate]
    vehicle = {"year": 2014, "make": "FORD", "color": "RED"}
    document: dict[str, Any] = {
        "alert_id": str(uuid4()),
        "created_at": now,
        "agency_id": agency_id,
        "plate_picture": picture,
        "hit": {"hit_id": str(uuid4()), "tier": "exact", "score": 21.5, "explanation": "plate and state are equal"}
        | {"characters": characters, "jurisdiction_agrees": True},
        "read": {
            "read_id": str(uuid4()),
            "camera_id": "gate",
            "agency_id": agency_id,
            "captured_at": now,
            "plate": plate,
        }
        | {"first_seen": now, "last_seen": now, "confidence": 0.97, "jurisdiction": "US-VA", "vehicle": vehicle},
        "entry": {"entry_id": str(uuid4()), "plate": plate, "jurisdiction": "US-VA", "category": "stolen_vehicle"}
        | {"vehicle": vehicle, "instructions": "approach with caution", "case_number": "26-1"},
        "hotlist": {"hotlist_id": "ncic", "as_of": now, "age_seconds": 3600.0},
    }
    return Alert.model_validate(document)


@contextlib.contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Run a console over a database of its own, both in the folder, for the time of the block."""
    with EmbeddedPostgres(folder / "postgres", DatabaseSettings()) as embedded:
        prepare(embedded.connection_string, embedded.owner_connection_string, "the benchmark's", DEFAULT_AUDIT)
        port = _free_port()
        settings = Settings(
            agency_id=AGENCY,
            data_dir=folder / "data",
            database=DatabaseSettings(url=SecretStr(embedded.connection_string)),
        )
        environment = os.environ | {
            "PLATEWATCH_DATA_DIR": str(settings.data_dir),
            "PLATEWATCH_DATABASE__URL": embedded.connection_string,
            "PLATEWATCH_AGENCY_ID": AGENCY,
            "PLATEWATCH_CONSOLE__LISTEN": f"127.0.0.1:{port}",
        }
        with open_database(settings) as database:
            site = Site(settings, database, f"https://localhost:{port}", environment=environment)
            with _serving(site):
                yield site


@contextlib.contextmanager
def _serving(site: Site) -> Iterator[None]:
    command = [sys.executable, "-m", "cli.main", "serve"]
    process = subprocess.Popen(command, env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    site.process = process
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{site.url}/sign-in", verify=False, timeout=5)
                break
            time.sleep(0.2)
        else:
            raise RuntimeError(f"the console did not start (exit code {process.poll()})")
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
