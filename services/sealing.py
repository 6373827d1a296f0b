"""Files that only the holder of a key can read, and nobody can change unnoticed: AES-256-GCM in chunks.

Each file has a key of its own, derived from the key, a random salt and the file's name, so that a chunk's number is a
nonce that is never used twice, and no file can take another one's place. The last chunk says that it is the last: a
file that was cut off at a chunk's end is not taken for a whole one.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.errors import ConfigurationError, InvalidInput
from services.private_files import FILE_MODE, read_secret

KEY_BYTES = 32
CHUNK_BYTES = 64 << 10
_MAGIC = b"PWSEAL1\n"
_ID_BYTES = 8
_SALT_BYTES = 32
_TAG_BYTES = 16
_HEADER_BYTES = len(_MAGIC) + _ID_BYTES + _SALT_BYTES


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key, and its public name, by which a sealed file says which one opens it."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Sixteen hexadecimal digits that tell nothing of the key."""
        return _derived(self.secret, b"", b"platewatch key id", _ID_BYTES).hex()

    @classmethod
    def load(cls, path: Path, setting: str) -> SealingKey:
        """Read a key's file: 64 hexadecimal digits.

        Args:
            path: The file.
            setting: The setting or the option that names it.

        Raises:
            ConfigurationError: It cannot be read, holds no key, or other users may read it.
        """
        text = read_secret(path, setting).strip()
        if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
            raise ConfigurationError(
                f"{setting} {path}: no key of 64 hexadecimal digits; make one with platewatch keys make {path}"
            )
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(f"{setting} {path}: other users may read the key; close it with chmod 600 {path}")
        return cls(bytes.fromhex(text))


def make_key_file(path: Path) -> SealingKey:
    """Make a file with a new key, for us alone; never in the place of another file.

    Args:
        path: The file; its folder exists.

    Raises:
        ConfigurationError: There is a file, or it cannot be written.
    """
    key = SealingKey(secrets.token_bytes(KEY_BYTES))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, FILE_MODE)
            file.write(key.secret.hex().encode() + b"\n")
            file.flush()
            os.fsync(descriptor)
    except FileExistsError as error:
        raise ConfigurationError(f"{path}: there is a file; a key is never overwritten, name another one") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror})") from error
    return key


class Sealer:
    """Seals what is written to it, chunk by chunk, into an open file; `close` writes the last chunk.

    Args:
        file: What takes the sealed bytes.
        key: The key.
        name: The file's name in its collection: it opens under this one alone.
    """

    def __init__(self, file: BinaryIO, key: SealingKey, name: str) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._file = file
        self._header = _MAGIC + bytes.fromhex(key.key_id) + salt
        self._cipher = _cipher_of(key, salt, name)
        self._pending = bytearray()
        self._count = 0
        file.write(self._header)

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:
            self._seal(bytes(self._pending[:CHUNK_BYTES]), is_last=False)
            del self._pending[:CHUNK_BYTES]

    def close(self) -> None:
        """Write what is left; the file stays open."""
        self._seal(bytes(self._pending), is_last=True)
        self._pending.clear()

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._count, is_last=is_last), chunk, self._header))
        self._count += 1


def unsealed(file: BinaryIO, keys: Iterable[SealingKey], name: str) -> Iterator[bytes]:
    """Yield what a sealed file holds, each chunk once it is known to be right.

    Args:
        file: The sealed file, open at its beginning.
        keys: Those that are at hand; the file says which one it needs.
        name: The name that it was sealed under.

    Raises:
        ConfigurationError: None of the keys is the one.
        InvalidInput: It is no sealed file, or it was changed, cut off, or given another name.
    """
    header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise InvalidInput("not a sealed file of Platewatch, or cut off", source=name)
    wanted = header[len(_MAGIC) : len(_MAGIC) + _ID_BYTES].hex()
    key = next((one for one in keys if one.key_id == wanted), None)
    if key is None:
        raise ConfigurationError(f"{name}: sealed with the key {wanted}, which is not at hand; name its file")
    cipher = _cipher_of(key, header[-_SALT_BYTES:], name)
    count, chunk = 0, file.read(CHUNK_BYTES + _TAG_BYTES)
    while True:
        following = file.read(CHUNK_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(count, is_last=not following), chunk, header)
        except InvalidTag as error:
            raise InvalidInput("was changed or cut off since it was sealed", source=name) from error
        if not following:
            return
        count, chunk = count + 1, following


def _cipher_of(key: SealingKey, salt: bytes, name: str) -> AESGCM:
    return AESGCM(_derived(key.secret, salt, b"platewatch sealed file\0" + name.encode(), KEY_BYTES))


def _derived(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(secret)


def _nonce(count: int, *, is_last: bool) -> bytes:
    return count.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
