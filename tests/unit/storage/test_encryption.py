"""A database on another machine is reached over TLS, whichever way libpq is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.errors import ConfigurationError, DatabaseUnavailable
from schemas.settings import DatabaseSettings, Settings
from storage.database import open_database
from storage.encryption import check_encrypted

VARIABLES = (
    "PGHOST",
    "PGHOSTADDR",
    "PGSSLMODE",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGPORT",
    "PGREQUIRESSL",
    "PGGSSENCMODE",
)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://platewatch@db.example/platewatch",
        "postgresql://platewatch@db.example/platewatch?sslmode=prefer",
        "host=db.example sslmode=allow",
        "host=10.1.2.3 sslmode=disable",
        "postgresql://u@[2001:db8::1]:5433/x",
        "host=127.0.0.1,db.example port=5432,5433",
        "host=/run/postgresql,db.example",
        "postgresql://u@localhost,db.example/x",
        "host=localhost hostaddr=10.1.2.3",
        "hostaddr=10.1.2.3",
        "host=127.0.0.1.nip.example",
        "host=db.example channel_binding=prefer",
    ],
)
def test_clear_text_to_another_machine_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is another machine.*database\.allow_unencrypted = true"):
        check_encrypted(text)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:p@db.example/x?sslmode=require",
        "host=db.example sslmode=verify-ca",
        "host=db.example,10.1.2.3 sslmode=verify-full",
        "postgresql://u@db.example/x?ssl=true",
        "",
        "host=/run/postgresql",
        "host=@abstract",
        "postgresql://u@%2Frun%2Fpostgresql/x",
        "host=localhost sslmode=disable",
        "host=127.0.0.1,::1",
        "host=db.example hostaddr=127.0.0.1",
        "postgresql://u@[::1]/x",
    ],
)
def test_tls_and_this_machine_pass(text: str) -> None:
    check_encrypted(text)


def test_the_environment_and_service_files_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    services = tmp_path / "services.conf"
    services.write_text("[clear]\nhost=db.example\nport=5433\n[safe]\nhost=db.example\nsslmode=verify-full\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    with pytest.raises(ConfigurationError, match=r"db\.example is another machine"):
        check_encrypted("service=clear")
    check_encrypted("service=safe")
    monkeypatch.setenv("PGSSLMODE", "require")
    check_encrypted("host=db.example")
    monkeypatch.setenv("PGSSLMODE", "disable")
    monkeypatch.setenv("PGHOST", "db.example")
    with pytest.raises(ConfigurationError, match=r"db\.example is another machine, and sslmode is 'disable'"):
        check_encrypted("dbname=x")
    monkeypatch.setenv("PGHOSTADDR", "10.1.2.3")
    with pytest.raises(ConfigurationError, match=r"10\.1\.2\.3 is another machine"):
        check_encrypted("host=/run/postgresql")


def test_opening_asks_and_a_setting_permits() -> None:
    url = SecretStr("postgresql://u:s3cret@192.0.2.1:1/x")
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1 is another machine") as caught:
        _open(DatabaseSettings(url=url, timeout_seconds=0.2))
    assert "s3cret" not in str(caught.value)
    for permitted in ({"allow_unencrypted": True}, {"options": {"sslmode": "require"}}):
        with pytest.raises(DatabaseUnavailable):
            _open(
                DatabaseSettings(url=SecretStr("postgresql://u@platewatch.invalid/x"), timeout_seconds=0.2, **permitted)
            )


def _open(settings: DatabaseSettings) -> None:
    with open_database(Settings(database=settings)):
        pytest.fail("nobody is there")
