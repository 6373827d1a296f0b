"""A listener as a regional Kafka has it: TLS with an authority of its own, and users with passwords (SCRAM)."""

from __future__ import annotations

import socket
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from schemas.settings import KafkaSettings
from services.kafka.client import UserScramCredentialUpsertion, open_admin
from services.kafka.ports import HOST, choose_ports
from services.private_files import make_private_folder

USER, PASSWORD, MECHANISM = "neighbor", "correct horse battery", "SCRAM-SHA-256"
SESSION_MS = 3000
_NAME = "REGION"
_LISTENER = f"listener.name.{_NAME.lower()}"


class RegionalListener:
    """Adds such a listener to a local broker.

    Args:
        data_dir: The broker's data directory; nothing was started there yet.
    """

    def __init__(self, data_dir: Path) -> None:
        self.authority = trustme.CA()
        folder = data_dir / "kafka"
        make_private_folder(folder)
        self._ports = choose_ports(folder, keep=False)
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.server = f"{HOST}:{probe.getsockname()[1]}"

    def overrides(self) -> dict[str, str]:
        """The broker's settings that make it."""
        certificate = self.authority.issue_cert(HOST)
        key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
        chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
        clients, controller = f"{HOST}:{self._ports.broker}", f"{HOST}:{self._ports.controller}"
        own = "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"
        return {
            "listeners": f"CLIENTS://{clients},CONTROLLER://{controller},{_NAME}://{self.server}",
            "advertised.listeners": f"CLIENTS://{clients},{_NAME}://{self.server}",
            "listener.security.protocol.map": f"{own},{_NAME}:SASL_SSL",
            f"{_LISTENER}.ssl.keystore.type": "PEM",
            f"{_LISTENER}.ssl.keystore.certificate.chain": _one_line(chain),
            # Kafka reads keys in PKCS #8 alone.
            f"{_LISTENER}.ssl.keystore.key": _one_line(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            ),
            f"{_LISTENER}.sasl.enabled.mechanisms": MECHANISM,
            # A login is good for so long; what does not log in again is disconnected.
            f"{_LISTENER}.scram-sha-256.connections.max.reauth.ms": str(SESSION_MS),
            f"{_LISTENER}.scram-sha-256.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
        }

    def options(self, authority: Path) -> dict[str, str]:
        """How a client connects, by kafka-python's names.

        Args:
            authority: Where the certificate of the authority is written to.
        """
        self.authority.cert_pem.write_to_path(str(authority))
        return {
            "security_protocol": "SASL_SSL",
            "ssl_cafile": str(authority),
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": USER,
            "sasl_plain_password": PASSWORD,
        }

    def add_user(self, administrator: KafkaSettings) -> None:
        """Tell the running broker of the user."""
        self.change_password(administrator, USER, PASSWORD)

    def change_password(self, administrator: KafkaSettings, user: str, password: str) -> None:
        """Give a user, who may be new, a password."""
        admin = open_admin(administrator, list(administrator.bootstrap_servers))
        try:
            admin.alter_user_scram_credentials([UserScramCredentialUpsertion(user, MECHANISM, password)])
        finally:
            admin.close()


def _one_line(pem: bytes) -> str:
    return pem.decode().strip().replace("\n", "\\n")
