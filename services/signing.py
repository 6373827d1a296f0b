"""The installation's signing keys: Ed25519, made by itself, exchanged by a statement that the one before signs.

Whoever is to check what was signed needs the public part alone, and that from here: a copy beside what was signed
proves nothing, for whoever changed it could have exchanged both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from schemas.errors import ConfigurationError
from services.private_files import make_private_folder, save_private

FOLDER = "signing"
CURRENT = "current.pem"
_PUBLIC = ".public.pem"
_SUCCESSION = ".succession.json"
_LARGEST_FILE = 64 << 10


def document_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as it is signed: JSON in one line, names sorted, nothing but ASCII.

    Args:
        document: Text, numbers, and lists and mappings of them.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public part of a key."""

    raw: bytes

    @property
    def key_id(self) -> str:
        """Thirty-two hexadecimal digits of its SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    @property
    def pem(self) -> bytes:
        """The key as OpenSSL reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Return whether the key's holder signed this."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True

    @classmethod
    def load(cls, path: Path) -> VerifyingKey:
        """Read a public key's file.

        Args:
            path: A PEM file.

        Raises:
            ConfigurationError: It cannot be read, or holds no such key.
        """
        try:
            with path.open("rb") as file:
                key = load_pem_public_key(file.read(_LARGEST_FILE))
        except OSError as error:
            raise ConfigurationError(f"{path}: the public key cannot be read ({error.strerror})") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ConfigurationError(
                f"{path}: no public key in PEM; platewatch keys signing --out makes one"
            ) from error
        if not isinstance(key, Ed25519PublicKey):
            raise ConfigurationError(f"{path}: expected an Ed25519 key, as platewatch keys signing --out makes one")
        return cls(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> VerifyingKey:
        """What verifies it."""
        return VerifyingKey(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def key_id(self) -> str:
        """Its public name."""
        return self.public.key_id

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some bytes."""
        return self.private.sign(data)


class SigningKeys:
    """The keys of a data directory.

    Args:
        data_dir: The data directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    @property
    def exists(self) -> bool:
        """Whether this installation has signed, or can."""
        return (self.folder / CURRENT).exists()

    def current(self) -> SigningKey:
        """Return the key that signs now; the first call makes it.

        Raises:
            ConfigurationError: It cannot be read or made, or is none.
        """
        path = self.folder / CURRENT
        try:
            if not path.exists():
                self._make_first(path)
            key = load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise ConfigurationError(f"{path}: the signing key cannot be read or made ({error.strerror})") from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ConfigurationError(
                f"{path}: no private key in PEM; bring it back from its copy, or move it away"
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError(f"{path}: expected an Ed25519 key")
        return SigningKey(key)

    def trusted(self, given: Iterable[Path] = ()) -> dict[str, VerifyingKey]:
        """Return the public keys that are known here, by id: this installation's, earlier ones, and given ones.

        Args:
            given: Files of public keys of other machines.

        Raises:
            ConfigurationError: A file cannot be used.
        """
        keys = [VerifyingKey.load(path) for path in given]
        if self.folder.is_dir():
            keys += [VerifyingKey.load(path) for path in sorted(self.folder.glob(f"*{_PUBLIC}"))]
        if self.exists:
            keys.append(self.current().public)
        return {key.key_id: key for key in keys}

    def successions(self) -> list[dict[str, str]]:
        """Return the statements by which one key named the next, oldest first, for whoever knows only an early key."""
        found = [json.loads(path.read_text("ascii")) for path in self.folder.glob(f"*{_SUCCESSION}")]
        return sorted(found, key=lambda one: str(json.loads(one["document"])["at"]))

    def rotate(self) -> tuple[SigningKey, SigningKey]:
        """Exchange the key: a new one that the one before names as its successor; that one's private part is gone.

        Returns:
            The key before, and the new one.

        Raises:
            ConfigurationError: A file cannot be read or written; the key before stays.
        """
        before, new = self.current(), SigningKey(Ed25519PrivateKey.generate())
        document = document_bytes(
            {
                "format": "platewatch signing key succession 1",
                "at": datetime.now(UTC).isoformat(),
                "key_id": new.key_id,
                "public_key": new.public.pem.decode("ascii"),
                "signed_by": before.key_id,
            }
        )
        statement = {"document": document.decode(), "signature": base64.b64encode(before.sign(document)).decode()}
        try:
            self._save_public(new.public)
            save_private(self.folder / f"{new.key_id}{_SUCCESSION}", json.dumps(statement).encode())
            save_private(self.folder / CURRENT, _private_pem(new))
        except OSError as error:
            raise ConfigurationError(
                f"{self.folder}: the new signing key cannot be written ({error.strerror})"
            ) from error
        return before, new

    def _make_first(self, path: Path) -> None:
        """Make the first key; of two processes, or threads of one, that do so at once the first one's stays."""
        make_private_folder(self.folder)
        made = self.folder / f".{os.getpid()}.{threading.get_ident()}.{CURRENT}"
        key = SigningKey(Ed25519PrivateKey.generate())
        save_private(made, _private_pem(key))
        try:
            os.link(made, path)
        except FileExistsError:
            return
        finally:
            made.unlink()
        self._save_public(key.public)

    def _save_public(self, key: VerifyingKey) -> None:
        save_private(self.folder / f"{key.key_id}{_PUBLIC}", key.pem)


def _private_pem(key: SigningKey) -> bytes:
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
