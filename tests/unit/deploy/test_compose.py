"""The compose file is whole: as the specification has it, every name defined, every file there, every setting known."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from compose_spec import PyOptions

from cli.main import app
from schemas.settings.loading.load import load_settings

FOLDER = Path(__file__).parents[3] / "deploy" / "compose"
TEXT = (FOLDER / "compose.yaml").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file with its anchors and merges resolved."""
    loaded: dict[str, Any] = yaml.safe_load(TEXT)
    return loaded


def named(value: Any) -> list[str]:
    """Return the names that a list or a mapping of them holds, in whichever of the two forms."""
    if isinstance(value, dict):
        return list(value)
    return [each if isinstance(each, str) else each["source"] for each in value or ()]


def test_it_is_what_the_specification_allows() -> None:
    options = PyOptions(apply_merge=True)
    options.from_yaml(TEXT).validate()
    with pytest.raises(ValueError, match="imagge"):
        options.from_yaml(TEXT.replace("image: postgres:18", "imagge: postgres:18"))
    with pytest.raises(ValueError, match="networks"):
        options.from_yaml(TEXT.replace("inside: {internal: true}", "within: {internal: true}")).validate()


def test_every_name_is_defined_and_every_definition_used(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    assert {name for one in services for name in named(one.get("depends_on"))} <= set(compose["services"])
    for kind in ("networks", "secrets"):
        assert {name for one in services for name in named(one.get(kind))} == set(compose[kind])
    mounted = {volume.partition(":")[0] for one in services for volume in one.get("volumes", ())}
    assert {name for name in mounted if not name.startswith(".")} == set(compose["volumes"])
    for path in (name for name in mounted if name.startswith(".")):
        assert (FOLDER / path).exists(), path


def test_who_is_waited_for_says_when_it_is_ready(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for one in services.values():
        waited = one.get("depends_on", {})
        for name, how in waited.items() if isinstance(waited, dict) else ():
            if how["condition"] == "service_healthy":
                assert services[name]["healthcheck"]["test"]
            else:
                assert (how["condition"], services[name]["restart"]) == ("service_completed_successfully", "on-failure")


def test_our_services_are_commands_and_closed(compose: dict[str, Any]) -> None:
    ours = {name: one for name, one in compose["services"].items() if one["image"].startswith("platewatch")}
    assert {"recognize", "matcher-1", "matcher-2", "relay", "topics", "rights"} == set(ours)
    commands = typer.main.get_command(app)
    for name, one in ours.items():
        assert one["command"][0] in commands.commands, name  # type: ignore[attr-defined]
        assert (one["read_only"], one["cap_drop"], one["ulimits"]["core"]) == (True, ["ALL"], 0)
        assert "ports" not in one
    # Who gives rights has ended when the others begin.
    holders = {name for name, one in ours.items() if "kafka_admin_password" in one["secrets"]}
    assert holders == {"topics", "rights"}
    # What reads cameras' streams has no way to the database.
    assert "env_file" not in ours["recognize"]
    assert not any("database" in volume for volume in ours["recognize"]["volumes"])
    assert all(one["env_file"] for name, one in ours.items() if name != "recognize")


def test_two_services_share_no_data_directory(compose: dict[str, Any]) -> None:
    folders = [
        volume.partition(":")[0]
        for name, one in compose["services"].items()
        if name not in ("topics", "rights")  # have ended before the others begin
        for volume in one.get("volumes", ())
        if volume.endswith(":/var/lib/platewatch")
    ]
    assert len(folders) == len(set(folders)) == 4


def test_no_secret_is_in_the_file_and_the_folder_of_them_is_not_kept(compose: dict[str, Any]) -> None:
    assert all(one["file"].startswith("./secrets/") for one in compose["secrets"].values())
    assert not re.search(r"(?i)(password|token|key): *[^{/\s]", re.sub(r"(?m)^.*__FILE:.*$|^.*_FILE:.*$", "", TEXT))
    assert "secrets/" in (FOLDER / ".gitignore").read_text().split()


def test_the_configuration_is_one_that_platewatch_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATEWATCH_DATA_DIR", raising=False)
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", "postgresql://platewatch:x@/platewatch?host=/var/run/postgresql")
    relay = yaml.safe_load(TEXT)["services"]["relay"]
    for name, value in relay["environment"].items():
        monkeypatch.setenv(name, value)
    settings = load_settings(FOLDER / "platewatch.toml")
    assert settings.metrics.listen == "0.0.0.0:9464"
    assert settings.kafka.options["sasl_plain_username"] in settings.kafka.rights.relay_users
    assert settings.kafka.as_administrator.options["sasl_plain_username"] == "admin"
    assert settings.kafka.as_administrator.options["security_protocol"] == "SASL_SSL"
    assert {server.partition(":")[0] for server in settings.kafka.bootstrap_servers} == {
        "kafka-1",
        "kafka-2",
        "kafka-3",
    }


def test_secrets_are_made_once_and_for_nobody_else(tmp_path: Path, compose: dict[str, Any]) -> None:
    script = tmp_path / "make-secrets.sh"
    script.write_text((FOLDER / "make-secrets.sh").read_text())
    environment = {"PATH": "/usr/bin:/bin", "PUBLIC_HOST": "alpr.example.org"}
    subprocess.run(["sh", str(script)], check=True, timeout=60, env=environment)
    folder = tmp_path / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    wanted = {Path(one["file"]).name for one in compose["secrets"].values()}
    assert wanted <= set(made)
    assert all(made.values())
    assert b"PRIVATE KEY" in made["kafka-1.key"]  # PKCS#8, which Kafka wants
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-subject", "-in", str(folder / "kafka-1.pem")],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    assert "DNS:kafka-1" in shown
    assert "DNS:alpr.example.org" in shown
    assert "CN = broker" in shown or "CN=broker" in shown
    subprocess.run(["sh", str(script)], check=True, timeout=60, env=environment)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made


def test_scripts_are_ones_that_the_shell_takes() -> None:
    for script in ("make-secrets.sh", "kafka/start.sh", "postgres/roles.sh"):
        subprocess.run(["bash", "-n", str(FOLDER / script)], check=True, timeout=60)


def test_the_dashboard_and_the_rules_are_where_the_containers_look() -> None:
    grafana = FOLDER.parent / "grafana"
    provider = yaml.safe_load((grafana / "provisioning/dashboards/platewatch.yaml").read_text())["providers"][0]
    assert f"../grafana/platewatch.json:{provider['options']['path']}/platewatch.json:ro" in TEXT
    assert json.loads((grafana / "platewatch.json").read_text())["uid"] == "platewatch"
    prometheus = yaml.safe_load((FOLDER.parent / "prometheus/prometheus.yaml").read_text())
    assert all(f"../prometheus/rules.yaml:{path}:ro" in TEXT for path in prometheus["rule_files"])
    targets = {target.partition(":")[0] for target in prometheus["scrape_configs"][0]["static_configs"][0]["targets"]}
    assert targets <= set(yaml.safe_load(TEXT)["services"])
