"""How a server of ones own is connected to, and what is told of it: never its password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from schemas.errors import ConfigurationError
from schemas.settings import DatabaseSettings
from storage.access import external
from storage.way import Way, is_same_database

OPEN: dict[str, Any] = {"allow_unencrypted": True}


def settings(url: str | None, **fields: Any) -> DatabaseSettings:
    return DatabaseSettings(url=None if url is None else SecretStr(url), **fields)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("postgresql://u:s3cret@db.example:5433/plates", "database 'plates' at db.example:5433"),
        ("host=db.example hostaddr=10.0.0.1 dbname=plates", "database 'plates' at db.example"),
        ("hostaddr=10.0.0.1", "database '' at 10.0.0.1"),
        ("dbname=plates user=u", "database 'plates' at localhost"),
    ],
)
def test_a_server_is_called_by_its_database_and_place(url: str, where: str) -> None:
    found = external(settings(url, owner_url=SecretStr("postgresql://o:0wner@db.example/plates"), **OPEN))
    assert (found.where, found.is_embedded) == (where, False)
    assert "s3cret" not in repr(found)
    assert "0wner" not in repr(found)


def test_options_are_ours_unless_somebody_gives_his(tmp_path: Path) -> None:
    given = conninfo_to_dict(external(settings("postgresql://u@localhost/x", timeout_seconds=7.9)).application())
    assert given == {
        **{"user": "u", "host": "localhost", "dbname": "x"},
        **{"connect_timeout": "7", "application_name": "platewatch"},
    }
    own = {"application_name": "gate", "sslmode": "require", "host": "db.example"}
    ways = external(
        settings(
            "postgresql://u@localhost/x?connect_timeout=9&application_name=url",
            owner_url=SecretStr("user=o"),
            options=own,
            timeout_seconds=0.5,
        )
    )
    assert conninfo_to_dict(ways.application()) == {"user": "u", "dbname": "x", "connect_timeout": "9"} | own
    # Less than two seconds libpq does not know.
    assert conninfo_to_dict(ways.owner or "") == {"user": "o", "connect_timeout": "2"} | own
    assert external(settings("host=localhost")).owner is None


@pytest.mark.parametrize("key", ["url", "owner_url"])
def test_a_way_that_is_none_or_not_encrypted_is_named_by_its_setting(key: str) -> None:
    good, bad = SecretStr("host=localhost"), SecretStr("passwort=s3cret")
    clear = SecretStr("postgresql://u:s3cret@db.example/x")
    for wrong, why in ((bad, "not a PostgreSQL connection string"), (clear, "db.example is another machine")):
        with pytest.raises(ConfigurationError, match=why) as caught:
            external(DatabaseSettings.model_validate({"url": good} | {key: wrong}))
        assert str(caught.value).startswith(f"database.{key}")
        assert "s3cret" not in str(caught.value)
    external(DatabaseSettings.model_validate({"url": good, **OPEN} | {key: clear}))


def test_a_password_is_read_for_every_connection(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    way = external(settings("postgresql://u:old@localhost/x", password_file=secret, allow_unencrypted=True)).application
    with pytest.raises(ConfigurationError, match=r"database\.password_file"):
        way()
    for password in ("first one", "second"):
        secret.write_text(f"{password}\n")
        secret.chmod(0o600)
        assert conninfo_to_dict(way())["password"] == password
    other = Way("host=localhost")
    other.become(way)
    assert other() == way()
    way.become(Way("host=there"))
    assert (way(), conninfo_to_dict(other())["password"]) == ("host=there", "second")


def test_two_configurations_name_one_database_whoever_signs_in_there_and_how() -> None:
    one = settings("postgresql://u:a@db.example:5432/x")
    for same in (
        settings("host=db.example port=5432 dbname=x user=other password=b sslmode=require"),
        settings("postgresql://u:a@db.example:5432/x", timeout_seconds=3, options={"application_name": "b"}),
        settings("postgresql://db.example/x", options={"port": "5432"}),
    ):
        assert is_same_database(one, same)
    for other in (
        *("postgresql://u:a@db2.example:5432/x", "postgresql://u:a@db.example:5433/x"),
        *("postgresql://u:a@db.example:5432/y", "host=db.example port=5432 dbname=x hostaddr=10.0.0.1"),
        *("host=db.example port=5432 dbname=x service=s", "postgresql://u:a@db.example/x", None),
    ):
        assert not is_same_database(one, settings(other))
        assert not is_same_database(settings(other), one)
    assert not is_same_database(settings(None), settings(None))
