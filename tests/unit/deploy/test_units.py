"""systemd takes the units as they are, and each is hardened like the run's."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from cli.main import app

DEPLOY = Path(__file__).parents[3] / "deploy"
RUN = "platewatch.service"
SERVICES = ("ingest", "matcher", "recognize", "relay", "serve")
CAR = "platewatch-patrol.service"
UNITS = (RUN, CAR, *(f"platewatch-{name}.service" for name in SERVICES))
OWN = {"execstart", "restartsec", "timeoutstartsec", "killmode", "oompolicy", "memorydenywriteexecute"}
"""What differs, and may."""
COMPILING = {"matcher", "recognize", "serve"}
"""Programs that compile code while they run."""


def service(name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read(DEPLOY / name)
    return dict(parser["Service"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_as_a_run_is(name: str) -> None:
    run, one = (service(unit) for unit in (RUN, f"platewatch-{name}.service"))
    assert {key: value for key, value in one.items() if key not in OWN} == {
        key: value for key, value in run.items() if key not in OWN
    }
    assert ("memorydenywriteexecute" in one) == (name not in COMPILING)
    assert one["execstart"] == f"/opt/platewatch/bin/platewatch {name} --config /etc/platewatch/platewatch.toml"
    assert int(run["watchdogsec"]) == int(one["watchdogsec"]) == 180


def test_a_car_is_hardened_as_a_run_is_but_for_its_cameras_and_its_receiver_and_waits_for_no_network() -> None:
    run, car = service(RUN), service(CAR)
    of_devices = {"privatedevices", "devicepolicy", "deviceallow", "supplementarygroups"}
    may_differ = OWN | of_devices | {"execreload"}
    assert {key: value for key, value in car.items() if key not in may_differ} == {
        key: value for key, value in run.items() if key not in may_differ
    }
    assert car["devicepolicy"] == "closed"
    text = (DEPLOY / CAR).read_text()
    allowed = re.findall(r"^DeviceAllow=(\S+) rw$", text, re.MULTILINE)
    assert allowed == ["char-video4linux", "char-ttyACM", "char-ttyUSB", "char-ttyS"]
    assert car["execstart"] == "/opt/platewatch/bin/platewatch patrol --config /etc/platewatch/car.toml"
    assert "execreload" not in car, "a car takes no other configuration while it drives"
    assert "network-online.target" not in text
    assert int(car["watchdogsec"]) == 180


def test_every_unit_is_of_a_command_that_there_is_and_listed_here() -> None:
    assert {path.name for path in DEPLOY.glob("*.service")} == set(UNITS)
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert {service(unit)["execstart"].split()[1] for unit in UNITS} <= commands


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_to_say(tmp_path: Path, name: str) -> None:
    # Of a program that is not there it would say so.
    text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", (DEPLOY / name).read_text())
    (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("", "")
