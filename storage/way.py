"""How a database is connected to, asked anew for every connection: passwords change while a run goes on."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from schemas.errors import ConfigurationError
from schemas.settings import DatabaseSettings
from services.private_files import read_secret

_PLACE = ("host", "hostaddr", "port", "dbname", "service")


class Way:
    """A libpq connection string, with the password of a file where it is kept in one.

    libpq itself reads its password file (`passfile`, PGPASSFILE) and its certificates for every connection.

    Args:
        connection_string: libpq's.
        password_file: Holds the password; None: the string, libpq's password file or nothing does.
    """

    def __init__(self, connection_string: str, password_file: Path | None = None) -> None:
        self._connection_string = connection_string
        self._password_file = password_file

    def __call__(self) -> str:
        """Return the connection string as it is now. It may hold the password: keep it out of logs.

        Raises:
            ConfigurationError: The password's file cannot be read.
        """
        if self._password_file is None:
            return self._connection_string
        password = read_secret(self._password_file, "database.password_file")
        return make_conninfo(self._connection_string, password=password)

    def become(self, other: Way) -> None:
        """Be another way from the next connection on."""
        self._connection_string, self._password_file = other._connection_string, other._password_file


def is_same_database(one: DatabaseSettings, other: DatabaseSettings) -> bool:
    """Return whether two configurations name one database of a server that is not ours, whoever signs in there and how.

    Args:
        one: A section `database`.
        other: Another one.

    Raises:
        ConfigurationError: One of them holds no connection string.
    """
    if one.url is None or other.url is None:
        return False
    return _place(one) == _place(other)


def connection_string(settings: DatabaseSettings, key: str, url: SecretStr | None) -> str:
    """Return a configured connection string with the options.

    Args:
        settings: The section `database`; its options and its timeout count.
        key: The setting that the string comes from.
        url: The string, or a URI.

    Raises:
        ConfigurationError: It is neither.
    """
    defaults = {
        "connect_timeout": str(max(2, int(settings.timeout_seconds))),
        "application_name": "platewatch",
    }
    try:
        given = conninfo_to_dict(url.get_secret_value() if url is not None else "") | settings.options
        return make_conninfo("", **(defaults | given))
    except psycopg.ProgrammingError as error:
        # libpq's message may quote the string with its password, so it is not passed on.
        raise ConfigurationError(
            f"{key} or database.options: not a PostgreSQL connection string or URI; write it like "
            "postgresql://user:password@host/name, with libpq's own option names"
        ) from error


def _place(settings: DatabaseSettings) -> dict[str, str]:
    given = conninfo_to_dict(connection_string(settings, "database.url", settings.url))
    return {name: str(given[name]) for name in _PLACE if given.get(name)}
