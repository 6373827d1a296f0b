"""How a machine at the edge is: told without a database, with what waits there and which alarms stand."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from schemas.health import LocalAlarm, OutgoingHealth, RunHealth, StageHealth
from services.data_directory import run_alone
from services.run_state import health_file, write_run_health

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

CAR = '[patrol]\ncar = "unit-12"\n'


def told(folder: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["status", "--data-dir", str(folder), *options], env={"COLUMNS": "200"})
    return done.exit_code, done.stdout


def write(folder: Path, *alarms: LocalAlarm, **fields: object) -> None:
    outgoing = OutgoingHealth(waiting=12, oldest_at=NOON, used_bytes=3 << 20, most_bytes=4096 << 20, refused=1)
    health = RunHealth(
        service="recognize",
        process=os.getpid(),
        started_at=NOON,
        updated_at=datetime.now(UTC),
        alarms=alarms,
        outgoing=outgoing,
        **fields,  # type: ignore[arg-type]
    )
    write_run_health(folder, health)


def test_a_machine_at_the_edge_is_fine_without_a_database(tmp_path: Path) -> None:
    with run_alone(tmp_path):
        write(tmp_path)
        code, text = told(tmp_path, "--json")
        answer = json.loads(text)
        assert (code, answer["problems"]) == (0, [])
        assert (answer["run"]["service"], answer["database"]["reachable"]) == ("recognize", None)
        assert (answer["outgoing"]["waiting"], answer["outgoing"]["refused"]) == (12, 1)
        code, text = told(tmp_path)
        assert code == 0
        assert "12 wait for the broker" in text
        assert "none is needed" in text
    assert not (tmp_path / "postgres").exists()


def test_its_alarms_and_its_broker_are_told(tmp_path: Path) -> None:
    alarm = LocalAlarm(kind="camera_failed", subject="gate", message="no picture", raised_at=NOON)
    away = StageHealth(stage="publisher", problem="kafka is away; 12 reads wait", since=NOON)
    with run_alone(tmp_path):
        write(tmp_path, alarm, stages=(away,))
        code, text = told(tmp_path, "--json")
    assert code == 1
    assert "alarm (camera_failed, gate): no picture" in json.loads(text)["problems"]


def test_one_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    write(tmp_path)
    code, text = told(tmp_path, "--json")
    assert code == 1
    assert json.loads(text)["problems"] == ["no run is at work on this data directory"]


def test_services_of_different_kinds_work_on_one_data_directory(tmp_path: Path) -> None:
    with run_alone(tmp_path), run_alone(tmp_path, "relay"):
        write(tmp_path)
        relay = RunHealth(service="relay", process=1, started_at=NOON, updated_at=NOON)
        write_run_health(tmp_path, relay, health_file("relay"))
        code, text = told(tmp_path, "--json")
    answer = json.loads(text)
    assert [one["service"] for one in (answer["run"], *answer["others"])] == ["recognize", "relay"]
    assert (code, answer["problems"]) == (1, ["the relay does not say how it is"])


@pytest.mark.parametrize(
    ("service", "body", "problem"),
    [
        ("recognize", "", "no cameras are configured"),
        ("recognize", "CAMERA\n[kafka]\nlocal = true\n", "images.url is not set"),
        ("recognize", 'CAMERA\n[images]\nurl = "STORE"\n', "no Kafka is configured, and platewatch recognize"),
        ("recognize", 'CAMERA\n[images]\nurl = "STORE"\n[kafka]\nlocal = true\n', None),
        ("relay", "", "no Kafka is configured, and platewatch relay"),
        ("relay", "[kafka]\nlocal = true\n", None),
        ("run", "CAMERA\n", None),
        ("patrol", "CAMERA\n", "no [patrol] is configured"),
        ("patrol", CAR, "no cameras are configured"),
        ("patrol", f"{CAR}CAMERA\n", 'is in a car, whose position its reads have; set mount = "vehicle"'),
        ("patrol", f'{CAR}[images]\nurl = "STORE"\nCAMERA\nmount = "vehicle"\n', "images.url is set"),
        ("patrol", f'{CAR}CAMERA\nmount = "vehicle"\n', None),
    ],
)
def test_a_configuration_is_checked_for_the_service_that_takes_it(
    service: str, body: str, problem: str | None, tmp_path: Path
) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "store").mkdir()
    camera = f'[[cameras]]\nid = "gate"\ntype = "image_folder"\npath = "{tmp_path / "drop"}"\n'
    path = tmp_path / "platewatch.toml"
    path.write_text('data_dir = "data"\n' + body.replace("CAMERA", camera).replace("STORE", str(tmp_path / "store")))
    done = CliRunner().invoke(app, ["config", "check", "--config", str(path), "--service", service, "--json"])
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["ok"]) == ((0, True) if problem is None else (1, False))
    assert problem is None or problem in answer["problems"][0]


def test_a_service_that_there_is_none_of_is_refused() -> None:
    done = CliRunner().invoke(app, ["config", "check", "--service", "reader"])
    assert done.exit_code == 2
    assert "'reader' is no service" in done.output
