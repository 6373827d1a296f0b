"""A broker, a database with a long list, and members of the group as processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.machine import processor_seconds
from benchmarks.matcher.lists import draw_plates, entries
from benchmarks.storing import server_seconds
from schemas.settings import DatabaseSettings, KafkaSettings, Settings
from services.kafka.local import LocalKafka
from services.postgres.server import EmbeddedPostgres
from storage.database import Database, open_database
from storage.hotlists.imports import ImportCounts, begin_import

READY_SECONDS = 600.0
AGENCY = "benchmark"


@dataclass(frozen=True, slots=True)
class Site:
    """What all processes of a benchmark share."""

    folder: Path
    database: Database
    database_url: str
    kafka: KafkaSettings
    plates: list[str]

    def settings(self, topic: str) -> KafkaSettings:
        """Return the broker with another topic of reads."""
        return self.kafka.model_copy(update={"reads_topic": topic})

    def member(self, name: str, topic: str, **sections: dict[str, Any]) -> contextlib.AbstractContextManager[Process]:
        """Run a member of the topic's group; it has its partitions when this begins."""
        return self._running("matcher", name, topic, "partitions came", sections)

    def relay(self, name: str, topic: str, **sections: dict[str, Any]) -> contextlib.AbstractContextManager[Process]:
        """Run a relay; it has made its topics when this begins."""
        return self._running("relay", name, topic, "topic made", sections)

    @contextlib.contextmanager
    def _running(
        self, command: str, name: str, topic: str, ready: str, sections: dict[str, dict[str, Any]]
    ) -> Iterator[Process]:
        folder = self.folder / name
        folder.mkdir()
        config = folder / "platewatch.toml"
        config.write_text(_toml(self._sections(folder, topic, sections)), encoding="utf-8")
        log = (folder / "log").open("w", encoding="utf-8")
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "cli.main",
                command,
                *(["--json"] if command == "matcher" else []),
                "--config",
                str(config),
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PLATEWATCH_DATA_DIR": str(folder / "data")},
        )
        found = Process(process, folder)
        try:
            found.wait_until(ready)
            yield found
        finally:
            found.stop()
            log.close()

    def _sections(self, folder: Path, topic: str, more: dict[str, dict[str, Any]]) -> dict[str, Any]:
        kafka = {
            "bootstrap_servers": list(self.kafka.bootstrap_servers),
            "options": dict(self.kafka.options),
            "reads_topic": topic,
            "matcher_group": topic,
        }
        return {
            "agency_id": AGENCY,
            "data_dir": str(folder / "data"),
            "kafka": kafka,
            "database": {"url": self.database_url},
            "alerts": {"second_reader": "off", "storm_minimum": 0, **more.get("alerts", {})},
            "repeats": {"window_minutes": 0, "clone_minutes": 0, **more.get("repeats", {})},
            **{name: values for name, values in more.items() if name not in ("alerts", "repeats")},
        }


class Process:
    """A service in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self._folder = folder
        self.totals: dict[str, Any] = {}

    @property
    def log(self) -> str:
        """What it said."""
        return (self._folder / "log").read_text(encoding="utf-8")

    @property
    def processor_seconds(self) -> float:
        """How long it has been on a processor."""
        return processor_seconds(self.process.pid)

    def wait_until(self, said: str) -> None:
        """Wait until it said something."""
        deadline = time.monotonic() + READY_SECONDS
        while said not in self.log:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"it did not start:\n{self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it as a service manager does, and take its totals."""
        if self.process.poll() is None:
            self.process.terminate()
        out, _ = self.process.communicate(timeout=60)
        if self.process.returncode:
            raise SystemExit(f"it ended with {self.process.returncode}:\n{self.log}")
        self.totals = json.loads(out.splitlines()[-1]) if out.startswith("{") else {}


@contextlib.contextmanager
def open_site(folder: Path, count: int) -> Iterator[Site]:
    """Start everything, with a list of so many entries."""
    kafka = KafkaSettings(local=True, options={"fetch_max_wait_ms": 100})
    settings = Settings(agency_id=AGENCY, data_dir=folder / "base", kafka=kafka)
    with (
        open_database(settings) as database,
        EmbeddedPostgres(settings.data_dir, DatabaseSettings()) as server,
        LocalKafka(settings.data_dir, kafka) as broker,
    ):
        plates = draw_plates(count, 1)
        began = time.perf_counter()
        import_plates(database, plates)
        print(f"list of {count:,} entries imported in {time.perf_counter() - began:.0f} s")
        yield Site(folder, database, server.connection_string, broker.client_settings, plates)


def import_plates(database: Database, plates: list[str]) -> None:
    """Make plates the list that reads are matched with."""
    with begin_import(database, "ncic", layout="ncic", file_name="benchmark") as version:
        with version.writing() as write:
            for number, entry in enumerate(entries(plates), start=1):
                write(entry, f"{number:032x}")
        counts = ImportCounts(len(plates), len(plates), len(plates), 0, 0)
        version.finish([], counts, rejected=0, file_sha256="00", as_of=None)


def served_seconds(site: Site) -> float:
    """Return how long the database's processes have been on a processor."""
    return server_seconds(site.database)


def _toml(values: dict[str, Any], prefix: str = "") -> str:
    plain = [f"{key} = {json.dumps(value)}" for key, value in values.items() if not isinstance(value, dict)]
    tables = [(f"{prefix}{key}", value) for key, value in values.items() if isinstance(value, dict)]
    return "\n".join([*plain, *(f"\n[{name}]\n{_toml(value, f'{name}.')}" for name, value in tables)])
