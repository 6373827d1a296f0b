"""Who may use the local broker: who can read its secret in the data directory, and nobody else on this machine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.private_files import write_private

USER = "platewatch"
MECHANISM = "SCRAM-SHA-256"
"""Neither the password nor anything that would do for it crosses the port, so that a program that took
the port of a broker that is down learns nothing; and the broker has to know it, too."""

_SETUP_USER = "setup"
_BROKER_USER = "broker"
_BYTES = 32
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the broker and how it logs in."""

    user: str
    password: str = field(repr=False)
    mechanism: str

    def options(self) -> dict[str, Any]:
        """Return it by kafka-python's own option names."""
        return {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """What a broker is started with.

    A broker keeps SCRAM users among its own data, so one that has none yet, of a new folder or of a version that took
    everybody, is told of its user once it runs. Until its next start that takes another user, whose password was made
    for this one start and is written nowhere else.

    Args:
        login: Platewatch's own.
        setup: Who tells it of that one; None: it knows.
        internal: What its broker says to its controller, made for one start: both are in one process.
    """

    login: Login
    setup: Login | None
    internal: str = field(repr=False, default_factory=lambda: secrets.token_hex(_BYTES))

    def properties(self, clients: str, controller: str) -> dict[str, str]:
        """Return the broker's settings about users: everybody logs in, and who is not named here may do nothing.

        Args:
            clients: Name of the listener for clients.
            controller: Name of the controller's listener.

        Source:
            https://kafka.apache.org/43/security/authentication-using-sasl/
        """
        to, within = f"listener.name.{clients.lower()}", f"listener.name.{controller.lower()}"
        users = [_BROKER_USER, self.login.user]
        settings = {
            "sasl.mechanism.inter.broker.protocol": MECHANISM,
            "sasl.mechanism.controller.protocol": "PLAIN",
            f"{to}.sasl.enabled.mechanisms": MECHANISM,
            f"{to}.{MECHANISM.lower()}.sasl.jaas.config": (
                f'{_SCRAM} username="{self.login.user}" password="{self.login.password}";'
            ),
            f"{within}.sasl.enabled.mechanisms": "PLAIN",
            f"{within}.plain.sasl.jaas.config": (
                f'{_PLAIN} username="{_BROKER_USER}" password="{self.internal}" user_{_BROKER_USER}="{self.internal}";'
            ),
        }
        if self.setup is not None:
            users.append(self.setup.user)
            settings[f"{to}.sasl.enabled.mechanisms"] += ",PLAIN"
            settings[f"{to}.plain.sasl.jaas.config"] = f'{_PLAIN} user_{self.setup.user}="{self.setup.password}";'
        return settings | {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": ";".join(f"User:{user}" for user in users),
        }


class SecretFile:
    """The secret of a folder's broker, in a file for its owner alone; it is there once the broker knows it.

    Args:
        folder: The broker's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "secret"
        self._fresh = folder / "secret.new"

    def login(self) -> Login | None:
        """Return how Platewatch logs in, or None where no broker knows it yet."""
        try:
            return Login(USER, _read(self._path), MECHANISM)
        except FileNotFoundError:
            return None

    def access(self, *, is_empty: bool) -> BrokerAccess:
        """Return what the broker is to be started with; with a new secret where there is none.

        Args:
            is_empty: Whether the broker has no data yet, and so knows nobody.
        """
        if is_empty and self._path.exists():
            self._path.replace(self._fresh)
        known = self.login()
        if known is not None:
            return BrokerAccess(known, None)
        if not self._fresh.exists():
            write_private(self._fresh, f"{secrets.token_hex(_BYTES)}\n".encode())
        setup = Login(_SETUP_USER, secrets.token_hex(_BYTES), "PLAIN")
        return BrokerAccess(Login(USER, _read(self._fresh), MECHANISM), setup)

    def keep(self) -> None:
        """Keep the new secret: the broker knows it now."""
        self._fresh.replace(self._path)


def _read(path: Path) -> str:
    return path.read_text("ascii").strip()
