"""The console's certificate: the one that is configured, else one that it makes itself."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import ipaddress
import logging
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from schemas.errors import ConfigurationError
from schemas.settings import Settings
from services.private_files import make_private_folder, save_private

log = logging.getLogger(__name__)

FOLDER = Path("console")
DAYS = 397
"""Browsers take none that hold for longer."""
RENEWED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM, and what their content was when they were looked at."""

    certificate: Path
    key: Path
    is_own: bool
    seen: str


def certificate_of(settings: Settings) -> Certificate:
    """Return the certificate to serve with; one of our own is made, or renewed, where none is configured.

    Raises:
        ConfigurationError: The configured files cannot be read, or do not belong together.
    """
    console = settings.console
    if console.certificate_file is not None and console.key_file is not None:
        seen = _seen(console.certificate_file, console.key_file)
        _check_pair(console.certificate_file, console.key_file)
        return Certificate(console.certificate_file, console.key_file, False, seen)
    folder = settings.data_dir / FOLDER
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = _names(settings)
    if not _holds(certificate, key, names):
        make_private_folder(folder)
        _make(certificate, key, names)
    log.warning(
        "the console's certificate is one that it made itself, so browsers warn; compare its fingerprint there "
        "(SHA-256 %s), or set console.certificate_file and console.key_file",
        fingerprint(certificate),
    )
    return Certificate(certificate, key, True, _seen(certificate, key))


def has_changed(known: Certificate) -> bool:
    """Return whether its files have another content now; while they cannot be read they have not."""
    try:
        return _seen(known.certificate, known.key) != known.seen
    except ConfigurationError:
        return False


def seen_now(known: Certificate) -> Certificate:
    """Return a certificate with its files' content of now, so that the same one is not looked at again."""
    return dataclasses.replace(known, seen=_seen(known.certificate, known.key))


def fingerprint(path: Path) -> str:
    """Return a certificate's fingerprint as browsers show it."""
    found = x509.load_pem_x509_certificate(path.read_bytes())
    return found.fingerprint(hashes.SHA256()).hex(":").upper()


def _seen(*paths: Path) -> str:
    whole = hashlib.sha256()
    for path in paths:
        try:
            whole.update(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(
                f"console.certificate_file or console.key_file: {path} cannot be read ({error.strerror}); correct the "
                "path or its permissions"
            ) from error
    return whole.hexdigest()


def _check_pair(certificate: Path, key: Path) -> None:
    try:
        found = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (ValueError, TypeError, IndexError) as error:
        raise ConfigurationError(
            f"{certificate} or {key} is no PEM of a certificate and its key without a password; correct "
            "console.certificate_file and console.key_file"
        ) from error
    if found.public_key() != private.public_key():
        raise ConfigurationError(
            f"{key} is not the key of {certificate}; correct console.certificate_file and console.key_file"
        )


def _names(settings: Settings) -> list[str]:
    hosts = ["localhost", "127.0.0.1", "::1", socket.gethostname().lower()]
    hosts.append(settings.console.listen.rpartition(":")[0].strip("[]"))
    hosts.append(urlsplit(settings.console.origin).hostname or "localhost")
    return sorted(set(hosts) - {"0.0.0.0", "::"})  # noqa: S104 - left out


def _holds(certificate: Path, key: Path, names: list[str]) -> bool:
    try:
        _check_pair(certificate, key)
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ConfigurationError, ValueError):
        return False
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=RENEWED_DAYS)
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.not_valid_after_utc > soon and sorted(str(name.value) for name in held) == names


def _make(certificate: Path, key: Path, names: list[str]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Platewatch console")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    save_private(
        key,
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    save_private(certificate, made.public_bytes(serialization.Encoding.PEM))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
