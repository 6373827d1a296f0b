"""systemd takes both units as they are, and the one for the server alone is hardened like the run's."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = ("platewatch.service", "platewatch-ingest.service")
OWN = {"execstart", "restartsec", "timeoutstartsec", "killmode", "oompolicy", "memorydenywriteexecute"}
"""What differs, and may."""


def service(name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read(DEPLOY / name)
    return dict(parser["Service"])


def test_the_server_alone_is_hardened_as_a_run_is_and_more() -> None:
    run, alone = (service(name) for name in UNITS)
    assert {key: value for key, value in alone.items() if key not in OWN} == {
        key: value for key, value in run.items() if key not in OWN
    }
    assert alone["memorydenywriteexecute"] == "yes"
    assert alone["execstart"] == "/opt/platewatch/bin/platewatch ingest --config /etc/platewatch/platewatch.toml"
    assert int(run["watchdogsec"]) == int(alone["watchdogsec"]) == 180


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
