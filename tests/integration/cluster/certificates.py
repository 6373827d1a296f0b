"""An authority of its own, and what it signs for brokers: PEM on one line each, as Kafka's properties take it."""

from __future__ import annotations

from dataclasses import dataclass, field

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

BROKER_NAME = "broker"
"""Common name of every broker's certificate: who they are to one another."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """What the brokers of a cluster show one another and their clients.

    Args:
        authority: Certificate of the authority, PEM.
        chain: The brokers' certificate.
        key: Its key in PKCS #8, the only form that Kafka reads.
    """

    authority: str
    chain: str
    key: str = field(repr=False)

    @classmethod
    def issued(cls, *hosts: str) -> Certificates:
        """Make an authority, and one certificate for these hosts."""
        authority = trustme.CA()
        made = authority.issue_cert(*hosts, common_name=BROKER_NAME)
        key = load_pem_private_key(made.private_key_pem.bytes(), None)
        return cls(
            authority.cert_pem.bytes().decode(),
            b"".join(part.bytes() for part in made.cert_chain_pems).decode(),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        )

    def properties(self) -> dict[str, str]:
        """Return the settings of a broker that shows the certificate and trusts its authority alone."""
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": _one_line(self.chain),
            "ssl.keystore.key": _one_line(self.key),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.certificates": _one_line(self.authority),
        }


def _one_line(pem: str) -> str:
    return pem.strip().replace("\n", "\\n")
