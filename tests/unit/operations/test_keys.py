"""Keys and secrets are listed by place, age and what is wrong, and never by what they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from cli.main import app
from operations.keys import known_keys
from schemas.settings import DatabaseSettings, Settings, load_settings
from services.signing import CURRENT, SigningKeys

TOML = """
data_dir = "data"
[kafka]
bootstrap_servers = ["kafka:9093"]
password_file = "kafka-password"
options = {{ security_protocol = "SASL_SSL", sasl_plain_username = "pw", sasl_plain_password = "hunter2" }}
[backup]
key_file = "new.key"
former_key_files = ["old.key"]
[[alerts.channels]]
name = "cad"
kind = "webhook"
url = "https://cad.example/alerts"
secret_file = "cad-secret"
[[hotlists.feeds]]
name = "state"
kind = "https"
source = "csv"
url = "https://lists.example/a.csv"
token_env = "STATE_TOKEN"
[[ingest.sources]]
id = "lot"
vendor = "rekor"
token_sha256 = "{token}"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "platewatch.toml"
    path.write_text(TOML.format(token="0" * 64))
    for name in ("kafka-password", "new.key", "cad-secret"):
        (tmp_path / name).write_text("hunter2\n")
        (tmp_path / name).chmod(0o600)
    return path


def test_every_key_is_named_with_its_place_and_what_is_wrong(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATEWATCH_DATA_DIR", raising=False)
    folder = config.parent
    (folder / "cad-secret").chmod(0o644)
    os.utime(folder / "new.key", (0, 0))
    found = {one.name: one for one in known_keys(load_settings(config))}
    assert found["backup.former_key_files.1"].problem == "cannot be looked at (No such file or directory)"
    assert found["alerts.channels.cad.secret_file"].problem == (
        f"other users may read it; close it with chmod 600 {folder / 'cad-secret'}"
    )
    assert (found["kafka.password_file"].place, found["kafka.password_file"].problem) == (
        str(folder / "kafka-password"),
        None,
    )
    assert "kafka.options.sasl_plain_password" in found
    assert "kafka.options.security_protocol" not in found
    assert found["hotlists.feeds.state.token_env"].place == "in the environment variable STATE_TOKEN"
    assert "ingest.sources.lot.token_sha256" in found
    assert found["embedded database: role platewatch_owner"].place == f"{folder}/data/postgres/owner-password"
    assert found["backup.key_file"].written_at is not None
    assert found["backup.key_file"].written_at.year == 1970


def test_nothing_that_is_shown_is_a_secret(config: Path) -> None:
    for options in ([], ["--json"]):
        result = CliRunner().invoke(app, ["keys", "list", "--config", str(config), *options], env={"COLUMNS": "300"})
        assert result.exit_code == 1  # one is missing
        assert "kafka-password" in result.stdout
        assert "hunter2" not in result.output
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert {tuple(record) for record in records} == {("key", "place", "written_at", "problem")}


@pytest.mark.parametrize(
    ("url", "is_named"),
    [
        ("postgresql://pw:hunter2@db/pw", True),
        ("host=db user=pw password=hunter2", True),
        ("postgresql://pw@db/pw", False),
        ("host=db user=pw", False),
        ("postgresql://db:5432/pw", False),
        ("postgresql://pw@db:5432/pw", False),
        ("postgresql://pw:a@b@db/pw", True),
    ],
)
def test_a_password_in_the_database_s_url_is_named(url: str, is_named: bool) -> None:
    found = known_keys(Settings(database=DatabaseSettings(url=SecretStr(url))))
    assert ("database.url" in {one.name for one in found}) == is_named
    assert "hunter2" not in repr(found)


def test_all_that_there_is_is_listed_in_its_order(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATEWATCH_DATA_DIR", raising=False)
    data = config.parent / "data"
    settings = load_settings(config)
    places = [
        (f"embedded database: role {role}", str(data / "postgres" / file))
        for role, file in (
            ("platewatch_owner", "owner-password"),
            ("platewatch_application", "application-password"),
            ("platewatch", "password"),
        )
    ]
    found = [(one.name, one.place) for one in known_keys(settings)]
    named = [
        "kafka.password_file",
        "backup.key_file",
        "backup.former_key_files.1",
        "alerts.channels.cad.secret_file",
    ]
    inside = [
        ("kafka.options.sasl_plain_password", "in the configuration itself"),
        ("ingest.sources.lot.token_sha256", "in the configuration itself (its digest; the sender has it)"),
        ("hotlists.feeds.state.token_env", "in the environment variable STATE_TOKEN"),
    ]
    assert sorted(name for name, _ in found[: len(named)]) == sorted(named)
    assert found[len(named) :] == [*places, *inside]
    SigningKeys(data).current()
    for name in ("suffolk", "norfolk"):
        (data / "broker-passwords").mkdir(exist_ok=True)
        (data / "broker-passwords" / f"{name}.password").touch(0o600)
    more = [(one.name, one.place, one.problem) for one in known_keys(settings) if (one.name, one.place) not in found]
    assert more == [
        ("signing key", str(data / "signing" / CURRENT), None),
        *(
            (f"broker: login of {name}, to be handed over", str(data / "broker-passwords" / f"{name}.password"), None)
            for name in ("norfolk", "suffolk")
        ),
    ]
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", "postgresql://pw@db/pw")
    assert not {name for name, _ in places} & {one.name for one in known_keys(load_settings(config))}
