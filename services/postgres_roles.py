"""The roles of an embedded PostgreSQL: an owner of the tables and an application, beside the superuser it begins with.

The superuser is for the server's own care alone, by programs that work while no server runs. What changes the schema
connects as the owner; everything else as the application, which owns nothing and cannot make or drop anything.
"""

from __future__ import annotations

import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from services.postgres_cluster import DATABASE, USER, run_single
from services.postgres_identity import ServerIdentity
from services.private_files import write_private

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Role:
    """A role's name, and the file in the server's folder that holds its password."""

    name: str
    secret: str


ADMINISTRATOR = Role(USER, "password")
OWNER = Role("platewatch_owner", "owner-password")
APPLICATION = Role("platewatch_application", "application-password")

_STATEMENT = Path(__file__).with_suffix(".sql")


def separate_roles(home: Path, identity: ServerIdentity, *, sync: bool) -> None:
    """Make the owner and the application where a cluster has none, and give the owner what the superuser owned.

    For a new cluster and for one of an earlier version alike. The secrets are written last: until then the next start
    does all of it again, as it does where they got lost.

    Args:
        home: The server's own folder, with a data directory in which no server runs.
        identity: Who the server runs as.
        sync: Whether to wait until it is on the disk.

    Raises:
        ConfigurationError: PostgreSQL refused; cites its words.
        StorageFull: No space.
    """
    if all((home / role.secret).exists() for role in (OWNER, APPLICATION)):
        return
    made = {role: secrets.token_hex(32) for role in (OWNER, APPLICATION)}
    statement = _STATEMENT.read_text(encoding="utf-8").strip()
    for place, role in (("{owner}", OWNER), ("{application}", APPLICATION)):
        statement = statement.replace(place, f"'{made[role]}'")  # hexadecimal digits
    run_single(identity, home, home / "data", DATABASE, statement, sync=sync)
    for role, secret in made.items():
        _keep(home / role.secret, secret, identity)
    log.debug("the database's owner and its application have roles of their own now")


def _keep(path: Path, secret: str, identity: ServerIdentity) -> None:
    """Write a secret, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    write_private(unfinished, f"{secret}\n".encode())
    os.chown(unfinished, *identity.owner)
    unfinished.replace(path)
