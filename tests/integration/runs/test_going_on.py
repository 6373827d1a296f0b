"""A run goes on: a changed password, missing folders, and other configurations while it works."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import psycopg
import pytest
from psycopg import sql

from operations.status.looking import look
from operations.status.report import Status
from storage.database import open_database
from tests.integration.conftest import DatabaseServer
from tests.integration.runs.logged import LoggedRun
from tests.integration.runs.site import Site, write_site

ROLE, NAME = "watcher", "watched"
PICTURE = bytes(cv2.imencode(".jpg", np.full((64, 96, 3), 127, np.uint8))[1])


@pytest.fixture
def own_url(database_server: DatabaseServer) -> Iterator[str]:
    """Connection string, without a password, of an empty database of a role of its own."""
    role, name = sql.Identifier(ROLE), sql.Identifier(NAME)
    change_password(database_server, "first", create=True)
    database_server.execute(sql.SQL("create database {} owner {}").format(name, role))
    values = psycopg.conninfo.conninfo_to_dict(database_server.url(NAME)) | {"user": ROLE}
    del values["password"]
    yield psycopg.conninfo.make_conninfo("", **values)
    database_server.execute(sql.SQL("drop database {} with (force)").format(name))
    database_server.execute(sql.SQL("drop role {}").format(role))


def change_password(server: DatabaseServer, password: str, *, create: bool = False) -> None:
    """Change the role's password and end its sessions, as an administrator does who wants it to count."""
    verb = sql.SQL("create" if create else "alter")
    server.execute(sql.SQL("{} role {} login password {}").format(verb, sql.Identifier(ROLE), sql.Literal(password)))
    server.execute(
        sql.SQL("select pg_terminate_backend(pid) from pg_stat_activity where usename = {}").format(sql.Literal(ROLE))
    )


def cameras(*members: tuple[str, Path, str]) -> str:
    return "".join(
        f'[[cameras]]\nid = "{name}"\ntype = "image_folder"\npath = "{path}"\n{more}\n' for name, path, more in members
    )


def site_for(folder: Path, url: str, tables: str, **sections: str) -> Site:
    database = f'url = {json.dumps(url)}\npassword_file = "password"\ntimeout_seconds = 2\n'
    (folder / "data").mkdir(exist_ok=True)
    return write_site(folder, tables, database=database, **sections)


@contextmanager
def running(site: Site) -> Iterator[LoggedRun]:
    with LoggedRun(site.start("run", detached=True)) as run:
        run.wait_for("matching against")
        yield run
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=90) == 0, "".join(run.lines)


def asked(site: Site) -> Status:
    """What `platewatch status` says."""
    return look(site.settings, open_database(site.settings, migrate=False))


def has_finished(site: Site, camera: str) -> Callable[[], bool]:
    return lambda: camera in site.kept("finished_items", "camera_id")


def kept_alarms(site: Site, kind: str) -> list[str]:
    row = "kind || ' ' || subject || case when cleared_at is null then ' stands' else ' is over' end"
    return [alarm for alarm in site.kept("alarms", f"({row})") if alarm.startswith(f"{kind} ")]


def test_a_changed_password_and_missing_folders_are_waited_for(
    own_url: str, database_server: DatabaseServer, tmp_path: Path
) -> None:
    gate, lost, odd = tmp_path / "gate", tmp_path / "lost", tmp_path / "odd"
    gate.mkdir()
    (gate / "1.jpg").write_bytes(PICTURE)
    odd.write_text("a file in a folder's place")
    (tmp_path / "password").write_text("first\n")
    site = site_for(
        tmp_path, own_url, cameras(("gate", gate, 'after = "delete"\n'), ("lost", lost, ""), ("odd", odd, ""))
    )
    before = datetime.now(UTC)
    assert any("no run" in problem for problem in asked(site).problems)
    assert {path.name for path in tmp_path.rglob("*")} == {
        *("gate", "1.jpg", "odd", "password", "data", "platewatch.toml")
    }, "looking makes nothing"
    with running(site) as run:
        run.wait_until(lambda: not (gate / "1.jpg").exists(), "the recorded picture is deleted")
        run.wait_until(has_finished(site, "gate"))
        run.wait_for(f"camera lost: {lost}: no such folder")
        run.wait_for(f"camera odd: {odd}: is a file, expected a folder")
        run.wait_until(lambda: len(kept_alarms(site, "camera_failed")) == 2, "two alarms")
        assert run.count("camera lost: files stay in") == 1
        assert run.count("camera gate: files stay in") == 0

        change_password(database_server, "second")
        run.wait_for("the run waits for its database")
        status = asked(site)
        assert not status.database.reachable
        assert "authentication failed" in str(status.database.problem)
        assert {camera.camera_id for camera in status.cameras if camera.problem is None} == {"gate"}
        (tmp_path / "password").write_text("second\n")
        run.wait_for("the database is back")
        run.wait_until(lambda: kept_alarms(site, "database"), "the alarm")
        assert [alarm.rsplit(" ", 2)[1:] for alarm in kept_alarms(site, "database")] == [["is", "over"]]
        assert run.count("the run waits for its database") == 1

        lost.mkdir()
        (lost / "2.jpg").write_bytes(PICTURE)
        run.wait_until(has_finished(site, "lost"))
        run.wait_for("camera lost: can be read again")
        run.wait_until(lambda: "camera_failed lost is over" in kept_alarms(site, "camera_failed"))
        run.wait_until(lambda: any(one.camera_id == "lost" and one.last_picture_at for one in asked(site).cameras))
        status = asked(site)
        seen = {camera.camera_id: camera for camera in status.cameras}
        assert seen["lost"].last_picture_at is not None
        assert seen["lost"].last_picture_at >= before
        assert seen["gate"].last_picture_at is not None, "also when it is taken away"
        assert [problem for problem in status.problems if "gate" in problem or "camera lost" in problem] == []
        assert any(problem.startswith("camera odd") for problem in status.problems)
        shown = site.run("status", "--json")
        assert (shown.returncode, shown.stderr) == (1, "")
        assert json.loads(shown.stdout)["run"]["responds"] is True
        assert (lost / "2.jpg").exists()


def test_hangup_takes_another_configuration(own_url: str, tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("gate", "west", "east")}
    for path in folders.values():
        path.mkdir()
        (path / "1.jpg").write_bytes(PICTURE)
    (tmp_path / "password").write_text("first")
    gate, west, east = ((name, path, "") for name, path in folders.items())
    site = site_for(tmp_path, own_url, cameras(gate, west))
    with running(site) as run:
        run.wait_until(has_finished(site, "west"))
        site_for(tmp_path, own_url, cameras(gate, east), alerts="open_hours = 12\n")
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("cameras started: east; ended: west; 1 go on undisturbed")
        run.wait_for("changed settings that count only after a restart: alerts.open_hours")
        run.wait_until(has_finished(site, "east"))
        run.wait_until(lambda: len(site.kept("audit", "action")) == 2, "the change in the audit")
        (changed,) = (row for row in site.kept("audit", "(details->>'changed')") if '"cameras.east.id"' in row)
        assert "open_hours" not in changed, "that is not in force"
        run.wait_until(lambda: [one.camera_id for one in asked(site).cameras if one.looked_at] == ["gate", "east"])

        site.config.write_text("colour = 1\n" + site.config.read_text())
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("the configuration is not taken over, and the one before stays in force")
        site_for(tmp_path, own_url, cameras(gate))
        run.wait_until(lambda: kept_alarms(site, "configuration"), "the alarm")
        (folders["east"] / "2.jpg").write_bytes(PICTURE)
        run.wait_until(lambda: site.kept("finished_items", "camera_id").count("east") == 2, "it goes on")

        run.process.send_signal(signal.SIGHUP)
        run.wait_for("cameras started: none; ended: east")
        run.wait_until(lambda: kept_alarms(site, "configuration")[0].endswith("is over"), "the end of the alarm")
        assert run.count("camera gate: files stay in") == 1, "it was not interrupted"
