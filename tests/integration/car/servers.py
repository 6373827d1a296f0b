"""Servers that cars come home to: a run within the test, or as a process of its own, over TLS."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from operations.cars.cars import add_car
from pipeline.services.run import Service
from schemas.actor import Actor, SignIn
from schemas.settings import IngestSettings, Settings
from schemas.settings.alerts import AlertSettings
from storage.database import Database
from tests.integration.car.days import CAMERAS
from tests.unit.alerts.samples import AGENCY
from tests.unit.ingest.server.conftest import free_port

CLERK = Actor("clerk", SignIn.LOCAL_USER, "tests", AGENCY)


@dataclass(frozen=True)
class Papers:
    """A certificate for this machine: files that a server and a car name."""

    chain: Path
    key: Path
    authority: Path

    @classmethod
    def made(cls, folder: Path) -> Papers:
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1")
        papers = cls(folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
        papers.chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        papers.key.write_bytes(issued.private_key_pem.bytes())
        authority.cert_pem.write_to_path(str(papers.authority))
        return papers


class CarServer:
    """A run that takes a car's reads, within this process.

    Args:
        folder: Where it keeps everything.
        database: Its database.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.database = database
        self.papers = Papers.made(folder / "papers")
        self.port = free_port()
        self.settings = Settings(
            data_dir=folder / "data",
            agency_id=AGENCY,
            alerts=AlertSettings(second_reader="off"),
            ingest=IngestSettings(
                listen=f"127.0.0.1:{self.port}", certificate_file=self.papers.chain, key_file=self.papers.key
            ),
        )

    def lines_for_a_car(self, folder: Path, port: int, token: str) -> str:
        """Return what a car's [patrol] says of it, where something at `port` may stand before it.

        Args:
            folder: Where the token's file goes.
            port: Where the car connects.
            token: The car's.
        """
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "token").write_text(f"{token}\n")
        return (
            f'server = "https://127.0.0.1:{port}"\ntoken_file = "{folder / "token"}"\n'
            f'ca_file = "{self.papers.authority}"\n'
        )

    def add_car(self) -> str:
        """Add the car; return its token."""
        return add_car(CLERK, self.database, self.settings, "unit-12", CAMERAS).token

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Run meanwhile."""
        stop = threading.Event()
        service = Service(self.settings, self.database, None)
        failures: list[BaseException] = []

        def run() -> None:
            try:
                service.run(stop)
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(120)
        assert not thread.is_alive()
        assert not failures, failures
