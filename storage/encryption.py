"""A database on another machine is talked to over TLS, or not at all unless a person permits it."""

from __future__ import annotations

from psycopg import pq
from psycopg.conninfo import make_conninfo

from schemas.errors import ConfigurationError
from services.loopback import is_loopback

ENCRYPTED_MODES = frozenset({"require", "verify-ca", "verify-full"})
"""libpq's values of sslmode that never connect in clear text; `prefer`, its default, and `allow` do."""
_NO_PORT = "99999"


def check_encrypted(connection_string: str, key: str = "database.url") -> None:
    """Make sure that reads and lists do not cross a network in clear text.

    Args:
        connection_string: libpq's, complete.
        key: The setting that it comes from.

    Raises:
        ConfigurationError: One of its servers is on another machine, and TLS is not required.
    """
    options = effective_options(connection_string)
    remote = [host for host in _servers(options) if not is_loopback(host)]
    mode = options.get("sslmode", "prefer")
    if not remote or mode in ENCRYPTED_MODES or options.get("gssencmode") == "require":
        return
    raise ConfigurationError(
        f"{key}: {', '.join(remote)} is another machine, and sslmode is '{mode}', which also connects without "
        "TLS; set database.options sslmode to 'verify-full' with sslrootcert (or to 'require'), or permit clear text "
        "with database.allow_unencrypted = true"
    )


def effective_options(connection_string: str) -> dict[str, str]:
    """Return the options that libpq would connect with: those given, of the service file, of the environment, its own.

    Only libpq itself knows them all, and only when it connects; an impossible port ends that before it asks for a name.

    Args:
        connection_string: libpq's.
    """
    connection = pq.PGconn.connect_start(make_conninfo(connection_string, port=_NO_PORT).encode())
    try:
        return {option.keyword.decode(): option.val.decode() for option in connection.info if option.val}
    finally:
        connection.finish()


def _servers(options: dict[str, str]) -> list[str]:
    """Return the hosts that are reached by TCP; the others are sockets."""
    hosts, addresses = options.get("host", "").split(","), options.get("hostaddr", "").split(",")
    count = max(len(hosts), len(addresses))
    hosts += [""] * (count - len(hosts))
    addresses += [""] * (count - len(addresses))
    servers = [address or host for host, address in zip(hosts, addresses, strict=True)]
    return [server for server in servers if server and server[0] not in "/@"]
