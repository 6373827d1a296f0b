"""The installed wheel as a department's service: a plain user, an external PostgreSQL, a service manager."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from schemas.settings import DatabaseSettings
from services.postgres.server import EmbeddedPostgres
from tests.acceptance.wheel.conftest import REPOSITORY, Installation, service_user
from tests.integration.runs.pictures import write_frame_with_a_plate
from tests.integration.tls_front import TlsFront, tls_front

pytestmark = pytest.mark.timeout(900)  # the first of these tests builds and installs

UID = service_user()
DATABASE, OWNER, ROLE, PASSWORD = "department", "department_owner", "department", "s3cret of the department"
OLDEST = REPOSITORY / "tests" / "data" / "database_0010.sql"
"""The oldest version's database, with its reads, lists and alerts."""
PLATES = 2
"""Plates in the frame that is copied into the folders."""
OLD_ALERTS = 7


@pytest.fixture(scope="module")
def server() -> Iterator[TlsFront]:
    """PostgreSQL on TCP with TLS and passwords, with a database that the oldest version made, and its two roles."""
    folder = Path(tempfile.mkdtemp(prefix="platewatch-external-"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder, DatabaseSettings(server_settings={"fsync": "off"})) as embedded:
            superuser = embedded.administrator_connection_string
            with psycopg.connect(superuser, autocommit=True) as connection:
                for role in (OWNER, ROLE):
                    statement = sql.SQL("create role {} login password {}")
                    connection.execute(statement.format(sql.Identifier(role), sql.Literal(PASSWORD)))
                statement = sql.SQL("create database {} owner {}")
                connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
            own = conninfo_to_dict(superuser) | {"user": OWNER, "password": PASSWORD, "dbname": DATABASE}
            with psycopg.connect(make_conninfo("", **own)) as connection:
                connection.execute(OLDEST.read_bytes())
            with tls_front(superuser) as front:
                yield front
    finally:
        shutil.rmtree(folder)


@dataclass
class Service:
    """A service as its unit makes it: its folders, its environment, its user."""

    installation: Installation
    home: Path
    told: list[str] = field(default_factory=list)

    def command(self, *arguments: str, log: IO[str] | None = None) -> subprocess.Popen[str]:
        # Nothing of this process's environment: a service manager gives none of a person's either.
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home / "data"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "NOTIFY_SOCKET": str(self.home / "notify"),
            "WATCHDOG_USEC": "20000000",
        }
        return subprocess.Popen(
            [self.installation.platewatch, *arguments, "--config", str(self.home / "platewatch.toml")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if log is None else log,
            stderr=subprocess.PIPE if log is None else log,
            text=True,
            env=environment,
            cwd="/",
            start_new_session=True,
            **({"user": UID, "group": UID, "extra_groups": []} if os.getuid() != UID else {}),  # type: ignore[arg-type]
        )

    def start(self) -> subprocess.Popen[str]:
        """Start the run and wait until it says that it is ready."""
        self.told.clear()
        with (self.home / "log").open("a") as log:
            process = self.command("run", log=log)
        wait_until(lambda: any("READY=1" in text for text in self.told), process, self)
        return process

    @property
    def log(self) -> str:
        """What the runs logged."""
        return (self.home / "log").read_text()

    def lines(self, *arguments: str) -> list[dict[str, object]]:
        """The lines that a command prints for programs."""
        out, err = (process := self.command(*arguments, "--json")).communicate(timeout=120)
        assert process.returncode == 0, err
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def service(installation: Installation, server: TlsFront) -> Iterator[Service]:
    home = Path(tempfile.mkdtemp(prefix="platewatch-service-"))
    home.chmod(0o755)
    for name in ("data", "cache", "drop"):
        (home / name).mkdir(mode=0o700)
        os.chown(home / name, UID, -1)
    options = "".join(f"{key} = {json.dumps(value)}\n" for key, value in server.options(home / "ca.pem").items())
    (home / "ca.pem").chmod(0o644)
    where = f"localhost:{server.port}"
    (home / "pgpass").write_text(f"{where}:{DATABASE}:*:{PASSWORD}\n")
    (home / "pgpass").chmod(0o600)
    os.chown(home / "pgpass", UID, -1)
    (home / "platewatch.toml").write_text(
        f'data_dir = "{home}/data"\nagency_id = "portsmouth-pd"\n'
        f'[database]\nurl = "postgresql://{ROLE}@{where}/{DATABASE}"\n'
        f'owner_url = "postgresql://{OWNER}@{where}/{DATABASE}"\n'
        f'[database.options]\n{options}passfile = "{home}/pgpass"\n'
        f'[[cameras]]\nid = "gate"\ntype = "image_folder"\npath = "{home}/drop"\n'
    )
    running = Service(installation, home)
    inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inbox.bind(str(home / "notify"))
    (home / "notify").chmod(0o666)

    def collect() -> None:
        while text := inbox.recv(4096).decode():
            running.told.append(text)

    collecting = threading.Thread(target=collect)
    collecting.start()
    yield running
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.sendto(b"", str(home / "notify"))
    collecting.join()
    inbox.close()
    shutil.rmtree(home)


def wait_until(
    condition: Callable[[], object], process: subprocess.Popen[str], service: Service, seconds: float = 120.0
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, service.log
        assert time.monotonic() < deadline, f"waited too long: {service.told} {service.log}"
        time.sleep(0.05)


def add_camera(service: Service, name: str) -> None:
    folder = service.home / name
    folder.mkdir(mode=0o700)
    os.chown(folder, UID, -1)
    with (service.home / "platewatch.toml").open("a") as configuration:
        configuration.write(f'[[cameras]]\nid = "{name}"\ntype = "image_folder"\npath = "{folder}"\n')


def reloaded(service: Service) -> bool:
    """Whether the run has said that it reloads, and then that it is ready again."""
    told = list(service.told)
    begun = next((place for place, text in enumerate(told) if "RELOADING=1" in text), len(told))
    return any("READY=1\nSTATUS=2 cameras" in text for text in told[begun:])


def test_a_service_upgrades_the_oldest_database_survives_a_kill_reloads_and_ends_in_order(service: Service) -> None:
    picture = service.home / "picture.jpg"
    write_frame_with_a_plate(picture)
    picture.chmod(0o644)
    images = service.home / "data" / "images"

    def kept() -> set[str]:
        return {path.name for path in images.rglob("*-plate.jpg")}

    process = service.start()
    try:
        shutil.copy(picture, service.home / "drop" / "first.jpg")
        # All of them: what is kept of the picture only after the kill would be counted with the next one's.
        wait_until(lambda: len(kept()) == PLATES, process, service)
        process.kill()
        process.wait()
        first = kept()
        process = service.start()
        shutil.copy(picture, service.home / "drop" / "second.jpg")
        wait_until(lambda: len(kept()) == 2 * len(first), process, service)
        assert first < kept(), "what was recorded before the kill is still there, once"
        wait_until(lambda: "WATCHDOG=1" in service.told, process, service)
        # What the oldest version held, by a command beside the run.
        numbers = [line["alert_number"] for line in service.lines("alerts")]
        # The picture's plate is on one of its lists; after the kill it raised no second alert.
        assert numbers == [*range(1, OLD_ALERTS + 2)]
        assert {line["hotlist"] for line in service.lines("hotlist", "list")} >= {"ncic", "missing", "regional"}
        add_camera(service, "yard")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: reloaded(service), process, service)
        shutil.copy(picture, service.home / "yard" / "third.jpg")
        wait_until(lambda: len(kept()) == 3 * len(first), process, service)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=90) == 0, service.log
    finally:
        process.kill()
        process.wait()
    assert service.told[-1].startswith("STOPPING=1")
    files = [path for path in (service.home / "data").rglob("*") if not path.is_symlink()]
    assert files
    assert {path.stat().st_uid for path in files} == {UID}
    assert [path for path in files if path.stat().st_mode & 0o077] == []
